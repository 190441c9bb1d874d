//! The actor: a network for the mean of the actions, and their deviation.

use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

use super::descent::{Chunk, Descent, Sums};
use super::{ADAM_EPSILON, Batch, PpoSettings, RATES, Rate, loss};
use crate::nn::{Adam, Mlp};
use crate::policy::gaussian::Deviation;
use crate::seed::Rng;
use crate::step::Spaces;

/// By how much an adaptive rate changes at a time.
const RATE_FACTOR: f32 = 1.5;
/// Where the logarithm of the standard deviation stays.
const LOG_STD: RangeInclusive<f32> = -5.0..=2.0;

/// Its parameters in a gradient: the mean network's, then `log_std`.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Actor {
    mean: Mlp,
    log_std: Vec<f32>,
    rate: f32,
    adam: Adam,
    log_std_adam: Adam,
}

impl Actor {
    pub(super) fn new(settings: &PpoSettings, spaces: &Spaces, rng: &mut Rng) -> Self {
        let layout = settings.actor_layout(spaces);
        Self {
            adam: Adam::new(layout.parameters(), ADAM_EPSILON),
            log_std_adam: Adam::new(spaces.actions(), ADAM_EPSILON),
            mean: Mlp::orthogonal(layout, 0.01, rng),
            log_std: vec![settings.log_std; spaces.actions()],
            rate: settings.rate.start(),
        }
    }

    /// Whether it has the shape that the settings say, and numbers that could have come about.
    pub(super) fn is_sound(&self, settings: &PpoSettings, spaces: &Spaces) -> bool {
        let layout = settings.actor_layout(spaces);
        *self.mean.layout() == layout
            && self.mean.is_finite()
            && self.log_std.len() == spaces.actions()
            && self.log_std.iter().all(|x| LOG_STD.contains(x))
            && (0.0..=1.0).contains(&self.rate)
            && self.adam.is_sound(layout.parameters(), ADAM_EPSILON)
            && self.log_std_adam.is_sound(spaces.actions(), ADAM_EPSILON)
    }

    pub(super) fn mean(&self) -> &Mlp {
        &self.mean
    }

    pub(super) fn log_std(&self) -> &[f32] {
        &self.log_std
    }

    /// The learning rate of the last step.
    pub(super) fn rate(&self) -> f32 {
        self.rate
    }

    fn next_rate(&self, batch: &Batch, divergence: f32) -> f32 {
        match batch.settings.rate {
            Rate::Constant(rate) => rate,
            Rate::Linear(start) => start * batch.left,
            Rate::KlAdaptive { target, .. } => adapt_rate(self.rate, divergence, target),
        }
    }
}

impl Descent for Actor {
    fn parameters(&self) -> usize {
        self.mean.parameters().len() + self.log_std.len()
    }

    fn differentiate(&self, batch: &Batch, rows: &[u32], share: f32, chunk: &mut Chunk) {
        let acts = self.log_std.len();
        let deviation = Deviation::new(&self.log_std);
        let deviations_apart = deviation.divergence_of_deviations(&batch.old);
        let (gradient, to_log_std) = chunk.gradient.split_at_mut(self.mean.parameters().len());
        let mut score = vec![0.0; acts];
        chunk.slopes.clear();
        chunk.slopes.resize(rows.len() * acts, 0.0);
        let means = self
            .mean
            .forward(rows.len(), &chunk.inputs, &mut chunk.workspace);
        let outputs = means.chunks(acts).zip(chunk.slopes.chunks_mut(acts));
        for ((mean, slopes), &row) in outputs.zip(rows) {
            let row = row as usize;
            let action = &batch.rollout.actions[row * acts..][..acts];
            let old_mean = &batch.rollout.means[row * acts..][..acts];
            let old_log_probability = batch.rollout.log_probabilities[row];
            let log_ratio = deviation.log_probability(action, mean) - old_log_probability;
            let ratio = libm::expf(log_ratio);
            let clip = batch.settings.clip;
            let (loss, slope) = loss::clipped_surrogate(ratio, batch.advantages[row], clip);
            deviation.score(action, mean, slopes, &mut score);
            let to_each = to_log_std.iter_mut().zip(&score);
            for (slopes, (to_log_std, score)) in slopes.iter_mut().zip(to_each) {
                *slopes *= slope * share;
                *to_log_std += score * slope * share;
            }
            let sums = &mut chunk.sums;
            sums.loss += loss;
            sums.approximate_divergence += loss::approximate_divergence(ratio, log_ratio);
            sums.divergence += deviations_apart + deviation.divergence_of_means(old_mean, mean);
            sums.clipped += f32::from((ratio - 1.0).abs() > clip);
        }
        // The bonus rewards entropy, whose slope with respect to each ln s is 1.
        for to_log_std in to_log_std {
            *to_log_std -= batch.settings.entropy * share * rows.len() as f32;
        }
        self.mean.backward(
            rows.len(),
            &chunk.inputs,
            &chunk.slopes,
            &mut chunk.workspace,
            gradient,
        );
    }

