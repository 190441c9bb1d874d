//! End conditions that hold before the first action.

use crate::doctor::check::{Check, Run};
use crate::doctor::finding::{Finding, FindingKind, percent};
use crate::doctor::scratch_world::{self, STARTS, ScratchWorld};
use crate::scene::{Location, Severity};
use crate::task::{Moment, draw, judge};

pub(super) const CHECK: Check = Check {
    kinds: &[ENDS_AT_START],
    run: Run::Static(|world, _, findings| run(world, findings)),
};

pub(super) const ENDS_AT_START: FindingKind = FindingKind::new(
    "ends-at-start",
    "an end condition holds before the first action",
);

/// From this share of the starts on, noise at the start does not explain it.
const SHARE: f64 = 0.5;

fn run(world: &mut ScratchWorld, findings: &mut Vec<Finding>) {
    let (robot, task) = (world.scene.robot(), world.scene.task());
    if task.end.is_empty() {
        return;
    }
    let idle = vec![0.0; robot.motors.len()];
    let mut held = vec![0; task.end.len()];
    for mut rng in scratch_world::starts() {
        let stance = draw::start(robot, &task.start, &mut rng);
        let goal = task.goal.as_ref();
        let goal = goal.map_or([0.0; 3], |goal| draw::goal(goal, &mut rng));
        let commands = draw::commands(&task.commands, &mut rng);
        world.set_state(&stance);
        let moment = Moment {
            readings: &world.readings(),
            goal,
            action: &idle,
            previous_action: &idle,
            efforts: &idle,
            commands: &commands,
            step: 0,
        };
        if let Ok(Some(end)) = judge::ending(task, &moment) {
            held[end] += 1;
        }
    }
    for (end, held) in held.into_iter().enumerate() {
        let share = f64::from(held) / STARTS as f64;
        if share < SHARE {
            continue;
        }
        findings.push(
            Finding::new(
                ENDS_AT_START,
                Severity::Serious,
                Location::End(end),
                "episodes end before they begin",
                format!("it holds in {} of the starts", percent(share)),
            )
            .help("an end condition that is false at the start"),
        );
    }
}
