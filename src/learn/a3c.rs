//! Asynchronous advantage actor-critic (arXiv:1602.01783): every worker has environments of its own. It copies the shared networks, plays a
//! few steps, and applies its gradient to the shared networks as the others have left them by then. No worker waits for another, and the
//! statistics of the optimiser are shared.
//!
//! It is the one learner whose bits depend on the machine: on the number of threads, which are its workers, and on their timing.

use serde::{Deserialize, Serialize};
use std::iter::once;
use std::sync::{Arc, Mutex};

use super::Learner;
use super::advantages::{rollout_gae, sum};
use super::chunks::{Report, Stop, lock};
use super::driver::{Asynchronous, AsynchronousRound, Driver};
use super::guarded;
use super::losses;
use super::optimizer::OptimizerKind;
use super::policy_gradient::{
    Batch, Chunk, NetworkSpec, Networks, networks, next_values, normalized,
};
use super::refusal::Refusal;
use super::replay::Replay;
use super::rollout::Rollout;
use super::settings::{self, Checked, Rate, Settings};
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
    /// Gradients of each worker between two reports, 1 to 10,000. A run is saved only at a report.
    pub turns: usize,
    /// Units of each hidden layer, of actor and critic alike; 1 to 4,096 each, at most 8 layers.
    pub widths: Vec<usize>,
    /// Activation of the hidden layers.
    pub activation: Activation,
    /// Discount of the future per control step, 0 to 1.
    pub gamma: f32,
    /// Weight of rewards (1) over the critic (0) in the generalized advantage, 0 to 1 (arXiv:1506.02438).
    pub lambda: f32,
    /// Learning rate of the actor: `Constant` or `Linear`.
    pub rate: Rate,
    /// Learning rate of the critic, above 0 and at most 1.
    pub critic_rate: f32,
    /// Weight of the entropy bonus, at least 0.
    pub entropy: f32,
    /// Norm to which gradients are clipped, above 0; those of actor and critic separately.
    pub max_gradient_norm: f32,
    /// Logarithm of the policy's initial standard deviation, -5 to 2.
    pub log_std: f32,
    /// Normalise observations to mean 0 and std 1.
    pub normalize_observations: bool,
    /// Factor of the rewards, above 0; returns of about 1 are learnt best.
    pub reward_scale: f32,
}

impl A3cSettings {
    fn spec(&self) -> NetworkSpec {
        NetworkSpec {
            widths: self.widths.clone(),
            activation: self.activation,
            optimizer: OptimizerKind::RmsProp,
            rate: self.rate,
            critic_rate: Some(self.critic_rate),
            log_std: self.log_std,
            envs: self.envs,
            gamma: self.gamma,
            normalize_observations: self.normalize_observations,
            scale_rewards: false,
        }
    }
}

impl Settings for A3cSettings {
    settings::accessors!();

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

    fn start(&self, spaces: &Spaces, seed: Seed) -> Driver {
        guarded::begin_asynchronous(A3c {
            spec: self.spec(),
            settings: self.clone(),
            spaces: spaces.clone(),
            seed,
        })
    }

    fn flops_per_step(&self, spaces: &Spaces) -> f64 {
        self.spec().flops(spaces, 1, 1)
    }
}

/// The learner.
struct A3c {
    settings: A3cSettings,
    spec: NetworkSpec,
    spaces: Spaces,
    seed: Seed,
}

impl Learner for A3c {
    networks!();

    fn update(
        &self,
        state: &mut Networks,
        rollout: &Rollout,
        _: &Replay,
        lr_scale: f32,
        pool: &WorkerPool,
    ) -> Result<Row, Refusal> {
        // As one worker that has all environments.
        let round = Round::new(self, state, lr_scale);
        let acted = lock(&round.shared).networks.clone();
        round.learn(&acted, rollout, pool);
        Box::new(round).finish()
    }
}

impl Asynchronous for A3c {
    fn round<'a>(
        &'a self,
        state: &'a mut Networks,
        lr_scale: f32,
    ) -> Box<dyn AsynchronousRound + 'a> {
        Box::new(Round::new(self, state, lr_scale))
    }
}

/// The gradients of actor and critic that one worker has found.
#[derive(Default)]
struct Gradients {
    actor: Chunk,
    critic: Chunk,
}

