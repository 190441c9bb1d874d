//! Asynchronous advantage actor-critic (arXiv:1602.01783): workers with environments of their own copy the shared networks, play a
//! few steps, and apply their gradient to whatever the others have made of the networks meanwhile. Nobody waits, and the
//! optimiser's statistics are shared.
//!
//! It is the one learner whose bits depend on the machine: on the number of threads, which are its workers, and on their timing.

use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex};

use super::policy_gradient::{
    Batch, Core, Networks, OptimizerKind, Recipe, Reports, Story, turn_of_one,
};
use super::rollout::Rollout;
use super::settings::{self, Checked, Rate, Settings};
use super::student::{self, Refusal, Student};
use super::{Surrogate, Workshop};
use crate::metrics::Row;
use crate::nn::Activation;
use crate::policy::Policy;
use crate::seed::Seed;
use crate::step::Spaces;
use crate::worker_pool::WorkerPool;

/// Hyperparameters of A3C.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct A3cSettings {
    /// Control steps to train for, over all environments; at least 1.
    pub steps: u64,
    /// Environments of all workers together, 1 to 65,536; there is a worker for each thread.
    pub envs: usize,
    /// Control steps that each environment takes between two gradients of its worker, 1 to 65,536.
    pub horizon: usize,
    /// Gradients of each worker between two reports, 1 to 10,000. Only there can the run be saved.
    pub turns: usize,
    /// Units of each hidden layer, of actor and critic alike; 1 to 4,096 each, at most 8 layers.
    pub widths: Vec<usize>,
    /// Between the layers.
    pub activation: Activation,
    /// Discount of the future per control step, 0 to 1.
    pub gamma: f32,
    /// How far advantages look past the critic, 0 to 1 (arXiv:1506.02438): 1 sums the rewards of the whole horizon.
    pub lambda: f32,
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
    /// What rewards are multiplied with, above 0: values of about 1 are learnt best.
    pub reward_scale: f32,
}

impl A3cSettings {
    fn recipe(&self) -> Recipe {
        Recipe {
            steps: self.steps,
            envs: self.envs,
            widths: self.widths.clone(),
            activation: self.activation,
            gamma: self.gamma,
            surrogate: Surrogate::LogProbability,
            optimizer: OptimizerKind::RmsProp,
            rate: self.rate,
            critic_rate: Some(self.critic_rate),
            clip_value: None,
            stop_at_kl: None,
            entropy: self.entropy,
            max_gradient_norm: self.max_gradient_norm,
            log_std: self.log_std,
            normalize_observations: self.normalize_observations,
            scale_rewards: false,
            batch: self.envs * self.horizon,
        }
    }
}

impl Settings for A3cSettings {
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

    fn steps_at_once(&self) -> u64 {
        (self.envs * self.horizon * self.turns) as u64
    }

    fn check(&self) -> Checked {
        settings::length(self.steps, self.envs, self.horizon)?;
        settings::count("turns", self.turns, 1..=10_000)?;
        settings::widths("widths", &self.widths)?;
        settings::within("gamma", self.gamma, 0.0..=1.0)?;
        settings::within("lambda", self.lambda, 0.0..=1.0)?;
        settings::plain_rate(self.rate)?;
        settings::rate("critic_rate", self.critic_rate)?;
        settings::not_negative("entropy", self.entropy)?;
        settings::positive("max_gradient_norm", self.max_gradient_norm)?;
        settings::within("log_std", self.log_std, -5.0..=2.0)?;
        settings::positive("reward_scale", self.reward_scale)
    }

    fn start(&self, spaces: &Spaces, seed: Seed) -> Box<dyn Student> {
        student::begin(A3c {
            core: Core::new(self.recipe(), spaces, seed),
            settings: self.clone(),
        })
    }

    fn flops_per_step(&self, spaces: &Spaces) -> f64 {
        self.recipe().flops(spaces, 1, 1)
    }
}

/// The learner.
struct A3c {
    core: Core,
    settings: A3cSettings,
}

impl A3c {
    /// Advantages of a rollout, as the networks that acted in it see them.
    fn estimate(&self, acted: &Networks, batch: &mut Batch, pool: &WorkerPool) {
        for reward in &mut batch.rewards {
            *reward *= self.settings.reward_scale;
        }
        let lambda = self.settings.lambda;
        self.core.estimate(acted, batch, lambda, pool);
    }
}

impl Story for A3c {
    fn core(&self) -> &Core {
        &self.core
    }

    /// The synchronous form of a turn, for who hands it a rollout of all environments.
    fn learn(&self, state: &mut Networks, batch: &mut Batch, pool: &WorkerPool) -> Reports {
        self.estimate(state, batch, pool);
        let all = [batch.samples.as_slice()];
        self.core.descend(state, batch, &all, &all, pool)
    }

    fn is_asynchronous(&self) -> bool {
        true
    }

    fn workshop<'a>(
        &'a self,
        state: &'a mut Networks,
        lr_scale: f32,
    ) -> Option<Box<dyn Workshop + 'a>> {
        Some(Box::new(Shared {
            learner: self,
            lr_scale,
            state: Mutex::new((state, Reports::default())),
        }))
    }
}

/// What the workers share.
struct Shared<'a> {
    learner: &'a A3c,
    lr_scale: f32,
    state: Mutex<(&'a mut Networks, Reports)>,
}

impl Workshop for Shared<'_> {
    fn turns(&self) -> usize {
        self.learner.settings.turns
    }

    fn take_turn(&self, act: &mut dyn FnMut(Arc<Policy>) -> Option<Rollout>) {
        let core = &self.learner.core;
        let lock = || self.state.lock().expect("nobody panics with it");
        let acted = lock().0.clone();
        let Some(rollout) = act(Arc::new(core.policy(&acted))) else {
            return;
        };
        let alone = WorkerPool::new(1);
        let mut batch = core.look(&acted, &rollout, self.lr_scale);
        acted.normalizer.apply(&mut batch.inputs);
        if batch.samples.is_empty() {
            return;
        }
        self.learner.estimate(&acted, &mut batch, &alone);
        let gradients = turn_of_one(&acted, &batch);
        let (state, reports) = &mut *lock();
        reports.add(&gradients.step(state, &batch));
        core.conclude(state, &batch, &alone);
    }

    fn close(self: Box<Self>) -> Result<Row, Refusal> {
        let (state, reports) = self.state.into_inner().expect("nobody panicked with it");
        reports.check()?;
        Ok(self.learner.core.row(state, self.lr_scale, 1.0, &reports))
    }
}
