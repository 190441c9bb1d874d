//! What the terms of a task may speak of, while they are checked: names become indices.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::Command;
use crate::model::robot::Robot;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::ron_tree::index_of;

/// What would do where a goal is missing.
pub(super) const ADD_A_GOAL: &str =
    "add a `goal` to the task, like `goal: Fixed(at: (0.5, 0, 0.5))`";

/// One of the world's axes, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Axis {
    X,
    Y,
    Z,
}

/// Which moments of a step a formula may look at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moments {
    /// One alone.
    One,
    /// The state after the step, and with `before.` that before it.
    AfterAndBefore,
    /// The state before the step, whatever it says; but the action of the step.
    Before,
}

/// What terms may speak of.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    /// The robot of the scene.
    pub(crate) robot: &'a Robot,
    /// What episodes ask for.
    pub(crate) commands: &'a [Command],
    /// Length of a control step (s).
    pub(crate) step_s: f32,
    /// Length of an episode in control steps.
    pub(crate) episode_steps: u32,
    /// Whether the task has a goal.
    pub(crate) has_goal: bool,
    /// Acceleration of a falling body (m/s^2).
    pub(crate) gravity: [f32; 3],
    /// Which moments of a step a formula may look at.
    pub(crate) moments: Moments,
}

impl Context<'_> {
    /// The joints of the names in the field `joints`; all where it is left out.
    pub(crate) fn joints(
        &self,
        names: &Option<Vec<String>>,
        at: &Path,
    ) -> Result<Vec<usize>, Diagnostic> {
        let Some(names) = names else {
            return Ok((0..self.robot.joints.len()).collect());
        };
        let at = at.field("joints");
        let joints = each(names, &at, |name, at| self.joint(name, at.clone()))?;
        each_once("joint", &joints, &at)?;
        Ok(joints)
    }

    /// The motors of the joints in the field `joints`; all where it is left out.
    pub(crate) fn motors(
        &self,
        joints: &Option<Vec<String>>,
        at: &Path,
    ) -> Result<Vec<usize>, Diagnostic> {
        let motors = &self.robot.motors;
        if joints.is_none() {
            return Ok((0..motors.len()).collect());
        }
        let with_motors = self.robot.motor_joints().map(|joint| joint.name.as_str());
        let with_a_motor = |(i, &joint): (usize, &usize)| {
            let motor = motors.iter().position(|motor| motor.joint == joint);
            motor.ok_or_else(|| {
                let name = &self.robot.joints[joint].name;
                Diagnostic::new(
                    at.field("joints").nth(i),
                    format!("the joint `{name}` has no motor"),
                )
                .suggest("joints with a motor", name, with_motors.clone())
            })
        };
        let joints = self.joints(joints, at)?;
        joints.iter().enumerate().map(with_a_motor).collect()
    }

    /// The joint of a name that is written at `at`.
    pub(crate) fn joint(&self, name: &str, at: Path) -> Result<usize, Diagnostic> {
        let known = self.robot.joints.iter().map(|joint| joint.name.as_str());
        index_of("moving joint", name, known, at)
    }

    /// The links of the names in the field `links`; all where it is left out.
    pub(crate) fn links(
        &self,
        names: &Option<Vec<String>>,
        at: &Path,
    ) -> Result<Vec<usize>, Diagnostic> {
        let Some(names) = names else {
            return Ok((0..self.robot.links.len()).collect());
        };
        let at = at.field("links");
        let links = each(names, &at, |name, at| self.link_at(name, at.clone()))?;
        each_once("link", &links, &at)?;
        Ok(links)
    }

    /// The link of the name in the field `link`.
    pub(crate) fn link(&self, name: &str, at: &Path) -> Result<usize, Diagnostic> {
        self.link_at(name, at.field("link"))
    }

    /// The link in the field `frame`, whose frame something is told in; `None`: the world's.
    pub(crate) fn frame(
        &self,
        name: &Option<String>,
        at: &Path,
    ) -> Result<Option<usize>, Diagnostic> {
        let link = |name: &String| self.link_at(name, at.field("frame"));
        name.as_ref().map(link).transpose()
    }

    fn link_at(&self, name: &str, at: Path) -> Result<usize, Diagnostic> {
        let known = self.robot.links.iter().map(|link| link.name.as_str());
        index_of("link", name, known, at)
    }

    /// The point of the name in the field `point`.
    pub(crate) fn point(&self, name: &str, at: &Path) -> Result<usize, Diagnostic> {
        let known = self.robot.points.iter().map(|point| point.name.as_str());
        index_of("point", name, known, at.field("point"))
    }

    /// The same of a point whose distance from the goal is asked for.
    pub(crate) fn goal_point(&self, name: &str, at: &Path) -> Result<usize, Diagnostic> {
        self.goal(at)?;
        self.point(name, at)
    }

    /// That there is a goal.
    pub(crate) fn goal(&self, at: &Path) -> Result<(), Diagnostic> {
        if self.has_goal {
            return Ok(());
        }
        Err(
            Diagnostic::new(at.clone(), "this needs a goal, and the task has none")
                .help(ADD_A_GOAL),
        )
    }

    /// That there is gravity, which may have a direction and a size.
    pub(crate) fn gravity(&self, at: &Path) -> Result<(), Diagnostic> {
        if self.gravity == [0.0; 3] {
            return Err(
                Diagnostic::new(at.clone(), "this needs gravity, and the task has none")
                    .help("`gravity: (0, 0, -9.81)` in the task"),
            );
        }
        Ok(())
    }
}

/// Indices of the axes in the field `axes`; all three where it is left out.
pub(crate) fn axes(written: &Option<Vec<Axis>>, at: &Path) -> Result<Vec<usize>, Diagnostic> {
    let Some(axes) = written else {
        return Ok(vec![0, 1, 2]);
    };
    let axes: Vec<usize> = axes.iter().map(|axis| *axis as usize).collect();
    each_once("axis", &axes, &at.field("axes"))?;
    Ok(axes)
}

/// Checks the elements of a list, each with its place.
pub(crate) fn each<W, T>(
    written: &[W],
    at: &Path,
    check: impl Fn(&W, &Path) -> Result<T, Diagnostic>,
) -> Result<Vec<T>, Diagnostic> {
    let one = |(i, written)| check(written, &at.nth(i));
    written.iter().enumerate().map(one).collect()
}

/// That a list is not empty, and names nothing twice.
pub(crate) fn each_once(what: &str, indices: &[usize], at: &Path) -> Result<(), Diagnostic> {
    if indices.is_empty() {
        return Err(Diagnostic::new(at.clone(), "this list is empty")
            .help("name at least one, or leave it out for all"));
    }
    let mut seen = BTreeSet::new();
    match indices.iter().position(|index| !seen.insert(index)) {
        None => Ok(()),
        Some(second) => Err(Diagnostic::new(
            at.nth(second),
            format!("the same {what} is listed twice"),
        )
        .help("list it once")),
    }
}
