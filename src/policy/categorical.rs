//! The distribution over a few choices, `p_i = exp(x_i) / sum_j exp(x_j)` (softmax) of preferences `x` `[choices]`.

/// `ln sum_j exp(x_j)`, without overflow.
pub fn log_sum_exp(preferences: &[f32]) -> f32 {
    let most = preferences.iter().copied().fold(f32::MIN, f32::max);
    let sum: f32 = preferences.iter().map(|x| libm::expf(x - most)).sum();
    most + libm::logf(sum)
}

/// Writes the probabilities of all choices, `[choices]`.
pub fn probabilities(preferences: &[f32], into: &mut [f32]) {
    let log_sum = log_sum_exp(preferences);
    for (into, x) in into.iter_mut().zip(preferences) {
        *into = libm::expf(x - log_sum);
    }
}

/// `ln p_choice = x_choice - ln sum_j exp(x_j)`.
pub fn log_probability(choice: usize, preferences: &[f32]) -> f32 {
    preferences[choice] - log_sum_exp(preferences)
}

/// Gradient of `ln p_choice` with respect to the preferences: 1 for the choice itself, less the probability of each.
pub fn score(choice: usize, preferences: &[f32], into: &mut [f32]) {
    probabilities(preferences, into);
    for (i, p) in into.iter_mut().enumerate() {
        *p = f32::from(i == choice) - *p;
    }
}

/// `-sum p ln p` (nat).
pub fn entropy(preferences: &[f32]) -> f32 {
    let log_sum = log_sum_exp(preferences);
    let log_p = preferences.iter().map(|x| x - log_sum);
    -log_p.map(|log_p| libm::expf(log_p) * log_p).sum::<f32>()
}

/// Adds `weight` times the gradient of the entropy with respect to the preferences: `-p_i (ln p_i + entropy)`.
pub fn add_entropy_gradient(preferences: &[f32], weight: f32, into: &mut [f32]) {
    let (log_sum, entropy) = (log_sum_exp(preferences), entropy(preferences));
    for (into, x) in into.iter_mut().zip(preferences) {
        let log_p = x - log_sum;
        *into -= weight * libm::expf(log_p) * (log_p + entropy);
    }
}

/// `KL(old || new) = sum p_old (ln p_old - ln p_new)` (nat).
pub fn kl(old: &[f32], new: &[f32]) -> f32 {
    let (old_sum, new_sum) = (log_sum_exp(old), log_sum_exp(new));
    let terms = old.iter().zip(new).map(|(old, new)| {
        let (old, new) = (old - old_sum, new - new_sum);
        libm::expf(old) * (old - new)
    });
    terms.sum()
}

/// The choice that `uniform`, in [0, 1), falls on when the probabilities are laid side by side.
pub fn choose(preferences: &[f32], uniform: f32) -> usize {
    let log_sum = log_sum_exp(preferences);
    let mut left = uniform;
    for (choice, x) in preferences.iter().enumerate() {
        left -= libm::expf(x - log_sum);
        if left < 0.0 {
            return choice;
        }
    }
    // Rounding may leave a rest.
    preferences.len() - 1
}

/// The most likely choice, the first of equals.
pub fn mode(preferences: &[f32]) -> usize {
    let mut best = 0;
    for (choice, x) in preferences.iter().enumerate() {
        if *x > preferences[best] {
            best = choice;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    const LN_3: f32 = 1.098_612_3;

    fn close(a: f32, b: f32) -> bool {
        (a - b).abs() < 1e-6
    }

    #[test]
    fn equal_preferences_are_equally_likely() {
        let mut p = [0.0; 2];
        probabilities(&[5.0, 5.0], &mut p);
        assert_eq!(p, [0.5, 0.5]);
        let mut gradient = [0.0; 2];
        score(0, &[0.0, 0.0], &mut gradient);
        assert_eq!(gradient, [0.5, -0.5]);
        assert!(close(entropy(&[1.0, 1.0]), std::f32::consts::LN_2));
    }

    #[test]
    fn a_preference_of_ln_3_is_three_times_as_likely() {
        let mut p = [0.0; 2];
        probabilities(&[LN_3, 0.0], &mut p);
        assert!(close(p[0], 0.75) && close(p[1], 0.25), "{p:?}");
        assert!(close(log_probability(1, &[LN_3, 0.0]), 0.25_f32.ln()));
        // KL((1/2, 1/2) || (3/4, 1/4)) = (ln(2/3) + ln 2) / 2.
        let expected = 0.5 * ((2.0_f32 / 3.0).ln() + 2.0_f32.ln());
        assert!(close(kl(&[0.0, 0.0], &[LN_3, 0.0]), expected));
        assert_eq!(kl(&[0.3, -2.0], &[0.3, -2.0]), 0.0);
    }

    #[test]
    fn draws_fall_where_the_probabilities_lie() {
        for (uniform, choice) in [(0.0, 0), (0.74, 0), (0.76, 1), (0.999_999_9, 1)] {
            assert_eq!(choose(&[LN_3, 0.0], uniform), choice, "{uniform}");
        }
        assert_eq!(mode(&[1.0, 3.0, 3.0]), 1);
    }

    #[test]
    fn large_preferences_do_not_overflow() {
        assert!(close(log_probability(0, &[1000.0, 0.0]), 0.0));
        assert_eq!(entropy(&[1000.0, -1000.0]), 0.0);
        assert_eq!(log_probability(1, &[1000.0, 0.0]), -1000.0);
    }

    #[test]
    fn gradients_agree_with_finite_differences() {
        let x = [0.5, -1.0, 0.25];
        let h = 1e-2;
        let (mut to_entropy, mut to_log_p) = ([0.0; 3], [0.0; 3]);
        add_entropy_gradient(&x, 1.0, &mut to_entropy);
        score(2, &x, &mut to_log_p);
        for i in 0..3 {
            let at = |step: f32| {
                let mut x = x;
                x[i] += step;
                (entropy(&x), log_probability(2, &x))
            };
            let (above, below) = (at(h), at(-h));
            assert!(((above.0 - below.0) / (2.0 * h) - to_entropy[i]).abs() < 1e-4);
            assert!(((above.1 - below.1) / (2.0 * h) - to_log_p[i]).abs() < 1e-4);
        }
    }
}
