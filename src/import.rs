//! What a scene takes from files of other formats: robots of URDF and MJCF, meshes and pictures become nodes of the scene's own document,
//! which needs the files no more.
//!
//! What is said in a robot's file means what its format says; where it is silent, docs/robots.md says what holds. What would change how
//! the robot moves and is not known here is refused. Every node stands for an element of the file, so that errors are shown there.

mod files;
mod inertia;
mod mesh;
mod mjcf;
mod picture;
mod robot;
mod urdf;
mod xml;

use std::sync::Arc;

use crate::ron_tree::{Document, Entry, Kind, Node, ReadError, Reporter, Source, suggest};
use robot::ImportedRobot;

/// Reads a file; the second argument is whether the scene says what is around the robot.
type Reader = fn(&Arc<Source>, bool) -> Result<ImportedRobot, ReadError>;

/// The formats, by the field that names a file.
const FORMATS: [(&str, Reader); 2] = [("urdf", urdf::read), ("mjcf", mjcf::read)];
const OVERRIDES: &str = "overrides";

/// Puts in what a document takes from other files.
pub(crate) fn expand(document: &mut Document) -> Result<(), ReadError> {
    expand_robot(document)?;
    mesh::expand(document)?;
    picture::expand(document)
}

/// Puts the links and joints of a file in the place of its name.
fn expand_robot(document: &mut Document) -> Result<(), ReadError> {
    let reporter = document.reporter();
    let Some(root) = document.root() else {
        return Ok(());
    };
    let Some(robot) = root.field("robot").map(|robot| robot.value) else {
        return Ok(());
    };
    let overrides = robot.field(OVERRIDES);
    let named = |(field, read): &(&str, Reader)| Some((robot.field(field)?, *read));
    let Some((entry, read)) = FORMATS.iter().find_map(named) else {
        return match overrides {
            None => Ok(()),
            Some(entry) => {
                let title = "only joints of a file can be overridden";
                Err(reporter.error(entry.key, title, ["change the joint itself"]))
            }
        };
    };
    let field = entry.key.name.clone();
    for written in ["links", "joints", "urdf", "mjcf"] {
        if written != field && robot.field(written).is_some() {
            let title = format!("a robot has either `{field}` or `{written}`");
            let help = "`overrides` changes joints of the file, `points` adds places to it";
            return Err(reporter.error(entry.key, title, [help]));
        }
    }
    let like = "a file relative to this one, like \"arm.urdf\"";
    let (_, path) = files::named(reporter, entry.value, like)?;
    let source = files::read(&path).map_err(|error| match error {
        ReadError::Text(_) => error,
        error => {
            let help = "a file of at most 1 MiB, relative to this one";
            reporter.error(entry.value, error.say().0, [help])
        }
    })?;
    let mut imported = read(&source, root.field("world").is_some())?;
    if let Some(overrides) = overrides {
        apply_overrides(&mut imported, reporter, overrides)?;
    }
    document.made_of(&source);
    if let Some(robot) = document.root_mut().and_then(|root| root.field_mut("robot")) {
        robot.replace_field(&field, imported.into_entries(&source));
        robot.remove_field(OVERRIDES);
    }
    Ok(())
}

/// Gives joints of the file the fields that the scene has for them.
fn apply_overrides(
    imported: &mut ImportedRobot,
    reporter: &Reporter,
    overrides: Entry,
) -> Result<(), ReadError> {
    for joint in fields(overrides.value, reporter)? {
        let known = imported.joints.iter().map(|joint| joint.name.clone());
        let known: Vec<String> = known.collect();
        let name = &joint.key.name;
        let Some(number) = known.iter().position(|other| other == name) else {
            let title = format!("the file has no joint `{name}`");
            let help = suggest("joints of the file", name, &known);
            return Err(reporter.error(joint.key, title, help));
        };
        for field in fields(joint.value, reporter)? {
            let (key, value) = (field.key.span(), field.value.clone());
            imported.joints[number].replace(&field.key.name, key, value);
        }
    }
    Ok(())
}

fn fields<'a>(node: &'a Node, reporter: &Reporter) -> Result<Vec<Entry<'a>>, ReadError> {
    let fields = node.unwrapped();
    if matches!(fields.kind(), Kind::Fields | Kind::Map) {
        return Ok(fields.entries().collect());
    }
    let help = "{\"elbow\": (torque: 30, damping: 1)}, by the names of joints";
    Err(reporter.error(node, "expected fields of joints", [help]))
}
