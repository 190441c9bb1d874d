//! The diagonal normal distribution over actions `[A]`, with mean `m` and standard deviation `s = exp(log_std)`, which
//! does not depend on the state.

/// ln(2 pi) / 2.
pub(crate) const HALF_LN_TAU: f32 = 0.918_938_5;

/// The part of the distribution that all samples share, computed once.
#[derive(Clone, Debug, PartialEq)]
pub struct Gaussian {
    /// `s`, `[A]`.
    pub std: Vec<f32>,
    /// `1 / s^2`, `[A]`.
    pub precision: Vec<f32>,
    /// `sum ln s`.
    sum_log: f32,
}

impl Gaussian {
    /// From `ln s`, `[A]`.
    pub fn new(log_std: &[f32]) -> Self {
        let exp = |scale: f32| log_std.iter().map(|l| libm::expf(scale * l)).collect();
        Self {
            std: exp(1.0),
            precision: exp(-2.0),
            sum_log: log_std.iter().sum(),
        }
    }

    /// `ln p(a) = sum[-((a - m) / s)^2 / 2 - ln s - ln(2 pi) / 2]`.
    pub fn log_probability(&self, action: &[f32], mean: &[f32]) -> f32 {
        -0.5 * self.squared_distance(action, mean)
            - self.sum_log
            - action.len() as f32 * HALF_LN_TAU
    }

    /// Gradient of `ln p(a)`: `(a - m) / s^2` to `to_mean`, `((a - m) / s)^2 - 1` to `to_log_std`, both `[A]`.
    pub fn score(&self, action: &[f32], mean: &[f32], to_mean: &mut [f32], to_log_std: &mut [f32]) {
        for i in 0..self.std.len() {
            let apart = action[i] - mean[i];
            to_mean[i] = apart * self.precision[i];
            to_log_std[i] = apart * to_mean[i] - 1.0;
        }
    }

    /// `sum[ln s + ln(2 pi e) / 2]` (nat).
    pub fn entropy(&self) -> f32 {
        self.sum_log + self.std.len() as f32 * (HALF_LN_TAU + 0.5)
    }

    /// The part of `KL(old || self) = sum[ln(s / s_o) + (s_o^2 + (m_o - m)^2) / (2 s^2) - 1/2]` (nat) that does not
    /// depend on the means.
    pub fn kl_of_stds(&self, old: &Self) -> f32 {
        // As a ratio, which is exactly 1 for equal stds: an unmoved policy must not look moved.
        let variances: f32 = (old.std.iter().zip(&self.std))
            .map(|(old, new)| (old / new) * (old / new))
            .sum();
        self.sum_log - old.sum_log + 0.5 * (variances - self.std.len() as f32)
    }

    /// The rest of it: `sum (m_o - m)^2 / (2 s^2)`.
    pub fn kl_of_means(&self, old_mean: &[f32], mean: &[f32]) -> f32 {
        0.5 * self.squared_distance(old_mean, mean)
    }

    /// `sum ((a - b) / s)^2`.
    fn squared_distance(&self, a: &[f32], b: &[f32]) -> f32 {
        let mut sum = 0.0;
        for i in 0..self.precision.len() {
            let apart = a[i] - b[i];
            sum += apart * apart * self.precision[i];
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_probability_of_a_standard_normal() {
        // One deviation off in one of two entries: -1/2 - 2 ln(2 pi) / 2.
        let got = Gaussian::new(&[0.0, 0.0]).log_probability(&[1.0, 0.0], &[0.0, 0.0]);
        assert!((got - (-0.5 - 1.837_877_1)).abs() < 1e-6);
    }

    #[test]
    fn score_is_the_gradient_of_log_probability() {
        let (action, mean, log_std) = ([0.5_f32, -1.0], [0.25_f32, 0.5], [-0.5_f32, 0.25]);
        let (mut to_mean, mut to_log_std) = ([0.0; 2], [0.0; 2]);
        Gaussian::new(&log_std).score(&action, &mean, &mut to_mean, &mut to_log_std);
        let h = 1e-2;
        for i in 0..2 {
            let at = |mean_step: f32, std_step: f32| {
                let (mut mean, mut log_std) = (mean, log_std);
                mean[i] += mean_step;
                log_std[i] += std_step;
                Gaussian::new(&log_std).log_probability(&action, &mean)
            };
            assert!(((at(h, 0.0) - at(-h, 0.0)) / (2.0 * h) - to_mean[i]).abs() < 2e-3);
            assert!(((at(0.0, h) - at(0.0, -h)) / (2.0 * h) - to_log_std[i]).abs() < 2e-3);
        }
    }

    #[test]
    fn kl_by_hand() {
        for log_std in [0.0, -0.3, -0.75, 1.1] {
            let same = Gaussian::new(&[log_std, log_std]);
            assert_eq!(same.kl_of_stds(&same), 0.0);
        }
        let unit = Gaussian::new(&[0.0]);
        // Means 2 apart: 4 / 2.
        assert_eq!(unit.kl_of_means(&[1.0], &[3.0]), 2.0);
        // Old std 2, new 1: ln(1 / 2) + 4 / 2 - 1 / 2.
        let double = Gaussian::new(&[std::f32::consts::LN_2]);
        let got = unit.kl_of_stds(&double);
        assert!((got - (1.5 - std::f32::consts::LN_2)).abs() < 1e-6);
    }

    #[test]
    fn entropy_of_a_standard_normal() {
        assert!((Gaussian::new(&[0.0]).entropy() - 1.418_938_5).abs() < 1e-6);
    }
}
