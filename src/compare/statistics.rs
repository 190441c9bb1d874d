//! Statistics over seeds, as pure functions.
//!
//! Runs with different seeds differ widely, so a mean alone says little. The interquartile mean leaves out the best and the worst
//! quarter, and the bootstrap gives its confidence interval (Agarwal et al. 2021, arXiv:2108.13264).

use rand::RngExt;

use crate::seed::Rng;

/// Bootstrap resamples for an interval.
const RESAMPLES: usize = 2000;
/// Probability below a 95 % interval, and above it.
const TAIL: f64 = 0.025;

/// The mean; `None` of an empty slice.
pub fn mean(numbers: &[f64]) -> Option<f64> {
    (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64)
}

/// The median; `None` of an empty slice. Numbers may be `INFINITY`, for an event that never happened.
pub fn median(numbers: &[f64]) -> Option<f64> {
    let sorted = sorted(numbers);
    (!sorted.is_empty()).then(|| quantile(&sorted, 0.5))
}

/// The mean without the `floor(n / 4)` smallest and largest numbers (arXiv:2108.13264, section 4.3); `None` of an empty slice.
pub fn interquartile_mean(numbers: &[f64]) -> Option<f64> {
    mean_of_the_middle(&sorted(numbers))
}

/// The 95 % confidence interval of the interquartile mean by the percentile bootstrap, each resample drawn from `numbers` with
/// replacement (Efron 1979). `None` of fewer than two numbers.
pub fn interquartile_interval(numbers: &[f64], rng: &mut Rng) -> Option<(f64, f64)> {
    if numbers.len() < 2 {
        return None;
    }
    let mut resample = vec![0.0; numbers.len()];
    let mut means: Vec<f64> = (0..RESAMPLES)
        .filter_map(|_| {
            for number in &mut resample {
                *number = numbers[rng.random_range(0..numbers.len())];
            }
            resample.sort_by(f64::total_cmp);
            mean_of_the_middle(&resample)
        })
        .collect();
    means.sort_by(f64::total_cmp);
    Some((quantile(&means, TAIL), quantile(&means, 1.0 - TAIL)))
}

/// The quantile of a non-empty ascending slice, by linear interpolation (Hyndman and Fan 1996, definition 7).
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, above) = (
        sorted[place.floor() as usize],
        sorted[place.ceil() as usize],
    );
    // Not as a weighted sum: 0 times infinity is NaN.
    if below == above || place.fract() == 0.0 {
        below
    } else {
        below + place.fract() * (above - below)
    }
}

/// The numbers in ascending order.
pub fn sorted(numbers: &[f64]) -> Vec<f64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn mean_of_the_middle(sorted: &[f64]) -> Option<f64> {
    let cut = sorted.len() / 4;
    mean(&sorted[cut..sorted.len() - cut])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    const NEVER: f64 = f64::INFINITY;

    fn rng() -> Rng {
        Seed::new(0).stream("test").nth(0)
    }

    #[test]
    fn means_and_medians_by_hand() {
        assert_eq!(mean(&[1.0, 2.0, 6.0]), Some(3.0));
        assert_eq!(median(&[6.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[6.0, 1.0, 2.0, 4.0]), Some(3.0));
        assert_eq!((mean(&[]), median(&[])), (None, None));
    }

    #[test]
    fn what_half_of_the_runs_never_do_has_no_median() {
        assert_eq!(median(&[5.0, NEVER, 7.0]), Some(7.0));
        assert_eq!(median(&[5.0, NEVER]), Some(NEVER));
        assert_eq!(median(&[NEVER, NEVER, 7.0, NEVER]), Some(NEVER));
    }

    #[test]
    fn the_interquartile_mean_leaves_out_a_quarter_at_each_end() {
        // Of four, one at each end; of five as well; of three none.
        assert_eq!(interquartile_mean(&[100.0, 2.0, 4.0, -100.0]), Some(3.0));
        assert_eq!(
            interquartile_mean(&[100.0, 2.0, 4.0, 6.0, -100.0]),
            Some(4.0)
        );
        assert_eq!(interquartile_mean(&[0.0, 0.0, 9.0]), Some(3.0));
        assert_eq!(interquartile_mean(&[]), None);
    }

    #[test]
    fn quantiles_lie_on_the_lines_between_the_numbers() {
        let sorted = [0.0, 10.0, 20.0, 30.0, 40.0];
        assert_eq!(quantile(&sorted, 0.0), 0.0);
        assert_eq!(quantile(&sorted, 0.25), 10.0);
        assert_eq!(quantile(&sorted, 0.125), 5.0);
        assert_eq!(quantile(&sorted, 1.0), 40.0);
    }

    #[test]
    fn an_interval_is_the_same_every_time_and_as_wide_as_the_numbers_are_apart() {
        assert_eq!(interquartile_interval(&[3.0], &mut rng()), None);
        assert_eq!(
            interquartile_interval(&[3.0; 5], &mut rng()),
            Some((3.0, 3.0))
        );
        // Of two numbers, a quarter of the resamples has one of them twice: more than a tail at each end.
        assert_eq!(
            interquartile_interval(&[1.0, 2.0], &mut rng()),
            Some((1.0, 2.0))
        );
        let numbers: Vec<f64> = (0..100).map(f64::from).collect();
        let interval = interquartile_interval(&numbers, &mut rng());
        assert_eq!(interval, interquartile_interval(&numbers, &mut rng()));
        let (low, high) = interval.expect("there are numbers");
        // The middle is 49.5; its standard error is about 4.
        assert!((39.0..46.0).contains(&low), "{low}");
        assert!((53.0..60.0).contains(&high), "{high}");
    }
}
