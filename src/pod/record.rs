//! The pod's own systems: a policy decides, the rollout is written, episodes are counted.

use bevy::ecs::prelude::{Query, Res, ResMut, Resource};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

use super::Purpose;
use super::components::{
    Action, ActionHistory, ActionNoise, Episode, Fault, Level, Observation, Reward, Slot,
};
use crate::learn::rollout::Rollout;
use crate::policy::{Policy, Scratch};
use crate::step::StepEnd;

/// Who writes the actions.
#[derive(Resource, Clone, Debug)]
pub enum Decider {
    /// Nobody: they stay as somebody set them.
    ByHand,
    /// The policy without exploration: its mean, or its most likely choice.
    Mean(Arc<Policy>),
    /// A draw from the policy.
    Sample(Arc<Policy>),
}

impl Decider {
    /// `P`, the outputs of the network that decides.
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
    /// Which level of the curriculum it was of.
    pub level: u32,
    /// The step of the rollout with which it ended.
    pub at: usize,
    /// Control steps.
    pub length: u32,
    /// Sum of its rewards.
    pub total_reward: f64,
    /// Whether it was a success; none for tasks that do not know success.
    pub success: Option<bool>,
    /// How it broke, if it did: it then counts for nothing but the count of such.
    pub crash: Option<Box<CrashedEpisode>>,
}

/// The last episode of an environment that broke: enough to play it again, up to the step in which it did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CrashedEpisode {
    /// Which random streams it drew from.
    pub purpose: Purpose,
    /// The environment's number in the run.
    pub environment: u64,
    /// The episode's number in the environment.
    pub episode: u64,
    /// Which level of the curriculum it was of.
    pub level: u32,
    /// What it was given from the episode's beginning, `[steps, A]`; with the last one it broke.
    #[serde(with = "crate::floats")]
    pub actions: Vec<f32>,
    /// What was wrong.
    pub reason: String,
}

/// What a pod notes while it collects.
#[derive(Resource)]
pub(super) struct Recording {
    rollout: Rollout,
    /// The step of the rollout that is being taken; at the horizon nothing is noted.
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

    /// Takes over what pods of fewer environments noted of one rollout.
    pub(super) fn assemble(&mut self, rollout: Rollout, finished: Vec<FinishedEpisode>) {
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

    pub(super) fn is_noting(&self) -> bool {
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
        if recording.is_noting() {
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

/// What is no number must not leave the environment: it breaks instead.
pub(super) fn refuse_what_is_no_number(
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

pub(super) fn remember_actions(
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
        if recording.is_noting() {
            note_step(recording, slot.row, *reward, end);
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

/// A broken step itself is masked, down to its numbers; the good step before it becomes a time limit, worth what could still be
/// seen then.
fn note_step(recording: &mut Recording, row: usize, reward: f32, end: &StepEnd) {
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

pub(super) fn end_ends(mut environments: Query<&mut StepEnd>) {
    for mut end in &mut environments {
        if end.is_end() {
            *end = StepEnd::Running;
        }
    }
}
