//! What a critic's outputs mean: one number, or a histogram over returns.

use serde::{Deserialize, Serialize};

/// How a critic says what an action is worth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum ValueHead {
    /// As a number, with a squared error.
    Scalar,
    /// As probabilities of bins, whose mean is the value, with a cross-entropy to a smeared target (HL-Gauss, arXiv:2403.03950):
    /// large errors pull no harder than small ones.
    Histogram {
        /// Bins, 2 to 1,001.
        bins: usize,
        /// The middles of the outermost ones are at plus and minus this, in scaled rewards; above 0.
        reach: f32,
    },
}

/// Deviation of a smeared target, in bins (arXiv:2403.03950, section 3.1).
const SMEAR: f32 = 0.75;
/// Bins to each side of a target in which something of it is left.
const SIDE: isize = 4;

impl ValueHead {
    /// `K`, the outputs that a critic needs.
    pub(super) fn outputs(self) -> usize {
        match self {
            Self::Scalar => 1,
            Self::Histogram { bins, .. } => bins,
        }
    }

    /// `Q` of outputs `[K]`, and `weight dQ / d outputs` to `slopes` `[K]`.
    pub(super) fn value(self, outputs: &[f32], weight: f32, slopes: &mut [f32]) -> f32 {
        let Self::Histogram { bins, reach } = self else {
            slopes[0] = weight;
            return outputs[0];
        };
        softmax(outputs, slopes);
        let middle = |i: usize| middle(i, bins, reach);
        let value = (slopes.iter().enumerate()).fold(0.0, |sum, (i, p)| p.mul_add(middle(i), sum));
        for (i, slope) in slopes.iter_mut().enumerate() {
            *slope *= weight * (middle(i) - value);
        }
        value
    }

    /// The loss for a target, and `weight` times its slope to `slopes` `[K]`.
    pub(super) fn loss(self, outputs: &[f32], target: f32, weight: f32, slopes: &mut [f32]) -> f32 {
        let Self::Histogram { bins, reach } = self else {
            let error = outputs[0] - target;
            slopes[0] = weight * error;
            return 0.5 * error * error;
        };
        let log_sum = softmax(outputs, slopes);
        for slope in slopes.iter_mut() {
            *slope *= weight;
        }
        let mut loss = log_sum;
        smear(target, bins, reach, |bin, share| {
            loss -= share * outputs[bin];
            slopes[bin] -= weight * share;
        });
        loss
    }
}

/// The middle of a bin.
fn middle(bin: usize, bins: usize, reach: f32) -> f32 {
    (2 * bin) as f32 * reach / (bins - 1) as f32 - reach
}

/// Tells the bins in which a normal distribution about `target` lies, and its share in each; the shares add up to 1.
fn smear(target: f32, bins: usize, reach: f32, mut tell: impl FnMut(usize, f32)) {
    // In bins: the middle of bin i is at i.
    let at = (target.clamp(-reach, reach) + reach) * (bins - 1) as f32 / (2.0 * reach);
    let first = (at.round() as isize - SIDE).max(0) as usize;
    let last = ((at.round() as isize + SIDE) as usize).min(bins - 1);
    let below = |edge: f32| libm::erff((edge - at) * (std::f32::consts::FRAC_1_SQRT_2 / SMEAR));
    let edge = |bin: usize| bin as f32 - 0.5;
    let (start, end) = (below(edge(first)), below(edge(last + 1)));
    let mut before = start;
    for bin in first..=last {
        let after = below(edge(bin + 1));
        tell(bin, (after - before) / (end - start));
        before = after;
    }
}

/// Writes probabilities and returns `ln sum exp`.
fn softmax(outputs: &[f32], into: &mut [f32]) -> f32 {
    let most = outputs.iter().copied().fold(f32::MIN, f32::max);
    let mut sum = 0.0;
    for (into, x) in into.iter_mut().zip(outputs) {
        *into = libm::expf(x - most);
        sum += *into;
    }
    for into in into.iter_mut() {
        *into /= sum;
    }
    most + libm::logf(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE: ValueHead = ValueHead::Histogram {
        bins: 5,
        reach: 2.0,
    };

    #[test]
    fn a_number_is_its_own_value() {
        let mut slopes = [0.0];
        assert_eq!(ValueHead::Scalar.value(&[3.0], -2.0, &mut slopes), 3.0);
        assert_eq!(slopes, [-2.0]);
        assert_eq!(ValueHead::Scalar.loss(&[3.0], 1.0, 0.5, &mut slopes), 2.0);
        assert_eq!(slopes, [1.0]);
    }

    #[test]
    fn bins_that_are_equally_likely() {
        // Middles -2, -1, 0, 1, 2, each with probability 1/5; the slope is p (z - Q).
        let mut slopes = [0.0; 5];
        let value = FIVE.value(&[0.5; 5], 5.0, &mut slopes);
        assert!(value.abs() < 1e-6);
        for (slope, z) in slopes.iter().zip([-2.0, -1.0, 0.0, 1.0, 2.0]) {
            assert!((slope - z).abs() < 1e-6, "{slope}");
        }
        let loss = FIVE.loss(&[0.5; 5], 0.3, 1.0, &mut slopes);
        assert!((loss - 5.0_f32.ln()).abs() < 1e-6, "whatever the target");
    }

    #[test]
    fn a_smeared_target_has_its_mean_and_adds_up() {
        for target in [0.0, 3.3, -7.75, 10.0, 1e9, -1e9] {
            let (mut sum, mut mean, mut told) = (0.0, 0.0, 0);
            smear(target, 101, 20.0, |bin, share| {
                assert!(share >= 0.0);
                sum += share;
                mean += share * middle(bin, 101, 20.0);
                told += 1;
            });
            assert!((sum - 1.0).abs() < 1e-5, "{target}: {sum}");
            let kept = target.clamp(-20.0, 20.0);
            let apart = if kept == target { 2e-3 } else { 0.4 };
            assert!((mean - kept).abs() < apart, "{target}: {mean}");
            assert!(told <= 9);
        }
    }

    #[test]
    fn slopes_are_those_of_finite_differences() {
        let (outputs, h) = ([0.5, -1.0, 0.25, 0.75, 0.0], 1e-2);
        let (mut to_value, mut to_loss, mut unused) = ([0.0; 5], [0.0; 5], [0.0; 5]);
        FIVE.value(&outputs, 2.0, &mut to_value);
        FIVE.loss(&outputs, 0.6, 3.0, &mut to_loss);
        for i in 0..5 {
            let mut at = |step: f32| {
                let mut outputs = outputs;
                outputs[i] += step;
                let value = FIVE.value(&outputs, 1.0, &mut unused);
                (value, FIVE.loss(&outputs, 0.6, 1.0, &mut unused))
            };
            let (above, below) = (at(h), at(-h));
            let slope = (above.0 - below.0) / (2.0 * h);
            assert!((2.0 * slope - to_value[i]).abs() < 1e-3, "{i}: {slope}");
            let slope = (above.1 - below.1) / (2.0 * h);
            assert!((3.0 * slope - to_loss[i]).abs() < 1e-3, "{i}: {slope}");
        }
    }
}
