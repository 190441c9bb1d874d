//! What all learners' settings have in common: the questions that a training asks them, and the ranges of their fields.

use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

use super::student::Student;
use crate::nn::{Activation, Layout};
use crate::seed::Seed;
use crate::step::Spaces;

/// Hyperparameters of a learner, as a preset writes them. There are no defaults: a preset states every one.
pub trait Settings {
    /// Control steps to train for, over all environments.
    fn steps(&self) -> u64;

    /// Makes the run so many control steps long.
    fn set_steps(&mut self, steps: u64);

    /// `N`, the number of environments.
    fn envs(&self) -> usize;

    /// `T`, the control steps that each environment takes between updates.
    fn horizon(&self) -> usize;

    /// Control steps over all environments from one report to the next.
    fn steps_at_once(&self) -> u64 {
        (self.envs() * self.horizon()) as u64
    }

    /// Names the first field that is out of its range, and what it must be.
    ///
    /// # Errors
    /// There is one.
    fn check(&self) -> Checked;

    /// Whether the learner can act in such spaces.
    ///
    /// # Errors
    /// It cannot; says what could.
    fn suits(&self, _: &Spaces) -> Result<(), String> {
        Ok(())
    }

    /// A learner at its beginning.
    fn start(&self, spaces: &Spaces, seed: Seed) -> Box<dyn Student>;

    /// Floating-point operations of the learner's matrix products per control step: forward, and backward with respect
    /// to weights and inputs, less the first layers' inputs where nobody asks for them.
    fn flops_per_step(&self, spaces: &Spaces) -> f64;

    /// Control steps that are only remembered, before the first that is learnt from.
    fn warmup(&self) -> u64 {
        0
    }

    /// When the training asks whether its scene is solved.
    fn evaluations(&self) -> Evaluations {
        Evaluations {
            every: 50_000,
            after: 200,
        }
    }
}

/// When the training asks whether its scene is solved: an evaluation costs as many steps as it has episodes, which is little for
/// one learner and much for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evaluations {
    /// Control steps between two of them, at least.
    pub every: u64,
    /// The last training episodes, so many, that have to come near.
    pub after: usize,
}

/// How a learning rate goes over a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Rate {
    /// Always the same; above 0 and at most 1.
    Constant(f32),
    /// From this value to 0 at the last step; above 0 and at most 1.
    Linear(f32),
    /// Follows how far a minibatch's policy has moved from the one that acted (as in `rsl_rl`).
    KlAdaptive {
        /// The first rate, 1e-5 to 1e-2.
        start: f32,
        /// The divergence to keep (nat), above 0.
        target: f32,
    },
}

impl Rate {
    /// Where an adaptive rate stays.
    pub(super) const ADAPTIVE: RangeInclusive<f32> = 1e-5..=1e-2;

    /// The rate before anything is known.
    pub fn start(self) -> f32 {
        match self {
            Self::Constant(rate) | Self::Linear(rate) | Self::KlAdaptive { start: rate, .. } => {
                rate
            }
        }
    }
}

/// The name of the first field that is out of its range, and what it must be.
pub type Checked = Result<(), (&'static str, String)>;

/// `rule` says what a value of `field` that does not hold must be.
pub(super) fn holds(field: &'static str, holds: bool, rule: impl Into<String>) -> Checked {
    if holds {
        Ok(())
    } else {
        Err((field, rule.into()))
    }
}

/// `steps`, `envs` and `horizon`.
pub(super) fn length(steps: u64, envs: usize, horizon: usize) -> Checked {
    let counts = 1..=65_536;
    holds("steps", steps >= 1, "at least 1")?;
    holds("envs", counts.contains(&envs), "from 1 to 65536")?;
    holds("horizon", counts.contains(&horizon), "from 1 to 65536")?;
    let samples = envs.saturating_mul(horizon);
    holds("horizon", samples <= 1 << 20, "at most 1048576 / envs")
}

/// `batch`, of samples of a rollout.
pub(super) fn batch(batch: usize, envs: usize, horizon: usize) -> Checked {
    let samples = envs * horizon;
    let rule = format!("at most envs * horizon = {envs} * {horizon} = {samples}");
    holds("batch", batch >= 1, "at least 1")?;
    holds("batch", batch <= samples, rule)
}

/// Units of hidden layers.
pub(super) fn widths(field: &'static str, widths: &[usize]) -> Checked {
    let are_fine = widths.len() <= 8 && widths.iter().all(|w| (1..=4096).contains(w));
    holds(field, are_fine, "at most 8 numbers from 1 to 4096")
}

/// A count.
pub(super) fn count(field: &'static str, n: usize, range: RangeInclusive<usize>) -> Checked {
    let rule = format!("from {} to {}", range.start(), range.end());
    holds(field, range.contains(&n), rule)
}

/// A number in a range.
pub(super) fn within(field: &'static str, x: f32, range: RangeInclusive<f32>) -> Checked {
    let rule = format!("from {} to {}", range.start(), range.end());
    holds(field, range.contains(&x), rule)
}

/// A finite number above 0.
pub(super) fn positive(field: &'static str, x: f32) -> Checked {
    holds(field, is_positive(x), "above 0")
}

/// A finite number of at least 0.
pub(super) fn not_negative(field: &'static str, x: f32) -> Checked {
    holds(field, x >= 0.0 && x.is_finite(), "at least 0")
}

/// A constant learning rate: a larger one would throw weights out of what `f32` holds.
pub(super) fn rate(field: &'static str, x: f32) -> Checked {
    holds(field, is_rate(x), "above 0 and at most 1")
}

/// `rate`, of a learner that can follow the divergence.
pub(super) fn any_rate(rate: Rate) -> Checked {
    let is_fine = match rate {
        Rate::Constant(rate) | Rate::Linear(rate) => is_rate(rate),
        Rate::KlAdaptive { start, target } => {
            Rate::ADAPTIVE.contains(&start) && is_positive(target)
        }
    };
    let rule = "above 0 and at most 1; KlAdaptive starts from 1e-5 to 1e-2 with a target above 0";
    holds("rate", is_fine, rule)
}

/// `rate`, of a learner whose updates are too few or too small to follow a divergence.
pub(super) fn plain_rate(rate: Rate) -> Checked {
    let is_adaptive = matches!(rate, Rate::KlAdaptive { .. });
    holds("rate", !is_adaptive, "Constant or Linear for this learner")?;
    any_rate(rate)
}

fn is_rate(x: f32) -> bool {
    x > 0.0 && x <= 1.0
}

fn is_positive(x: f32) -> bool {
    x > 0.0 && x.is_finite()
}

/// The network from so many inputs through hidden layers to so many outputs.
pub(super) fn layout(
    inputs: usize,
    widths: &[usize],
    outputs: usize,
    activation: Activation,
) -> Layout {
    Layout::new([&[inputs], widths, &[outputs]].concat(), activation)
}

/// Operations of one sample forward and backward, less the first layer's inputs.
pub(super) fn training_flops(layout: &Layout) -> f64 {
    let first = layout.layers().next().map_or(0, |l| l.inputs * l.outputs);
    (6 * layout.weights() - 2 * first) as f64
}
