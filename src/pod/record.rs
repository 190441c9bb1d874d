//! The pod's own systems: the policy acts, the rollout is recorded, episodes are counted.

use bevy::ecs::prelude::{Query, Res, ResMut, Resource};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

use super::Purpose;
use super::components::{
    Action, ActionHistory, ActionNoise, Episode, Fault, Level, Observation, Reward, Slot,
};
use crate::policy::{Policy, Scratch};
use crate::step::StepEnd;
use crate::step::rollout::Rollout;

/// What chooses the actions.
#[derive(Resource, Clone, Debug)]
pub enum Decider {
    /// The caller: actions stay as they were set.
    ByHand,
    /// The policy without exploration: its mean or its most likely choice.
    Mean(Arc<Policy>),
    /// A sample from the policy.
    Sample(Arc<Policy>),
}

impl Decider {
    /// `P`, the number of outputs of the policy's network.
    pub(super) fn outputs(&self) -> usize {
        match self {
            Self::ByHand => 0,
            Self::Mean(policy) | Self::Sample(policy) => policy.parameters(),
        }
    }
}

/// An episode that ended.
#[derive(Clone, Debug, PartialEq)]
pub struct FinishedEpisode {
    /// The environment's number in the run.
    pub environment: u64,
    /// Its level of the curriculum.
    pub level: u32,
    /// The step of the rollout at which it ended.
    pub at: usize,
    /// Control steps.
    pub length: u32,
    /// Sum of its rewards.
    pub total_reward: f64,
    /// Whether it was a success; `None` for a task without a success condition.
    pub success: Option<bool>,
    /// How it broke, if it did. Such an episode is counted, and enters no other statistic.
    pub crash: Option<Box<CrashedEpisode>>,
}

/// The last episode of an environment that broke, with what is needed to replay it up to that step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CrashedEpisode {
    /// The random streams that it drew from.
    pub purpose: Purpose,
    /// The environment's number in the run.
    pub environment: u64,
    /// The episode's number in the environment.
    pub episode: u64,
    /// Its level of the curriculum.
    pub level: u32,
    /// Its actions, `[steps, A]`; the environment broke in the last step.
    #[serde(with = "crate::floats")]
    pub actions: Vec<f32>,
    /// Why it broke.
    pub reason: String,
}

/// The recording of a rollout.
#[derive(Resource)]
pub(super) struct Recording {
    rollout: Rollout,
    /// The current step of the rollout; at the horizon, nothing is recorded.
    at: usize,
    finished: Vec<FinishedEpisode>,
    purpose: Purpose,
    observations: Vec<f32>,
    scratch: Scratch,
}

impl Recording {
    pub(super) fn new(purpose: Purpose) -> Self {
        Self {
            rollout: Rollout::default(),
            at: 0,
            finished: Vec::new(),
            purpose,
            observations: Vec::new(),
            scratch: Scratch::default(),
        }
    }

    /// Takes over a rollout that was collected by several pods.
    pub(super) fn take_over(&mut self, rollout: Rollout, finished: Vec<FinishedEpisode>) {
        self.at = rollout.horizon;
        self.rollout = rollout;
        self.finished = finished;
    }

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

    pub(super) fn is_recording(&self) -> bool {
        self.at < self.rollout.horizon
    }

    /// The index of the current step of a row.
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
    let distribution = policy.distribution();
    let described = policy.parameters();
    let mut scratch = std::mem::take(&mut recording.scratch);
    let outputs = policy.outputs(rows, &recording.observations, &mut scratch);
    for (slot, Observation(observation), mut action, mut noise) in &mut environments {
        let outputs = &outputs[slot.row * described..][..described];
        if !draw {
            distribution.mode(outputs, &mut action.0);
            continue;
        }
        let log_probability = distribution.sample(outputs, &mut noise.0, &mut action.0);
        if recording.is_recording() {
            let i = recording.sample(slot.row);
            let rollout = &mut recording.rollout;
            rollout.observations[i * observed..][..observed].copy_from_slice(observation);
            rollout.outputs[i * described..][..described].copy_from_slice(outputs);
            rollout.actions[i * acted..][..acted].copy_from_slice(&action.0);
            rollout.log_probabilities[i] = log_probability;
        }
    }
    recording.scratch = scratch;
}

