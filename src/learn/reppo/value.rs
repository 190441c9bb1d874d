//! What a critic's outputs stand for: one number, or a histogram over returns.

use serde::{Deserialize, Serialize};

/// How a critic represents the value of an action.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum ValueHead {
    /// One number, with a squared error.
    Scalar,
    /// Probabilities of bins, whose mean is the value, with a cross-entropy to a smoothed target (HL-Gauss, arXiv:2403.03950): the gradient
    /// does not grow with the error.
    Histogram {
        /// Bins, 2 to 1,001.
        bins: usize,
        /// The centres of the outermost bins are at plus and minus this, in scaled rewards; above 0.
        reach: f32,
    },
}

/// Standard deviation of a smoothed target, in bins (arXiv:2403.03950, section 3.1).
const SMOOTHING: f32 = 0.75;
/// Bins on each side of a target that have a share in it.
const SIDE: isize = 4;

impl ValueHead {
    /// `K`, the outputs that a critic needs.
    pub(super) fn outputs(self) -> usize {
        match self {
            Self::Scalar => 1,
            Self::Histogram { bins, .. } => bins,
        }
    }

    /// `Q` of outputs `[K]`, and `weight dQ / d outputs` in `gradient` `[K]`.
    pub(super) fn value(self, outputs: &[f32], weight: f32, gradient: &mut [f32]) -> f32 {
        let Self::Histogram { bins, reach } = self else {
            gradient[0] = weight;
            return outputs[0];
        };
        softmax(outputs, gradient);
        let centre = |i: usize| centre(i, bins, reach);
        let value =
            (gradient.iter().enumerate()).fold(0.0, |sum, (i, p)| p.mul_add(centre(i), sum));
        for (i, entry) in gradient.iter_mut().enumerate() {
            *entry *= weight * (centre(i) - value);
        }
        value
    }

    /// The loss for a target, and `weight` times its derivative with respect to the outputs in `gradient` `[K]`.
    pub(super) fn loss(
        self,
        outputs: &[f32],
        target: f32,
        weight: f32,
        gradient: &mut [f32],
    ) -> f32 {
        let Self::Histogram { bins, reach } = self else {
            let error = outputs[0] - target;
            gradient[0] = weight * error;
            return 0.5 * error * error;
        };
        let log_sum = softmax(outputs, gradient);
        for entry in gradient.iter_mut() {
            *entry *= weight;
        }
        let mut loss = log_sum;
        smooth(target, bins, reach, |bin, share| {
            loss -= share * outputs[bin];
            gradient[bin] -= weight * share;
        });
        loss
    }
}

/// The centre of a bin.
fn centre(bin: usize, bins: usize, reach: f32) -> f32 {
    (2 * bin) as f32 * reach / (bins - 1) as f32 - reach
}

/// Calls `tell` with each bin in which a normal distribution around `target` lies and its share there; the shares add up to 1.
fn smooth(target: f32, bins: usize, reach: f32, mut tell: impl FnMut(usize, f32)) {
    // In bins: the centre of bin i is at i.
    let at = (target.clamp(-reach, reach) + reach) * (bins - 1) as f32 / (2.0 * reach);
    let first = (at.round() as isize - SIDE).max(0) as usize;
    let last = ((at.round() as isize + SIDE) as usize).min(bins - 1);
    let below = |edge: f32| libm::erff((edge - at) * (std::f32::consts::FRAC_1_SQRT_2 / SMOOTHING));
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
        let mut gradient = [0.0];
        assert_eq!(ValueHead::Scalar.value(&[3.0], -2.0, &mut gradient), 3.0);
        assert_eq!(gradient, [-2.0]);
        assert_eq!(ValueHead::Scalar.loss(&[3.0], 1.0, 0.5, &mut gradient), 2.0);
        assert_eq!(gradient, [1.0]);
    }

    #[test]
    fn bins_that_are_equally_likely() {
        // Centres -2, -1, 0, 1, 2, each with probability 1/5; the derivative is p (z - Q).
        let mut gradient = [0.0; 5];
        let value = FIVE.value(&[0.5; 5], 5.0, &mut gradient);
        assert!(value.abs() < 1e-6);
        for (entry, z) in gradient.iter().zip([-2.0, -1.0, 0.0, 1.0, 2.0]) {
            assert!((entry - z).abs() < 1e-6, "{entry}");
        }
        let loss = FIVE.loss(&[0.5; 5], 0.3, 1.0, &mut gradient);
        assert!((loss - 5.0_f32.ln()).abs() < 1e-6, "whatever the target");
    }

    #[test]
    fn a_smoothed_target_keeps_its_mean_and_adds_up() {
        for target in [0.0, 3.3, -7.75, 10.0, 1e9, -1e9] {
            let (mut sum, mut mean, mut told) = (0.0, 0.0, 0);
            smooth(target, 101, 20.0, |bin, share| {
                assert!(share >= 0.0);
                sum += share;
                mean += share * centre(bin, 101, 20.0);
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
    fn gradients_agree_with_finite_differences() {
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
            let difference = (above.0 - below.0) / (2.0 * h);
            assert!(
                (2.0 * difference - to_value[i]).abs() < 1e-3,
                "{i}: {difference}"
            );
            let difference = (above.1 - below.1) / (2.0 * h);
            assert!(
                (3.0 * difference - to_loss[i]).abs() < 1e-3,
                "{i}: {difference}"
            );
        }
    }
}
