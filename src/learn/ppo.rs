//! Proximal policy optimisation (arXiv:1707.06347) with a Gaussian policy, generalized advantages and an optional
//! learning rate that follows the divergence (as in `rsl_rl`).
//!
//! The story is [`Ppo::update`]: value the rollout, then pass over it in shuffled minibatches. Actor and critic share
//! nothing, so during the passes one half of the team descends with each.

mod actor;
mod critic;
mod descent;
mod loss;
mod settings;

pub use settings::{PpoSettings, Rate};

use rand::seq::SliceRandom;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, RwLock};

use super::Learner;
use super::returns::{ReturnScale, ValuedStep, gae};
use super::rollout::Rollout;
use crate::metrics::{Metric, Row};
use crate::nn::Workspace;
use crate::policy::Policy;
use crate::policy::gaussian::Deviation;
use crate::policy::normalize::{Moments, Normalizer};
use crate::seed::{Seed, Stream};
use crate::step::{Spaces, StepEnd};
use crate::team::Team;
use actor::Actor;
use critic::Critic;
use descent::{CHUNK, Chunk, Report, Work};

/// Where an adaptive rate stays.
const RATES: RangeInclusive<f32> = 1e-5..=1e-2;
/// Largest size of a scaled reward.
const REWARD_CLIP: f32 = 10.0;
const ADAM_EPSILON: f32 = 1e-5;

/// The state of a PPO run between two rollouts.
pub struct Ppo {
    settings: PpoSettings,
    spaces: Spaces,
    actor: RwLock<Actor>,
    critic: RwLock<Critic>,
    normalizer: Normalizer,
    return_scale: ReturnScale,
    shuffles: Stream,
    /// Passes over rollouts done: the number of the next shuffle.
    passes: u64,
    /// Control steps learnt from.
    steps: u64,
    /// Rollouts and minibatches that were not learnt from.
    dropped: u64,
    /// Scratch memory for the chunks of a minibatch, of actor and critic.
    chunks: [Vec<Mutex<Chunk>>; 2],
}

/// A rollout as the update sees it; shapes as in [`Rollout`]. Nobody asks for broken samples.
struct Batch<'a> {
    settings: &'a PpoSettings,
    rollout: &'a Rollout,
    /// Normalised observations, `[N, T, O]`.
    inputs: Vec<f32>,
    /// Normalised over the rollout, `[N, T]`.
    advantages: Vec<f32>,
    /// What the critic should say, `[N, T]`.
    targets: Vec<f32>,
    /// The distribution that acted.
    old: Deviation,
    /// Share of the run's steps that is still to come.
    left: f32,
}

impl Ppo {
    /// Fresh networks for an environment of these spaces. `settings` have been checked.
    pub fn new(settings: PpoSettings, spaces: &Spaces, seed: Seed) -> Self {
        let weights = seed.stream("network weights");
        Self {
            spaces: spaces.clone(),
            actor: RwLock::new(Actor::new(&settings, spaces, &mut weights.nth(0))),
            critic: RwLock::new(Critic::new(&settings, spaces, &mut weights.nth(1))),
            normalizer: if settings.normalize_observations {
                Normalizer::new(spaces.observations())
            } else {
                Normalizer::identity()
            },
            return_scale: ReturnScale::new(settings.envs, settings.gamma),
            shuffles: seed.stream("minibatch shuffles"),
            passes: 0,
            steps: 0,
            dropped: 0,
            chunks: [Vec::new(), Vec::new()],
            settings,
        }
    }

    /// Normalised observations, advantages and targets of a rollout.
    fn value(&mut self, rollout: &Rollout, team: &Team) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
        let mut inputs = rollout.observations.clone();
        let values = self.values(&mut inputs, team);
        let next_values = self.next_values(rollout, &values, team);

