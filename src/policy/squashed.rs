//! The squashed normal distribution over actions `[A]`: `a = tanh(u)` with `u` normal of mean `m` and standard deviation
//! `s`, both given by the network for each state (arXiv:1801.01290, appendix C). Actions stay inside (-1, 1), and the bounds
//! are no walls at which probability piles up.
//!
//! A network's output is `[m | l]` `[2 A]`, where `l` becomes `ln s` between two bounds, see [`log_std`].

use crate::policy::gaussian::HALF_LN_TAU;

/// Where `ln s` stays.
const LOG_STD: (f32, f32) = (-5.0, 2.0);

/// `ln s` of a network's output `l`: `c + h tanh(l / h + atanh(-c / h))` with the middle `c` of the bounds and half their
/// distance `h`. So any number is brought between the bounds, and 0 means `s = 1`.
pub fn log_std(output: f32) -> f32 {
    CENTER + HALF * libm::tanhf(output / HALF + SHIFT)
}

/// Its slope, told from its value.
pub fn log_std_slope(log_std: f32) -> f32 {
    let along = (log_std - CENTER) / HALF;
    1.0 - along * along
}

const CENTER: f32 = 0.5 * (LOG_STD.0 + LOG_STD.1);
const HALF: f32 = 0.5 * (LOG_STD.1 - LOG_STD.0);
/// `atanh(3 / 7)`: where `ln s` is 0.
const SHIFT: f32 = 0.458_145_37;

/// One entry of a draw: `u = m + s noise`, `a = tanh u`.
pub fn act(mean: f32, log_std: f32, noise: f32) -> f32 {
    libm::tanhf(libm::expf(log_std).mul_add(noise, mean))
}

/// One entry of `ln p(a)` at `u = m + s noise`: `ln N(u; m, s) - 2 (ln 2 - u - softplus(-2 u))`, where the second term is
/// `ln(1 - tanh^2 u)` in a form that does not lose its digits for large `u`.
pub fn log_probability(mean: f32, log_std: f32, noise: f32) -> f32 {
    let u = libm::expf(log_std).mul_add(noise, mean);
    -0.5 * noise * noise - log_std - HALF_LN_TAU - log_squash(u)
}

/// `ln(1 - tanh^2 u) = 2 (ln 2 - |u| - ln(1 + exp(-2 |u|)))`, which is even in `u`.
pub fn log_squash(u: f32) -> f32 {
    let u = u.abs();
    2.0 * (std::f32::consts::LN_2 - u - libm::log1pf(libm::expf(-2.0 * u)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same in `f64`, by the definition.
    fn reference(mean: f64, log_std: f64, noise: f64) -> f64 {
        let u = mean + log_std.exp() * noise;
        let cosh = u.cosh();
        let log_normal = -0.5 * noise * noise - log_std - 0.5 * (2.0 * std::f64::consts::PI).ln();
        log_normal + 2.0 * cosh.ln()
    }

    #[test]
    fn log_probabilities_agree_with_f64_up_to_ten() {
        let mut seen = 0;
        for i in -40..=40 {
            let u = i as f32 * 0.25;
            for (log_std, noise) in [(0.0_f32, 0.5_f32), (-1.0, -1.5), (0.5, 2.0), (-4.0, 0.0)] {
                let mean = u - log_std.exp() * noise;
                let got = f64::from(log_probability(mean, log_std, noise));
                let expected = reference(mean.into(), log_std.into(), noise.into());
                let apart = (got - expected).abs() / expected.abs().max(1.0);
                assert!(apart < 1e-5, "u = {u}: {got} instead of {expected}");
                seen += 1;
            }
        }
        assert_eq!(seen, 4 * 81);
    }

    #[test]
    fn a_draw_at_the_mean_by_hand() {
        // u = 0: ln N = -ln(2 pi) / 2, and tanh is steepest there, with slope 1.
        assert_eq!(log_probability(0.0, 0.0, 0.0), -HALF_LN_TAU);
        assert_eq!(act(0.0, 0.0, 0.0), 0.0);
        assert_eq!(log_squash(0.0), 0.0);
    }

    #[test]
    fn deviations_stay_between_their_bounds() {
        assert!(log_std(0.0).abs() < 1e-6, "an output of 0 means 1");
        assert!((log_std(1e6) - LOG_STD.1).abs() < 1e-6);
        assert!((log_std(-1e6) - LOG_STD.0).abs() < 1e-6);
        let h = 1e-2;
        for x in [-3.0_f32, -0.5, 0.0, 1.0] {
            let slope = (log_std(x + h) - log_std(x - h)) / (2.0 * h);
            assert!((slope - log_std_slope(log_std(x))).abs() < 1e-4);
        }
    }
}
