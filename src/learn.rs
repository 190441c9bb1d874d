//! Learners: from rollouts to a better policy. Each has a file whose update reads in the order of its paper; SAC and REPPO have a folder
//! beside it, with their settings, losses and gradients. REINFORCE, actor-critic, A2C, A3C and PPO share `policy_gradient`; what all share
//! are functions and plain structs. No learner knows what a robot is.
//!
//! Every learner has one line in the list [`LearnerSettings`] is made from; [`LearnerKind::ALL`] is what tests and documents iterate.

pub mod a2c;
pub mod a3c;
pub mod actor_critic;
pub mod advantages;
mod chunks;
pub mod driver;
mod guarded;
mod losses;
mod network;
mod optimizer;
mod pathwise;
mod policy_gradient;
pub mod ppo;
mod refusal;
pub mod reinforce;
pub mod replay;
pub mod reppo;
pub mod return_scale;
pub mod sac;
mod settings;
mod shuffle;

pub use crate::step::rollout;
pub use driver::{AsynchronousRound, Driver, GuardedLearner};
pub use optimizer::OptimizerKind;
pub use policy_gradient::AdvantageEstimator;
pub use refusal::{GivenUp, MOST_REFUSED, Refusal};
pub use settings::{Checked, Evaluations, Rate, Settings};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::metrics::Row;
use crate::policy::Policy;
use crate::worker_pool::WorkerPool;
use replay::{Replay, Shape};
use rollout::Rollout;

/// The stream of random numbers that a critic is drawn from after [`Learner::forget_values`].
const WEIGHTS_ANEW: &str = "network weights anew";

/// An available learner.
#[derive(Debug)]
pub struct LearnerKind {
    /// As a preset calls it: `Ppo`.
    pub name: &'static str,
    /// Its idea, in a phrase.
    pub idea: &'static str,
    /// Names and texts of the shipped presets, the usual one first.
    pub presets: &'static [(&'static str, &'static str)],
}

macro_rules! learners {
    ($($name:ident, $settings:ty, $idea:literal, [$($preset:literal),*];)*) => {
        /// The settings of a learner, as a preset writes them: `Ppo(...)`.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub enum LearnerSettings {
            $(#[doc = concat!($idea, ".")] $name($settings),)*
        }

        impl LearnerSettings {
            /// What they have in common, whichever they are.
            pub fn settings(&self) -> &dyn Settings {
                match self { $(Self::$name(settings) => settings,)* }
            }

            fn settings_mut(&mut self) -> &mut dyn Settings {
                match self { $(Self::$name(settings) => settings,)* }
            }

            /// The learner that they are of, as a preset calls it.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name),)* }
            }
        }

        impl LearnerKind {
            /// All learners.
            pub const ALL: &'static [Self] = &[$(Self {
                name: stringify!($name),
                idea: $idea,
                presets: &[$((
                    $preset,
                    include_str!(concat!("../assets/learners/", $preset, ".ron")),
                )),*],
            },)*];
        }
    };
}

learners! {
    Reinforce, reinforce::ReinforceSettings, "The plain policy gradient: actions weighted with the rewards that came later, with or without a baseline", ["reinforce", "reinforce-baseline"];
    ActorCritic, actor_critic::ActorCriticSettings, "A policy gradient that bootstraps from a critic after every single step", ["actor-critic"];
    A2c, a2c::A2cSettings, "Advantage actor-critic: a few steps of many environments in step, then one gradient step", ["a2c"];
    A3c, a3c::A3cSettings, "Asynchronous advantage actor-critic: workers that do not wait for one another", ["a3c"];
    Ppo, ppo::PpoSettings, "Proximal policy optimisation: several epochs over each rollout, near the policy that acted", ["ppo"];
    Reppo, reppo::ReppoSettings, "Relative entropy pathwise policy optimisation: PPO's rollouts, but the gradient of a critic of actions, under a KL constraint", ["reppo"];
    Sac, sac::SacSettings, "Soft actor-critic: off-policy, from a replay memory, with two critics of actions and a learnt temperature", ["sac", "sac-cpu"];
}

impl LearnerSettings {
    /// The same settings for another length of the run.
    pub fn with_steps(mut self, steps: u64) -> Self {
        self.settings_mut().set_steps(steps);
        self
    }
}

/// An algorithm that trains a policy from rollouts. A learner itself does not change: all that one update leaves to the next is in its
/// [`Learner::State`], so a learner whose state could not be saved and restored does not compile.
pub trait Learner: Send + Sync + 'static {
    /// Networks, optimisers, statistics and counters: plain data. Cloned before every update.
    type State: Clone + Serialize + DeserializeOwned + Send + Sync;

    /// The initial state of a run.
    fn begin(&self) -> Self::State;

    /// Whether a state is one of this learner's: every shape fits the settings, every number is finite and in its valid range.
    fn is_sound(&self, state: &Self::State) -> bool;

    /// The newest policy.
    fn policy(&self, state: &Self::State) -> Policy;

    /// What the replay memory holds: nothing, for an on-policy learner.
    fn remembers(&self) -> Shape {
        Shape::NOTHING
    }

    /// Learns from one rollout of finite numbers, at least one of whose steps is not broken, and from the replay memory, to which this
    /// rollout has already been added; and reports how it went. Learning rates are multiplied with `lr_scale`, in (0, 1]. The same bits for
    /// any size of the pool.
    ///
    /// # Errors
    /// A number was not finite; `state` is not defined then. Nor is it when the pool is asked to stop meanwhile.
    fn update(
        &self,
        state: &mut Self::State,
        rollout: &Rollout,
        memory: &Replay,
        lr_scale: f32,
        pool: &WorkerPool,
    ) -> Result<Row, Refusal>;

    /// Resets critics, their optimisers and the scale of rewards, after a change of what is rewarded. Weights are drawn from the stream of
    /// number `at`. Nothing for a learner without a critic.
    fn forget_values(&self, _state: &mut Self::State, _at: u64) {}

    /// The policy gradient, one number per parameter of the actor, estimated from a rollout of finite numbers. None for a learner that
    /// follows another gradient.
    fn policy_gradient(
        &self,
        _: &Self::State,
        _: &Rollout,
        _: AdvantageEstimator,
    ) -> Option<Vec<f32>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(preset: &str) -> LearnerSettings {
        let options = ron::Options::default()
            .with_default_extension(ron::extensions::Extensions::UNWRAP_VARIANT_NEWTYPES);
        options.from_str(preset).expect("it is a preset")
    }

    #[test]
    fn every_learner_has_a_preset_of_its_own_kind() {
        for kind in LearnerKind::ALL {
            assert!(!kind.presets.is_empty(), "{}", kind.name);
            for (name, text) in kind.presets {
                let settings = read(text);
                assert_eq!(settings.name(), kind.name, "{name}");
                assert_eq!(settings.settings().check(), Ok(()), "{name}");
            }
        }
    }

    #[test]
    fn the_length_of_a_run_can_be_set_for_all_of_them() {
        for (_, text) in LearnerKind::ALL.iter().flat_map(|kind| kind.presets) {
            assert_eq!(read(text).with_steps(5).settings().steps(), 5);
        }
    }
}
