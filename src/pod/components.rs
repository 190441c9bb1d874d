//! The components of an environment's entity: the contract between world and learner.

use bevy::ecs::prelude::{Component, Resource};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

use crate::policy::Noise;
use crate::seed::{Rng, Stream};

/// The number of an environment. Systems address rows, so that no result depends on the order of a query.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its row in the pod.
    pub row: usize,
    /// Its number in the run.
    pub environment: u64,
}

/// The policy's action, length `A`, not clamped.
#[derive(Component, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action(pub Vec<f32>);

/// The observation, length `O`.
#[derive(Component, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation(pub Vec<f32>);

/// The reward of the last step.
#[derive(Component, Clone, Copy, Debug, PartialEq)]
pub struct Reward(pub f32);

/// The actions since the episode began, `[steps, A]`, as given to the environment; empty in pods for display. An environment that
/// is a function of its episode and its actions can be rebuilt from them.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ActionHistory(#[serde(with = "crate::floats")] pub Vec<f32>);

/// Why the environment broke; set together with [`StepEnd::Broken`](crate::step::StepEnd::Broken).
#[derive(Component, Clone, Debug, Default, PartialEq)]
pub struct Fault(pub Cow<'static, str>);

/// The current episode.
#[derive(Component, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Episode {
    stream: Stream,
    /// Its number in this environment, from 1.
    pub number: u64,
    /// Its level of the curriculum, from 0; meaningless without a curriculum.
    pub level: u32,
    /// Control steps taken in it, including the current one.
    pub steps: u32,
    /// Sum of its rewards.
    pub total_reward: f64,
    /// Whether it was a success, judged at its last step; `None` for a task without a success condition.
    pub success: Option<bool>,
}

impl Episode {
    pub(super) fn before_the_first(stream: Stream) -> Self {
        Self {
            stream,
            number: 0,
            level: 0,
            steps: 0,
            total_reward: 0.0,
            success: None,
        }
    }

    /// Whether its values are possible in an environment whose episodes come from `stream`.
    pub(super) fn is_sound(&self, stream: Stream) -> bool {
        self.stream == stream
            && (1..u64::MAX / 2).contains(&self.number)
            && self.steps < u32::MAX / 2
            && self.total_reward.is_finite()
    }

    pub(super) fn stream(&self) -> Stream {
        self.stream
    }

    pub(super) fn begin_next(&mut self, Level(level): Level) {
        *self = Self {
            number: self.number + 1,
            level,
            ..Self::before_the_first(self.stream)
        };
    }

    /// The generator of all that this episode draws: a function of run, environment and episode number.
    pub fn rng(&self) -> Rng {
        self.stream.nth(self.number)
    }

    /// A separate generator for one purpose, which leaves the draws of [`Episode::rng`] unchanged.
    pub fn rng_for(&self, purpose: &str) -> Rng {
        self.stream.child(self.number).stream(purpose).nth(0)
    }
}

/// The level of the curriculum of episodes that begin from now on. In training it starts at 0; everywhere else it is
/// [`Level::LAST`], the task itself.
#[derive(Resource, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(pub u32);

impl Level {
    /// The task itself.
    pub const LAST: Self = Self(u32::MAX);
}

/// The source of an environment's exploration noise.
#[derive(Component, Clone, Debug, Serialize, Deserialize)]
pub(super) struct ActionNoise(pub(super) Noise);
