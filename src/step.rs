//! The contract between world and learner: what goes in, what comes out, and how an episode ends. Plain data.

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
    /// One name per choice; an action is one number, the index of the choice.
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
    /// The task ended it (a fall, a goal): there is no future to be worth anything.
    Terminated,
    /// The clock ended it: the future exists and is worth `V(last)`.
    TimeLimit {
        /// The true observation after the last step, length `O`, taken before the reset.
        last: Vec<f32>,
    },
    /// The simulation broke (a non-finite number, a joint over the speed tripwire, a panic). The step is masked
    /// everywhere and the episode counts for nothing.
    Broken,
}

impl StepEnd {
    /// Whether the next step belongs to another episode.
    pub fn is_end(&self) -> bool {
        !matches!(self, Self::Running)
    }
}
