//! The actor: a network, and the distribution of actions that its outputs describe.

use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

use super::{NetworkSpec, Rows};
use crate::learn::losses::{self, ActorLoss};
use crate::learn::optimizer::Optimizer;
use crate::learn::rollout::Rollout;
use crate::nn::Mlp;
use crate::policy::gaussian::Gaussian;
use crate::policy::{Head, categorical};
use crate::seed::Rng;
use crate::step::{ActionSpace, Spaces};

/// The range of the logarithm of the standard deviation.
const LOG_STD: RangeInclusive<f32> = -5.0..=2.0;

/// A policy with its optimisers. A gradient holds the network's parameters, then the head's `log_std`, if it has one.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::learn) struct Actor {
    network: Mlp,
    head: Head,
    /// The learning rate of the last step.
    pub(in crate::learn) rate: f32,
    optimizer: Optimizer,
    head_optimizer: Optimizer,
}

/// A rollout as the networks see it.
pub(in crate::learn) struct Batch<'a> {
    pub(in crate::learn) rollout: &'a Rollout,
    /// Normalised observations, `[N, T, O]`.
    pub(in crate::learn) inputs: &'a [f32],
    /// The distribution that acted.
    pub(in crate::learn) acted: ActionDistribution,
}

impl Actor {
    /// Gaussian where actions are continuous, categorical where they are choices.
    pub(super) fn new(spec: &NetworkSpec, spaces: &Spaces, rng: &mut Rng) -> Self {
        let layout = spec.actor_layout(spaces);
        let head = match &spaces.action {
            ActionSpace::Continuous(names) => Head::Gaussian {
                log_std: vec![spec.log_std; names.len()],
            },
            ActionSpace::Discrete(_) => Head::Categorical,
        };
        Self {
            optimizer: Optimizer::new(spec.optimizer, layout.parameters()),
            head_optimizer: Optimizer::new(spec.optimizer, log_std(&head).len()),
            network: Mlp::orthogonal(layout, 0.01, rng),
            head,
            rate: spec.rate.start(),
        }
    }

    /// Whether it has the shape that `spec` says, and every number is finite and in its valid range.
    pub(super) fn is_sound(&self, spec: &NetworkSpec, spaces: &Spaces) -> bool {
        let layout = spec.actor_layout(spaces);
        let (kind, log_std) = (spec.optimizer, log_std(&self.head));
        *self.network.layout() == layout
            && self.network.is_finite()
            && self.head.parameters(&spaces.action) == Some(layout.outputs())
            && !matches!(self.head, Head::Squashed { .. })
            && log_std.iter().all(|x| LOG_STD.contains(x))
            && (0.0..=1.0).contains(&self.rate)
            && self.optimizer.is_sound(kind, layout.parameters())
            && self.head_optimizer.is_sound(kind, log_std.len())
    }

    pub(super) fn network(&self) -> &Mlp {
        &self.network
    }

    pub(super) fn head(&self) -> &Head {
        &self.head
    }

    /// The newest distribution of actions, given the network's outputs.
    pub(in crate::learn) fn distribution(&self) -> ActionDistribution {
        match &self.head {
            Head::Gaussian { log_std } => ActionDistribution::Gaussian(Gaussian::new(log_std)),
            Head::Squashed { .. } | Head::Categorical => ActionDistribution::Categorical,
        }
    }

    /// Entropy and mean standard deviation, where they do not depend on the state.
    pub(super) fn entropy_and_std(&self) -> Option<(f32, f32)> {
        let Head::Gaussian { log_std } = &self.head else {
            return None;
        };
        let gaussian = Gaussian::new(log_std);
        let std = gaussian.std.iter().sum::<f32>() / gaussian.std.len() as f32;
        Some((gaussian.entropy(), std))
    }

