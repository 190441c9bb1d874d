//! The squashed normal distribution over actions `[A]`: `a = tanh(u)` with `u` normal of mean `m` and standard deviation
//! `s`, both given by the network for each state (arXiv:1801.01290, appendix C). Actions stay inside (-1, 1), and no
//! probability piles up at the bounds.
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

/// `d ln s / d l`, computed from `ln s`.
pub fn log_std_derivative(log_std: f32) -> f32 {
    let along = (log_std - CENTER) / HALF;
    1.0 - along * along
}

/// The output `l` whose [`log_std`] this is; between the bounds.
pub fn output_of(log_std: f32) -> f32 {
    HALF * (libm::atanhf((log_std - CENTER) / HALF) - SHIFT)
}

const CENTER: f32 = 0.5 * (LOG_STD.0 + LOG_STD.1);
const HALF: f32 = 0.5 * (LOG_STD.1 - LOG_STD.0);
/// `atanh(3 / 7)`: where `ln s` is 0.
const SHIFT: f32 = 0.458_145_37;

/// One entry of a drawn action.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Draw {
    /// `a = tanh(m + s noise)`.
    pub action: f32,
    /// Its share of `ln p(a)`.
    pub log_probability: f32,
}

/// One entry of a draw with a standard normal noise: `u = m + s noise`, `a = tanh u`, and
/// `ln p(a) = ln N(u; m, s) - ln(1 - tanh^2 u)`.
pub fn draw(mean: f32, log_std: f32, noise: f32) -> Draw {
    let u = libm::expf(log_std).mul_add(noise, mean);
    Draw {
        action: libm::tanhf(u),
        log_probability: -0.5 * noise * noise - log_std - HALF_LN_TAU - log_squash(u),
    }
}

/// Gradient of a loss with respect to `m` and `ln s` at fixed noise (the reparameterisation trick), from its derivatives with respect to `a` and `ln p(a)`:
/// `da/du = 1 - a^2`, `d ln p/du = 2 a`, `du/dm = 1`, `du/d ln s = s noise`, and `ln p` falls with `ln s` by itself.
pub fn gradient(
    action: f32,
    log_std: f32,
    noise: f32,
    to_action: f32,
    to_log_probability: f32,
) -> (f32, f32) {
    let to_u = to_action * (1.0 - action * action) + to_log_probability * 2.0 * action;
    let spread = libm::expf(log_std) * noise;
    (to_u, to_u * spread - to_log_probability)
}

/// `KL(old || new)` (nat) for two outputs of a network `[2 A]`. Squashing both changes nothing, so it is that of the normal
/// distributions before: `sum[ln(s / s_o) + (s_o^2 + (m_o - m)^2) / (2 s^2) - 1/2]`.
pub fn kl(old: &[f32], new: &[f32]) -> f32 {
    let entries = new.len() / 2;
    (0..entries)
        .map(|i| KlTerm::new([old[i], old[entries + i]], [new[i], new[entries + i]]).value())
        .sum()
}

/// Adds `weight` times the gradient of [`kl`] with respect to the new output to `into` `[2 A]`.
pub fn add_kl_gradient(old: &[f32], new: &[f32], weight: f32, into: &mut [f32]) {
    let entries = new.len() / 2;
    for i in 0..entries {
        let entry = KlTerm::new([old[i], old[entries + i]], [new[i], new[entries + i]]);
        into[i] += weight * entry.apart * entry.precision;
        into[entries + i] += weight * (1.0 - entry.squares) * log_std_derivative(entry.log_std);
    }
}

/// One entry's term of the KL divergence.
struct KlTerm {
    /// `ln s`.
    log_std: f32,
    /// `ln(s / s_o)`.
    log_ratio: f32,
    /// `m - m_o`.
    apart: f32,
    /// `1 / s^2`.
    precision: f32,
    /// `(s_o^2 + (m - m_o)^2) / s^2`.
    squares: f32,
}

