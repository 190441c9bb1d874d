//! REINFORCE (Williams, Simple statistical gradient-following algorithms, 1992): an action is made more likely by the sum of the
//! rewards that came after it. That sum is noisy; a baseline that depends on the state alone takes noise away and leaves the
//! gradient's expectation as it is. How much it takes, `gradient_variance` shows.

use serde::{Deserialize, Serialize};

use super::Surrogate;
use super::policy_gradient::{Batch, Core, Networks, OptimizerKind, Recipe, Reports, Story};
use super::settings::{self, Checked, Rate, Settings};
use super::student::{self, Student};
use crate::nn::Activation;
use crate::seed::Seed;
use crate::step::Spaces;
use crate::worker_pool::WorkerPool;

/// Hyperparameters of REINFORCE.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReinforceSettings {
    /// Control steps to train for, over all environments; at least 1.
    pub steps: u64,
    /// Environments stepped together, 1 to 65,536.
    pub envs: usize,
    /// Control steps that each environment takes between updates, 1 to 65,536. Steps whose episode does not end among them are
    /// not learnt from, so it should be as long as an episode, or several.
    pub horizon: usize,
    /// Units of each hidden layer; 1 to 4,096 each, at most 8 layers.
    pub widths: Vec<usize>,
    /// Between the layers.
    pub activation: Activation,
    /// Discount of the future per control step, 0 to 1.
    pub gamma: f32,
    /// What is subtracted from the rewards to go.
    pub baseline: Baseline,
    /// Bring what is left to mean 0 and deviation 1 over the update.
    pub standardize: bool,
    /// Learning rate of the actor: `Constant` or `Linear`.
    pub rate: Rate,
    /// Weight of the entropy bonus, at least 0.
    pub entropy: f32,
    /// Largest norm of a gradient, above 0.
    pub max_gradient_norm: f32,
    /// Logarithm of the policy's standard deviation at the start, -5 to 2.
    pub log_std: f32,
    /// Bring observations to mean 0 and deviation 1.
    pub normalize_observations: bool,
    /// Divide rewards by the deviation of their discounted sum.
    pub scale_rewards: bool,
}

/// What is subtracted from the rewards to go.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Baseline {
    /// Nothing: the plain gradient.
    None,
    /// A network's guess of them from the state, fitted to those of earlier updates.
    Value {
        /// Its learning rate, above 0 and at most 1.
        rate: f32,
        /// Steps along its gradient per update, 1 to 1,000.
        fits: usize,
    },
}

impl Baseline {
    fn rate(self) -> Option<f32> {
        match self {
            Self::None => None,
            Self::Value { rate, .. } => Some(rate),
        }
    }

    fn fits(self) -> usize {
        match self {
            Self::None => 0,
            Self::Value { fits, .. } => fits,
        }
    }
}

impl ReinforceSettings {
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
            critic_rate: self.baseline.rate(),
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

impl Settings for ReinforceSettings {
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
        if let Baseline::Value { rate, fits } = self.baseline {
            let is_fine = rate > 0.0 && rate <= 1.0 && (1..=1000).contains(&fits);
            let rule = "None, or Value with a rate above 0 and at most 1 and 1 to 1000 fits";
            settings::holds("baseline", is_fine, rule)?;
        }
        settings::plain_rate(self.rate)?;
        settings::not_negative("entropy", self.entropy)?;
        settings::positive("max_gradient_norm", self.max_gradient_norm)?;
        settings::within("log_std", self.log_std, -5.0..=2.0)
    }

    fn start(&self, spaces: &Spaces, seed: Seed) -> Box<dyn Student> {
        student::begin(Reinforce {
            core: Core::new(self.recipe(), spaces, seed),
            settings: self.clone(),
        })
    }

    fn flops_per_step(&self, spaces: &Spaces) -> f64 {
        self.recipe().flops(spaces, 1, self.baseline.fits())
    }
}

/// The learner.
struct Reinforce {
    core: Core,
    settings: ReinforceSettings,
}

impl Story for Reinforce {
    fn core(&self) -> &Core {
        &self.core
    }

    fn learn(&self, state: &mut Networks, batch: &mut Batch, pool: &WorkerPool) -> Reports {
        self.core.sum_to_go(batch);
        if batch.samples.is_empty() {
            return Reports::default();
        }
        self.core.surprise(state, batch, pool);
        if self.settings.standardize {
            batch.standardize();
        }
        let all = batch.samples.as_slice();
        let fits = vec![all; self.settings.baseline.fits()];
        self.core.descend(state, batch, &[all], &fits, pool)
    }
}
