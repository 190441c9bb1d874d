//! PPO's losses as functions of one sample, with their slopes.

/// The clipped surrogate `-min(r A, clip(r, 1 - e, 1 + e) A)` and its slope with respect to `ln p(action)`
/// (arXiv:1707.06347, eq. 7; `r = exp(ln p - ln p_old)`, so `dr / d ln p = r`).
pub(super) fn clipped_surrogate(ratio: f32, advantage: f32, clip: f32) -> (f32, f32) {
    let followed = ratio * advantage;
    let clipped = ratio.clamp(1.0 - clip, 1.0 + clip) * advantage;
    if followed <= clipped {
        (-followed, -followed)
    } else {
        (-clipped, 0.0)
    }
}

/// `(V - R)^2 / 2` and its slope with respect to `V`.
pub(super) fn value_loss(value: f32, target: f32) -> (f32, f32) {
    let error = value - target;
    (0.5 * error * error, error)
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
    fn an_unmoved_policy_has_no_divergence() {
        assert_eq!(approximate_divergence(1.0, 0.0), 0.0);
    }
}
