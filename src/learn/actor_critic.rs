//! Actor-critic, step by step: after every single control step the critic moves towards `Q = r + gamma V(s')`, and the actor
//! along `A ln p(action)` with the advantage `A = Q - V(s)`, the error of the critic (Sutton and Barto, Reinforcement Learning,
//! 2nd ed., section 13.5).

use serde::{Deserialize, Serialize};

use super::Surrogate;
use super::policy_gradient::{Batch, Core, Networks, OptimizerKind, Recipe, Reports, Story};
use super::settings::{self, Checked, Rate, Settings};
use super::student::{self, Student};
use crate::nn::Activation;
use crate::seed::Seed;
use crate::step::Spaces;
use crate::worker_pool::WorkerPool;

/// Hyperparameters of actor-critic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActorCriticSettings {
    /// Control steps to train for, over all environments; at least 1.
    pub steps: u64,
    /// Environments stepped together, 1 to 65,536: the samples of an update.
    pub envs: usize,
    /// Units of each hidden layer, of actor and critic alike; 1 to 4,096 each, at most 8 layers.
    pub widths: Vec<usize>,
    /// Between the layers.
    pub activation: Activation,
    /// Discount of the future per control step, 0 to 1.
    pub gamma: f32,
    /// Learning rate of the actor: `Constant` or `Linear`.
    pub rate: Rate,
    /// Learning rate of the critic, above 0 and at most 1.
    pub critic_rate: f32,
    /// Weight of the entropy bonus, at least 0.
    pub entropy: f32,
    /// Largest norm of a gradient, above 0; actor and critic are clipped each on its own.
    pub max_gradient_norm: f32,
    /// Logarithm of the policy's standard deviation at the start, -5 to 2.
    pub log_std: f32,
    /// Bring observations to mean 0 and deviation 1.
    pub normalize_observations: bool,
    /// Divide rewards by the deviation of their discounted sum.
    pub scale_rewards: bool,
}

impl ActorCriticSettings {
    fn recipe(&self) -> Recipe {
        Recipe {
            steps: self.steps,
            envs: self.envs,
            widths: self.widths.clone(),
            activation: self.activation,
            gamma: self.gamma,
            surrogate: Surrogate::LogProbability,
            optimizer: OptimizerKind::Adam,
            rate: self.rate,
            critic_rate: Some(self.critic_rate),
            clip_value: None,
            stop_at_kl: None,
            entropy: self.entropy,
            max_gradient_norm: self.max_gradient_norm,
            log_std: self.log_std,
            normalize_observations: self.normalize_observations,
            scale_rewards: self.scale_rewards,
            batch: self.envs,
        }
    }
}

impl Settings for ActorCriticSettings {
    fn steps(&self) -> u64 {
        self.steps
    }

    fn set_steps(&mut self, steps: u64) {
        self.steps = steps;
    }

    fn envs(&self) -> usize {
        self.envs
    }

    fn horizon(&self) -> usize {
        1
    }

    fn check(&self) -> Checked {
        settings::length(self.steps, self.envs, 1)?;
        settings::widths("widths", &self.widths)?;
        settings::within("gamma", self.gamma, 0.0..=1.0)?;
        settings::plain_rate(self.rate)?;
        settings::rate("critic_rate", self.critic_rate)?;
        settings::not_negative("entropy", self.entropy)?;
        settings::positive("max_gradient_norm", self.max_gradient_norm)?;
        settings::within("log_std", self.log_std, -5.0..=2.0)
    }

    fn start(&self, spaces: &Spaces, seed: Seed) -> Box<dyn Student> {
        student::begin(ActorCritic {
            core: Core::new(self.recipe(), spaces, seed),
        })
    }

    fn flops_per_step(&self, spaces: &Spaces) -> f64 {
        self.recipe().flops(spaces, 1, 1)
    }
}

/// The learner.
struct ActorCritic {
    core: Core,
}

/// The critic is trusted from the next state on.
const LAMBDA: f32 = 0.0;

impl Story for ActorCritic {
    fn core(&self) -> &Core {
        &self.core
    }

    fn learn(&self, state: &mut Networks, batch: &mut Batch, pool: &WorkerPool) -> Reports {
        self.core.estimate(state, batch, LAMBDA, pool);
        let all = [batch.samples.as_slice()];
        self.core.descend(state, batch, &all, &all, pool)
    }
}
