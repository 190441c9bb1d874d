//! Learners: from what happened to a better policy. One file per learner, each owning its hyperparameters; none knows
//! what a robot is.

pub mod ppo;
pub mod replay;
pub mod returns;
pub mod rollout;
pub mod student;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::metrics::Row;
use crate::policy::Policy;
use crate::seed::Seed;
use crate::step::Spaces;
use crate::team::Team;
use ppo::{Ppo, PpoSettings};
use replay::{Replay, Shape};
use rollout::Rollout;
use student::{Refusal, Student};

/// The learners there are, as a preset names them: `Ppo(...)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum LearnerSettings {
    /// Proximal policy optimisation.
    Ppo(PpoSettings),
}

/// What trains a policy from rollouts. A learner itself does not change: all that one update leaves to the next is in its
/// [`Learner::State`], so a learner whose state could not be saved and read back does not compile.
pub trait Learner: Send + Sync + 'static {
    /// Networks, optimisers, statistics and counters: plain data. Cloned before every update.
    type State: Clone + Serialize + DeserializeOwned + Send + Sync;

    /// The state at the beginning of a run.
    fn begin(&self) -> Self::State;

    /// Whether a state is one of this learner's: every shape fits the settings, every number could have come about.
    fn is_sound(&self, state: &Self::State) -> bool;

    /// The newest policy.
    fn policy(&self, state: &Self::State) -> Policy;

    /// What is to be remembered of the rollouts: nothing, for a learner that learns from the newest one alone.
    fn remembers(&self) -> Shape {
        Shape::NOTHING
    }

    /// Learns from one rollout of finite numbers, at least one of whose steps is not broken, and from the memory, which it is in
    /// already; and reports how it went. Learning rates are multiplied with `caution`, in (0, 1]. The same bits for any size of
    /// the team.
    ///
    /// # Errors
    /// A number was not finite; what `state` is then does not matter. Nor does it when the team is asked to stop meanwhile.
    fn update(
        &self,
        state: &mut Self::State,
        rollout: &Rollout,
        memory: &Replay,
        caution: f32,
        team: &Team,
    ) -> Result<Row, Refusal>;
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
    pub fn start(&self, spaces: &Spaces, seed: Seed) -> Box<dyn Student> {
        match self {
            Self::Ppo(settings) => student::begin(Ppo::new(settings.clone(), spaces, seed)),
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
