//! The actor's loss as a function of one sample, and the two multipliers in it.

use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// The actor's loss where the policy is within the KL bound: `alpha ln p(a) - Q(s, a)` (arXiv:2507.11019, eq. 10). Its derivative with
/// respect to `ln p(a)` is `alpha`, that with respect to `Q` is -1.
pub(super) fn value_objective(temperature: f32, log_probability: f32, value: f32) -> f32 {
    temperature * log_probability - value
}

/// The same beyond the bound: `beta KL(old || new)`, whose derivative with respect to the divergence is `beta`.
pub(super) fn kl_objective(kl_multiplier: f32, kl: f32) -> f32 {
    kl_multiplier * kl
}

/// A Lagrange multiplier: a positive number that grows while its constraint is violated, by a share of itself at a time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Multiplier {
    log: f32,
}

/// The range of its logarithm.
const LOG: RangeInclusive<f32> = -12.0..=6.0;

impl Multiplier {
    pub(super) fn new(value: f32) -> Self {
        Self {
            log: libm::logf(value).clamp(*LOG.start(), *LOG.end()),
        }
    }

    pub(super) fn value(self) -> f32 {
        libm::expf(self.log)
    }

    /// Takes a step of gradient ascent in the logarithm. `violation` counts from -1 to 1, so that one bad minibatch cannot move it far.
    pub(super) fn step(&mut self, violation: f32, rate: f32) {
        let log = self.log + rate * violation.clamp(-1.0, 1.0);
        self.log = log.clamp(*LOG.start(), *LOG.end());
    }

    pub(super) fn is_sound(self) -> bool {
        LOG.contains(&self.log)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_by_hand() {
        assert_eq!(value_objective(0.5, -2.0, 3.0), -4.0);
        assert_eq!(kl_objective(2.0, 0.25), 0.5);
    }

    #[test]
    fn a_multiplier_grows_while_its_constraint_is_violated() {
        let mut multiplier = Multiplier::new(1.0);
        multiplier.step(0.5, 0.5);
        assert_eq!(multiplier.log, 0.25);
        multiplier.step(-100.0, 0.25);
        assert_eq!(multiplier.log, 0.0);
        for _ in 0..100 {
            multiplier.step(9.0, 1.0);
        }
        assert_eq!(multiplier.log, 6.0);
        assert!(multiplier.is_sound() && !Multiplier { log: f32::NAN }.is_sound());
    }
}
