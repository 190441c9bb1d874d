//! Proximal policy optimisation (arXiv:1707.06347): several passes over each rollout in shuffled minibatches, none of which may
//! move the policy far from the one that acted. Advantages are generalized ones (arXiv:1506.02438).

use serde::{Deserialize, Serialize};

use super::policy_gradient::{Batch, Core, Networks, OptimizerKind, Recipe, Reports, Story};
use super::settings::{self, Checked, Rate, Settings};
use super::student::{self, Student};
use crate::nn::Activation;
use crate::seed::Seed;
use crate::step::Spaces;
use crate::worker_pool::WorkerPool;

/// Hyperparameters of PPO. The four that may be left out are additions to the learner of the paper, and are off then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PpoSettings {
    /// Control steps to train for, over all environments; at least 1.
    pub steps: u64,
    /// Environments stepped together, 1 to 65,536.
    pub envs: usize,
    /// Control steps that each environment takes between updates, 1 to 65,536.
    pub horizon: usize,
    /// Passes over each rollout, 1 to 100.
    pub epochs: usize,
    /// Samples of a minibatch; at least 1 and at most `envs * horizon`.
    pub batch: usize,
    /// Units of each hidden layer, of actor and critic alike; 1 to 4,096 each, at most 8 layers.
    pub widths: Vec<usize>,
    /// Between the layers.
    pub activation: Activation,
    /// Discount of the future per control step, 0 to 1.
    pub gamma: f32,
    /// How far advantages look past the critic, 0 to 1 (arXiv:1506.02438).
    pub lambda: f32,
    /// What keeps a minibatch from moving the policy too far; `Clip` unless said otherwise.
    #[serde(default)]
    pub loss: PpoLoss,
    /// How far a probability ratio is followed, above 0 (arXiv:1707.06347).
    pub clip: f32,
    /// How far a value may move in one update, above 0, in units of the scaled return; `None` lets it.
    #[serde(default)]
    pub clip_value: Option<f32>,
    /// The divergence from the policy that acted (nat) at which the actor is left alone until the next rollout, above 0;
    /// `None` goes through all passes.
    #[serde(default)]
    pub stop_at_kl: Option<f32>,
    /// Ask the critic anew for advantages before each pass (arXiv:2006.05990, section 3.5).
    #[serde(default)]
    pub recompute_advantages: bool,
    /// Learning rate of the actor.
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

/// What keeps a minibatch from moving the policy too far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PpoLoss {
    /// The ratio is followed to the end of the clip range and no further (arXiv:1707.06347, eq. 7).
    #[default]
    Clip,
    /// The further the ratio goes, the less it is followed, and beyond the range it is led back (arXiv:2401.16025).
    Spo,
}

impl PpoSettings {
    fn recipe(&self) -> Recipe {
        Recipe {
            steps: self.steps,
            envs: self.envs,
            widths: self.widths.clone(),
            activation: self.activation,
            gamma: self.gamma,
            surrogate: match self.loss {
                PpoLoss::Clip => super::Surrogate::Clipped(self.clip),
                PpoLoss::Spo => super::Surrogate::Simple(self.clip),
            },
            optimizer: OptimizerKind::Adam,
            rate: self.rate,
            critic_rate: Some(self.critic_rate),
            clip_value: self.clip_value,
            stop_at_kl: self.stop_at_kl,
            entropy: self.entropy,
            max_gradient_norm: self.max_gradient_norm,
            log_std: self.log_std,
            normalize_observations: self.normalize_observations,
            scale_rewards: self.scale_rewards,
            batch: self.batch,
        }
    }
}

impl Settings for PpoSettings {
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
        settings::count("epochs", self.epochs, 1..=100)?;
        settings::widths("widths", &self.widths)?;
        settings::within("gamma", self.gamma, 0.0..=1.0)?;
        settings::within("lambda", self.lambda, 0.0..=1.0)?;
        settings::positive("clip", self.clip)?;
        settings::positive("clip_value", self.clip_value.unwrap_or(1.0))?;
        settings::positive("stop_at_kl", self.stop_at_kl.unwrap_or(1.0))?;
        settings::any_rate(self.rate)?;
        settings::rate("critic_rate", self.critic_rate)?;
        settings::not_negative("entropy", self.entropy)?;
        settings::positive("max_gradient_norm", self.max_gradient_norm)?;
        settings::within("log_std", self.log_std, -5.0..=2.0)?;
        settings::batch(self.batch, self.envs, self.horizon)
    }

    fn start(&self, spaces: &Spaces, seed: Seed) -> Box<dyn Student> {
        student::begin(Ppo {
            core: Core::new(self.recipe(), spaces, seed),
            settings: self.clone(),
        })
    }

    fn flops_per_step(&self, spaces: &Spaces) -> f64 {
        self.recipe().flops(spaces, self.epochs, self.epochs)
    }
}

/// The learner.
struct Ppo {
    core: Core,
    settings: PpoSettings,
}

impl Story for Ppo {
    fn core(&self) -> &Core {
        &self.core
    }

    fn learn(&self, state: &mut Networks, batch: &mut Batch, pool: &WorkerPool) -> Reports {
        let settings = &self.settings;
        let passes = self.core.shuffled(state, batch, settings.epochs, pool);
        // What the passes have between them is one look at the critic: all of them, or one each.
        let per_look = if settings.recompute_advantages {
            1
        } else {
            settings.epochs
        };
        let mut reports = Reports::default();
        for passes in passes.chunks(per_look) {
            self.core.estimate(state, batch, settings.lambda, pool);
            batch.standardize();
            let minibatches: Vec<&[u32]> = passes
                .iter()
                .flat_map(|order| order.chunks(settings.batch))
                .collect();
            let to_actor = match reports.actor.has_moved_enough {
                true => &[],
                false => minibatches.as_slice(),
            };
            let descended = self
                .core
                .descend(state, batch, to_actor, &minibatches, pool);
            reports.add(&descended);
        }
        reports
    }
}