impl KlTerm {
    /// From means and outputs `l`.
    fn new([old_mean, old]: [f32; 2], [mean, new]: [f32; 2]) -> Self {
        let (old, log_std) = (log_std(old), log_std(new));
        let (apart, log_ratio) = (mean - old_mean, log_std - old);
        let precision = libm::expf(-2.0 * log_std);
        // As a ratio, which is exactly 1 for equal stds: an unmoved policy must not look moved.
        let variances = libm::expf(-2.0 * log_ratio);
        Self {
            log_std,
            log_ratio,
            apart,
            precision,
            squares: (apart * apart).mul_add(precision, variances),
        }
    }

    fn value(&self) -> f32 {
        self.log_ratio + 0.5 * (self.squares - 1.0)
    }
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
                let got = f64::from(draw(mean, log_std, noise).log_probability);
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
        // u = 0: ln N = -ln(2 pi) / 2, and tanh is steepest there, with derivative 1.
        let at_the_mean = Draw {
            action: 0.0,
            log_probability: -HALF_LN_TAU,
        };
        assert_eq!(draw(0.0, 0.0, 0.0), at_the_mean);
        assert_eq!(log_squash(0.0), 0.0);
    }

    #[test]
    fn stds_stay_between_their_bounds() {
        assert!(log_std(0.0).abs() < 1e-6, "an output of 0 means 1");
        assert!((log_std(output_of(-0.75)) + 0.75).abs() < 1e-6);
        assert!((log_std(1e6) - LOG_STD.1).abs() < 1e-6);
        assert!((log_std(-1e6) - LOG_STD.0).abs() < 1e-6);
        let h = 1e-2;
        for x in [-3.0_f32, -0.5, 0.0, 1.0] {
            let slope = (log_std(x + h) - log_std(x - h)) / (2.0 * h);
            assert!((slope - log_std_derivative(log_std(x))).abs() < 1e-4);
        }
    }

    #[test]
    fn gradients_agree_with_finite_differences() {
        let h = 1e-2;
        let (mean, log_std, noise) = (0.25, -0.5, 0.75);
        // A loss of 2 a - 3 ln p.
        let loss = |mean, log_std| {
            let draw = draw(mean, log_std, noise);
            2.0 * draw.action - 3.0 * draw.log_probability
        };
        let action = draw(mean, log_std, noise).action;
        let (to_mean, to_log_std) = gradient(action, log_std, noise, 2.0, -3.0);
        let slope = (loss(mean + h, log_std) - loss(mean - h, log_std)) / (2.0 * h);
        assert!((slope - to_mean).abs() < 1e-3, "{slope} {to_mean}");
        let slope = (loss(mean, log_std + h) - loss(mean, log_std - h)) / (2.0 * h);
        assert!((slope - to_log_std).abs() < 1e-3, "{slope} {to_log_std}");
    }

    #[test]
    fn kl_by_hand() {
        assert_eq!(kl(&[0.5, -0.25], &[0.5, -0.25]), 0.0);
        // Equal stds of 1, means 2 apart: 4 / 2.
        assert!((kl(&[1.0, 0.0], &[3.0, 0.0]) - 2.0).abs() < 1e-5);
        // To half the std at the same mean: -ln 2 + 4 / 2 - 1 / 2.
        let ln_2 = std::f32::consts::LN_2;
        let found = kl(&[0.0, 0.0], &[0.0, output_of(-ln_2)]);
        assert!((found - (1.5 - ln_2)).abs() < 1e-5, "{found}");
    }

    #[test]
    fn the_gradient_of_kl_agrees_with_finite_differences() {
        let (old, outputs) = ([0.5, -0.75, 0.0, 0.25], [0.25, -1.0, -0.5, 0.75]);
        let mut gradient = [0.0; 4];
        add_kl_gradient(&old, &outputs, 2.0, &mut gradient);
        let h = 1e-2;
        for (i, exact) in gradient.iter().enumerate() {
            let at = |step: f32| {
                let mut outputs = outputs;
                outputs[i] += step;
                2.0 * kl(&old, &outputs)
            };
            let slope = (at(h) - at(-h)) / (2.0 * h);
            assert!((slope - exact).abs() < 1e-3, "{i}: {slope} {exact}");
        }
    }
}
