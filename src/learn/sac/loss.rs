//! SAC's losses as functions of one sample, with their slopes.

/// What a critic should say (arXiv:1812.05905, eq. 3): the rewards on the way, and then the more cautious of two values of the next
/// action, which is paid for its surprise. `discount` is 0 where nothing comes after.
pub(super) fn target(
    rewards: f32,
    discount: f32,
    next_values: [f32; 2],
    temperature: f32,
    next_log_probability: f32,
) -> f32 {
    let value = next_values[0].min(next_values[1]);
    rewards + discount * (value - temperature * next_log_probability)
}

/// `(Q - y)^2 / 2` and its slope with respect to `Q` (eq. 5).
pub(super) fn critic_loss(value: f32, target: f32) -> (f32, f32) {
    let error = value - target;
    (0.5 * error * error, error)
}

/// `alpha ln p(a) - min(Q_1, Q_2)` of an action that the actor drew, and its slopes with respect to the two values (eq. 7); with
/// respect to `ln p(a)` it is `alpha`.
pub(super) fn actor_loss(
    temperature: f32,
    log_probability: f32,
    values: [f32; 2],
) -> (f32, [f32; 2]) {
    let slopes = if values[0] <= values[1] {
        [-1.0, 0.0]
    } else {
        [0.0, -1.0]
    };
    let value = values[0].min(values[1]);
    (temperature * log_probability - value, slopes)
}

/// The slope of `-ln alpha (ln p(a) + H)` with respect to `ln alpha` (eq. 18, in the logarithm): a policy that is less undecided
/// than the target entropy `H` makes the temperature rise.
pub(super) fn temperature_slope(log_probability: f32, target_entropy: f32) -> f32 {
    -(log_probability + target_entropy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_by_hand() {
        // 1 + 0.5 * (min(4, 3) - 0.25 * (-2)) = 1 + 0.5 * 3.5.
        assert_eq!(target(1.0, 0.5, [4.0, 3.0], 0.25, -2.0), 2.75);
        assert_eq!(target(1.0, 0.0, [4.0, 3.0], 0.25, -2.0), 1.0, "the end");
    }

    #[test]
    fn the_actor_listens_to_the_more_cautious_critic() {
        // 0.5 * (-1) - 2; only the second critic can change that.
        assert_eq!(actor_loss(0.5, -1.0, [3.0, 2.0]), (-2.5, [0.0, -1.0]));
        assert_eq!(actor_loss(0.5, -1.0, [1.0, 2.0]), (-1.5, [-1.0, 0.0]));
    }

    #[test]
    fn slopes_are_those_of_finite_differences() {
        let h = 0.25;
        let loss = |value| critic_loss(value, 1.0).0;
        assert_eq!((loss(3.0 + h) - loss(3.0 - h)) / (2.0 * h), 2.0);
        assert_eq!(critic_loss(3.0, 1.0), (2.0, 2.0));
        let loss = |value| actor_loss(0.5, -1.0, [3.0, value]).0;
        assert_eq!((loss(2.0 + h) - loss(2.0 - h)) / (2.0 * h), -1.0);
        let loss = |log_probability| actor_loss(0.5, log_probability, [3.0, 2.0]).0;
        assert_eq!((loss(h) - loss(-h)) / (2.0 * h), 0.5);
    }

    #[test]
    fn the_temperature_rises_for_a_policy_that_is_too_sure() {
        // ln p = 3 is an entropy of -3, below the target of -1: the slope is negative, a step against it goes up.
        assert_eq!(temperature_slope(3.0, -1.0), -2.0);
        assert_eq!(temperature_slope(-1.0, 1.0), 0.0);
    }
}
