//! The actor: a network, and the distribution of actions that its outputs describe.

use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

use super::descent::{Chunk, Descent, Sums};
use super::{Batch, Rate, Recipe, loss};
use crate::learn::optimizer::Optimizer;
use crate::nn::Mlp;
use crate::policy::gaussian::Deviation;
use crate::policy::{Head, categorical};
use crate::seed::Rng;
use crate::step::{ActionSpace, Spaces};

/// By how much an adaptive rate changes at a time.
const RATE_FACTOR: f32 = 1.5;
/// Where the logarithm of the standard deviation stays.
const LOG_STD: RangeInclusive<f32> = -5.0..=2.0;

/// Its parameters in a gradient: the network's, then the head's `log_std`, if it has one.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::learn) struct Actor {
    network: Mlp,
    head: Head,
    rate: f32,
    optimizer: Optimizer,
    head_optimizer: Optimizer,
}

impl Actor {
    /// Gaussian where actions are continuous, categorical where they are choices.
    pub(super) fn new(recipe: &Recipe, spaces: &Spaces, rng: &mut Rng) -> Self {
        let layout = recipe.actor_layout(spaces);
        let head = match &spaces.action {
            ActionSpace::Continuous(names) => Head::Gaussian {
                log_std: vec![recipe.log_std; names.len()],
            },
            ActionSpace::Discrete(_) => Head::Categorical,
        };
        Self {
            optimizer: Optimizer::new(recipe.optimizer, layout.parameters()),
            head_optimizer: Optimizer::new(recipe.optimizer, log_std(&head).len()),
            network: Mlp::orthogonal(layout, 0.01, rng),
            head,
            rate: recipe.rate.start(),
        }
    }

