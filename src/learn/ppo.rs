//! Proximal policy optimisation (arXiv:1707.06347): several epochs of minibatches over each rollout, with a surrogate loss that keeps the
//! policy near the one that acted. Advantages are generalized ones (arXiv:1506.02438).
//!
//! One update is `Ppo::update`, in this order:
//!
//! 1. Rewards are divided by the standard deviation of discounted returns, and observations normalised; both if the preset says so.
//! 2. The critic values all states; generalized advantages (arXiv:1506.02438, eq. 16) and returns follow, and advantages are standardised.
//!    This is once per rollout, or before each epoch with `recompute_advantages`.
//! 3. In each epoch and minibatch the actor follows the probability ratio to the policy that acted: the clipped surrogate
//!    (arXiv:1707.06347, eq. 7), or SPO's, and a bonus for entropy. It ends early at `stop_at_kl`; otherwise `rate` may follow the KL
//!    divergence, the gradient is clipped to a norm, and Adam makes a step.
//! 4. Beside it the critic descends the squared error to those returns in the same minibatches, clipped and stepped likewise.
//! 5. The rollout's observations enter the normaliser, for the next rollout.

use serde::{Deserialize, Serialize};

use super::Learner;
use super::advantages::{explained_variance, rollout_gae, standardize, sum};
use super::chunks::{self, Stop};
use super::driver::Driver;
use super::guarded;
use super::losses::{self, ActorLoss};
use super::optimizer::OptimizerKind;
use super::policy_gradient::{
    Actor, Batch, CHUNK, Chunk, Critic, NetworkSpec, Networks, Rows, Training, networks,
    next_values, normalized,
};
use super::refusal::Refusal;
use super::replay::Replay;
use super::rollout::Rollout;
use super::settings::{self, Checked, Rate, Settings};
use super::shuffle::shuffled;
use crate::metrics::{Metric, Row};
use crate::nn::Activation;
use crate::seed::Seed;
use crate::step::Spaces;
use crate::worker_pool::WorkerPool;

/// Hyperparameters of PPO. Extensions of the paper may be left out of a preset, and are off then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PpoSettings {
    /// Control steps to train for, over all environments; at least 1.
    pub steps: u64,
    /// Environments stepped together, 1 to 65,536.
    pub envs: usize,
    /// Control steps that each environment takes between updates, 1 to 65,536.
    pub horizon: usize,
    /// Epochs over each rollout, 1 to 100.
    pub epochs: usize,
    /// Samples of a minibatch; at least 1 and at most `envs * horizon`.
    pub batch: usize,
    /// Units of each hidden layer, of actor and critic alike; 1 to 4,096 each, at most 8 layers.
    pub widths: Vec<usize>,
    /// Activation of the hidden layers.
    pub activation: Activation,
    /// Discount of the future per control step, 0 to 1.
    pub gamma: f32,
    /// From the one-step error of the critic (0) to the sum of all later rewards (1), as the generalized advantage weights
    /// them (arXiv:1506.02438, eq. 16); 0 to 1.
    pub lambda: f32,
    /// What keeps the policy near the one that acted; `Clip` if left out.
    #[serde(default)]
    pub loss: PpoLoss,
    /// Range of the probability ratio, `1 - clip` to `1 + clip`; above 0.
    pub clip: f32,
    /// How far a value may move in one update, above 0, in units of the scaled return; not limited with `None`.
    #[serde(default)]
    pub clip_value: Option<f32>,
    /// The KL divergence from the policy that acted (nat) at which the actor stops until the next rollout, above 0; with `None` it goes
    /// through all epochs.
    #[serde(default)]
    pub stop_at_kl: Option<f32>,
    /// Estimate the advantages again before each epoch (arXiv:2006.05990, section 3.5).
    #[serde(default)]
    pub recompute_advantages: bool,
    /// Learning rate of the actor.
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
    /// Divide rewards by the standard deviation of the discounted return.
    pub scale_rewards: bool,
}

/// What keeps the policy near the one that acted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PpoLoss {
    /// The clipped surrogate (arXiv:1707.06347, eq. 7): no gradient where the ratio has left the clip range in the advantage's direction.
    #[default]
    Clip,
    /// Simple policy optimisation (arXiv:2401.16025, eq. 9): beyond the clip range the gradient points back into it.
    Spo,
}

impl PpoSettings {
    /// `L^CLIP` (arXiv:1707.06347, eq. 7) or SPO's objective, of one sample.
    fn surrogate(&self, ratio: f32, advantage: f32) -> ActorLoss {
        match self.loss {
            PpoLoss::Clip => losses::clipped_surrogate(ratio, advantage, self.clip),
            PpoLoss::Spo => losses::simple_surrogate(ratio, advantage, self.clip),
        }
    }

    /// `L^VF`, of one sample, with its derivative.
    fn value_loss(&self, value: f32, old: f32, target: f32) -> (f32, f32) {
        match self.clip_value {
            None => losses::value_loss(value, target),
            Some(clip) => losses::clipped_value_loss(value, old, target, clip),
        }
    }

