//! Learners: from what happened to a better policy. One file per learner, each owning its hyperparameters; none knows
//! what a robot is.
//!
//! | learner | file | idea |
//! |---|---|---|
//! | REINFORCE | [`reinforce`] | actions are made more likely by what came after them, less a baseline if one likes |
//! | actor-critic | [`actor_critic`] | at every step, by how much better it went than a critic expected |
//! | A2C | [`a2c`] | the same over a few steps of many environments |
//! | A3C | [`a3c`] | the same by workers that do not wait for one another |
//! | PPO | [`ppo`] | several passes over each rollout, none of which may move the policy far |
//! | REPPO | [`reppo`] | PPO's rollouts, but up the slope of a critic of actions, led back where it went too far |
//! | SAC | [`sac`] | what was done long ago is learnt from again and again, through critics of actions |

pub mod a2c;
pub mod a3c;
pub mod actor_critic;
mod network;
mod optimizer;
mod policy_gradient;
pub mod ppo;
pub mod reinforce;
pub mod replay;
pub mod reppo;
pub mod returns;
pub mod sac;
mod settings;
pub mod student;

pub use crate::step::rollout;
pub use optimizer::OptimizerKind;
pub use policy_gradient::{Credit, Surrogate};
pub use settings::{Checked, Evaluations, Rate, Settings};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

use crate::metrics::Row;
use crate::policy::Policy;
use crate::worker_pool::WorkerPool;
use replay::{Replay, Shape};
use rollout::Rollout;
use student::Refusal;

/// What the weights of a critic are drawn for that forgets what it knew.
const WEIGHTS_ANEW: &str = "network weights anew";

/// The learners there are, as a preset names them: `Ppo(...)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum LearnerSettings {
    /// The plain policy gradient, with or without a baseline.
    Reinforce(reinforce::ReinforceSettings),
    /// A policy gradient that trusts a critic after every single step.
    ActorCritic(actor_critic::ActorCriticSettings),
    /// Advantage actor-critic, all environments in step.
    A2c(a2c::A2cSettings),
    /// Advantage actor-critic, workers that do not wait for one another.
    A3c(a3c::A3cSettings),
    /// Proximal policy optimisation.
    Ppo(ppo::PpoSettings),
    /// Relative entropy pathwise policy optimisation.
    Reppo(reppo::ReppoSettings),
    /// Soft actor-critic.
    Sac(sac::SacSettings),
}

impl LearnerSettings {
    /// What a training asks of them, whichever they are.
    pub fn settings(&self) -> &dyn Settings {
        match self {
            Self::Reinforce(settings) => settings,
            Self::ActorCritic(settings) => settings,
            Self::A2c(settings) => settings,
            Self::A3c(settings) => settings,
            Self::Ppo(settings) => settings,
            Self::Reppo(settings) => settings,
            Self::Sac(settings) => settings,
        }
    }

    /// Per control step, how much less a reward counts for coming later.
    pub fn gamma(&self) -> f32 {
        match self {
            Self::Reinforce(settings) => settings.gamma,
            Self::ActorCritic(settings) => settings.gamma,
            Self::A2c(settings) => settings.gamma,
            Self::A3c(settings) => settings.gamma,
            Self::Ppo(settings) => settings.gamma,
            Self::Reppo(settings) => settings.gamma,
            Self::Sac(settings) => settings.gamma,
        }
    }

    /// Whether observations are brought to mean 0 and deviation 1 before the networks see them.
    pub fn normalizes_observations(&self) -> bool {
        match self {
            Self::Reinforce(settings) => settings.normalize_observations,
            Self::ActorCritic(settings) => settings.normalize_observations,
            Self::A2c(settings) => settings.normalize_observations,
            Self::A3c(settings) => settings.normalize_observations,
            Self::Ppo(settings) => settings.normalize_observations,
            Self::Reppo(settings) => settings.normalize_observations,
            Self::Sac(settings) => settings.normalize_observations,
        }
    }

    /// The same settings for another length of the run.
    pub fn with_steps(mut self, steps: u64) -> Self {
        let settings: &mut dyn Settings = match &mut self {
            Self::Reinforce(settings) => settings,
            Self::ActorCritic(settings) => settings,
            Self::A2c(settings) => settings,
            Self::A3c(settings) => settings,
            Self::Ppo(settings) => settings,
            Self::Reppo(settings) => settings,
            Self::Sac(settings) => settings,
        };
        settings.set_steps(steps);
        self
    }
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
    /// already; and reports how it went. Learning rates are multiplied with `lr_scale`, in (0, 1]. The same bits for any size of
    /// the pool.
    ///
    /// # Errors
    /// A number was not finite; what `state` is then does not matter. Nor does it when the pool is asked to stop meanwhile.
    fn update(
        &self,
        state: &mut Self::State,
        rollout: &Rollout,
        memory: &Replay,
        lr_scale: f32,
        pool: &WorkerPool,
    ) -> Result<Row, Refusal>;

    /// Forgets what is expected of states and actions: critics, with their optimisers and the scale of rewards, are as at a beginning,
    /// drawn from a stream that `at` belongs to. Nothing for a learner without a critic.
    fn forget_values(&self, _state: &mut Self::State, _at: u64) {}

    /// The policy gradient that a rollout of finite numbers shows to the actor of `state`, its actions credited in this way; one
    /// number per parameter. None for a learner that follows no such gradient.
    fn gradient(&self, _: &Self::State, _: &Rollout, _: Credit) -> Option<Vec<f32>> {
        None
    }

    /// Whether workers act and learn without waiting for one another, in a [`Learner::workshop`] instead of updates. The bits of
    /// such a run depend on the machine's timing.
    fn is_asynchronous(&self) -> bool {
        false
    }

    /// A round of an asynchronous learner; none for every other.
    fn workshop<'a>(
        &'a self,
        _state: &'a mut Self::State,
        _caution: f32,
    ) -> Option<Box<dyn Workshop + 'a>> {
        None
    }
}

/// What workers share that do not wait for one another.
pub trait Workshop: Sync {
    /// How often each worker acts and learns before all come together.
    fn turns(&self) -> usize;

    /// One turn of a worker: copies what is shared, lets `act` play with the copied policy, and learns from that, whatever others
    /// have made of what is shared meanwhile. Nothing is learnt where `act` was broken off.
    fn take_turn(&self, act: &mut dyn FnMut(Arc<Policy>) -> Option<Rollout>);

    /// How it went, once every worker has taken its turns.
    ///
    /// # Errors
    /// A number was not finite; what became of the state does not matter then.
    fn close(self: Box<Self>) -> Result<Row, Refusal>;
}
