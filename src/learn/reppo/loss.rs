//! What the actor minimises as a function of one sample, and the two multipliers in it.

use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// A loss of one sample and its slopes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Loss {
    pub(super) loss: f32,
    /// With respect to `ln p(a)` of the action that was drawn.
    pub(super) to_log_probability: f32,
    /// With respect to `KL(old || new)`.
    pub(super) to_divergence: f32,
}

/// The actor's loss where the policy is still near the one that acted: `alpha ln p(a) - Q(s, a)` (arXiv:2507.11019, eq. 10). Its
/// slope with respect to `Q` is -1.
pub(super) fn follow(temperature: f32, log_probability: f32, value: f32) -> Loss {
    Loss {
        loss: temperature * log_probability - value,
        to_log_probability: temperature,
        to_divergence: 0.0,
    }
}

/// The same where it has gone too far: the way back alone, `beta KL(old || new)`.
pub(super) fn lead_back(restraint: f32, divergence: f32) -> Loss {
    Loss {
        loss: restraint * divergence,
        to_log_probability: 0.0,
        to_divergence: restraint,
    }
}

/// A positive number that grows while something is too small, as a share of itself at a time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Multiplier {
    log: f32,
}

/// Where its logarithm stays.
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

    /// Takes a step of gradient ascent in the logarithm. `lacking` counts up to 1 either way, so that one bad minibatch cannot throw it
    /// far.
    pub(super) fn step(&mut self, lacking: f32, rate: f32) {
        let log = self.log + rate * lacking.clamp(-1.0, 1.0);
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
        let near = follow(0.5, -2.0, 3.0);
        assert_eq!((near.loss, near.to_log_probability), (-4.0, 0.5));
        assert_eq!(near.to_divergence, 0.0);
        let far = lead_back(2.0, 0.25);
        assert_eq!((far.loss, far.to_divergence), (0.5, 2.0));
        assert_eq!(far.to_log_probability, 0.0);
    }

    #[test]
    fn a_multiplier_grows_while_something_is_lacking() {
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
