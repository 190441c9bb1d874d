//! Learners: from what happened to a better policy. One file per learner, each owning its hyperparameters; none knows
//! what a robot is.

pub mod ppo;
pub mod returns;
pub mod rollout;

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use crate::metrics::Row;
use crate::policy::Policy;
use crate::seed::Seed;
use crate::step::Spaces;
use crate::team::Team;
use ppo::{Ppo, PpoSettings};
use rollout::Rollout;

/// The learners there are, as a preset names them: `Ppo(...)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum LearnerSettings {
    /// Proximal policy optimisation.
    Ppo(PpoSettings),
}

/// What trains a policy from rollouts.
pub trait Learner: Send {
    /// The newest policy.
    fn policy(&self) -> Arc<Policy>;

    /// Learns from one rollout and reports how it went. The same bits for any size of the team.
    fn update(&mut self, rollout: &Rollout, team: &Team) -> Row;

    /// Everything that the next update depends on, as bytes.
    fn state_bytes(&self) -> Vec<u8>;
}

impl LearnerSettings {
    /// Control steps to train for, over all environments.
    pub fn steps(&self) -> u64 {
        match self {
            Self::Ppo(settings) => settings.steps,
        }
    }

    /// `N`, the number of environments.
    pub fn envs(&self) -> usize {
        match self {
            Self::Ppo(settings) => settings.envs,
        }
    }

    /// `T`, the control steps that each environment takes between updates.
    pub fn horizon(&self) -> usize {
        match self {
            Self::Ppo(settings) => settings.horizon,
        }
    }

    /// The same settings for another length of the run.
    pub fn with_steps(mut self, steps: u64) -> Self {
        match &mut self {
            Self::Ppo(settings) => settings.steps = steps,
        }
        self
    }

    /// Names the first field that is out of its range, and what it must be.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        match self {
            Self::Ppo(settings) => settings.check(),
        }
    }

    /// A learner at its beginning.
    pub fn start(&self, spaces: &Spaces, seed: Seed) -> Box<dyn Learner> {
        match self {
            Self::Ppo(settings) => Box::new(Ppo::new(settings.clone(), spaces, seed)),
        }
    }

    /// Floating-point operations of the learner's matrix products per control step: forward, and backward with respect
    /// to weights and inputs, less the first layers' inputs.
    pub fn flops_per_step(&self, spaces: &Spaces) -> f64 {
        match self {
            Self::Ppo(settings) => settings.flops_per_step(spaces),
        }
    }
}
