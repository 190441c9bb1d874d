//! Policies: an observation normaliser, a network, and a distribution over actions. A policy is plain data that a run saves, a
//! window plays and an evaluation measures.

pub mod categorical;
pub mod gaussian;
pub mod normalize;
pub mod squashed;

use rand::RngExt;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

use crate::nn::{Mlp, Workspace};
use crate::seed::Rng;
use crate::step::{ActionSpace, Spaces};
use gaussian::Gaussian;
use normalize::Normalizer;

/// A normaliser, a network and the distribution that its outputs `[P]` describe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// What the entries of observations and actions are.
    pub spaces: Spaces,
    /// Brings observations to mean 0 and std 1.
    pub normalizer: Normalizer,
    /// Observation `[O]` to what the head needs, `[P]`.
    pub network: Mlp,
    /// How actions follow from the network's outputs.
    pub head: Head,
}

/// The distribution of actions, given a network's outputs `[P]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Head {
    /// Normal, not bounded: `P = A` means; the stds do not depend on the state.
    Gaussian {
        /// Natural logarithm of the standard deviation, `[A]`.
        log_std: Vec<f32>,
    },
    /// The tanh of a normal, inside (-1, 1): `P = 2 A`, means and then what [`squashed::log_std`] takes.
    Squashed {
        /// Correlation of the noise of one step and the next, in [0, 1): above 0, exploration is smooth in time. The distribution of
        /// each single action does not depend on it.
        correlation: f32,
    },
    /// One of a few choices: `P` preferences.
    Categorical,
}

/// Memory that acting reuses.
#[derive(Default)]
pub struct Scratch {
    normalized: Vec<f32>,
    workspace: Workspace,
}

/// A head with what every draw needs, computed once.
pub struct Distribution<'a> {
    head: &'a Head,
    /// Empty for any other head.
    gaussian: Gaussian,
}

/// The random numbers of one environment's actions.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Noise {
    rng: Rng,
    /// The last standard normal noise, `[A]`, of a head whose noise is correlated; empty before the first.
    last: Vec<f32>,
}

impl Policy {
    /// The head's parameters `[rows, P]` for observations `[rows, O]`. A row has the same bits in any batch.
    pub fn outputs<'s>(
        &self,
        rows: usize,
        observations: &[f32],
        scratch: &'s mut Scratch,
    ) -> &'s [f32] {
        scratch.normalized.clear();
        scratch.normalized.extend_from_slice(observations);
        self.normalizer.apply(&mut scratch.normalized);
        self.network
            .forward(rows, &scratch.normalized, &mut scratch.workspace)
    }

    /// Ready to draw.
    pub fn distribution(&self) -> Distribution<'_> {
        Distribution {
            gaussian: match &self.head {
                Head::Gaussian { log_std } => Gaussian::new(log_std),
                Head::Squashed { .. } | Head::Categorical => Gaussian::new(&[]),
            },
            head: &self.head,
        }
    }

    /// `P`, the numbers that the head needs of the network.
    pub fn parameters(&self) -> usize {
        self.network.layout().outputs()
    }

    /// Whether every number of it is finite.
    pub fn is_finite(&self) -> bool {
        let (shift, factor) = self.normalizer.parts();
        let head: &[f32] = match &self.head {
            Head::Gaussian { log_std } => log_std,
            Head::Squashed { correlation } => std::slice::from_ref(correlation),
            Head::Categorical => &[],
        };
        [self.network.parameters(), head, shift, factor]
            .iter()
            .all(|numbers| numbers.iter().all(|x| x.is_finite()))
    }
}

impl Head {
    /// `P` of a network for this head and these actions; none if the head cannot choose such actions.
    pub fn parameters(&self, action: &ActionSpace) -> Option<usize> {
        match (self, action) {
            (Self::Gaussian { log_std }, ActionSpace::Continuous(names)) => {
                (log_std.len() == names.len()).then_some(names.len())
            }
            (Self::Squashed { correlation }, ActionSpace::Continuous(names)) => {
                (0.0..1.0).contains(correlation).then_some(2 * names.len())
            }
            (Self::Categorical, ActionSpace::Discrete(names)) => Some(names.len()),
            _ => None,
        }
    }
}