        let mut reward_scale = 1.0;
        if self.settings.scale_rewards {
            self.return_scale.observe(&rollout.rewards, &rollout.ends);
            reward_scale = 1.0 / self.return_scale.deviation();
        }
        let steps: Vec<ValuedStep> = (0..rollout.samples())
            .map(|i| ValuedStep {
                reward: (rollout.rewards[i] * reward_scale).clamp(-REWARD_CLIP, REWARD_CLIP),
                value: values[i],
                next_value: next_values[i],
                goes_on: !rollout.ends[i].is_end(),
            })
            .collect();
        let advantages: Vec<f32> = steps
            .chunks(rollout.horizon)
            .flat_map(|steps| gae(steps, self.settings.gamma, self.settings.lambda))
            .collect();
        let targets = advantages.iter().zip(&values).map(|(a, v)| a + v).collect();
        (inputs, advantages, targets)
    }

    /// Normalises rows of observations and returns their `V`.
    fn values(&self, inputs: &mut [f32], team: &Team) -> Vec<f32> {
        let critic = self.critic.read().expect("nobody panicked");
        let entries = self.spaces.observations();
        let mut values = vec![0.0; inputs.len() / entries];
        let share = values.len().div_ceil(team.threads()).max(1);
        let inputs = inputs.chunks_mut(share * entries);
        let mut parts: Vec<_> = inputs.zip(values.chunks_mut(share)).collect();
        team.for_each(&mut parts, |(inputs, values)| {
            self.normalizer.apply(inputs);
            let mut workspace = Workspace::default();
            values.copy_from_slice(critic.values(values.len(), inputs, &mut workspace));
        });
        values
    }

    /// `v'` of every step: 0 after a terminal one, `V(last)` at a time limit, else the value of what came next.
    fn next_values(&self, rollout: &Rollout, values: &[f32], team: &Team) -> Vec<f32> {
        // One pass over all observations that are not followed by a step of the rollout.
        let mut lasts: Vec<f32> = rollout.next_observations.clone();
        for end in &rollout.ends {
            if let StepEnd::TimeLimit { last } = end {
                lasts.extend_from_slice(last);
            }
        }
        let lasts = self.values(&mut lasts, team);
        let (after_rollout, at_limits) = lasts.split_at(rollout.envs);
        let mut at_limits = at_limits.iter();
        let next_value = |(i, end): (usize, &StepEnd)| match end {
            StepEnd::Running if (i + 1) % rollout.horizon == 0 => {
                after_rollout[i / rollout.horizon]
            }
            StepEnd::Running => values[i + 1],
            StepEnd::TimeLimit { .. } => *at_limits.next().expect("one value per limit"),
            StepEnd::Terminated | StepEnd::Broken => 0.0,
        };
        rollout.ends.iter().enumerate().map(next_value).collect()
    }

    /// Every pass over the rollout: who reads what when is settled before the team begins. What became of the actor and
    /// of the critic.
    fn learn(&mut self, batch: &Batch, samples: &[u32], team: &Team) -> [Report; 2] {
        let (first, shuffles) = (self.passes, self.shuffles);
        let mut passes: Vec<(u64, Vec<u32>)> = (0..self.settings.epochs as u64)
            .map(|pass| (first + pass, samples.to_vec()))
            .collect();
        team.for_each(&mut passes, |(pass, order)| {
            order.shuffle(&mut shuffles.nth(*pass));
        });
        self.passes += self.settings.epochs as u64;
        let minibatches: Vec<&[u32]> = passes
            .iter()
            .flat_map(|(_, order)| order.chunks(self.settings.batch))
            .collect();
        for chunks in &mut self.chunks {
            chunks.resize_with(self.settings.batch.div_ceil(CHUNK), Mutex::default);
        }
        let actor = Work::new(&self.actor, batch, &minibatches, &self.chunks[0]);
        let critic = Work::new(&self.critic, batch, &minibatches, &self.chunks[1]);
        let halves = team.halves();
        team.run(|member| {
            if let Some(seat) = halves[0].seat(member) {
                actor.descend(&seat, || team.is_stopping());
            }
            if let Some(seat) = halves[1].seat(member) {
                critic.descend(&seat, || team.is_stopping());
            }
        });
        [actor.report(), critic.report()]
    }

    fn explained_variance(targets: &[f32], advantages: &[f32]) -> f64 {
        let variance = |x: &[f32]| Moments::of(x.iter().map(|&x| f64::from(x))).variance();
        1.0 - variance(advantages) / variance(targets).max(f64::MIN_POSITIVE)
    }

    fn row(&self) -> Row {
        let actor = self.actor.read().expect("nobody panicked");
        let deviation = Deviation::new(actor.log_std());
        let mut row = Row::default();
        row.set(Metric::Entropy, f64::from(deviation.entropy()));
        row.set(Metric::Rate, f64::from(actor.rate()));
        let std = deviation.std.iter().sum::<f32>() / deviation.std.len() as f32;
        row.set(Metric::StandardDeviation, f64::from(std));
        row.set(Metric::Dropped, self.dropped as f64);
        row
    }
}

