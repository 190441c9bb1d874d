//! What the agent sees: a sensor, and what is made of its reading.

use serde::Serialize;

use super::context::{Context, each};
use super::sensors::{Sensor, SensorWritten};
use super::timing::steps;
use crate::model::check::not_negative;
use crate::model::robot::Robot;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;

/// Numbers that an observation may keep: as many as all terms of all joints have.
const MAX_KEPT: usize = 65_536;

/// One group of entries of the observation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Observation {
    /// What is read.
    pub of: Sensor,
    /// Factor on what is left of the reading after noise and clip.
    pub scale: f32,
    /// Standard deviation of the Gaussian noise that is added to each entry in each step, in the reading's own unit; 0 or more.
    pub noise: f32,
    /// What the noisy reading is clamped to, in its own unit, the lower first; `None`: not at all.
    pub clip: Option<[f32; 2]>,
    /// How many control steps late the reading is seen; at first it is that of the episode's beginning.
    pub delay: usize,
    /// How many readings are seen, those of this step and of the steps before it, the newest first; 1 or more.
    pub history: usize,
}

impl Observation {
    /// How many steps' readings there must be to see this term; with 1, nothing is kept from step to step.
    pub fn window(&self) -> usize {
        self.delay + self.history
    }

    /// One name per entry, in order: those of the sensor, then those of the step before with `.1ago`, and so on.
    pub fn names(&self, robot: &Robot) -> Vec<String> {
        let now = self.of.names(robot);
        let before = (1..self.history)
            .flat_map(|ago| now.iter().map(move |name| format!("{name}.{ago}ago")));
        let before: Vec<String> = before.collect();
        now.into_iter().chain(before).collect()
    }
}

/// The terms at `at`, checked.
pub(super) fn observations(
    written: &[SensorWritten],
    context: &Context,
    at: &Path,
) -> Result<Vec<Observation>, Diagnostic> {
    let checked = each(written, at, |written, at| observation(written, context, at))?;
    let mut kept = 0;
    for (i, observation) in checked.iter().enumerate() {
        kept += observation.of.names(context.robot).len() * observation.window();
        if kept > MAX_KEPT {
            return Err(
                Diagnostic::new(at.nth(i), "the observation remembers too much")
                    .label(format!("with this term, {kept} numbers"))
                    .help(format!(
                        "at most {MAX_KEPT}: the entries of each term times its delay and history"
                    )),
            );
        }
    }
    Ok(checked)
}

fn observation(
    written: &SensorWritten,
    context: &Context,
    at: &Path,
) -> Result<Observation, Diagnostic> {
    let of = written.check(context, at)?;
    let options = written.options();
    if let Some([low, high]) = options.clip
        && low >= high
    {
        return Err(
            Diagnostic::new(at.field("clip"), "a clip must go from low to high")
                .help("(lowest, highest), in the unit of what is read"),
        );
    }
    Ok(Observation {
        of,
        scale: options.scale,
        noise: not_negative(options.noise, at, "noise", "in the unit of what is read")?,
        clip: options.clip,
        delay: steps(options.delay, 0, at, "delay")?,
        history: steps(options.history, 1, at, "history")?,
    })
}
