//! What is compiled in, so that a copied binary works anywhere.

use std::sync::LazyLock;

use super::read;
use crate::learn::{LearnerKind, LearnerSettings};

/// Names and texts of the scenes.
pub(super) const SCENES: [(&str, &str); 13] = [
    ("reach", include_str!("../../scenes/reach.ron")),
    ("reacher", include_str!("../../scenes/reacher.ron")),
    ("reach-servo", include_str!("../../scenes/reach-servo.ron")),
    (
        "reach-obstacle",
        include_str!("../../scenes/reach-obstacle.ron"),
    ),
    ("arm", include_str!("../../scenes/arm.ron")),
    ("push", include_str!("../../scenes/push.ron")),
    ("pendulum", include_str!("../../scenes/pendulum.ron")),
    ("cartpole", include_str!("../../scenes/cartpole.ron")),
    ("swing-up", include_str!("../../scenes/swing-up.ron")),
    ("hopper", include_str!("../../scenes/hopper.ron")),
    ("walker", include_str!("../../scenes/walker.ron")),
    ("quadruped", include_str!("../../scenes/quadruped.ron")),
    ("biped", include_str!("../../scenes/biped.ron")),
];

/// Files that the scenes take something from, by what they call them.
const FILES: [(&str, &str); 1] = [("arm.urdf", include_str!("../../scenes/arm.urdf"))];

/// The text of such a file.
pub(super) fn file(name: &str) -> Option<&'static str> {
    let found = FILES.iter().find(|(other, _)| *other == name);
    found.map(|(_, text)| *text)
}

/// Names of the scenes.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SCENES.iter().map(|(name, _)| *name)
}

/// The preset that is used where none is named.
const DEFAULT: &str = "ppo";

/// Names and texts of the presets; the first is the default.
fn texts() -> Vec<(&'static str, &'static str)> {
    let mut all = Vec::from_iter(
        LearnerKind::ALL
            .iter()
            .flat_map(|kind| kind.presets)
            .copied(),
    );
    all.sort_by_key(|(name, _)| *name != DEFAULT);
    all
}

/// The presets, read.
pub(super) fn presets() -> &'static [(String, LearnerSettings)] {
    static READ: LazyLock<Vec<(String, LearnerSettings)>> = LazyLock::new(|| {
        let read = |(name, text): (&str, &str)| {
            let (settings, _) = read::read(name, text).expect("a test reads every shipped preset");
            (name.to_string(), settings)
        };
        texts().into_iter().map(read).collect()
    });
    &READ
}

/// The text of a preset; empty if there is none of that name.
pub(super) fn preset(name: &str) -> &'static str {
    let found = texts().into_iter().find(|(other, _)| *other == name);
    found.map_or("", |(_, text)| text)
}
