//! A rollout as a policy gradient sees it.

use super::Recipe;
use super::actor::Likelihood;
use crate::learn::returns::explained_variance;
use crate::learn::rollout::Rollout;
use crate::policy::normalize::Moments;

/// A rollout and what was made of it; shapes as in [`Rollout`]. Nobody asks for samples that are not in `samples`.
pub(in crate::learn) struct Batch<'a> {
    pub(in crate::learn) recipe: &'a Recipe,
    pub(in crate::learn) rollout: &'a Rollout,
    /// Normalised observations, `[N, T, O]`.
    pub(in crate::learn) inputs: Vec<f32>,
    /// Scaled, `[N, T]`.
    pub(in crate::learn) rewards: Vec<f32>,
    /// The samples that are learnt from, in their order.
    pub(in crate::learn) samples: Vec<u32>,
    /// What the critic said before the update, `[N, T]`.
    pub(in crate::learn) values: Vec<f32>,
    /// How much better than expected, `[N, T]`.
    pub(in crate::learn) advantages: Vec<f32>,
    /// What the critic should say, `[N, T]`; empty where there is none.
    pub(in crate::learn) targets: Vec<f32>,
    /// One of `advantages` in scaled rewards: what standardising divided them by.
    pub(in crate::learn) unit: f32,
    /// The distribution that acted.
    pub(in crate::learn) old: Likelihood,
    /// Share of the run's steps that is still to come.
    pub(in crate::learn) left: f32,
    /// What every rate is multiplied with.
    pub(in crate::learn) lr_scale: f32,
}

impl Batch<'_> {
    /// Brings the advantages to mean 0 and deviation 1 over the samples.
    pub(in crate::learn) fn standardize(&mut self) {
        self.unit *= standardize(&mut self.advantages, &self.samples);
    }

    /// `1 - var(target - value) / var(target)` over the samples, if there was a critic to be asked.
    pub(super) fn explained_variance(&self) -> Option<f64> {
        if self.targets.is_empty() || self.samples.is_empty() {
            return None;
        }
        Some(explained_variance(
            &self.targets,
            &self.values,
            &self.samples,
        ))
    }
}

/// Mean 0 and deviation 1 over the samples that count. Returns the deviation that there was.
pub(in crate::learn) fn standardize(numbers: &mut [f32], samples: &[u32]) -> f32 {
    let of_samples = samples.iter().map(|&i| f64::from(numbers[i as usize]));
    let moments = Moments::of(of_samples);
    let (mean, deviation) = (moments.mean(), moments.deviation());
    for number in numbers {
        *number = ((f64::from(*number) - mean) / deviation) as f32;
    }
    deviation as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advantages_are_standardised_over_the_samples_that_count() {
        let mut advantages = [1.0, 100.0, 3.0];
        let unit = standardize(&mut advantages, &[0, 2]); // mean 2, deviation 1
        assert_eq!((advantages[0], advantages[2]), (-1.0, 1.0));
        assert_eq!(unit, 1.0);
    }
}