/// An environment with a non-finite action, reward or observation breaks.
pub(super) fn break_if_not_finite(
    mut environments: Query<(&Action, &Observation, &Reward, &mut StepEnd, &mut Fault)>,
) {
    let finite = |numbers: &[f32]| numbers.iter().all(|x| x.is_finite());
    for (action, observation, reward, mut end, mut fault) in &mut environments {
        let last_is_finite = match &*end {
            StepEnd::Broken => continue,
            StepEnd::TimeLimit { last } => finite(last),
            StepEnd::Running | StepEnd::Terminated => true,
        };
        let found = [
            (finite(&action.0), "the action is not finite"),
            (reward.0.is_finite(), "the reward is not finite"),
            (
                finite(&observation.0) && last_is_finite,
                "the observation is not finite",
            ),
        ];
        if let Some((_, reason)) = found.into_iter().find(|(holds, _)| !holds) {
            *end = StepEnd::Broken;
            fault.0 = reason.into();
        }
    }
}

pub(super) fn record_actions(
    recording: Res<Recording>,
    mut environments: Query<(&Action, &mut ActionHistory)>,
) {
    if matches!(recording.purpose, Purpose::Watching) {
        return;
    }
    for (action, mut history) in &mut environments {
        history.0.extend_from_slice(&action.0);
    }
}

pub(super) fn record(
    mut recording: ResMut<Recording>,
    mut environments: Query<(
        (&Slot, &Reward, &StepEnd, &Fault),
        (&mut Episode, &mut ActionHistory),
    )>,
) {
    let recording = &mut *recording;
    for ((slot, Reward(reward), end, fault), (mut episode, mut history)) in &mut environments {
        let broken = *end == StepEnd::Broken;
        if !broken {
            episode.total_reward += f64::from(*reward);
        }
        if recording.is_recording() {
            record_step(recording, slot.row, *reward, end);
        }
        if end.is_end() {
            recording.finished.push(FinishedEpisode {
                environment: slot.environment,
                level: episode.level,
                at: recording.at,
                length: episode.steps,
                total_reward: episode.total_reward,
                success: episode.success.map(|success| success && !broken),
                crash: broken.then(|| {
                    Box::new(CrashedEpisode {
                        purpose: recording.purpose,
                        environment: slot.environment,
                        episode: episode.number,
                        level: episode.level,
                        actions: std::mem::take(&mut history.0),
                        reason: fault.0.to_string(),
                    })
                }),
            });
        }
    }
    recording.at += 1;
}

/// A broken step is masked and its numbers are zeroed; the step before it becomes a time limit, which bootstraps from the last good
/// observation.
fn record_step(recording: &mut Recording, row: usize, reward: f32, end: &StepEnd) {
    let i = recording.sample(row);
    let first_of_row = recording.at == 0;
    let rollout = &mut recording.rollout;
    rollout.rewards[i] = reward;
    rollout.ends[i] = end.clone();
    if *end == StepEnd::Broken {
        rollout.rewards[i] = 0.0;
        let width = |numbers: &[f32]| numbers.len() / rollout.samples();
        let observed = width(&rollout.observations);
        let acted = width(&rollout.actions);
        let described = width(&rollout.outputs);
        if !first_of_row && rollout.ends[i - 1] == StepEnd::Running {
            let last = rollout.observations[i * observed..][..observed].to_vec();
            rollout.ends[i - 1] = StepEnd::TimeLimit { last };
        }
        rollout.observations[i * observed..][..observed].fill(0.0);
        rollout.actions[i * acted..][..acted].fill(0.0);
        rollout.outputs[i * described..][..described].fill(0.0);
        rollout.log_probabilities[i] = 0.0;
    }
}

pub(super) fn count_episodes(
    level: Res<Level>,
    mut environments: Query<(&StepEnd, &mut Episode, &mut ActionHistory)>,
) {
    for (end, mut episode, mut history) in &mut environments {
        if end.is_end() {
            history.0.clear();
            episode.begin_next(*level);
        }
    }
}

pub(super) fn clear_step_ends(mut environments: Query<&mut StepEnd>) {
    for mut end in &mut environments {
        if end.is_end() {
            *end = StepEnd::Running;
        }
    }
}