impl Learner for Ppo {
    fn policy(&self) -> Arc<Policy> {
        let actor = self.actor.read().expect("nobody panicked");
        Arc::new(Policy {
            spaces: self.spaces.clone(),
            normalizer: self.normalizer.clone(),
            mean: actor.mean().clone(),
            log_std: actor.log_std().to_vec(),
        })
    }

    fn update(&mut self, rollout: &Rollout, team: &Team) -> Row {
        // Scenes end an environment before it can say such a thing; somebody's own environment may not.
        if !rollout.is_finite() {
            self.dropped += 1;
            return self.row();
        }
        let (inputs, mut advantages, targets) = self.value(rollout, team);
        let explained_variance = Self::explained_variance(&targets, &advantages);
        let samples: Vec<u32> = (0..rollout.samples() as u32)
            .filter(|&i| rollout.ends[i as usize] != StepEnd::Broken)
            .collect();
        standardize(&mut advantages, &samples);
        let settings = self.settings.clone();
        let batch = Batch {
            settings: &settings,
            rollout,
            inputs,
            advantages,
            targets,
            old: Deviation::new(self.actor.get_mut().expect("nobody panicked").log_std()),
            left: (1.0 - self.steps as f64 / settings.steps as f64).max(0.0) as f32,
        };
        let [actor, critic] = self.learn(&batch, &samples, team);
        self.steps += rollout.samples() as u64;
        self.dropped += actor.dropped + critic.dropped;
        if self.settings.normalize_observations {
            self.normalizer.observe(&rollout.observations, team);
        }
        let mut row = self.row();
        row.set(Metric::ExplainedVariance, explained_variance);
        actor.note_actor(&mut row);
        critic.note_critic(&mut row);
        row
    }

    fn state_bytes(&self) -> Vec<u8> {
        let state = (
            &*self.actor.read().expect("nobody panicked"),
            &*self.critic.read().expect("nobody panicked"),
            &self.normalizer,
            &self.return_scale,
            (self.passes, self.steps, self.dropped),
        );
        postcard::to_stdvec(&state).expect("plain data serialises to memory")
    }
}

/// Mean 0 and deviation 1 over the samples that count.
fn standardize(advantages: &mut [f32], samples: &[u32]) {
    let of_samples = samples.iter().map(|&i| f64::from(advantages[i as usize]));
    let moments = Moments::of(of_samples);
    let (mean, deviation) = (moments.mean(), moments.deviation());
    for advantage in advantages {
        *advantage = ((f64::from(*advantage) - mean) / deviation) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advantages_are_standardised_over_the_samples_that_count() {
        let mut advantages = [1.0, 100.0, 3.0];
        standardize(&mut advantages, &[0, 2]); // mean 2, deviation 1
        assert_eq!((advantages[0], advantages[2]), (-1.0, 1.0));
    }
}