    /// The gradient of the mean loss of `rows`, less `entropy_weight` times the entropy. `loss` is a function of a row, `ln p(a)` of its
    /// action, and the ratio `p(a) / p_old(a)`.
    pub(in crate::learn) fn gradient(
        &self,
        batch: &Batch,
        mut rows: Rows,
        entropy_weight: f32,
        loss: impl Fn(usize, f32, f32) -> ActorLoss,
    ) {
        let weights = self.network.parameters().len();
        rows.begin(batch, weights + log_std(&self.head).len());
        let (scratch, sum, share) = (&mut *rows.scratch, &mut *rows.sum, rows.share);
        let (count, outputs) = (rows.rows.len(), self.network.layout().outputs());
        let actions = batch.rollout.actions.len() / batch.rollout.samples();
        let distribution = self.distribution();
        let kl_of_heads = distribution.kl_of_heads(&batch.acted);
        let (gradient, to_head) = sum.gradient.split_at_mut(weights);
        let mut score_of_head = vec![0.0; to_head.len()];
        let bonus = entropy_weight * share;
        scratch.to_outputs.clear();
        scratch.to_outputs.resize(count * outputs, 0.0);
        let found = (self.network).forward(count, &scratch.inputs, &mut scratch.workspace);
        let found = found.chunks(outputs);
        for ((found, to_outputs), &row) in found
            .zip(scratch.to_outputs.chunks_mut(outputs))
            .zip(rows.rows)
        {
            let row = row as usize;
            let action = &batch.rollout.actions[row * actions..][..actions];
            let old = &batch.rollout.outputs[row * outputs..][..outputs];
            let log_probability = distribution.log_probability(action, found);
            let log_ratio = log_probability - batch.rollout.log_probabilities[row];
            let ratio = libm::expf(log_ratio);
            let loss = loss(row, log_probability, ratio);
            distribution.score(action, found, to_outputs, &mut score_of_head);
            for to_output in to_outputs.iter_mut() {
                *to_output *= loss.to_log_probability * share;
            }
            for (to_head, score) in to_head.iter_mut().zip(&score_of_head) {
                *to_head += score * loss.to_log_probability * share;
            }
            let sums = &mut sum.sums;
            if let ActionDistribution::Categorical = distribution {
                sums.entropy += categorical::entropy(found);
                categorical::add_entropy_gradient(found, -bonus, to_outputs);
            }
            sums.loss += loss.loss;
            sums.approximate_kl += losses::approximate_kl(ratio, log_ratio);
            sums.kl += kl_of_heads + distribution.kl_of_outputs(old, found);
            sums.clipped += f32::from(loss.is_clipped);
        }
        // The entropy of a Gaussian has the derivative 1 with respect to each ln s.
        for to_head in to_head {
            *to_head -= bonus * count as f32;
        }
        self.network.backward(
            count,
            &scratch.inputs,
            &scratch.to_outputs,
            &mut scratch.workspace,
            gradient,
        );
    }

    /// A step of the optimiser against `gradient`.
    pub(in crate::learn) fn step(&mut self, gradient: &[f32], rate: f32) {
        let (to_network, to_head) = gradient.split_at(self.network.parameters().len());
        let optimizer = &mut self.optimizer;
        self.network
            .update(|parameters| optimizer.step(parameters, to_network, rate));
        if let Head::Gaussian { log_std } = &mut self.head {
            self.head_optimizer.step(log_std, to_head, rate);
            for log_std in log_std {
                *log_std = log_std.clamp(*LOG_STD.start(), *LOG_STD.end());
            }
        }
    }
}

/// The parameters of a head that do not depend on the state.
fn log_std(head: &Head) -> &[f32] {
    match head {
        Head::Gaussian { log_std } => log_std,
        Head::Squashed { .. } | Head::Categorical => &[],
    }
}

/// The distribution of actions, given a network's outputs.
pub(in crate::learn) enum ActionDistribution {
    Gaussian(Gaussian),
    Categorical,
}

impl ActionDistribution {
    /// `ln p(a)`.
    fn log_probability(&self, action: &[f32], outputs: &[f32]) -> f32 {
        match self {
            Self::Gaussian(gaussian) => gaussian.log_probability(action, outputs),
            Self::Categorical => categorical::log_probability(action[0] as usize, outputs),
        }
    }

    /// Gradient of `ln p(a)` with respect to outputs and head.
    fn score(&self, action: &[f32], outputs: &[f32], to_outputs: &mut [f32], to_head: &mut [f32]) {
        match self {
            Self::Gaussian(gaussian) => gaussian.score(action, outputs, to_outputs, to_head),
            Self::Categorical => categorical::score(action[0] as usize, outputs, to_outputs),
        }
    }

