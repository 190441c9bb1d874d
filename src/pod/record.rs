//! The pod's own systems: a policy decides, the rollout is written, episodes are counted.

use bevy::ecs::prelude::{Query, Res, ResMut, Resource};
use std::sync::Arc;

use super::components::{Action, ActionNoise, Episode, Observation, Reward, Slot};
use crate::learn::rollout::Rollout;
use crate::policy::gaussian::Deviation;
use crate::policy::{Policy, Scratch};
use crate::step::StepEnd;

/// Who writes the actions.
#[derive(Resource, Clone, Debug)]
pub enum Decider {
    /// Nobody: they stay as somebody set them.
    ByHand,
    /// The policy's mean.
    Mean(Arc<Policy>),
    /// A draw from the policy.
    Sample(Arc<Policy>),
}

/// An episode that ended.
#[derive(Clone, Debug, PartialEq)]
pub struct FinishedEpisode {
    /// The environment's number in the run.
    pub environment: u64,
    /// The step of the rollout with which it ended.
    pub at: usize,
    /// Control steps.
    pub length: u32,
    /// Sum of its rewards.
    pub total_reward: f64,
    /// Whether it was a success; none for tasks that do not know success.
    pub success: Option<bool>,
    /// The simulation broke: it counts for nothing but the count of such.
    pub broken: bool,
}

/// What a pod notes while it collects.
#[derive(Resource, Default)]
pub(super) struct Recording {
    rollout: Rollout,
    /// The step of the rollout that is being taken; at the horizon nothing is noted.
    at: usize,
    finished: Vec<FinishedEpisode>,
    observations: Vec<f32>,
    scratch: Scratch,
}

impl Recording {
    pub(super) fn begin(&mut self, rollout: Rollout) {
        self.rollout = rollout;
        self.at = 0;
    }

    pub(super) fn finish<'a>(&mut self, next_observations: impl Iterator<Item = &'a [f32]>) {
        self.rollout.next_observations.clear();
        for observation in next_observations {
            self.rollout
                .next_observations
                .extend_from_slice(observation);
        }
    }

    pub(super) fn rollout(&self) -> &Rollout {
        &self.rollout
    }

    pub(super) fn take_finished(&mut self) -> Vec<FinishedEpisode> {
        std::mem::take(&mut self.finished)
    }

    fn is_noting(&self) -> bool {
        self.at < self.rollout.horizon
    }

    /// The number of the running step of an environment's row.
    fn sample(&self, row: usize) -> usize {
        row * self.rollout.horizon + self.at
    }
}

pub(super) fn decide(
    decider: Res<Decider>,
    mut recording: ResMut<Recording>,
    mut environments: Query<(&Slot, &Observation, &mut Action, &mut ActionNoise)>,
) {
    let (policy, draw) = match &*decider {
        Decider::ByHand => return,
        Decider::Mean(policy) => (policy, false),
        Decider::Sample(policy) => (policy, true),
    };
    let (observed, acted) = (policy.spaces.observations(), policy.spaces.actions());
    let rows = environments.iter().len();
    let recording = &mut *recording;
    recording.observations.resize(rows * observed, 0.0);
    for (slot, Observation(observation), ..) in &environments {
        recording.observations[slot.row * observed..][..observed].copy_from_slice(observation);
    }
    let deviation = Deviation::new(&policy.log_std);
    let mut scratch = std::mem::take(&mut recording.scratch);
    let means = policy.means(rows, &recording.observations, &mut scratch);
    for (slot, Observation(observation), mut action, mut noise) in &mut environments {
        let mean = &means[slot.row * acted..][..acted];
        if !draw {
            action.0.copy_from_slice(mean);
            continue;
        }
        let log_probability = policy.sample(&deviation, mean, &mut noise.0, &mut action.0);
        if recording.is_noting() {
            let i = recording.sample(slot.row);
            let rollout = &mut recording.rollout;
            rollout.observations[i * observed..][..observed].copy_from_slice(observation);
            rollout.means[i * acted..][..acted].copy_from_slice(mean);
            rollout.actions[i * acted..][..acted].copy_from_slice(&action.0);
            rollout.log_probabilities[i] = log_probability;
        }
    }
    recording.scratch = scratch;
}

pub(super) fn record(
    mut recording: ResMut<Recording>,
    mut environments: Query<(&Slot, &Reward, &StepEnd, &mut Episode)>,
) {
    let recording = &mut *recording;
    for (slot, Reward(reward), end, mut episode) in &mut environments {
        let broken = *end == StepEnd::Broken;
        if !broken {
            episode.total_reward += f64::from(*reward);
        }
        if recording.is_noting() {
            note_step(recording, slot.row, *reward, end);
        }
        if end.is_end() {
            recording.finished.push(FinishedEpisode {
                environment: slot.environment,
                at: recording.at,
                length: episode.steps,
                total_reward: episode.total_reward,
                success: episode.success,
                broken,
            });
        }
    }
    recording.at += 1;
}

/// A broken step itself is masked; the good step before it becomes a time limit, worth what could still be seen then.
fn note_step(recording: &mut Recording, row: usize, reward: f32, end: &StepEnd) {
    let i = recording.sample(row);
    let first_of_row = recording.at == 0;
    let rollout = &mut recording.rollout;
    rollout.rewards[i] = reward;
    rollout.ends[i] = end.clone();
    if *end == StepEnd::Broken {
        rollout.rewards[i] = 0.0;
        if !first_of_row && rollout.ends[i - 1] == StepEnd::Running {
            let observed = rollout.observations.len() / rollout.samples();
            let last = rollout.observations[i * observed..][..observed].to_vec();
            rollout.ends[i - 1] = StepEnd::TimeLimit { last };
        }
    }
}

pub(super) fn count_episodes(mut environments: Query<(&StepEnd, &mut Episode)>) {
    for (end, mut episode) in &mut environments {
        if end.is_end() {
            episode.begin_next();
        }
    }
}

pub(super) fn end_ends(mut environments: Query<&mut StepEnd>) {
    for mut end in &mut environments {
        if end.is_end() {
            *end = StepEnd::Running;
        }
    }
}
