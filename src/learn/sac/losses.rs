//! SAC's losses as functions of one sample, with their derivatives.

/// The target of the critics (arXiv:1812.05905, eq. 3 and 6): the rewards of `n` steps, and the smaller of two target values of the next
/// action with its entropy bonus. Termination has no future value: `discount` is 0 there.
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

/// `alpha ln p(a) - min(Q_1, Q_2)` of an action that the actor drew (eq. 7), and its derivatives with respect to the two values; that with
/// respect to `ln p(a)` is `alpha`.
pub(super) fn actor_loss(
    temperature: f32,
    log_probability: f32,
    values: [f32; 2],
) -> (f32, [f32; 2]) {
    let to_values = if values[0] <= values[1] {
        [-1.0, 0.0]
    } else {
        [0.0, -1.0]
    };
    let value = values[0].min(values[1]);
    (temperature * log_probability - value, to_values)
}

/// The derivative of `-ln alpha (ln p(a) + H)` with respect to `ln alpha` (eq. 18, in the logarithm): a policy of less than the target
/// entropy `H` raises the temperature.
pub(super) fn temperature_gradient(log_probability: f32, target_entropy: f32) -> f32 {
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
    fn the_actor_follows_the_smaller_value() {
        // 0.5 * (-1) - 2; only the second critic can change that.
        assert_eq!(actor_loss(0.5, -1.0, [3.0, 2.0]), (-2.5, [0.0, -1.0]));
        assert_eq!(actor_loss(0.5, -1.0, [1.0, 2.0]), (-1.5, [-1.0, 0.0]));
    }

    #[test]
    fn derivatives_agree_with_finite_differences() {
        let h = 0.25;
        let loss = |value| actor_loss(0.5, -1.0, [3.0, value]).0;
        assert_eq!((loss(2.0 + h) - loss(2.0 - h)) / (2.0 * h), -1.0);
        let loss = |log_probability| actor_loss(0.5, log_probability, [3.0, 2.0]).0;
        assert_eq!((loss(h) - loss(-h)) / (2.0 * h), 0.5);
    }

    #[test]
    fn too_little_entropy_raises_the_temperature() {
        // ln p = 3 is an entropy of -3, below the target of -1: the derivative is negative, a step against it goes up.
        assert_eq!(temperature_gradient(3.0, -1.0), -2.0);
        assert_eq!(temperature_gradient(-1.0, 1.0), 0.0);
    }
}
