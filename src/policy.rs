//! What acts: an observation normaliser, a network, and a distribution over actions. A policy is plain data that a run
//! saves, a window plays and an evaluation judges.

pub mod gaussian;
pub mod normalize;

use rand::RngExt;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

use crate::nn::{Mlp, Workspace};
use crate::seed::Rng;
use crate::step::Spaces;
use gaussian::Deviation;
use normalize::Normalizer;

/// A Gaussian policy with a state-independent standard deviation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// What the entries of observations and actions are.
    pub spaces: Spaces,
    /// Brings observations to mean 0 and deviation 1.
    pub normalizer: Normalizer,
    /// Observation `[O]` to the mean action `[A]`.
    pub mean: Mlp,
    /// Natural logarithm of the standard deviation, `[A]`.
    pub log_std: Vec<f32>,
}

/// Memory that acting reuses.
#[derive(Default)]
pub struct Scratch {
    normalized: Vec<f32>,
    workspace: Workspace,
}

impl Policy {
    /// Mean actions `[rows, A]` of observations `[rows, O]`. A row has the same bits in any batch.
    pub fn means<'s>(
        &self,
        rows: usize,
        observations: &[f32],
        scratch: &'s mut Scratch,
    ) -> &'s [f32] {
        scratch.normalized.clear();
        scratch.normalized.extend_from_slice(observations);
        self.normalizer.apply(&mut scratch.normalized);
        self.mean
            .forward(rows, &scratch.normalized, &mut scratch.workspace)
    }

    /// Draws an action `[A]` around its mean and returns `ln p(action)`. The action is not clipped.
    pub fn sample(
        &self,
        deviation: &Deviation,
        mean: &[f32],
        rng: &mut Rng,
        action: &mut [f32],
    ) -> f32 {
        for ((action, mean), std) in action.iter_mut().zip(mean).zip(&deviation.std) {
            let noise: f32 = rng.sample(StandardNormal);
            *action = std.mul_add(noise, *mean);
        }
        deviation.log_probability(action, mean)
    }

    /// Whether every number of it is finite.
    pub fn is_finite(&self) -> bool {
        let (shift, factor) = self.normalizer.parts();
        [self.mean.parameters(), &self.log_std, shift, factor]
            .iter()
            .all(|numbers| numbers.iter().all(|x| x.is_finite()))
    }
}
