//! What few numbers say about many: pure functions, the same every time.
//!
//! Runs with other seeds differ widely, so a mean alone says little. The interquartile mean leaves out the best and the worst
//! quarter, and the bootstrap says how far it could be off (Agarwal et al. 2021, arXiv:2108.13264).

use rand::RngExt;

use crate::seed::Rng;

/// Times that the numbers are drawn again for an interval.
const RESAMPLES: usize = 2000;
/// What lies below an interval of 95 %, and above it.
const TAIL: f64 = 0.025;

/// The mean; none of nothing.
pub fn mean(numbers: &[f64]) -> Option<f64> {
    (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64)
}

/// The number in the middle, or the mean of the two there; none of nothing. `INFINITY` may be among them: something that never
/// came about.
pub fn median(numbers: &[f64]) -> Option<f64> {
    let sorted = sorted(numbers);
    (!sorted.is_empty()).then(|| quantile(&sorted, 0.5))
}

/// The mean without the smallest and the largest quarter, `floor(n / 4)` numbers each (arXiv:2108.13264, section 4.3); none of
/// nothing.
pub fn interquartile_mean(numbers: &[f64]) -> Option<f64> {
    mean_of_the_middle(&sorted(numbers))
}

/// Where the interquartile mean of other numbers like these would lie in 95 of 100 cases: the percentile bootstrap, each
/// resample drawn from `numbers` with replacement (Efron 1979). None of fewer than two.
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

/// The number below which a share of `sorted` lies, which is not empty: between two of them, on the line from one to the other
/// (Hyndman and Fan 1996, definition 7).
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, above) = (
        sorted[place.floor() as usize],
        sorted[place.ceil() as usize],
    );
    // Not by weights: 0 times infinity is no number.
    if below == above || place.fract() == 0.0 {
        below
    } else {
        below + place.fract() * (above - below)
    }
}

/// The numbers from the smallest to the largest.
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