    /// The part of `KL(old || self)` (nat) that is the same for all samples.
    fn kl_of_heads(&self, old: &Self) -> f32 {
        match (self, old) {
            (Self::Gaussian(new), Self::Gaussian(old)) => new.kl_of_stds(old),
            _ => 0.0,
        }
    }

    /// The rest of it.
    fn kl_of_outputs(&self, old: &[f32], outputs: &[f32]) -> f32 {
        match self {
            Self::Gaussian(gaussian) => gaussian.kl_of_means(old, outputs),
            Self::Categorical => categorical::kl(old, outputs),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::policy_gradient::critic::Critic;
    use crate::learn::policy_gradient::{Chunk, Training};
    use crate::learn::{OptimizerKind, Rate, Refusal};
    use crate::nn::Activation;
    use crate::seed::Seed;
    use crate::worker_pool::WorkerPool;

    const ENTROPY: f32 = 0.125;
    const ROWS: [u32; 4] = [0, 1, 2, 3];
    const INPUTS: [f32; 8] = [0.5, -1.0, 1.0, 0.25, -0.75, 0.5, 0.0, 1.0];
    const VALUES: [f32; 4] = [0.25, 0.0, -0.5, -0.25];
    const ADVANTAGES: [f32; 4] = [1.0, -0.5, 0.75, -1.25];
    const TARGETS: [f32; 4] = [0.5, -0.5, 1.0, 0.0];

    fn spec() -> NetworkSpec {
        NetworkSpec {
            widths: vec![8, 8],
            activation: Activation::Tanh,
            optimizer: OptimizerKind::Adam,
            rate: Rate::Constant(1e-3),
            critic_rate: Some(1e-3),
            log_std: -0.5,
            envs: 2,
            gamma: 0.5,
            normalize_observations: true,
            scale_rewards: true,
        }
    }

    fn continuous() -> Spaces {
        Spaces {
            observation: vec!["x".into(), "y".into()],
            action: ActionSpace::Continuous(vec!["u".into()]),
        }
    }

    fn discrete() -> Spaces {
        Spaces {
            action: ActionSpace::Discrete(vec!["a".into(), "b".into(), "c".into()]),
            ..continuous()
        }
    }

    /// Off the policy, so that some ratios are clipped.
    fn rollout(spaces: &Spaces) -> Rollout {
        let is_discrete = matches!(spaces.action, ActionSpace::Discrete(_));
        Rollout {
            actions: match is_discrete {
                true => vec![0.0, 2.0, 1.0, 2.0],
                false => vec![0.25, -0.5, 1.0, 0.125],
            },
            log_probabilities: vec![-0.5, -1.0, -1.5, -0.25],
            ..Rollout::new(2, 2, spaces, if is_discrete { 3 } else { 1 })
        }
    }

    fn batch(rollout: &Rollout) -> Batch<'_> {
        Batch {
            rollout,
            inputs: &INPUTS,
            acted: ActionDistribution::Categorical,
        }
    }

    /// The policy gradient, the clipped and the simple surrogate.
    fn loss(which: usize, row: usize, log_probability: f32, ratio: f32) -> ActorLoss {
        match which {
            0 => losses::policy_gradient(log_probability, ADVANTAGES[row]),
            1 => losses::clipped_surrogate(ratio, ADVANTAGES[row], 0.25),
            _ => losses::simple_surrogate(ratio, ADVANTAGES[row], 0.25),
        }
    }

    /// Mean loss over the four samples, with the entropy bonus of those that have one, and its gradient.
    fn mean_loss(gradient: impl Fn(&Batch, Rows), spaces: &Spaces) -> (f64, Vec<f32>) {
        let (rollout, chunk) = (rollout(spaces), Chunk::default());
        gradient(&batch(&rollout), chunk.with(&ROWS, 0.25));
        let sum = chunk.sum.into_inner().expect("no worker panicked");
        let loss = sum.sums.loss - ENTROPY * sum.sums.entropy;
        (f64::from(loss) / 4.0, sum.gradient)
    }

    /// Compares every entry of a gradient with a central difference.
    fn compare<N>(
        network: &mut N,
        gradient: Vec<f32>,
        nudge: impl Fn(&mut N, usize, f32),
        loss: impl Fn(&N) -> f64,
    ) {
        let h = 1e-2_f32;
        let mut seen = 0;
        for (i, exact) in gradient.iter().enumerate() {
            nudge(network, i, h);
            let above = loss(network);
            nudge(network, i, -2.0 * h);
            let below = loss(network);
            nudge(network, i, h);
            let difference = (above - below) / f64::from(2.0 * h);
            let apart = (difference - f64::from(*exact)).abs();
            assert!(
                apart < 2e-3 + 0.02 * difference.abs(),
                "{i}: {difference} {exact}"
            );
            seen += usize::from(difference.abs() > 0.005);
        }
        assert!(seen > 5, "entries that are not zero were compared");
    }

    #[test]
    fn gradients_of_the_critic_agree_with_finite_differences() {
        let mut rng = Seed::new(3).stream("test").nth(0);
        for clip in [None, Some(0.125)] {
            let spaces = continuous();
            let mut critic = Critic::new(&spec(), 1e-3, &spaces, &mut rng);
            let loss = |row: usize, value| match clip {
                None => losses::value_loss(value, TARGETS[row]),
                Some(clip) => losses::clipped_value_loss(value, VALUES[row], TARGETS[row], clip),
            };
            let mean_loss = |critic: &Critic| {
                mean_loss(|batch, rows| critic.gradient(batch, rows, loss), &spaces)
            };
            let gradient = mean_loss(&critic).1;
            compare(&mut critic, gradient, Critic::nudge, |critic| {
                mean_loss(critic).0
            });
        }
    }

    #[test]
    fn gradients_of_the_actor_agree_with_finite_differences() {
        let mut rng = Seed::new(3).stream("test").nth(0);
        for which in 0..3 {
            for spaces in [continuous(), discrete()] {
                let mut actor = Actor::new(&spec(), &spaces, &mut rng);
                let mean_loss = |actor: &Actor| {
                    let loss = |row, log_p, ratio| loss(which, row, log_p, ratio);
                    let gradient =
                        |batch: &Batch, rows: Rows| actor.gradient(batch, rows, ENTROPY, loss);
                    mean_loss(gradient, &spaces)
                };
                let gradient = mean_loss(&actor).1;
                let nudge = |actor: &mut Actor, i: usize, by: f32| {
                    let weights = actor.network.parameters().len();
                    match &mut actor.head {
                        Head::Gaussian { log_std } if i >= weights => log_std[i - weights] += by,
                        _ => actor.network.update(|parameters| parameters[i] += by),
                    }
                };
                let loss = |actor: &Actor| {
                    let entropy = actor.entropy_and_std().map_or(0.0, |(entropy, _)| entropy);
                    mean_loss(actor).0 - f64::from(ENTROPY * entropy)
                };
                compare(&mut actor, gradient, nudge, loss);
            }
        }
    }

    #[test]
    fn a_loss_that_is_not_finite_is_refused() {
        let spaces = continuous();
        let mut rollout = rollout(&spaces);
        rollout.log_probabilities[3] = -1e30; // The ratio is infinite, and the advantage negative.
        let mut rng = Seed::new(3).stream("test").nth(0);
        let mut actor = Actor::new(&spec(), &spaces, &mut rng);
        let before = actor.network.clone();
        let (batch, chunks, pool) = (batch(&rollout), [Chunk::default()], WorkerPool::new(1));
        let training = Training::new("actor", &mut actor, &chunks, &pool);
        pool.run(|worker| {
            training.descend(
                worker,
                [&ROWS[..]].into_iter(),
                |actor, rows| {
                    actor.gradient(&batch, rows, 0.0, |row, log_p, ratio| {
                        loss(1, row, log_p, ratio)
                    });
                },
                |_, _| panic!("there is no step"),
            );
        });
        let refused = training.finish().unwrap_err();
        assert_eq!(refused, Refusal::Gradient("actor"));
        assert_eq!(actor.network, before);
    }
}
