//! REINFORCE (Williams, Simple statistical gradient-following algorithms for connectionist reinforcement learning, 1992): an action is made
//! more likely in proportion to the sum of the later rewards. That sum has a high variance; a baseline that depends on the state alone
//! lowers it without changing the gradient's expectation. The metric `gradient_variance` shows by how much.

use serde::{Deserialize, Serialize};

use super::Learner;
use super::advantages::{difference, explained_variance, rollout_rewards_to_go, standardize};
use super::chunks;
use super::driver::Driver;
use super::guarded;
use super::losses;
use super::optimizer::OptimizerKind;
use super::policy_gradient::{
    Actor, Batch, CHUNK, Chunk, Critic, NetworkSpec, Networks, Rows, Training, networks, normalized,
};
use super::refusal::Refusal;
use super::replay::Replay;
use super::rollout::Rollout;
use super::settings::{self, Checked, Rate, Settings};
use crate::metrics::{Metric, Row};
use crate::nn::Activation;
use crate::seed::Seed;
use crate::step::Spaces;
use crate::worker_pool::{Worker, WorkerPool};

/// Hyperparameters of REINFORCE.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReinforceSettings {
    /// Control steps to train for, over all environments; at least 1.
    pub steps: u64,
    /// Environments stepped together, 1 to 65,536.
    pub envs: usize,
    /// Control steps that each environment takes between updates, 1 to 65,536. Steps whose episode does not end among them are
    /// left out, so it should be an episode's length or several.
    pub horizon: usize,
    /// Units of each hidden layer; 1 to 4,096 each, at most 8 layers.
    pub widths: Vec<usize>,
    /// Activation of the hidden layers.
    pub activation: Activation,
    /// Discount of the future per control step, 0 to 1.
    pub gamma: f32,
    /// What is subtracted from the rewards to go.
    pub baseline: Baseline,
    /// Normalise the difference to mean 0 and std 1 over the update.
    pub standardize: bool,
    /// Learning rate of the actor: `Constant` or `Linear`.
    pub rate: Rate,
    /// Weight of the entropy bonus, at least 0.
    pub entropy: f32,
    /// Norm to which gradients are clipped, above 0.
    pub max_gradient_norm: f32,
    /// Logarithm of the policy's initial standard deviation, -5 to 2.
    pub log_std: f32,
    /// Normalise observations to mean 0 and std 1.
    pub normalize_observations: bool,
    /// Divide rewards by the standard deviation of the discounted return.
    pub scale_rewards: bool,
}

/// What is subtracted from the rewards to go.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Baseline {
    /// Nothing: the plain gradient.
    None,
    /// The value of the state: a network, fitted to the rewards to go of earlier updates.
    Value {
        /// Its learning rate, above 0 and at most 1.
        rate: f32,
        /// Gradient steps per update, 1 to 1,000.
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
    fn spec(&self) -> NetworkSpec {
        NetworkSpec {
            widths: self.widths.clone(),
            activation: self.activation,
            optimizer: OptimizerKind::Adam,
            rate: self.rate,
            critic_rate: self.baseline.rate(),
            log_std: self.log_std,
            envs: self.envs,
            gamma: self.gamma,
            normalize_observations: self.normalize_observations,
            scale_rewards: self.scale_rewards,
        }
    }
}

impl Settings for ReinforceSettings {
    settings::accessors!();

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

    fn start(&self, spaces: &Spaces, seed: Seed) -> Driver {
        guarded::begin(Reinforce {
            chunks: [(); 2].map(|()| chunks::memory(self.envs * self.horizon, CHUNK)),
            spec: self.spec(),
            settings: self.clone(),
            spaces: spaces.clone(),
            seed,
        })
    }

    fn flops_per_step(&self, spaces: &Spaces) -> f64 {
        self.spec().flops(spaces, 1, self.baseline.fits())
    }
}

/// The learner, and memory for the chunks of a minibatch of actor and critic.
struct Reinforce {
    settings: ReinforceSettings,
    spec: NetworkSpec,
    spaces: Spaces,
    seed: Seed,
    chunks: [Vec<Chunk>; 2],
}

impl Learner for Reinforce {
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
        let to_go = rollout_rewards_to_go(rollout, &rewards, settings.gamma);
        let mut samples = rollout.unbroken();
        samples.retain(|&i| to_go[i as usize].is_some());
        let returns: Vec<f32> = to_go.iter().map(|sum| sum.unwrap_or(0.0)).collect();
        let batch = Batch {
            rollout,
            inputs: &inputs,
            acted: state.actor.distribution(),
        };
        let remaining = settings::remaining(state.steps, settings.steps);
        let values = match &state.critic {
            Some(baseline) => baseline.values(&inputs, pool),
            None => vec![0.0; returns.len()],
        };
        let mut advantages = difference(&returns, &values);
        let mut std = 1.0;
        if settings.standardize && !samples.is_empty() {
            std = standardize(&mut advantages, &samples);
        }
        // No minibatch where no episode has ended.
        let minibatch = || Some(samples.as_slice()).filter(|samples| !samples.is_empty());
        let [actor_chunks, critic_chunks] = &self.chunks;
        let actor = Training::new("actor", &mut state.actor, actor_chunks, pool);
        let baseline = (state.critic.as_mut())
            .map(|baseline| Training::new("critic", baseline, critic_chunks, pool));
        let train_actor = |worker: &Worker| {
            let gradient = |actor: &Actor, rows: Rows| {
                actor.gradient(&batch, rows, settings.entropy, |row, log_probability, _| {
                    losses::policy_gradient(log_probability, advantages[row])
                });
            };
            actor.descend(worker, minibatch().into_iter(), gradient, |actor, sum| {
                let kl = sum.mean(|sums| sums.kl);
                actor.rate = settings.rate.next(actor.rate, remaining, kl);
                sum.clip(settings.max_gradient_norm);
                actor.step(sum.gradient(), actor.rate * lr_scale);
                Ok(())
            });
        };
        match &baseline {
            None => pool.run(train_actor),
            // They share nothing, so each is trained by half of the workers.
            Some(baseline) => pool.run_halves(train_actor, |worker| {
                let gradient = |critic: &Critic, rows: Rows| {
                    critic.gradient(&batch, rows, |row, value| {
                        losses::value_loss(value, returns[row])
                    });
                };
                let fits = (0..settings.baseline.fits()).filter_map(|_| minibatch());
                baseline.descend(worker, fits, gradient, |critic, sum| {
                    sum.clip(settings.max_gradient_norm);
                    critic.step(sum.gradient(), lr_scale);
                    Ok(())
                });
            }),
        }
        let actor = actor.finish()?;
        let baseline = baseline.map(Training::finish).transpose()?;
        state.observe(spec, rollout, pool);
        let mut row = state.row(lr_scale, std, &actor, baseline.as_ref());
        row.set(
            Metric::ExplainedVariance,
            explained_variance(&returns, &values, &samples),
        );
        Ok(row)
    }
}