    fn step(&mut self, batch: &Batch, gradient: &[f32], sums: &Sums) {
        self.rate = self.next_rate(batch, sums.divergence / sums.samples);
        let (mean, log_std) = gradient.split_at(self.mean.parameters().len());
        let (adam, rate) = (&mut self.adam, self.rate * batch.caution);
        self.mean
            .update(|parameters| adam.step(parameters, mean, rate));
        self.log_std_adam.step(&mut self.log_std, log_std, rate);
        for log_std in &mut self.log_std {
            *log_std = log_std.clamp(*LOG_STD.start(), *LOG_STD.end());
        }
    }
}

/// Above twice the target divergence the rate shrinks, below half of it it grows.
fn adapt_rate(rate: f32, divergence: f32, target: f32) -> f32 {
    if divergence > 2.0 * target {
        (rate / RATE_FACTOR).max(*RATES.start())
    } else if divergence > 0.0 && divergence < 0.5 * target {
        (rate * RATE_FACTOR).min(*RATES.end())
    } else {
        rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::ppo::critic::Critic;
    use crate::learn::ppo::descent::Work;
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

    fn settings() -> PpoSettings {
        PpoSettings {
            steps: 1,
            envs: 2,
            horizon: 2,
            epochs: 1,
            batch: 4,
            widths: vec![8, 8],
            activation: Activation::Tanh,
            gamma: 0.5,
            lambda: 0.5,
            clip: 0.25,
            rate: Rate::Constant(1e-3),
            critic_rate: 1e-3,
            entropy: 0.125,
            max_gradient_norm: 1e9,
            log_std: -0.5,
            normalize_observations: true,
            scale_rewards: true,
        }
    }

    fn spaces() -> Spaces {
        Spaces {
            observation: vec!["x".into(), "y".into()],
            action: ActionSpace::Continuous(vec!["u".into()]),
        }
    }

    /// Off the policy, so that some ratios are clipped.
    fn rollout() -> Rollout {
        Rollout {
            actions: vec![0.25, -0.5, 1.0, 0.125],
            log_probabilities: vec![-0.5, -1.0, -1.5, -0.25],
            ..Rollout::new(2, 2, &spaces())
        }
    }

    fn batch<'a>(settings: &'a PpoSettings, rollout: &'a Rollout) -> Batch<'a> {
        Batch {
            settings,
            rollout,
            inputs: vec![0.5, -1.0, 1.0, 0.25, -0.75, 0.5, 0.0, 1.0],
            advantages: vec![1.0, -0.5, 0.75, -1.25],
            targets: vec![0.5, -0.5, 1.0, 0.0],
            old: Deviation::new(&[-0.5]),
            left: 1.0,
            caution: 1.0,
        }
    }

    /// Mean loss over the four samples and its gradient.
    fn loss_of(network: &impl Descent) -> (f64, Vec<f32>) {
        let (settings, rollout) = (settings(), rollout());
        let mut chunk = Chunk::default();
        let batch = batch(&settings, &rollout);
        chunk.begin(&batch, &[0, 1, 2, 3], network.parameters());
        network.differentiate(&batch, &[0, 1, 2, 3], 0.25, &mut chunk);
        (f64::from(chunk.sums.loss) / 4.0, chunk.gradient)
    }

    /// Compares every slope with a central difference.
    fn compare<N: Descent>(
        network: &mut N,
        nudge: impl Fn(&mut N, usize, f32),
        loss: impl Fn(&N) -> f64,
    ) {
        let exact = loss_of(network).1;
        let h = 1e-2_f32;
        let mut seen = 0;
        for (i, exact) in exact.iter().enumerate() {
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
    fn gradients_are_those_of_finite_differences() {
        let mut rng = Seed::new(3).stream("test").nth(0);
        let mut critic = Critic::new(&settings(), &spaces(), &mut rng);
        let nudge = |critic: &mut Critic, i: usize, by: f32| critic.nudge(i, by);
        compare(&mut critic, nudge, |critic| loss_of(critic).0);

        let mut actor = Actor::new(&settings(), &spaces(), &mut rng);
        let nudge = |actor: &mut Actor, i: usize, by: f32| match actor
            .log_std
            .get_mut(i.wrapping_sub(actor.mean.parameters().len()))
        {
            Some(log_std) => *log_std += by,
            None => actor.mean.update(|parameters| parameters[i] += by),
        };
        compare(&mut actor, nudge, |actor| {
            let entropy = Deviation::new(&actor.log_std).entropy();
            loss_of(actor).0 - f64::from(settings().entropy * entropy)
        });
    }

    #[test]
    fn a_loss_that_is_not_finite_is_not_learnt_from() {
        let (settings, mut rollout) = (settings(), rollout());
        rollout.log_probabilities[3] = -1e30; // The ratio is infinite, and the advantage negative.
        let mut rng = Seed::new(3).stream("test").nth(0);
        let mut actor = Actor::new(&settings, &spaces(), &mut rng);
        let before = actor.mean.clone();
        let batch = batch(&settings, &rollout);
        let chunks = [Mutex::default()];
        let work = Work::new(&mut actor, &batch, &[&[0, 1, 2, 3]], &chunks);
        crate::team::Team::new(1).run(|member| work.descend(member, || false));
        assert!(work.report().is_refused);
        assert_eq!(actor.mean, before);
    }
}
