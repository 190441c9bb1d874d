//! The contract between world and learner: what goes in, what comes out, how an episode ends ([`StepEnd`]), what a group of
//! environments did ([`rollout`]), and when a task counts as learnt ([`curriculum`]). Plain data.

pub mod curriculum;
pub mod rollout;

use bevy::ecs::prelude::Component;
use serde::{Deserialize, Serialize};

/// The layout of observations and actions: data with names, so that a policy file explains itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spaces {
    /// One name per entry of an observation, length `O`.
    pub observation: Vec<String>,
    /// What an action is.
    pub action: ActionSpace,
}

/// What an action is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActionSpace {
    /// One name per entry of an action, length `A`; entries mean something in [-1, 1], and the environment clamps.
    Continuous(Vec<String>),
    /// One name per choice, at least one; an action is a single number, the index of its choice.
    Discrete(Vec<String>),
}

impl Spaces {
    /// `O`, the number of entries of an observation.
    pub fn observations(&self) -> usize {
        self.observation.len()
    }

    /// `A`, the number of entries of an action.
    pub fn actions(&self) -> usize {
        match &self.action {
            ActionSpace::Continuous(names) => names.len(),
            ActionSpace::Discrete(_) => 1,
        }
    }
}

/// How a control step left its episode.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum StepEnd {
    /// The episode goes on.
    #[default]
    Running,
    /// The task ended it (a fall, a goal). Termination has no future value.
    Terminated,
    /// The time limit ended it. Truncation bootstraps from the critic: the future value is `V(last)`.
    TimeLimit {
        /// The true observation after the last step, length `O`, taken before the reset.
        last: Vec<f32>,
    },
    /// The simulation broke (a non-finite number, a joint over the speed tripwire, a panic). The step is masked, and the episode is
    /// in no statistic but the count of broken ones.
    Broken,
}

impl StepEnd {
    /// Whether the next step belongs to another episode.
    pub fn is_end(&self) -> bool {
        !matches!(self, Self::Running)
    }
}
