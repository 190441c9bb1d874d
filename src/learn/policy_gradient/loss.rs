//! Losses as functions of one sample, with their slopes.

/// What is made of the ratio `r = p(action) / p_old(action)` and the advantage `A` of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Surrogate {
    /// The policy gradient itself, for learners that look at a sample once.
    LogProbability,
    /// The clipped surrogate of PPO, with its range `e`.
    Clipped(f32),
    /// Simple policy optimisation, with its range `e`.
    Simple(f32),
}

impl Surrogate {
    /// The loss and its slope with respect to `ln p(action)`.
    pub(super) fn loss(self, log_probability: f32, ratio: f32, advantage: f32) -> (f32, f32) {
        match self {
            Self::LogProbability => (-log_probability * advantage, -advantage),
            Self::Clipped(clip) => clipped_surrogate(ratio, advantage, clip),
            Self::Simple(clip) => simple_surrogate(ratio, advantage, clip),
        }
    }

    /// Whether a ratio is outside the range that the surrogate keeps to.
    pub(super) fn is_outside(self, ratio: f32) -> bool {
        match self {
            Self::LogProbability => false,
            Self::Clipped(clip) | Self::Simple(clip) => (ratio - 1.0).abs() > clip,
        }
    }
}

/// The clipped surrogate `-min(r A, clip(r, 1 - e, 1 + e) A)` and its slope with respect to `ln p(action)`
/// (arXiv:1707.06347, eq. 7; `r = exp(ln p - ln p_old)`, so `dr / d ln p = r`).
fn clipped_surrogate(ratio: f32, advantage: f32, clip: f32) -> (f32, f32) {
    let followed = ratio * advantage;
    let clipped = ratio.clamp(1.0 - clip, 1.0 + clip) * advantage;
    if followed <= clipped {
        (-followed, -followed)
    } else {
        (-clipped, 0.0)
    }
}

/// `-(r A - |A| (r - 1)^2 / (2 e))` and its slope with respect to `ln p(action)` (arXiv:2401.16025, eq. 9): no wall at the end
/// of the range, but a slope that turns there, so that what has gone too far comes back.
fn simple_surrogate(ratio: f32, advantage: f32, clip: f32) -> (f32, f32) {
    let (weight, apart) = (advantage.abs() / clip, ratio - 1.0);
    let loss = 0.5 * weight * apart * apart - ratio * advantage;
    (loss, ratio * (weight * apart - advantage))
}

/// `(V - R)^2 / 2` and its slope with respect to `V`.
pub(super) fn value_loss(value: f32, target: f32) -> (f32, f32) {
    let error = value - target;
    (0.5 * error * error, error)
}

/// The larger of [`value_loss`] at `V` and at `V` kept within `clip` of what it was (as in the `baselines` of `OpenAI`), with its slope.
pub(super) fn clipped_value_loss(value: f32, old: f32, target: f32, clip: f32) -> (f32, f32) {
    let free = value_loss(value, target);
    let kept = value_loss(old + (value - old).clamp(-clip, clip), target);
    if free.0 >= kept.0 {
        free
    } else {
        (kept.0, 0.0)
    }
}

/// `(r - 1) - ln r`: an estimate of the divergence that is never negative.
pub(super) fn approximate_divergence(ratio: f32, log_ratio: f32) -> f32 {
    (ratio - 1.0) - log_ratio
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_the_clip_range_the_surrogate_follows_the_ratio() {
        assert_eq!(clipped_surrogate(1.0, 2.0, 0.25), (-2.0, -2.0));
        assert_eq!(clipped_surrogate(1.125, 2.0, 0.25), (-2.25, -2.25));
    }

    #[test]
    fn outside_it_only_the_way_back_is_followed() {
        // A good action that is already 1.5 times as likely: no more of it.
        assert_eq!(clipped_surrogate(1.5, 2.0, 0.25), (-2.5, 0.0));
        // A bad action that became more likely: all the way back.
        assert_eq!(clipped_surrogate(1.5, -2.0, 0.25), (3.0, 3.0));
        // A bad action that is already half as likely: no more of it.
        assert_eq!(clipped_surrogate(0.5, -2.0, 0.25), (1.5, 0.0));
    }

    #[test]
    fn slopes_are_those_of_finite_differences() {
        let h = 1e-3_f32;
        for (log_ratio, advantage) in [(0.1_f32, 1.5), (-0.1, -0.5), (0.5, -1.0), (-0.5, 1.0)] {
            let loss = |l: f32| clipped_surrogate(libm::expf(l), advantage, 0.25).0;
            let slope = (loss(log_ratio + h) - loss(log_ratio - h)) / (2.0 * h);
            let (_, exact) = clipped_surrogate(libm::expf(log_ratio), advantage, 0.25);
            assert!((slope - exact).abs() < 1e-3, "{slope} {exact}");
        }
        assert_eq!(value_loss(3.0, 1.0), (2.0, 2.0));
    }

    #[test]
    fn the_simple_surrogate_turns_at_the_end_of_its_range() {
        // A = 2, e = 0.25: at r = 1 it follows A; at r = 1.25 it is flat; beyond, it leads back.
        assert_eq!(simple_surrogate(1.0, 2.0, 0.25), (-2.0, -2.0));
        assert_eq!(simple_surrogate(1.25, 2.0, 0.25), (-2.25, 0.0));
        // 8 (r - 1)^2 / 2 = 1; slope 1.5 (4 - 2).
        assert_eq!(simple_surrogate(1.5, 2.0, 0.25), (-2.0, 3.0));
        assert_eq!(simple_surrogate(0.75, -2.0, 0.25), (1.75, 0.0));
    }

    #[test]
    fn every_surrogate_begins_as_the_policy_gradient() {
        for surrogate in [
            Surrogate::LogProbability,
            Surrogate::Clipped(0.2),
            Surrogate::Simple(0.2),
        ] {
            for advantage in [1.5, -0.5] {
                let (_, slope) = surrogate.loss(-0.75, 1.0, advantage);
                assert_eq!(slope, -advantage, "{surrogate:?}");
            }
            let h = 1e-3;
            let loss = |l: f32| surrogate.loss(-0.75 + l, libm::expf(l), 1.5).0;
            for l in [-0.1_f32, 0.1] {
                let slope = (loss(l + h) - loss(l - h)) / (2.0 * h);
                let (_, exact) = surrogate.loss(-0.75 + l, libm::expf(l), 1.5);
                assert!(
                    (slope - exact).abs() < 2e-3,
                    "{surrogate:?} {slope} {exact}"
                );
            }
        }
    }

    #[test]
    fn a_value_that_went_too_far_is_not_pulled_further() {
        // Target 2: from 0 to 0.25 is within the clip; beyond 0.5 the loss is that of 0.5, without a slope.
        assert_eq!(
            clipped_value_loss(0.25, 0.0, 2.0, 0.5),
            value_loss(0.25, 2.0)
        );
        assert_eq!(clipped_value_loss(1.0, 0.0, 2.0, 0.5), (1.125, 0.0));
        // Away from the target the whole error counts.
        assert_eq!(clipped_value_loss(-1.0, 0.0, 2.0, 0.5), (4.5, -3.0));
    }

    #[test]
    fn an_unmoved_policy_has_no_divergence() {
        assert_eq!(approximate_divergence(1.0, 0.0), 0.0);
    }
}
