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
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use std::sync::Mutex;

use super::replay::Replay;
use super::returns::{ReturnScale, ValuedStep, gae};
use super::rollout::Rollout;
use super::{Learner, Refusal};
use crate::metrics::{Metric, Row};
use crate::nn::Workspace;
use crate::policy::Policy;
use crate::policy::gaussian::Deviation;
use crate::policy::normalize::{Moments, Normalizer};
use crate::seed::Seed;
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

/// The learner: settings, and scratch memory that keeps nothing from one update to the next.
pub struct Ppo {
    settings: PpoSettings,
    spaces: Spaces,
    seed: Seed,
    /// For the chunks of a minibatch, of actor and critic.
    chunks: [Vec<Mutex<Chunk>>; 2],
}

/// What one update leaves to the next.
#[derive(Clone, Serialize, Deserialize)]
pub struct PpoState {
    actor: Actor,
    critic: Critic,
    normalizer: Normalizer,
    return_scale: ReturnScale,
    /// Passes over rollouts done: the number of the next shuffle.
    passes: u64,
    /// Control steps learnt from.
    steps: u64,
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
    /// What every rate is multiplied with.
    caution: f32,
}

impl Ppo {
    /// For an environment of these spaces. `settings` have been checked.
    pub fn new(settings: PpoSettings, spaces: &Spaces, seed: Seed) -> Self {
        let memory = || {
            let mut chunks = Vec::new();
            chunks.resize_with(settings.batch.div_ceil(CHUNK), Mutex::default);
            chunks
        };
        Self {
            chunks: [memory(), memory()],
            spaces: spaces.clone(),
            seed,
            settings,
        }
    }

    /// Normalised observations, advantages and targets of a rollout.
    fn value(
        &self,
        state: &mut PpoState,
        rollout: &Rollout,
        team: &Team,
    ) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
        let mut inputs = rollout.observations.clone();
        let values = self.values(state, &mut inputs, team);
        let next_values = self.next_values(state, rollout, &values, team);

