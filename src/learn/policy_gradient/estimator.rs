//! Estimators of the advantage in the policy gradient. They all have the same expectation, or nearly, and differ in variance.

use super::{Actor, Batch, Chunk, NetworkSpec, Networks, next_values, normalized};
use crate::learn::advantages::{difference, rollout_gae, rollout_rewards_to_go};
use crate::learn::losses;
use crate::learn::rollout::Rollout;
use crate::nn::scale;
use crate::worker_pool::WorkerPool;

/// The estimate `A` of the advantage in `E[A ln p(a)]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AdvantageEstimator {
    /// The sum of all later rewards, to the end of the episode.
    RewardsToGo,
    /// The same, less the value of the state.
    RewardsToGoLessBaseline,
    /// The generalized advantage (arXiv:1506.02438, eq. 16), which bootstraps from the critic.
    Generalized {
        /// The weight of rewards (1) over the critic (0), 0 to 1.
        lambda: f32,
    },
}

/// Gradient of `E[A ln p(a)]` plus the entropy bonus with respect to the actor's parameters, estimated from a rollout. Rewards are scaled
/// by the current scale of returns, advantages are not standardised. 0 if no sample can be learnt from.
pub(in crate::learn) fn policy_gradient(
    state: &Networks,
    spec: &NetworkSpec,
    entropy_weight: f32,
    rollout: &Rollout,
    estimator: AdvantageEstimator,
) -> Vec<f32> {
    let alone = WorkerPool::new(1);
    let rewards = match spec.scale_rewards {
        true => state.return_scale.scaled(&rollout.rewards),
        false => rollout.rewards.clone(),
    };
    let inputs = normalized(&state.normalizer, &rollout.observations, &alone);
    let (samples, advantages) = advantages(state, spec, rollout, &rewards, &inputs, estimator);
    let batch = Batch {
        rollout,
        inputs: &inputs,
        acted: state.actor.distribution(),
    };
    let mut gradient = mean_gradient(&state.actor, &batch, &samples, entropy_weight, &advantages);
    // That was the gradient of the loss, which is -A ln p(a).
    scale(&mut gradient, -1.0);
    gradient
}

/// The samples that can be learnt from, and advantages `[N, T]`.
fn advantages(
    state: &Networks,
    spec: &NetworkSpec,
    rollout: &Rollout,
    rewards: &[f32],
    inputs: &[f32],
    estimator: AdvantageEstimator,
) -> (Vec<u32>, Vec<f32>) {
    let alone = WorkerPool::new(1);
    let mut samples = rollout.unbroken();
    let critic = state.critic.as_ref();
    let values = critic.map_or_else(
        || vec![0.0; rollout.samples()],
        |critic| critic.values(inputs, &alone),
    );
    if let AdvantageEstimator::Generalized { lambda } = estimator {
        let next_values = match critic {
            Some(critic) => next_values(critic, &state.normalizer, rollout, &values, &alone),
            None => vec![0.0; rollout.samples()],
        };
        let gamma = spec.gamma;
        let advantages = rollout_gae(rollout, rewards, &values, &next_values, gamma, lambda);
        return (samples, advantages);
    }
    let to_go = rollout_rewards_to_go(rollout, rewards, spec.gamma);
    samples.retain(|&i| to_go[i as usize].is_some());
    let returns: Vec<f32> = to_go.iter().map(|sum| sum.unwrap_or(0.0)).collect();
    let advantages = match estimator {
        AdvantageEstimator::RewardsToGoLessBaseline => difference(&returns, &values),
        AdvantageEstimator::RewardsToGo | AdvantageEstimator::Generalized { .. } => returns,
    };
    (samples, advantages)
}

/// The gradient of the mean of `-A ln p(a)`, in one piece.
fn mean_gradient(
    actor: &Actor,
    batch: &Batch,
    samples: &[u32],
    entropy_weight: f32,
    advantages: &[f32],
) -> Vec<f32> {
    let chunk = Chunk::default();
    let share = 1.0 / (samples.len() as f32).max(1.0);
    let rows = chunk.with(samples, share);
    actor.gradient(batch, rows, entropy_weight, |row, log_probability, _| {
        losses::policy_gradient(log_probability, advantages[row])
    });
    chunk.sum.into_inner().expect("no worker panicked").gradient
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::a2c::A2cSettings;
    use crate::learn::{OptimizerKind, Rate, Settings};
    use crate::nn::Activation;
    use crate::seed::Seed;
    use crate::step::{ActionSpace, Spaces, StepEnd};

    fn settings() -> A2cSettings {
        A2cSettings {
            steps: 100,
            envs: 1,
            horizon: 2,
            widths: vec![],
            activation: Activation::Tanh,
            gamma: 0.5,
            lambda: 0.5,
            standardize: true,
            optimizer: OptimizerKind::Adam,
            rate: Rate::Constant(1e-3),
            critic_rate: 1e-3,
            entropy: 0.0,
            max_gradient_norm: 1.0,
            log_std: 0.0,
            normalize_observations: false,
            scale_rewards: false,
        }
    }

    /// The entries of the gradient that are not 0. Observations are 0, so preferences and values are 0 too, and only biases have one.
    fn gradient(estimator: AdvantageEstimator, last: StepEnd) -> Vec<f32> {
        let choices = ["left", "right"].map(str::to_owned).to_vec();
        let spaces = Spaces {
            observation: vec!["nothing".to_owned()],
            action: ActionSpace::Discrete(choices),
        };
        let rollout = Rollout {
            actions: vec![0.0, 1.0],
            log_probabilities: vec![0.5_f32.ln(); 2],
            rewards: vec![2.0, 1.0],
            ends: vec![StepEnd::Running, last],
            ..Rollout::new(1, 2, &spaces, 2)
        };
        let learner = settings().start(&spaces, Seed::new(1));
        let gradient = learner.policy_gradient(&rollout, estimator);
        let mut gradient = gradient.expect("A2C follows one");
        gradient.retain(|entry| *entry != 0.0);
        gradient
    }

    #[test]
    fn gradients_by_hand() {
        // The scores are (1/2, -1/2) and (-1/2, 1/2). Rewards to go with gamma = 1/2: 2.5 and 1, so (2.5 - 1) / 2 of two samples.
        let over = || StepEnd::Terminated;
        assert_eq!(
            gradient(AdvantageEstimator::RewardsToGo, over()),
            [0.375, -0.375]
        );
        // A critic that says 0 takes nothing away.
        assert_eq!(
            gradient(AdvantageEstimator::RewardsToGoLessBaseline, over()),
            [0.375, -0.375]
        );
        // lambda = 0 takes its word for what comes later: 2 and 1.
        let bootstrapping = AdvantageEstimator::Generalized { lambda: 0.0 };
        assert_eq!(gradient(bootstrapping, over()), [0.25, -0.25]);
        let summing = AdvantageEstimator::Generalized { lambda: 1.0 };
        assert_eq!(gradient(summing, over()), [0.375, -0.375]);
    }

    #[test]
    fn without_an_end_there_are_no_rewards_to_go() {
        assert!(gradient(AdvantageEstimator::RewardsToGo, StepEnd::Running).is_empty());
    }
}
