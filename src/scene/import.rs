//! Robots from files of URDF and MJCF: they become links and joints in the scene's own text, which needs the file no more.
//!
//! What is said in the file means what its format says; where it is silent, docs/robots.md says what holds. What would change how the
//! robot moves and is not known here is refused. Every piece of the text stands for an element of the file, so that errors
//! are shown there.

mod draft;
mod inertia;
mod mjcf;
mod urdf;
mod xml;

use super::{
    error::{SceneError, suggest},
    inset::Inset,
    locate::{Body, Entry, Node, with_comma},
    source::Source,
    woven::Woven,
};
use draft::Draft;

/// Reads a file; the second argument is whether the scene says what is around the robot.
type Reader = fn(&Source, bool) -> Result<Draft, SceneError>;

/// The formats, by the field that names a file.
const FORMATS: [(&str, Reader); 2] = [("urdf", urdf::read), ("mjcf", mjcf::read)];
const OVERRIDES: &str = "overrides";

/// Puts the robot of a file in the place of its name.
pub(super) fn expand(woven: &mut Woven) -> Result<(), SceneError> {
    let text = woven.text().to_owned();
    let Some(tree) = Node::scan(&text) else {
        return Ok(());
    };
    let Some(robot) = tree.field("robot").map(|robot| &robot.value) else {
        return Ok(());
    };
    let inset = Inset { woven, text: &text };
    let overrides = robot.field(OVERRIDES);
    let named = |(field, read): &(&str, Reader)| Some((robot.field(field)?, *read));
    let Some((entry, read)) = FORMATS.iter().find_map(named) else {
        return match overrides {
            None => Ok(()),
            Some(entry) => {
                let title = "only joints of a file can be overridden".to_owned();
                Err(inset.fault(&entry.key, title, ["change the joint itself"]))
            }
        };
    };
    for written in ["links", "joints", "urdf", "mjcf"] {
        if let Some(other) = robot.field(written)
            && other.key != entry.key
        {
            let title = format!("a robot has either `{}` or `{written}`", entry.name);
            let help = "`overrides` changes joints of the file, `points` adds places to it";
            return Err(inset.fault(&entry.key, title, [help]));
        }
    }
    let at = &entry.value.span;
    let (_, path) = inset.file(entry, "a file relative to this one, like \"arm.urdf\"")?;
    let source = Source::read(&path).map_err(|error| match error {
        SceneError::Text(_) => error,
        error => {
            let help = "a file of at most 1 MiB, relative to this one";
            inset.fault(at, error.say().0, [help])
        }
    })?;
    let mut draft = read(&source, tree.field("world").is_some())?;
    if let Some(overrides) = overrides {
        change(&mut draft, &inset, overrides)?;
    }
    let number = woven.add(source);
    // The later entry first, so that the earlier one stays where it is.
    let mut gaps = vec![(entry.key.start..entry.value.span.end, draft.patches(number))];
    gaps.extend(overrides.map(|entry| (with_comma(&text, entry), Vec::new())));
    gaps.sort_by_key(|(gap, _)| std::cmp::Reverse(gap.start));
    for (gap, patches) in gaps {
        woven.splice(gap, patches);
    }
    Ok(())
}

/// Gives joints of the file the fields that the scene has for them.
fn change(draft: &mut Draft, inset: &Inset, overrides: &Entry) -> Result<(), SceneError> {
    for joint in fields(&overrides.value, inset)? {
        let known = draft.joints.iter().map(|joint| joint.name.clone());
        let known: Vec<String> = known.collect();
        let Some(number) = known.iter().position(|name| *name == joint.name) else {
            let title = format!("the file has no joint `{}`", joint.name);
            let help = suggest("joints of the file", &joint.name, &known);
            return Err(inset.fault(&joint.key, title, help));
        };
        for field in fields(&joint.value, inset)? {
            let key = inset.woven.origin(field.key.clone());
            let value = inset.woven.patches(field.value.span.clone());
            draft.joints[number].replace(&field.name, key, value);
        }
    }
    Ok(())
}

fn fields<'a>(node: &'a Node, inset: &Inset) -> Result<&'a [Entry], SceneError> {
    match &node.unwrapped().body {
        Body::Fields { entries, .. } => Ok(entries),
        Body::List { .. } | Body::Leaf => {
            let help = "{\"elbow\": (torque: 30, damping: 1)}, by the names of joints";
            Err(inset.fault(&node.span, "expected fields of joints", [help]))
        }
    }
}
