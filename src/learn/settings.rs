//! What the settings of all learners have in common: the trait that the trainer reads, and the ranges of their fields.

use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

use super::driver::Driver;
use crate::nn::{Activation, Layout};
use crate::seed::Seed;
use crate::step::Spaces;

/// Hyperparameters of a learner, as a preset writes them. A preset states every one; only a paper's optional
/// extensions may be left out, and are off then.
pub trait Settings {
    /// Control steps to train for, over all environments.
    fn steps(&self) -> u64;

    /// Makes the run so many control steps long.
    fn set_steps(&mut self, steps: u64);

    /// `N`, the number of environments.
    fn envs(&self) -> usize;

    /// `T`, the control steps that each environment takes between updates.
    fn horizon(&self) -> usize;

    /// Discount of the future per control step.
    fn gamma(&self) -> f32;

    /// Whether observations are brought to mean 0 and std 1 before the networks see them.
    fn normalizes_observations(&self) -> bool;

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
    /// It cannot; says which learners can.
    fn suits(&self, _: &Spaces) -> Result<(), String> {
        Ok(())
    }

    /// A learner in its initial state, ready to be trained.
    fn start(&self, spaces: &Spaces, seed: Seed) -> Driver;

    /// Floating-point operations of the learner's matrix products per control step: forward, and backward with respect
    /// to weights and inputs, without the gradient of the first layers' inputs where it is not needed.
    fn flops_per_step(&self, spaces: &Spaces) -> f64;

    /// Control steps that are only stored, before the first update.
    fn warmup(&self) -> u64 {
        0
    }

    /// When the trainer evaluates whether its scene is solved.
    fn evaluations(&self) -> Evaluations {
        Evaluations {
            every: 50_000,
            after: 200,
        }
    }
}

/// When the trainer evaluates whether its scene is solved. An evaluation plays a fixed number of episodes, which is cheap beside the
/// training of one learner and expensive beside that of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evaluations {
    /// Least number of control steps between two evaluations.
    pub every: u64,
    /// The number of recent training episodes whose mean has to approach the threshold first.
    pub after: usize,
}

/// How a learning rate changes over a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Rate {
    /// Fixed; above 0 and at most 1.
    Constant(f32),
    /// Decays linearly from this value to 0 at the last step; above 0 and at most 1.
    Linear(f32),
    /// Keeps the KL divergence from the policy that acted near a target (as in `rsl_rl`).
    KlAdaptive {
        /// The first rate, 1e-5 to 1e-2.
        start: f32,
        /// The KL divergence to keep (nat), above 0.
        target: f32,
    },
}

impl Rate {
    /// The range of an adaptive rate.
    pub(super) const ADAPTIVE: RangeInclusive<f32> = 1e-5..=1e-2;

    /// The initial rate.
    pub fn start(self) -> f32 {
        match self {
            Self::Constant(rate) | Self::Linear(rate) | Self::KlAdaptive { start: rate, .. } => {
                rate
            }
        }
    }

    /// The rate of the next step, after one at the rate `last`: with `remaining`, the share of the run that is still to come, and `kl`,
    /// the divergence of the newest minibatch from the policy that acted (nat).
    pub(super) fn next(self, last: f32, remaining: f32, kl: f32) -> f32 {
        match self {
            Self::Constant(rate) => rate,
            Self::Linear(start) => start * remaining,
            Self::KlAdaptive { target, .. } => adapt(last, kl, target),
        }
    }
}

/// By how much an adaptive rate changes at a time.
const ADAPTIVE_FACTOR: f32 = 1.5;

/// Above twice the target divergence the rate shrinks, below half of it it grows.
fn adapt(rate: f32, kl: f32, target: f32) -> f32 {
    if kl > 2.0 * target {
        (rate / ADAPTIVE_FACTOR).max(*Rate::ADAPTIVE.start())
    } else if kl > 0.0 && kl < 0.5 * target {
        (rate * ADAPTIVE_FACTOR).min(*Rate::ADAPTIVE.end())
    } else {
        rate
    }
}

/// The share of a run of `steps` control steps that is still to come after `done` of them, 0 to 1.
pub(super) fn remaining(done: u64, steps: u64) -> f32 {
    (1.0 - done as f64 / steps as f64).max(0.0) as f32
}

/// The accessors of [`Settings`] that read fields which every learner names the same; `horizon = N` for a learner without that field.
macro_rules! accessors {
    () => {
        $crate::learn::settings::accessors!(@shared);

        fn horizon(&self) -> usize {
            self.horizon
        }
    };
    (horizon = $horizon:literal) => {
        $crate::learn::settings::accessors!(@shared);

        fn horizon(&self) -> usize {
            $horizon
        }
    };
    (@shared) => {
        fn steps(&self) -> u64 {
            self.steps
        }

        fn set_steps(&mut self, steps: u64) {
            self.steps = steps;
        }

        fn envs(&self) -> usize {
            self.envs
        }

        fn gamma(&self) -> f32 {
            self.gamma
        }

        fn normalizes_observations(&self) -> bool {
            self.normalize_observations
        }
    };
}
pub(super) use accessors;

/// The name of the first field that is out of its range, and what it must be.
pub type Checked = Result<(), (&'static str, String)>;

/// Unless it `holds`, `rule` says what the value of `field` must be.
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

/// A constant learning rate. A larger one would overflow the weights.
pub(super) fn rate(field: &'static str, x: f32) -> Checked {
    holds(field, is_rate(x), "above 0 and at most 1")
}

/// `rate`, of a learner that can adapt it to the KL divergence.
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

/// `rate`, of a learner with too few or too small updates to adapt it to the KL divergence.
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

/// Floating-point operations of one sample, forward and backward, without the gradient of the first layer's inputs.
pub(super) fn training_flops(layout: &Layout) -> f64 {
    let first = layout.layers().next().map_or(0, |l| l.inputs * l.outputs);
    (6 * layout.weights() - 2 * first) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adaptive_rate_follows_the_divergence_within_its_bounds() {
        let rate = Rate::KlAdaptive {
            start: 1e-3,
            target: 0.02,
        };
        assert_eq!(rate.next(3e-3, 1.0, 0.05), 2e-3);
        assert_eq!(rate.next(2e-3, 1.0, 0.005), 3e-3);
        assert_eq!(rate.next(2e-3, 1.0, 0.02), 2e-3);
        assert_eq!(rate.next(2e-3, 1.0, 0.0), 2e-3);
        assert_eq!(rate.next(1e-5, 1.0, 1.0), 1e-5);
        assert_eq!(rate.next(1e-2, 1.0, 1e-6), 1e-2);
    }

    #[test]
    fn a_linear_rate_is_0_at_the_last_step() {
        let rate_after = |done| Rate::Linear(0.5).next(0.5, remaining(done, 4), 0.0);
        assert_eq!([0, 1, 4, 5].map(rate_after), [0.5, 0.375, 0.0, 0.0]);
    }
}
