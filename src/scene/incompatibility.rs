//! Whether a scene can replace another, at a level of a curriculum or in the middle of a run: observations and actions must be the
//! same, and so must joints and links. A policy or a viewer could not go on with anything else.

use super::Scene;
use crate::model::robot::Joint;

/// A list of names in which two scenes differ.
pub(super) struct Incompatibility {
    /// What is named.
    pub(super) what: &'static str,
    /// What has them.
    of: &'static str,
    old: Vec<String>,
    new: Vec<String>,
}

/// Why `new` cannot replace `old`; what others follow from comes last.
pub(super) fn all(old: &Scene, new: &Scene) -> Vec<Incompatibility> {
    let names = |scene: &Scene| {
        let (robot, task) = (scene.robot(), scene.task());
        let name = |joint: &Joint| joint.name.clone();
        let observed = task.observation.iter();
        [
            observed.flat_map(|seen| seen.names(robot)).collect(),
            robot.motor_joints().map(name).collect(),
            robot.links.iter().map(|link| link.name.clone()).collect(),
            robot.joints.iter().map(name).collect::<Vec<_>>(),
        ]
    };
    let whats = [
        ("observations", "the task"),
        ("actions", "the robot"),
        ("links", "the robot"),
        ("joints", "the robot"),
    ];
    let both = names(old).into_iter().zip(names(new));
    (whats.into_iter().zip(both))
        .filter(|(_, (old, new))| old != new)
        .map(|((what, of), (old, new))| Incompatibility { what, of, old, new })
        .collect()
}

impl Incompatibility {
    /// What there is instead of what.
    pub(super) fn in_words(&self) -> String {
        let Self { what, of, old, new } = self;
        if old.len() != new.len() {
            return format!(
                "{of}'s {what} differ: {} instead of {}",
                new.len(),
                old.len()
            );
        }
        let other = old.iter().zip(new).find(|(old, new)| old != new);
        let (old, new) = other.expect("they differ, and are as many");
        format!("{of}'s {what} differ: `{new}` instead of `{old}`")
    }
}
