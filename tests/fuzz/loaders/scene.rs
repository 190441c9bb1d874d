//! Scenes: read, built into a pod and stepped.

use bevy::ecs::prelude::{Entity, World};
use std::sync::{Arc, OnceLock};

use sinew::pod::scene::SceneEnvironment;
use sinew::pod::{Action, Pod, Purpose};
use sinew::scene::Scene;
use sinew::seed::Seed;
use sinew::task::{End, Goal, Randomize, Reference, Sensor, Success, Term};

use super::{Loader, repeated};
use crate::LARGEST;

pub(super) fn loader() -> Loader {
    let own = [
        include_str!("../../scenes/small.ron"),
        include_str!("../../scenes/hinge.ron"),
        include_str!("../../scenes/everything.ron"),
        include_str!("../../scenes/variant.ron"),
        include_str!("../../scenes/roof.ron"),
    ];
    let shipped = Scene::shipped().map(|(_, text)| text);
    let texts = shipped.chain(own).map(|text| text.as_bytes().to_vec());
    Loader {
        words: words(),
        large: [
            ("(", "(", ""),
            ("[", "[", ""),
            ("(robot:(links:", "[", ""),
            ("(robot:", "Some(", ""),
            ("(robot: ", "/*", ""),
            ("(robot: ", "//", ""),
            ("(robot: ", "\n", "nothing)"),
            ("(robot: ", " ", "nothing)"),
            ("(robot: r", "#", "\""),
            ("(robot: \"", "a", "\")"),
            ("(robot: \"", "\\u{2028}", "\")"),
            ("(robot: ", "a", ")"),
            ("(robot: 0.", "9", ")"),
            ("(robot: 1", "_", ")"),
            ("(robot: (home: {", "\"a\":1,", "}))"),
            ("(robot: (links: [", "(name: \"a\"),", "], joints: []))"),
            ("(robot: (links: [], joints: [", "(", "]))"),
            ("(", "robot: (), ", ")"),
            (
                "(robot: (links: [], joints: []), task: (observe: [",
                "Angle(),",
                "]))",
            ),
            ("#![enable(", "implicit_some,", ")]"),
            ("(base: \"reach\", set: {", "\"task\": 1,", "})"),
            (
                "(base: \"reach\", add: {\"task.end\": [",
                "When(\"1 < 0\"),",
                "]})",
            ),
            ("(base: \"reach\", remove: [\"", "a.", "a\"])"),
        ]
        .map(|(start, piece, end)| repeated(start, piece, end))
        .into_iter()
        .chain([long_names()])
        .collect(),
        ..Loader::new("scene", texts.collect(), |bytes| {
            let Ok(text) = std::str::from_utf8(bytes) else {
                return false;
            };
            match Scene::parse("fuzz", text) {
                Ok(scene) => {
                    step_twice(scene);
                    true
                }
                Err(error) => {
                    // The place of it is drawn, which is work of its own.
                    assert!(!error.to_string().is_empty());
                    false
                }
            }
        })
    }
}

/// Words of a scene: those of the language, and how each term begins.
fn words() -> &'static [&'static str] {
    static ALL: OnceLock<Vec<&str>> = OnceLock::new();
    ALL.get_or_init(|| {
        let terms = [
            Sensor::ALL,
            Term::ALL,
            End::ALL,
            Success::ALL,
            Goal::ALL,
            Randomize::ALL,
        ];
        let terms = terms.into_iter().flatten();
        let begin = |reference: &Reference| &reference.form[..=reference.name().len()];
        WORDS.into_iter().chain(terms.map(begin)).collect()
    })
}

/// A joint of a very long name, observed very often.
fn long_names() -> Vec<u8> {
    let name = "j".repeat(LARGEST - 20_000);
    let text = include_str!("../../scenes/hinge.ron");
    text.replacen("hinge\"", &format!("{name}\""), 1)
        .replace(
            "(weight: -1, of: AngleError(joint: \"hinge\", target: 0.3)),",
            "",
        )
        .replace("Angle(),", &"Angle(),".repeat(1000))
        .into_bytes()
}

/// Builds two environments and steps them, with actions that are numbers and with actions that are not.
fn step_twice(scene: Scene) {
    let scene = Arc::new(scene);
    let environment = SceneEnvironment::new(scene.clone());
    let mut pod = Pod::new(&environment, Seed::new(1), Purpose::Training, 0..2).unwrap();
    for number in [f32::NAN, 1.0] {
        for row in 0..pod.len() {
            let entity = pod.entity(row);
            act(&mut pod.world, entity, number);
        }
        pod.step();
    }
}

fn act(world: &mut World, entity: Entity, number: f32) {
    let mut action = world.get_mut::<Action>(entity).unwrap();
    action.0.fill(number);
}

const WORDS: [&str; 134] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
    "'",
    "/*",
    "*/",
    "//",
    "-",
    "..",
    "Some(",
    "None",
    "r#\"",
    "\\",
    "é",
    "\u{2028}",
    "\r",
    "\0",
    "world",
    "robot",
    "task",
    "learners",
    "links",
    "joints",
    "home",
    "points",
    "collide",
    "name",
    "shapes",
    "inertia",
    "Capsule(",
    "Sphere(",
    "Cylinder(",
    "from",
    "to",
    "radius",
    "center",
    "half",
    "rpy",
    "mass",
    "density",
    "principal",
    "kind",
    "Revolute",
    "Prismatic",
    "Fixed",
    "Ball",
    "Universal",
    "parent",
    "child",
    "origin",
    "xyz",
    "axis",
    "range",
    "torque",
    "damping",
    "armature",
    "max_speed",
    "link",
    "at",
    "episode_s",
    "control_hz",
    "physics_hz",
    "gravity",
    "start",
    "angle",
    "speed",
    "goal",
    "min",
    "max",
    "min_z",
    "observe",
    "scale",
    "axes",
    "[X,Y,Z]",
    "weight",
    "of",
    "at:Before",
    "end",
    "max_joint_speed",
    "success",
    "solved",
    "Success(",
    "Return(",
    "Ppo(",
    "steps",
    "envs",
    "horizon",
    "epochs",
    "batch",
    "widths",
    "activation",
    "Tanh",
    "Relu",
    "Elu",
    "gamma",
    "lambda",
    "clip",
    "rate",
    "Constant(",
    "Linear(",
    "KlAdaptive(",
    "critic_rate",
    "entropy",
    "max_gradient_norm",
    "log_std",
    "normalize_observations",
    "scale_rewards",
    "true",
    "false",
    "version",
    "noise",
    "delay",
    "history",
    "tip.x",
    " before.",
    " and ",
    "^",
    "sqrt(",
    "if(",
    "base",
    "set",
    "add",
    "remove",
    "\"task.reward[0]\"",
    "Hull(points: [",
    "Mesh(file: \"x\"",
    "(0, 0, 0),",
    "urdf: \"x\"",
];
