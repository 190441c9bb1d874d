//! What a number is drawn from.

use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::seed::Rng;

/// What a number is drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Distribution {
    /// Anywhere in between, the lower first.
    Uniform(f32, f32),
    /// The normal distribution with this mean and standard deviation, drawn again beyond three of these.
    Normal(f32, f32),
    /// The logarithm anywhere in between those of the two, the lower first and above 0.
    LogUniform(f32, f32),
}

impl Distribution {
    /// The least number that it gives.
    pub fn least(&self) -> f32 {
        match *self {
            Self::Uniform(low, _) | Self::LogUniform(low, _) => low,
            Self::Normal(mean, std) => mean - 3.0 * std,
        }
    }

    /// A number of it.
    pub fn draw(&self, rng: &mut Rng) -> f32 {
        let mut between = |low: f32, high: f32| low + (high - low) * rng.random::<f32>();
        match *self {
            Self::Uniform(low, high) => between(low, high),
            Self::LogUniform(low, high) => {
                libm::expf(between(libm::logf(low), libm::logf(high))).clamp(low, high)
            }
            Self::Normal(mean, std) => loop {
                let drawn = normal(rng);
                if drawn.abs() <= 3.0 {
                    return mean + std * drawn;
                }
            },
        }
    }

    /// A number for each of some indices.
    pub(super) fn draw_each(&self, of: &[usize], rng: &mut Rng) -> Vec<(usize, f32)> {
        of.iter().map(|&i| (i, self.draw(rng))).collect()
    }

    /// That all it gives is above 0, as a factor must be; it is in the field `scale`.
    pub(super) fn check_factor(self, at: &Path) -> Result<Self, Diagnostic> {
        self.check(&at.field("scale"), true)
    }

    /// That all it gives is 0 or more.
    pub(super) fn check_size(self, at: &Path) -> Result<Self, Diagnostic> {
        self.check(at, false)
    }

    fn check(self, at: &Path, is_factor: bool) -> Result<Self, Diagnostic> {
        if let Self::LogUniform(low, _) = self
            && low <= 0.0
        {
            return Err(
                Diagnostic::new(at.nth(0), "a logarithm needs a number above 0")
                    .help("LogUniform(lowest, highest), both above 0"),
            );
        }
        let is_ordered = match self {
            Self::Uniform(low, high) | Self::LogUniform(low, high) => low <= high,
            Self::Normal(_, std) => std >= 0.0,
        };
        if !is_ordered {
            return Err(
                Diagnostic::new(at.clone(), "this distribution has no numbers").help(
                    "Uniform(lowest, highest), LogUniform(lowest, highest) or Normal(mean, deviation)",
                ),
            );
        }
        let least = self.least();
        if least < 0.0 || is_factor && least == 0.0 {
            let (what, bound) = if is_factor {
                ("a factor must be above 0", "above 0")
            } else {
                ("this must not be negative", "0 or more")
            };
            return Err(Diagnostic::new(at.clone(), what)
                .label(format!("it may be {least}"))
                .help(format!(
                    "all its values must be {bound}; a Normal distribution reaches three deviations"
                )));
        }
        Ok(self)
    }
}

/// A number of the standard normal distribution (Box and Muller), the same bits on every machine; never beyond plus or minus 5.8.
pub(super) fn normal(rng: &mut Rng) -> f32 {
    // Above 0, so that it has a logarithm.
    let radius = (-2.0 * libm::logf(1.0 - rng.random::<f32>())).sqrt();
    radius * libm::cosf(std::f32::consts::TAU * rng.random::<f32>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn normal_numbers_have_the_moments_of_the_normal_distribution() {
        let mut rng = Seed::new(1).stream("test").nth(0);
        let drawn: Vec<f64> = (0..10_000).map(|_| normal(&mut rng).into()).collect();
        let moment = |power| drawn.iter().map(|x| x.powi(power)).sum::<f64>() / 10_000.0;
        // Four standard deviations of the sample's mean, variance and kurtosis.
        assert!(moment(1).abs() < 0.04, "{}", moment(1));
        assert!((moment(2) - 1.0).abs() < 0.06, "{}", moment(2));
        assert!((moment(4) - 3.0).abs() < 0.4, "{}", moment(4));
    }
}
