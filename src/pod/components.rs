//! What an environment's entity carries: the contract between world and learner.

use bevy::ecs::prelude::{Component, Resource};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

use crate::policy::Noise;
use crate::seed::{Rng, Stream};

/// Which environment an entity is. Systems write to rows, so that no result depends on the order of a query.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its row in the pod.
    pub row: usize,
    /// Its number in the run.
    pub environment: u64,
}

/// What the policy wants, length `A`, not clamped.
#[derive(Component, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action(pub Vec<f32>);

/// What the policy sees, length `O`.
#[derive(Component, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation(pub Vec<f32>);

/// What the last step earned.
#[derive(Component, Clone, Copy, Debug, PartialEq)]
pub struct Reward(pub f32);

/// The actions since the episode began, `[steps, A]`, as the environment got them; empty in pods for watching. An environment that
/// is a function of its episode and its actions can be rebuilt from them.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ActionHistory(#[serde(with = "crate::floats")] pub Vec<f32>);

/// Why the environment broke, in words: set together with [`StepEnd::Broken`](crate::step::StepEnd::Broken).
#[derive(Component, Clone, Debug, Default, PartialEq)]
pub struct Fault(pub Cow<'static, str>);

/// The episode that is being played.
#[derive(Component, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Episode {
    stream: Stream,
    /// Its number in this environment, from 1.
    pub number: u64,
    /// Which level of the curriculum it is of, from 0; of no meaning to environments without one.
    pub level: u32,
    /// Control steps taken in it, with the one being taken.
    pub steps: u32,
    /// Sum of its rewards.
    pub total_reward: f64,
    /// Whether it was a success, judged with its last step; none for tasks that do not know success.
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

    /// Whether every number of it could have come about, in an environment whose episodes come from `stream`.
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

    /// The generator for everything that this episode draws: a function of run, environment and episode number alone.
    pub fn rng(&self) -> Rng {
        self.stream.nth(self.number)
    }

    /// A generator of its own for one purpose, so that what [`Episode::rng`] draws does not depend on it; a function of the same.
    pub fn rng_for(&self, purpose: &str) -> Rng {
        self.stream.child(self.number).stream(purpose).nth(0)
    }
}

/// Which level of a curriculum the episodes of a pod are of that begin from now on. In training it goes from 0 up; everywhere else it
/// is above all there are, and means the task itself.
#[derive(Resource, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(pub u32);

impl Level {
    /// The task itself.
    pub const LAST: Self = Self(u32::MAX);
}

/// Where an environment's exploration comes from.
#[derive(Component, Clone, Debug, Serialize, Deserialize)]
pub(super) struct ActionNoise(pub(super) Noise);
