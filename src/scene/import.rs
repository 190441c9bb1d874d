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

use std::ops::Range;

use super::{
    error::{SceneError, TextError, found, suggest},
    locate::{Body, Entry, Node, with_comma},
    read::options,
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
    let fault = |at: &Range<usize>, title: String, help: &[String]| {
        let error = TextError {
            origin: woven.name(),
            text: text.clone(),
            span: at.clone(),
            title,
            label: found(&text[at.clone()]),
            help: help.to_vec(),
            note: None,
        };
        woven.place(error.into())
    };
    let overrides = robot.field(OVERRIDES);
    let named = |(field, read): &(&str, Reader)| Some((robot.field(field)?, *read));
    let Some((entry, read)) = FORMATS.iter().find_map(named) else {
        return match overrides {
            None => Ok(()),
            Some(entry) => {
                let title = "only joints of a file can be overridden".to_owned();
                let help = "change the joint itself".to_owned();
                Err(fault(&entry.key, title, &[help]))
            }
        };
    };
    for written in ["links", "joints", "urdf", "mjcf"] {
        if let Some(other) = robot.field(written)
            && other.key != entry.key
        {
            let title = format!("a robot has either `{}` or `{written}`", entry.name);
            let help = "`overrides` changes joints of the file, `points` adds places to it";
            return Err(fault(&entry.key, title, &[help.to_owned()]));
        }
    }
    let at = &entry.value.span;
    let Ok(name) = options().from_str::<String>(&text[at.clone()]) else {
        let title = "expected the name of a file".to_owned();
        let help = "a file relative to this one, like \"arm.urdf\"";
        return Err(fault(at, title, &[help.to_owned()]));
    };
    let Some(path) = woven.written_in(at.clone()).beside(&name) else {
        let title = format!("`{name}` is beside no file");
        let help = "a text that is in no file cannot name others";
        return Err(fault(at, title, &[help.to_owned()]));
    };
    let source = Source::read(&path).map_err(|error| match error {
        SceneError::Text(_) => error,
        error => {
            let help = "a file of at most 1 MiB, relative to this one".to_owned();
            fault(at, error.say().0, &[help])
        }
    })?;
    let mut draft = read(&source, tree.field("world").is_some())?;
    if let Some(overrides) = overrides {
        change(&mut draft, woven, overrides, &fault)?;
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
fn change(
    draft: &mut Draft,
    woven: &Woven,
    overrides: &Entry,
    fault: &dyn Fn(&Range<usize>, String, &[String]) -> SceneError,
) -> Result<(), SceneError> {
    for joint in fields(&overrides.value, fault)? {
        let known = draft.joints.iter().map(|joint| joint.name.clone());
        let known: Vec<String> = known.collect();
        let Some(number) = known.iter().position(|name| *name == joint.name) else {
            let title = format!("the file has no joint `{}`", joint.name);
            let help = suggest("joints of the file", &joint.name, &known);
            return Err(fault(&joint.key, title, &help));
        };
        for field in fields(&joint.value, fault)? {
            let key = woven.origin(field.key.clone());
            let value = woven.patches(field.value.span.clone());
            draft.joints[number].replace(&field.name, key, value);
        }
    }
    Ok(())
}

fn fields<'a>(
    node: &'a Node,
    fault: &dyn Fn(&Range<usize>, String, &[String]) -> SceneError,
) -> Result<&'a [Entry], SceneError> {
    match &node.unwrapped().body {
        Body::Fields { entries, .. } => Ok(entries),
        Body::List { .. } | Body::Leaf => {
            let help = "{\"elbow\": (torque: 30, damping: 1)}, by the names of joints".to_owned();
            Err(fault(
                &node.span,
                "expected fields of joints".to_owned(),
                &[help],
            ))
        }
    }
}