    /// Stops the actor where the policy has moved as far as it should in one update.
    fn stop_at(&self, kl: f32) -> Result<(), Stop> {
        match self.stop_at_kl.is_some_and(|most| kl > most) {
            true => Err(Stop::Enough),
            false => Ok(()),
        }
    }

    /// Epochs that follow the same estimate of the advantages.
    fn epochs_per_estimate(&self) -> usize {
        match self.recompute_advantages {
            true => 1,
            false => self.epochs,
        }
    }
}

impl PpoSettings {
    fn spec(&self) -> NetworkSpec {
        NetworkSpec {
            widths: self.widths.clone(),
            activation: self.activation,
            optimizer: OptimizerKind::Adam,
            rate: self.rate,
            critic_rate: Some(self.critic_rate),
            log_std: self.log_std,
            envs: self.envs,
            gamma: self.gamma,
            normalize_observations: self.normalize_observations,
            scale_rewards: self.scale_rewards,
        }
    }
}

impl Settings for PpoSettings {
    settings::accessors!();

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

    fn start(&self, spaces: &Spaces, seed: Seed) -> Driver {
        guarded::begin(Ppo {
            chunks: [(); 2].map(|()| chunks::memory(self.batch, CHUNK)),
            spec: self.spec(),
            settings: self.clone(),
            spaces: spaces.clone(),
            seed,
        })
    }

    fn flops_per_step(&self, spaces: &Spaces) -> f64 {
        self.spec().flops(spaces, self.epochs, self.epochs)
    }
}

/// The learner, and memory for the chunks of a minibatch of actor and critic.
struct Ppo {
    settings: PpoSettings,
    spec: NetworkSpec,
    spaces: Spaces,
    seed: Seed,
    chunks: [Vec<Chunk>; 2],
}

impl Learner for Ppo {
    networks!();

    fn update(
        &self,
        state: &mut Networks,
        rollout: &Rollout,
        _: &Replay,
        lr_scale: f32,
        pool: &WorkerPool,
    ) -> Result<Row, Refusal> {
        let (settings, spec) = (&self.settings, &self.spec);
        let rewards = state.scaled_rewards(spec, rollout);
        let inputs = normalized(&state.normalizer, &rollout.observations, pool);
        let samples = rollout.unbroken();
        let batch = Batch {
            rollout,
            inputs: &inputs,
            acted: state.actor.distribution(),
        };
        let epochs = shuffled(&samples, state.epochs, settings.epochs, self.seed, pool);
        let remaining = settings::remaining(state.steps, settings.steps);
        let [actor_chunks, critic_chunks] = &self.chunks;
        let critic = state.critic.as_mut().expect("PPO has a critic");
        let actor = Training::new("actor", &mut state.actor, actor_chunks, pool);
        let critic = Training::new("critic", critic, critic_chunks, pool);
        let (mut std, mut explained) = (1.0, f64::NAN);
        for epochs in epochs.chunks(settings.epochs_per_estimate()) {
            let values = critic.read().values(&inputs, pool);
            let next_values =
                next_values(&critic.read(), &state.normalizer, rollout, &values, pool);
            let mut advantages = rollout_gae(
                rollout,
                &rewards,
                &values,
                &next_values,
                settings.gamma,
                settings.lambda,
            );
            let returns = sum(&advantages, &values);
            explained = explained_variance(&returns, &values, &samples);
            std = standardize(&mut advantages, &samples);
            let minibatches = || epochs.iter().flat_map(|order| order.chunks(settings.batch));
            // Actor and critic share nothing, so each is trained by half of the workers.
            pool.run_halves(
                |worker| {
                    let gradient = |actor: &Actor, rows: Rows| {
                        actor.gradient(&batch, rows, settings.entropy, |row, _, ratio| {
                            settings.surrogate(ratio, advantages[row])
                        });
                    };
                    actor.descend(worker, minibatches(), gradient, |actor, sum| {
                        // The stop uses the estimate `(ratio - 1) - ln ratio`, the rate the closed form of the two distributions.
                        settings.stop_at(sum.mean(|sums| sums.approximate_kl))?;
                        let kl = sum.mean(|sums| sums.kl);
                        actor.rate = settings.rate.next(actor.rate, remaining, kl);
                        sum.clip(settings.max_gradient_norm);
                        actor.step(sum.gradient(), actor.rate * lr_scale);
                        Ok(())
                    });
                },
                |worker| {
                    let gradient = |critic: &Critic, rows: Rows| {
                        critic.gradient(&batch, rows, |row, value| {
                            settings.value_loss(value, values[row], returns[row])
                        });
                    };
                    critic.descend(worker, minibatches(), gradient, |critic, sum| {
                        sum.clip(settings.max_gradient_norm);
                        critic.step(sum.gradient(), lr_scale);
                        Ok(())
                    });
                },
            );
        }
        let (actor, critic) = (actor.finish()?, critic.finish()?);
        state.epochs += settings.epochs as u64;
        state.observe(spec, rollout, pool);
        let mut row = state.row(lr_scale, std, &actor, Some(&critic));
        row.set(Metric::ExplainedVariance, explained);
        Ok(row)
    }
}
