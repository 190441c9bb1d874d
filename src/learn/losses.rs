//! Losses as functions of one sample, each with its derivatives. `r = p(a) / p_old(a)` is the probability ratio of an action and `A` its
//! advantage; `dr / d ln p(a) = r`.

/// The loss of an actor on one sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ActorLoss {
    pub(super) loss: f32,
    /// Its derivative with respect to `ln p(a)`.
    pub(super) to_log_probability: f32,
    /// Whether the ratio is beyond the range in which it is followed.
    pub(super) is_clipped: bool,
}

/// The policy gradient, `-A ln p(a)` (arXiv:1506.02438, eq. 1): for learners that see a sample once.
pub(super) fn policy_gradient(log_probability: f32, advantage: f32) -> ActorLoss {
    ActorLoss {
        loss: -log_probability * advantage,
        to_log_probability: -advantage,
        is_clipped: false,
    }
}

/// The clipped surrogate, `-min(r A, clip(r, 1 - e, 1 + e) A)` (arXiv:1707.06347, eq. 7).
pub(super) fn clipped_surrogate(ratio: f32, advantage: f32, clip: f32) -> ActorLoss {
    let unclipped = ratio * advantage;
    let clipped = ratio.clamp(1.0 - clip, 1.0 + clip) * advantage;
    let (loss, to_log_probability) = match unclipped <= clipped {
        true => (-unclipped, -unclipped),
        false => (-clipped, 0.0),
    };
    ActorLoss {
        loss,
        to_log_probability,
        is_clipped: is_beyond(ratio, clip),
    }
}

/// Simple policy optimisation, `-(r A - |A| (r - 1)^2 / (2 e))` (arXiv:2401.16025, eq. 9): smooth where the clipped surrogate has a kink,
/// and with a gradient that points back into the range from beyond it.
pub(super) fn simple_surrogate(ratio: f32, advantage: f32, clip: f32) -> ActorLoss {
    let (weight, apart) = (advantage.abs() / clip, ratio - 1.0);
    ActorLoss {
        loss: 0.5 * weight * apart * apart - ratio * advantage,
        to_log_probability: ratio * (weight * apart - advantage),
        is_clipped: is_beyond(ratio, clip),
    }
}

fn is_beyond(ratio: f32, clip: f32) -> bool {
    (ratio - 1.0).abs() > clip
}

/// `(V - R)^2 / 2` and its derivative with respect to `V`.
pub(super) fn value_loss(value: f32, target: f32) -> (f32, f32) {
    let error = value - target;
    (0.5 * error * error, error)
}

/// The larger of [`value_loss`] at `V` and at `V` kept within `clip` of the old value (as in `OpenAI`'s `baselines`), and its derivative
/// with respect to `V`.
pub(super) fn clipped_value_loss(value: f32, old: f32, target: f32, clip: f32) -> (f32, f32) {
    let free = value_loss(value, target);
    let kept = value_loss(old + (value - old).clamp(-clip, clip), target);
    if free.0 >= kept.0 {
        free
    } else {
        (kept.0, 0.0)
    }
}

/// `(r - 1) - ln r`: an unbiased estimate of `KL(old || new)` that is never negative (<http://joschu.net/blog/kl-approx.html>, `k3`).
pub(super) fn approximate_kl(ratio: f32, log_ratio: f32) -> f32 {
    (ratio - 1.0) - log_ratio
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(loss: ActorLoss) -> (f32, f32) {
        (loss.loss, loss.to_log_probability)
    }

    #[test]
    fn inside_the_clip_range_the_surrogate_follows_the_ratio() {
        assert_eq!(pair(clipped_surrogate(1.0, 2.0, 0.25)), (-2.0, -2.0));
        assert_eq!(pair(clipped_surrogate(1.125, 2.0, 0.25)), (-2.25, -2.25));
        assert!(!clipped_surrogate(1.125, 2.0, 0.25).is_clipped);
    }

    #[test]
    fn outside_it_only_the_way_back_is_followed() {
        // A good action that is already 1.5 times as likely: no more of it.
        assert_eq!(pair(clipped_surrogate(1.5, 2.0, 0.25)), (-2.5, 0.0));
        // A bad action that became more likely: all the way back.
        assert_eq!(pair(clipped_surrogate(1.5, -2.0, 0.25)), (3.0, 3.0));
        // A bad action that is already half as likely: no more of it.
        assert_eq!(pair(clipped_surrogate(0.5, -2.0, 0.25)), (1.5, 0.0));
        assert!(clipped_surrogate(1.5, -2.0, 0.25).is_clipped);
    }

    #[test]
    fn the_simple_surrogate_turns_at_the_end_of_its_range() {
        // A = 2, e = 0.25: at r = 1 it follows A; at r = 1.25 it is flat; beyond, it points back.
        assert_eq!(pair(simple_surrogate(1.0, 2.0, 0.25)), (-2.0, -2.0));
        assert_eq!(pair(simple_surrogate(1.25, 2.0, 0.25)), (-2.25, 0.0));
        // 8 (r - 1)^2 / 2 = 1; derivative 1.5 (4 - 2).
        assert_eq!(pair(simple_surrogate(1.5, 2.0, 0.25)), (-2.0, 3.0));
        assert_eq!(pair(simple_surrogate(0.75, -2.0, 0.25)), (1.75, 0.0));
        assert!(simple_surrogate(1.5, 2.0, 0.25).is_clipped);
    }

    /// All three, of a sample whose probability was `exp(-0.75)`.
    fn losses(log_ratio: f32, advantage: f32) -> [ActorLoss; 3] {
        let ratio = libm::expf(log_ratio);
        [
            policy_gradient(-0.75 + log_ratio, advantage),
            clipped_surrogate(ratio, advantage, 0.25),
            simple_surrogate(ratio, advantage, 0.25),
        ]
    }

    #[test]
    fn every_loss_starts_as_the_policy_gradient() {
        for advantage in [1.5, -0.5] {
            for loss in losses(0.0, advantage) {
                assert_eq!(loss.to_log_probability, -advantage);
            }
        }
    }

    #[test]
    fn derivatives_agree_with_finite_differences() {
        let h = 1e-3_f32;
        for (log_ratio, advantage) in [(0.1_f32, 1.5), (-0.1, -0.5), (0.5, -1.0), (-0.5, 1.0)] {
            let (above, below) = (
                losses(log_ratio + h, advantage),
                losses(log_ratio - h, advantage),
            );
            for (i, exact) in losses(log_ratio, advantage).iter().enumerate() {
                let difference = (above[i].loss - below[i].loss) / (2.0 * h);
                let apart = (difference - exact.to_log_probability).abs();
                assert!(apart < 2e-3, "{i}: {difference} {exact:?}");
            }
        }
        assert_eq!(value_loss(3.0, 1.0), (2.0, 2.0));
    }

    #[test]
    fn a_value_that_went_too_far_is_not_pulled_further() {
        // Target 2: from 0 to 0.25 is within the clip; beyond 0.5 the loss is that of 0.5, without a gradient.
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
        assert_eq!(approximate_kl(1.0, 0.0), 0.0);
    }
}