impl A3c {
    /// The gradients of the networks that acted over all unbroken samples; `None` if there are none.
    fn gradients(
        &self,
        acted: &Networks,
        rollout: &Rollout,
        pool: &WorkerPool,
    ) -> Option<Gradients> {
        let settings = &self.settings;
        let samples = rollout.unbroken();
        if samples.is_empty() {
            return None;
        }
        let scale = settings.reward_scale;
        let rewards: Vec<f32> = rollout
            .rewards
            .iter()
            .map(|reward| reward * scale)
            .collect();
        let inputs = normalized(&acted.normalizer, &rollout.observations, pool);
        let critic = acted.critic.as_ref().expect("A3C has a critic");
        let values = critic.values(&inputs, pool);
        let next_values = next_values(critic, &acted.normalizer, rollout, &values, pool);
        let (gamma, lambda) = (settings.gamma, settings.lambda);
        let advantages = rollout_gae(rollout, &rewards, &values, &next_values, gamma, lambda);
        let returns = sum(&advantages, &values);
        let batch = Batch {
            rollout,
            inputs: &inputs,
            acted: acted.actor.distribution(),
        };
        let (gradients, share) = (Gradients::default(), 1.0 / samples.len() as f32);
        let rows = gradients.actor.with(&samples, share);
        (acted.actor).gradient(&batch, rows, settings.entropy, |row, log_probability, _| {
            losses::policy_gradient(log_probability, advantages[row])
        });
        let rows = gradients.critic.with(&samples, share);
        critic.gradient(&batch, rows, |row, value| {
            losses::value_loss(value, returns[row])
        });
        Some(gradients)
    }
}

/// The turns that all workers take on the shared networks between two reports.
struct Round<'a> {
    learner: &'a A3c,
    lr_scale: f32,
    shared: Mutex<Shared<'a>>,
}

/// What the workers share.
struct Shared<'a> {
    networks: &'a mut Networks,
    actor: Report,
    critic: Report,
    refusal: Option<Refusal>,
}

impl<'a> Round<'a> {
    fn new(learner: &'a A3c, networks: &'a mut Networks, lr_scale: f32) -> Self {
        Self {
            learner,
            lr_scale,
            shared: Mutex::new(Shared {
                networks,
                actor: Report::new("actor"),
                critic: Report::new("critic"),
                refusal: None,
            }),
        }
    }

    /// The second half of a turn: gradients of the networks that `acted`, applied to the shared networks.
    fn learn(&self, acted: &Networks, rollout: &Rollout, pool: &WorkerPool) {
        let settings = &self.learner.settings;
        let Some(gradients) = self.learner.gradients(acted, rollout, pool) else {
            return;
        };
        let remaining = settings::remaining(acted.steps, settings.steps);
        let mut shared = lock(&self.shared);
        if let Err(Stop::Refused(refusal)) =
            shared.step(&gradients, settings, remaining, self.lr_scale)
        {
            shared.refusal.get_or_insert(refusal);
        }
        shared.networks.observe(&self.learner.spec, rollout, pool);
    }
}

impl Shared<'_> {
    /// One gradient step of both shared networks, which other workers may have changed since the gradients were computed.
    fn step(
        &mut self,
        gradients: &Gradients,
        settings: &A3cSettings,
        remaining: f32,
        lr_scale: f32,
    ) -> Result<(), Stop> {
        let mut sum = self.actor.sum(once(&gradients.actor.sum))?;
        let actor = &mut self.networks.actor;
        let kl = sum.mean(|sums| sums.kl);
        actor.rate = settings.rate.next(actor.rate, remaining, kl);
        sum.clip(settings.max_gradient_norm);
        actor.step(sum.gradient(), actor.rate * lr_scale);
        let mut sum = self.critic.sum(once(&gradients.critic.sum))?;
        sum.clip(settings.max_gradient_norm);
        let critic = self.networks.critic.as_mut().expect("A3C has a critic");
        critic.step(sum.gradient(), lr_scale);
        Ok(())
    }
}

impl AsynchronousRound for Round<'_> {
    fn turns(&self) -> usize {
        self.learner.settings.turns
    }

    fn take_turn(&self, act: &mut dyn FnMut(Arc<Policy>) -> Option<Rollout>) {
        let acted = lock(&self.shared).networks.clone();
        if let Some(rollout) = act(Arc::new(acted.policy(&self.learner.spaces))) {
            self.learn(&acted, &rollout, &WorkerPool::new(1));
        }
    }

    fn finish(self: Box<Self>) -> Result<Row, Refusal> {
        let shared = self.shared.into_inner().expect("no worker panicked");
        match shared.refusal {
            Some(refusal) => Err(refusal),
            None => {
                let Shared {
                    networks,
                    actor,
                    critic,
                    ..
                } = &shared;
                Ok(networks.row(self.lr_scale, 1.0, actor, Some(critic)))
            }
        }
    }
}
