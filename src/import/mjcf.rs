//! MJCF: a tree of bodies with joints and geoms, as MuJoCo describes robots.
//!
//! The format is that of <https://mujoco.readthedocs.io/en/stable/XMLreference.html>, of which the part is read that makes a robot:
//! bodies, hinges and slides, geoms, inertias, classes of defaults and motors. Sensors, cameras, lights, materials, keyframes and
//! numbers of the solver are passed over: gravity and rates are the task's, what touches what is for the scene to say.

mod body;
mod compiler;
mod defaults;
mod geom;
mod mesh;
mod motor;

use std::sync::Arc;

use super::{
    robot::ImportedRobot,
    xml::{Element, parse},
};
use crate::ron_tree::{ReadError, Source, suggest};
use body::Bodies;
use compiler::Compiler;
use defaults::Defaults;

/// Sections that say nothing of how the robot moves.
const PASSED_OVER: [&str; 8] = [
    "asset",
    "visual",
    "statistic",
    "size",
    "custom",
    "sensor",
    "keyframe",
    "contact",
];

/// What every part of a file is read with.
struct Model<'a> {
    compiler: Compiler,
    meshes: Vec<mesh::Mesh<'a>>,
    defaults: Defaults<'a>,
}

/// The links and joints of a file. What stands around them in it is passed over where the scene has a world of its own.
pub(super) fn read(source: &Arc<Source>, has_world: bool) -> Result<ImportedRobot, ReadError> {
    let document = parse(source)?;
    let root = Element::root(&document, source);
    if root.name() != "mujoco" {
        let help = match root.name() {
            "robot" => "this is URDF: `urdf: ..` instead of `mjcf: ..`",
            _ => "a file of MJCF is `<mujoco>..</mujoco>`",
        };
        return root.refuse(format!("expected `mujoco`, found `{}`", root.name()), help);
    }
    for section in root.children() {
        check_section(section)?;
    }
    for element in root.descendants() {
        if element.name() == "include" {
            return element.refuse(
                "other files are not included",
                "name the file itself, or put it in here",
            );
        }
    }
    let defaults = Defaults::read(root)?;
    let model = Model {
        compiler: Compiler::read(root)?,
        meshes: mesh::read(root, &defaults)?,
        defaults,
    };
    let mut bodies = Bodies::new(&model, has_world);
    for world in root.all("worldbody") {
        bodies.world(world)?;
    }
    let mut robot = bodies.robot()?;
    for actuators in root.all("actuator") {
        for actuator in actuators.children() {
            motor::add(&model, actuator, &mut robot)?;
        }
    }
    Ok(robot)
}

fn check_section(section: Element) -> Result<(), ReadError> {
    let used = ["compiler", "default", "worldbody", "actuator", "include"];
    match section.name() {
        "option" => check_options(section),
        name if used.contains(&name) || PASSED_OVER.contains(&name) => Ok(()),
        "equality" | "tendon" | "deformable" | "extension"
            if section.children().next().is_none() =>
        {
            Ok(())
        }
        name @ ("equality" | "tendon" | "deformable" | "extension") => section.refuse(
            format!("`{name}` is not supported"),
            "it would change how the robot moves, so it must be removed by hand",
        ),
        name => {
            let known = [
                "compiler",
                "option",
                "default",
                "asset",
                "worldbody",
                "actuator",
                "contact",
                "sensor",
            ];
            let title = format!("there is no section `{name}`");
            Err(section.error(section.at(), title, suggest("sections", name, &known)))
        }
    }
}

/// What acts on the robot beside its joints and gravity.
fn check_options(option: Element) -> Result<(), ReadError> {
    for name in ["wind", "density", "viscosity"] {
        if let Some(attribute) = option.get(name)
            && attribute.numbers(1, 3)?.iter().any(|number| *number != 0.0)
        {
            let title = format!("fluid forces are not supported: `{name}`");
            return Err(attribute.error(title, vec!["0, or remove it".to_owned()]));
        }
    }
    let moves = [
        "equality",
        "frictionloss",
        "limit",
        "passive",
        "spring",
        "damper",
        "actuation",
        "clampctrl",
    ];
    for flag in option.all("flag").flat_map(|flags| flags.attributes()) {
        if moves.contains(&flag.name) && flag.value != "enable" {
            let title = format!("the flag `{}` cannot be switched off", flag.name);
            return Err(flag.error(
                title,
                vec!["remove what it switches off instead".to_owned()],
            ));
        }
    }
    Ok(())
}

/// Refuses attributes that are neither used nor known to leave the motion alone.
fn check_attributes(
    element: Element,
    used: &[&str],
    passed_over: &[&str],
) -> Result<(), ReadError> {
    for attribute in element.attributes() {
        let name = attribute.name;
        if !used.contains(&name) && !passed_over.contains(&name) {
            let title = format!("`{name}` of `{}` is not supported", element.name());
            let mut help = suggest("what is read", name, used);
            help.push("attributes that affect motion are never ignored".to_owned());
            return Err(attribute.name_error(title, help));
        }
    }
    Ok(())
}