impl Distribution<'_> {
    /// The action `[A]` without exploration: the mean, or the most likely choice.
    pub fn mode(&self, outputs: &[f32], action: &mut [f32]) {
        match self.head {
            Head::Gaussian { .. } => action.copy_from_slice(outputs),
            Head::Squashed { .. } => {
                for (action, mean) in action.iter_mut().zip(outputs) {
                    *action = libm::tanhf(*mean);
                }
            }
            Head::Categorical => action[0] = categorical::mode(outputs) as f32,
        }
    }

    /// Draws an action `[A]` and returns `ln p(action)`. A Gaussian's is not clipped; a choice is its index.
    pub fn sample(&self, outputs: &[f32], noise: &mut Noise, action: &mut [f32]) -> f32 {
        match self.head {
            Head::Gaussian { .. } => {
                let means = outputs.iter().zip(&self.gaussian.std);
                for (action, (mean, std)) in action.iter_mut().zip(means) {
                    let noise: f32 = noise.rng.sample(StandardNormal);
                    *action = std.mul_add(noise, *mean);
                }
                self.gaussian.log_probability(action, outputs)
            }
            Head::Squashed { correlation } => {
                let (means, log_stds) = outputs.split_at(action.len());
                noise.draw(action.len(), *correlation);
                let mut log_probability = 0.0;
                for (i, action) in action.iter_mut().enumerate() {
                    let log_std = squashed::log_std(log_stds[i]);
                    let draw = squashed::draw(means[i], log_std, noise.last[i]);
                    *action = draw.action;
                    log_probability += draw.log_probability;
                }
                log_probability
            }
            Head::Categorical => {
                let choice = categorical::choose(outputs, noise.rng.random());
                action[0] = choice as f32;
                categorical::log_probability(choice, outputs)
            }
        }
    }
}

impl Noise {
    /// Draws from this generator.
    pub fn new(rng: Rng) -> Self {
        Self {
            rng,
            last: Vec::new(),
        }
    }

    /// The next standard normal noise `[A]`: `c` times the last one plus `sqrt(1 - c^2)` times a fresh one, so that it has
    /// variance 1 at every step.
    fn draw(&mut self, entries: usize, correlation: f32) {
        let (kept, fresh) = match self.last.len() == entries {
            true => (correlation, (1.0 - correlation * correlation).sqrt()),
            false => (0.0, 1.0),
        };
        self.last.resize(entries, 0.0);
        for last in &mut self.last {
            let noise: f32 = self.rng.sample(StandardNormal);
            *last = kept.mul_add(*last, fresh * noise);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn correlated_noise_has_variance_1_and_its_correlation() {
        let mut noise = Noise::new(Seed::new(1).stream("test").nth(0));
        let (mut squares, mut products, mut before) = (0.0, 0.0, 0.0);
        for _ in 0..20_000 {
            noise.draw(1, 0.75);
            squares += noise.last[0] * noise.last[0];
            products += noise.last[0] * before;
            before = noise.last[0];
        }
        assert!((squares / 20_000.0 - 1.0).abs() < 0.05, "{squares}");
        assert!((products / 20_000.0 - 0.75).abs() < 0.05, "{products}");
    }

    #[test]
    fn a_head_knows_which_actions_it_chooses() {
        let arm = ActionSpace::Continuous(vec!["a".into(), "b".into()]);
        let cart = ActionSpace::Discrete(vec!["left".into(), "right".into(), "stay".into()]);
        let gaussian = |entries| Head::Gaussian {
            log_std: vec![0.0; entries],
        };
        let squashed = |correlation| Head::Squashed { correlation };
        assert_eq!(gaussian(2).parameters(&arm), Some(2));
        assert_eq!(gaussian(3).parameters(&arm), None);
        assert_eq!(squashed(0.5).parameters(&arm), Some(4));
        assert_eq!(squashed(1.0).parameters(&arm), None);
        assert_eq!(squashed(0.0).parameters(&cart), None);
        assert_eq!(Head::Categorical.parameters(&cart), Some(3));
        assert_eq!(Head::Categorical.parameters(&arm), None);
    }
}