    /// Whether it has the shape that the recipe says, and numbers that could have come about.
    pub(super) fn is_sound(&self, recipe: &Recipe, spaces: &Spaces) -> bool {
        let layout = recipe.actor_layout(spaces);
        let (kind, log_std) = (recipe.optimizer, log_std(&self.head));
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

    /// The learning rate of the last step.
    pub(super) fn rate(&self) -> f32 {
        self.rate
    }

    /// The distribution that it draws from now.
    pub(super) fn likelihood(&self) -> Likelihood {
        match &self.head {
            Head::Gaussian { log_std } => Likelihood::Gaussian(Deviation::new(log_std)),
            Head::Squashed { .. } | Head::Categorical => Likelihood::Categorical,
        }
    }

    /// Entropy and mean standard deviation, where they do not depend on the state.
    pub(super) fn entropy_and_std(&self) -> Option<(f32, f32)> {
        let Head::Gaussian { log_std } = &self.head else {
            return None;
        };
        let deviation = Deviation::new(log_std);
        let std = deviation.std.iter().sum::<f32>() / deviation.std.len() as f32;
        Some((deviation.entropy(), std))
    }

    fn next_rate(&self, batch: &Batch, divergence: f32) -> f32 {
        match batch.recipe.rate {
            Rate::Constant(rate) => rate,
            Rate::Linear(start) => start * batch.left,
            Rate::KlAdaptive { target, .. } => adapt_rate(self.rate, divergence, target),
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

impl Descent for Actor {
    fn parameters(&self) -> usize {
        self.network.parameters().len() + log_std(&self.head).len()
    }

    fn differentiate(&self, batch: &Batch, rows: &[u32], share: f32, chunk: &mut Chunk) {
        let acts = batch.rollout.actions.len() / batch.rollout.samples();
        let described = self.network.layout().outputs();
        let likelihood = self.likelihood();
        let apart = likelihood.divergence_of_heads(&batch.old);
        let (gradient, to_head) = chunk.gradient.split_at_mut(self.network.parameters().len());
        let mut score = vec![0.0; to_head.len()];
        let bonus = batch.recipe.entropy * share;
        chunk.slopes.clear();
        chunk.slopes.resize(rows.len() * described, 0.0);
        let outputs = self
            .network
            .forward(rows.len(), &chunk.inputs, &mut chunk.workspace);
        let outputs = (outputs.chunks(described)).zip(chunk.slopes.chunks_mut(described));
        for ((outputs, slopes), &row) in outputs.zip(rows) {
            let row = row as usize;
            let action = &batch.rollout.actions[row * acts..][..acts];
            let old_outputs = &batch.rollout.outputs[row * described..][..described];
            let log_probability = likelihood.log_probability(action, outputs);
            let log_ratio = log_probability - batch.rollout.log_probabilities[row];
            let ratio = libm::expf(log_ratio);
            let surrogate = batch.recipe.surrogate;
            let (loss, slope) = surrogate.loss(log_probability, ratio, batch.advantages[row]);
            likelihood.score(action, outputs, slopes, &mut score);
            for slopes in slopes.iter_mut() {
                *slopes *= slope * share;
            }
            for (to_head, score) in to_head.iter_mut().zip(&score) {
                *to_head += score * slope * share;
            }
            let sums = &mut chunk.sums;
            if let Likelihood::Categorical = likelihood {
                sums.entropy += categorical::entropy(outputs);
                categorical::add_entropy_slope(outputs, -bonus, slopes);
            }
            sums.loss += loss;
            sums.approximate_divergence += loss::approximate_divergence(ratio, log_ratio);
            sums.divergence += apart + likelihood.divergence_of_outputs(old_outputs, outputs);
            sums.clipped += f32::from(surrogate.is_outside(ratio));
        }
        // The entropy of a Gaussian has the slope 1 with respect to each ln s.
        for to_head in to_head {
            *to_head -= bonus * rows.len() as f32;
        }
        self.network.backward(
            rows.len(),
            &chunk.inputs,
            &chunk.slopes,
            &mut chunk.workspace,
            gradient,
        );
    }

    fn step(&mut self, batch: &Batch, gradient: &[f32], sums: &Sums) {
        self.rate = self.next_rate(batch, sums.divergence / sums.samples);
        let (to_network, to_head) = gradient.split_at(self.network.parameters().len());
        let (optimizer, rate) = (&mut self.optimizer, self.rate * batch.lr_scale);
        self.network
            .update(|parameters| optimizer.step(parameters, to_network, rate));
        if let Head::Gaussian { log_std } = &mut self.head {
            self.head_optimizer.step(log_std, to_head, rate);
            for log_std in log_std {
                *log_std = log_std.clamp(*LOG_STD.start(), *LOG_STD.end());
            }
        }
    }

    fn has_moved_enough(&self, batch: &Batch, sums: &Sums) -> bool {
        let divergence = sums.approximate_divergence / sums.samples;
        batch.recipe.stop_at_kl.is_some_and(|kl| divergence > kl)
    }
}

/// How likely actions are, and how that changes with what describes them.
pub(in crate::learn) enum Likelihood {
    Gaussian(Deviation),
    Categorical,
}

impl Likelihood {
    /// `ln p(action)`.
    fn log_probability(&self, action: &[f32], outputs: &[f32]) -> f32 {
        match self {
            Self::Gaussian(deviation) => deviation.log_probability(action, outputs),
            Self::Categorical => categorical::log_probability(action[0] as usize, outputs),
        }
    }

    /// Gradient of `ln p(action)` with respect to outputs and head.
    fn score(&self, action: &[f32], outputs: &[f32], to_outputs: &mut [f32], to_head: &mut [f32]) {
        match self {
            Self::Gaussian(deviation) => deviation.score(action, outputs, to_outputs, to_head),
            Self::Categorical => categorical::score(action[0] as usize, outputs, to_outputs),
        }
    }

    /// The part of `KL(old || self)` (nat) that is the same for all samples.
    fn divergence_of_heads(&self, old: &Self) -> f32 {
        match (self, old) {
            (Self::Gaussian(new), Self::Gaussian(old)) => new.divergence_of_deviations(old),
            _ => 0.0,
        }
    }

    /// The rest of it.
    fn divergence_of_outputs(&self, old: &[f32], outputs: &[f32]) -> f32 {
        match self {
            Self::Gaussian(deviation) => deviation.divergence_of_means(old, outputs),
            Self::Categorical => categorical::divergence(old, outputs),
        }
    }
}

/// Above twice the target divergence the rate shrinks, below half of it it grows.
fn adapt_rate(rate: f32, divergence: f32, target: f32) -> f32 {
    if divergence > 2.0 * target {
        (rate / RATE_FACTOR).max(*Rate::ADAPTIVE.start())
    } else if divergence > 0.0 && divergence < 0.5 * target {
        (rate * RATE_FACTOR).min(*Rate::ADAPTIVE.end())
    } else {
        rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::policy_gradient::critic::Critic;
    use crate::learn::policy_gradient::descent::Work;
    use crate::learn::policy_gradient::{OptimizerKind, Surrogate};
    use crate::learn::rollout::Rollout;
    use crate::nn::Activation;
    use crate::seed::Seed;
    use crate::step::ActionSpace;
    use std::sync::Mutex;

    #[test]
    fn the_rate_follows_the_divergence_within_its_bounds() {
        assert_eq!(adapt_rate(3e-3, 0.05, 0.02), 2e-3);
        assert_eq!(adapt_rate(2e-3, 0.005, 0.02), 3e-3);
        assert_eq!(adapt_rate(2e-3, 0.02, 0.02), 2e-3);
        assert_eq!(adapt_rate(2e-3, 0.0, 0.02), 2e-3);
        assert_eq!(adapt_rate(1e-5, 1.0, 0.02), 1e-5);
        assert_eq!(adapt_rate(1e-2, 1e-6, 0.02), 1e-2);
    }

    fn recipe(surrogate: Surrogate, clip_value: Option<f32>) -> Recipe {
        Recipe {
            steps: 1,
            envs: 2,
            widths: vec![8, 8],
            activation: Activation::Tanh,
            gamma: 0.5,
            surrogate,
            optimizer: OptimizerKind::Adam,
            rate: Rate::Constant(1e-3),
            critic_rate: Some(1e-3),
            clip_value,
            stop_at_kl: None,
            entropy: 0.125,
            max_gradient_norm: 1e9,
            log_std: -0.5,
            normalize_observations: true,
            scale_rewards: true,
            batch: 4,
        }
    }

    fn ppo() -> Recipe {
        recipe(Surrogate::Clipped(0.25), None)
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

    fn batch<'a>(recipe: &'a Recipe, rollout: &'a Rollout) -> Batch<'a> {
        Batch {
            recipe,
            rollout,
            inputs: vec![0.5, -1.0, 1.0, 0.25, -0.75, 0.5, 0.0, 1.0],
            rewards: vec![],
            samples: vec![0, 1, 2, 3],
            values: vec![0.25, 0.0, -0.5, -0.25],
            advantages: vec![1.0, -0.5, 0.75, -1.25],
            targets: vec![0.5, -0.5, 1.0, 0.0],
            unit: 1.0,
            old: Likelihood::Categorical,
            left: 1.0,
            lr_scale: 1.0,
        }
    }

    /// Mean loss over the four samples, with the entropy bonus of those that have one, and its gradient.
    fn loss_of(recipe: &Recipe, spaces: &Spaces, network: &impl Descent) -> (f64, Vec<f32>) {
        let rollout = rollout(spaces);
        let mut chunk = Chunk::default();
        let batch = batch(recipe, &rollout);
        chunk.begin(&batch, &[0, 1, 2, 3], network.parameters());
        network.differentiate(&batch, &[0, 1, 2, 3], 0.25, &mut chunk);
        let loss = chunk.sums.loss - recipe.entropy * chunk.sums.entropy;
        (f64::from(loss) / 4.0, chunk.gradient)
    }

    /// Compares every slope with a central difference.
    fn compare<N: Descent>(
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
            let slope = (above - below) / f64::from(2.0 * h);
            let apart = (slope - f64::from(*exact)).abs();
            assert!(apart < 2e-3 + 0.02 * slope.abs(), "{i}: {slope} {exact}");
            seen += usize::from(slope.abs() > 0.005);
        }
        assert!(seen > 5, "slopes that are not zero were compared");
    }

    #[test]
    fn gradients_of_the_critic_are_those_of_finite_differences() {
        let mut rng = Seed::new(3).stream("test").nth(0);
        for clip_value in [None, Some(0.125)] {
            let (recipe, spaces) = (recipe(Surrogate::LogProbability, clip_value), continuous());
            let mut critic = Critic::new(&recipe, 1e-3, &spaces, &mut rng);
            let gradient = loss_of(&recipe, &spaces, &critic).1;
            let nudge = |critic: &mut Critic, i: usize, by: f32| critic.nudge(i, by);
            let loss = |critic: &Critic| loss_of(&recipe, &spaces, critic).0;
            compare(&mut critic, gradient, nudge, loss);
        }
    }

    #[test]
    fn gradients_of_the_actor_are_those_of_finite_differences() {
        let mut rng = Seed::new(3).stream("test").nth(0);
        for surrogate in [
            Surrogate::LogProbability,
            Surrogate::Clipped(0.25),
            Surrogate::Simple(0.25),
        ] {
            for spaces in [continuous(), discrete()] {
                let recipe = recipe(surrogate, None);
                let mut actor = Actor::new(&recipe, &spaces, &mut rng);
                let gradient = loss_of(&recipe, &spaces, &actor).1;
                let nudge = |actor: &mut Actor, i: usize, by: f32| {
                    let weights = actor.network.parameters().len();
                    match &mut actor.head {
                        Head::Gaussian { log_std } if i >= weights => log_std[i - weights] += by,
                        _ => actor.network.update(|parameters| parameters[i] += by),
                    }
                };
                let loss = |actor: &Actor| {
                    let entropy = actor.entropy_and_std().map_or(0.0, |(entropy, _)| entropy);
                    let loss = loss_of(&recipe, &spaces, actor).0;
                    loss - f64::from(recipe.entropy * entropy)
                };
                compare(&mut actor, gradient, nudge, loss);
            }
        }
    }

    #[test]
    fn a_loss_that_is_not_finite_is_not_learnt_from() {
        let (recipe, spaces) = (ppo(), continuous());
        let mut rollout = rollout(&spaces);
        rollout.log_probabilities[3] = -1e30; // The ratio is infinite, and the advantage negative.
        let mut rng = Seed::new(3).stream("test").nth(0);
        let mut actor = Actor::new(&recipe, &spaces, &mut rng);
        let before = actor.network.clone();
        let batch = batch(&recipe, &rollout);
        let chunks = [Mutex::default()];
        let work = Work::new(&mut actor, &batch, &[&[0, 1, 2, 3]], &chunks);
        crate::worker_pool::WorkerPool::new(1).run(|worker| work.descend(worker, || false));
        assert!(work.report().is_refused);
        assert_eq!(actor.network, before);
    }

    #[test]
    fn an_actor_that_has_moved_enough_is_left_alone() {
        let recipe = Recipe {
            stop_at_kl: Some(1e-3),
            ..ppo()
        };
        let rollout = rollout(&continuous()); // Far off the policy.
        let mut rng = Seed::new(3).stream("test").nth(0);
        let mut actor = Actor::new(&recipe, &continuous(), &mut rng);
        let before = actor.network.clone();
        let batch = batch(&recipe, &rollout);
        let chunks = [Mutex::default()];
        let work = Work::new(&mut actor, &batch, &[&[0, 1, 2, 3]], &chunks);
        crate::worker_pool::WorkerPool::new(1).run(|worker| work.descend(worker, || false));
        let report = work.report();
        assert!(report.has_moved_enough && !report.is_refused);
        assert_eq!(actor.network, before);
    }
}