        let mut reward_scale = 1.0;
        if self.settings.scale_rewards {
            let scale = &mut state.return_scale;
            scale.observe(&rollout.rewards, &rollout.ends);
            reward_scale = 1.0 / scale.deviation();
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
    fn values(&self, state: &PpoState, inputs: &mut [f32], team: &Team) -> Vec<f32> {
        let entries = self.spaces.observations();
        let mut values = vec![0.0; inputs.len() / entries];
        let share = values.len().div_ceil(team.threads()).max(1);
        let inputs = inputs.chunks_mut(share * entries);
        let mut parts: Vec<_> = inputs.zip(values.chunks_mut(share)).collect();
        team.for_each(&mut parts, |(inputs, values)| {
            state.normalizer.apply(inputs);
            let mut workspace = Workspace::default();
            let critic = &state.critic;
            values.copy_from_slice(critic.values(values.len(), inputs, &mut workspace));
        });
        values
    }

    /// `v'` of every step: 0 after a terminal one, `V(last)` at a time limit, else the value of what came next.
    fn next_values(
        &self,
        state: &PpoState,
        rollout: &Rollout,
        values: &[f32],
        team: &Team,
    ) -> Vec<f32> {
        // One pass over all observations that are not followed by a step of the rollout.
        let mut lasts: Vec<f32> = rollout.next_observations.clone();
        for end in &rollout.ends {
            if let StepEnd::TimeLimit { last } = end {
                lasts.extend_from_slice(last);
            }
        }
        let lasts = self.values(state, &mut lasts, team);
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
    fn learn(
        &self,
        state: &mut PpoState,
        batch: &Batch,
        samples: &[u32],
        team: &Team,
    ) -> [Report; 2] {
        let (first, shuffles) = (state.passes, self.seed.stream("minibatch shuffles"));
        let mut passes: Vec<(u64, Vec<u32>)> = (0..self.settings.epochs as u64)
            .map(|pass| (first + pass, samples.to_vec()))
            .collect();
        team.for_each(&mut passes, |(pass, order)| {
            order.shuffle(&mut shuffles.nth(*pass));
        });
        state.passes += self.settings.epochs as u64;
        let minibatches: Vec<&[u32]> = passes
            .iter()
            .flat_map(|(_, order)| order.chunks(self.settings.batch))
            .collect();
        let [to_actor, to_critic] = &self.chunks;
        let actor = Work::new(&mut state.actor, batch, &minibatches, to_actor);
        let critic = Work::new(&mut state.critic, batch, &minibatches, to_critic);
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

    fn row(&self, state: &PpoState, caution: f32) -> Row {
        let deviation = Deviation::new(state.actor.log_std());
        let mut row = Row::default();
        row.set(Metric::Entropy, f64::from(deviation.entropy()));
        row.set(Metric::Rate, f64::from(state.actor.rate() * caution));
        let std = deviation.std.iter().sum::<f32>() / deviation.std.len() as f32;
        row.set(Metric::StandardDeviation, f64::from(std));
        row
    }

    /// How many moments an observation has.
    fn normalized(&self) -> usize {
        if self.settings.normalize_observations {
            self.spaces.observations()
        } else {
            0
        }
    }
}

impl Learner for Ppo {
    type State = PpoState;

    fn begin(&self) -> PpoState {
        let weights = self.seed.stream("network weights");
        let (settings, spaces) = (&self.settings, &self.spaces);
        PpoState {
            actor: Actor::new(settings, spaces, &mut weights.nth(0)),
            critic: Critic::new(settings, spaces, &mut weights.nth(1)),
            normalizer: Normalizer::new(self.normalized()),
            return_scale: ReturnScale::new(settings.envs, settings.gamma),
            passes: 0,
            steps: 0,
        }
    }

    fn is_sound(&self, state: &PpoState) -> bool {
        let (settings, spaces) = (&self.settings, &self.spaces);
        state.actor.is_sound(settings, spaces)
            && state.critic.is_sound(settings, spaces)
            && state.normalizer.is_sound(self.normalized())
            && state.return_scale.is_sound(settings.envs, settings.gamma)
            && state.passes.max(state.steps) < u64::MAX / 2
    }

    fn policy(&self, state: &PpoState) -> Policy {
        Policy {
            spaces: self.spaces.clone(),
            normalizer: state.normalizer.clone(),
            mean: state.actor.mean().clone(),
            log_std: state.actor.log_std().to_vec(),
        }
    }

    fn update(
        &self,
        state: &mut PpoState,
        rollout: &Rollout,
        _: &Replay,
        caution: f32,
        team: &Team,
    ) -> Result<Row, Refusal> {
        let (inputs, mut advantages, targets) = self.value(state, rollout, team);
        let samples: Vec<u32> = (0..rollout.samples() as u32)
            .filter(|&i| rollout.ends[i as usize] != StepEnd::Broken)
            .collect();
        let explained_variance = explained_variance(&samples, &targets, &advantages);
        standardize(&mut advantages, &samples);
        let batch = Batch {
            settings: &self.settings,
            rollout,
            inputs,
            advantages,
            targets,
            old: Deviation::new(state.actor.log_std()),
            left: (1.0 - state.steps as f64 / self.settings.steps as f64).max(0.0) as f32,
            caution,
        };
        let [actor, critic] = self.learn(state, &batch, &samples, team);
        if actor.is_refused {
            return Err(Refusal::Gradient("actor"));
        }
        if critic.is_refused {
            return Err(Refusal::Gradient("critic"));
        }
        state.steps += rollout.samples() as u64;
        if self.settings.normalize_observations {
            if samples.len() == rollout.samples() {
                state.normalizer.observe(&rollout.observations, team);
            } else {
                let entries = self.spaces.observations();
                let row = |i: &u32| &rollout.observations[*i as usize * entries..][..entries];
                let sound: Vec<f32> = samples.iter().flat_map(row).copied().collect();
                state.normalizer.observe(&sound, team);
            }
        }
        let mut row = self.row(state, caution);
        row.set(Metric::ExplainedVariance, explained_variance);
        actor.note_actor(&mut row);
        critic.note_critic(&mut row);
        Ok(row)
    }
}

/// Over the samples that count.
fn explained_variance(samples: &[u32], targets: &[f32], advantages: &[f32]) -> f64 {
    let variance = |x: &[f32]| {
        let of_samples = samples.iter().map(|&i| f64::from(x[i as usize]));
        Moments::of(of_samples).variance()
    };
    1.0 - variance(advantages) / variance(targets).max(f64::MIN_POSITIVE)
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
