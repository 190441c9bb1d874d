//! Actor-critic, step by step: after every control step the critic moves towards `r + gamma V(s')`, and the actor along the gradient of
//! `A ln p(a)` with the critic's error as advantage, `A = r + gamma V(s') - V(s)` (Sutton and Barto, Reinforcement Learning, 2nd ed.,
//! section 13.5).

use serde::{Deserialize, Serialize};

use super::Learner;
use super::advantages::{explained_variance, rollout_gae, sum};
use super::chunks;
use super::driver::Driver;
use super::guarded;
use super::losses;
use super::optimizer::OptimizerKind;
use super::policy_gradient::{
    Actor, Batch, CHUNK, Chunk, Critic, NetworkSpec, Networks, Rows, Training, networks,
    next_values, normalized,
};
use super::refusal::Refusal;
use super::replay::Replay;
use super::rollout::Rollout;
use super::settings::{self, Checked, Rate, Settings};
use crate::metrics::{Metric, Row};
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
    /// Activation of the hidden layers.
    pub activation: Activation,
    /// Discount of the future per control step, 0 to 1.
    pub gamma: f32,
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
    /// Divide rewards by the standard deviation of the discounted return.
    pub scale_rewards: bool,
}

impl ActorCriticSettings {
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

impl Settings for ActorCriticSettings {
    settings::accessors!(horizon = 1);

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

    fn start(&self, spaces: &Spaces, seed: Seed) -> Driver {
        guarded::begin(ActorCritic {
            chunks: [(); 2].map(|()| chunks::memory(self.envs, CHUNK)),
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

/// GAE with lambda = 0 is the one-step TD error.
const LAMBDA: f32 = 0.0;

/// The learner, and memory for the chunks of a minibatch of actor and critic.
struct ActorCritic {
    settings: ActorCriticSettings,
    spec: NetworkSpec,
    spaces: Spaces,
    seed: Seed,
    chunks: [Vec<Chunk>; 2],
}

impl Learner for ActorCritic {
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
        let remaining = settings::remaining(state.steps, settings.steps);
        let critic = state.critic.as_mut().expect("actor-critic has a critic");
        let values = critic.values(&inputs, pool);
        let next_values = next_values(critic, &state.normalizer, rollout, &values, pool);
        let advantages = rollout_gae(
            rollout,
            &rewards,
            &values,
            &next_values,
            settings.gamma,
            LAMBDA,
        );
        let returns = sum(&advantages, &values);
        let [actor_chunks, critic_chunks] = &self.chunks;
        let actor = Training::new("actor", &mut state.actor, actor_chunks, pool);
        let critic = Training::new("critic", critic, critic_chunks, pool);
        let minibatches = || std::iter::once(samples.as_slice());
        // Actor and critic share nothing, so each is trained by half of the workers.
        pool.run_halves(
            |worker| {
                let gradient = |actor: &Actor, rows: Rows| {
                    actor.gradient(&batch, rows, settings.entropy, |row, log_probability, _| {
                        losses::policy_gradient(log_probability, advantages[row])
                    });
                };
                actor.descend(worker, minibatches(), gradient, |actor, sum| {
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
                        losses::value_loss(value, returns[row])
                    });
                };
                critic.descend(worker, minibatches(), gradient, |critic, sum| {
                    sum.clip(settings.max_gradient_norm);
                    critic.step(sum.gradient(), lr_scale);
                    Ok(())
                });
            },
        );
        let (actor, critic) = (actor.finish()?, critic.finish()?);
        state.observe(spec, rollout, pool);
        let mut row = state.row(lr_scale, 1.0, &actor, Some(&critic));
        row.set(
            Metric::ExplainedVariance,
            explained_variance(&returns, &values, &samples),
        );
        Ok(row)
    }
}
