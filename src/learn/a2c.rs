//! Advantage actor-critic, the synchronous kind (arXiv:1602.01783 with all workers in step): after a few steps of every
//! environment, one step along the policy gradient, with the critic's word for what comes later.

use serde::{Deserialize, Serialize};

use super::Surrogate;
use super::policy_gradient::{Batch, Core, Networks, OptimizerKind, Recipe, Reports, Story};
use super::settings::{self, Checked, Rate, Settings};
use super::student::{self, Student};
use crate::nn::Activation;
use crate::seed::Seed;
use crate::step::Spaces;
use crate::worker_pool::WorkerPool;

/// Hyperparameters of A2C.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct A2cSettings {
    /// Control steps to train for, over all environments; at least 1.
    pub steps: u64,
    /// Environments stepped together, 1 to 65,536.
    pub envs: usize,
    /// Control steps that each environment takes between updates, 1 to 65,536.
    pub horizon: usize,
    /// Units of each hidden layer, of actor and critic alike; 1 to 4,096 each, at most 8 layers.
    pub widths: Vec<usize>,
    /// Between the layers.
    pub activation: Activation,
    /// Discount of the future per control step, 0 to 1.
    pub gamma: f32,
    /// How far advantages look past the critic, 0 to 1 (arXiv:1506.02438): 1 sums the rewards of the whole horizon.
    pub lambda: f32,
    /// Bring the advantages of an update to mean 0 and deviation 1.
    pub standardize: bool,
    /// How gradients become steps.
    pub optimizer: OptimizerKind,
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

impl A2cSettings {
    fn recipe(&self) -> Recipe {
        Recipe {
            steps: self.steps,
            envs: self.envs,
            widths: self.widths.clone(),
            activation: self.activation,
            gamma: self.gamma,
            surrogate: Surrogate::LogProbability,
            optimizer: self.optimizer,
            rate: self.rate,
            critic_rate: Some(self.critic_rate),
            clip_value: None,
            stop_at_kl: None,
            entropy: self.entropy,
            max_gradient_norm: self.max_gradient_norm,
            log_std: self.log_std,
            normalize_observations: self.normalize_observations,
            scale_rewards: self.scale_rewards,
            batch: self.envs * self.horizon,
        }
    }
}

impl Settings for A2cSettings {
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
        self.horizon
    }

    fn check(&self) -> Checked {
        settings::length(self.steps, self.envs, self.horizon)?;
        settings::widths("widths", &self.widths)?;
        settings::within("gamma", self.gamma, 0.0..=1.0)?;
        settings::within("lambda", self.lambda, 0.0..=1.0)?;
        settings::plain_rate(self.rate)?;
        settings::rate("critic_rate", self.critic_rate)?;
        settings::not_negative("entropy", self.entropy)?;
        settings::positive("max_gradient_norm", self.max_gradient_norm)?;
        settings::within("log_std", self.log_std, -5.0..=2.0)
    }

    fn start(&self, spaces: &Spaces, seed: Seed) -> Box<dyn Student> {
        student::begin(A2c {
            core: Core::new(self.recipe(), spaces, seed),
            settings: self.clone(),
        })
    }

    fn flops_per_step(&self, spaces: &Spaces) -> f64 {
        self.recipe().flops(spaces, 1, 1)
    }
}

/// The learner.
struct A2c {
    core: Core,
    settings: A2cSettings,
}

impl Story for A2c {
    fn core(&self) -> &Core {
        &self.core
    }

    fn learn(&self, state: &mut Networks, batch: &mut Batch, pool: &WorkerPool) -> Reports {
        let lambda = self.settings.lambda;
        self.core.estimate(state, batch, lambda, pool);
        if self.settings.standardize {
            batch.standardize();
        }
        let all = [batch.samples.as_slice()];
        self.core.descend(state, batch, &all, &all, pool)
    }
}
