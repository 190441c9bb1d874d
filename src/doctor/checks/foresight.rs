//! Learners whose discount makes them short-sighted.

use crate::doctor::check::{Check, Preset, Run};
use crate::doctor::finding::{Finding, FindingKind, short};
use crate::scene::{Location, Severity};
use crate::task::Task;

pub(super) const CHECK: Check = Check {
    kinds: &[SHORT_SIGHTED],
    run: Run::Static(|world, preset, findings| run(world.scene.task(), preset, findings)),
};

const SHORT_SIGHTED: FindingKind = FindingKind::new(
    "short-sighted",
    "the effective horizon of the learner's `gamma` is less than 5 % of an episode",
);

/// A learner with a shorter horizon, as a fraction of an episode, does not learn what its end is worth.
const FORESIGHT: f64 = 0.05;

/// With a discount of `gamma`, a reward `1 / (1 - gamma)` steps ahead counts for less than 37 %.
fn run(task: &Task, (name, learner): Preset, findings: &mut Vec<Finding>) {
    let gamma = f64::from(learner.settings().gamma());
    let horizon = 1.0 / (1.0 - gamma).max(1e-9);
    let episode = f64::from(task.episode_steps);
    if horizon >= FORESIGHT * episode {
        return;
    }
    let seconds = |steps: f64| short(steps / f64::from(task.control_hz));
    let place = Location::Learner {
        name: name.to_owned(),
        field: "gamma",
    };
    let title = format!(
        "`{name}` looks only {} s ahead in episodes of {} s",
        seconds(horizon),
        seconds(episode)
    );
    let found = format!(
        "gamma {} means a horizon of {} steps",
        learner.settings().gamma(),
        short(horizon)
    );
    findings.push(
        Finding::new(SHORT_SIGHTED, Severity::Note, place, title, found).help(format!(
            "a gamma near {} lets the start of an episode see rewards at its end",
            1.0 - (3.0 / episode * 10_000.0).ceil() / 10_000.0
        )),
    );
}
