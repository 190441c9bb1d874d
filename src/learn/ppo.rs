//! Proximal policy optimisation (arXiv:1707.06347) with a Gaussian policy, generalized advantages and an optional
//! learning rate that follows the divergence (as in `rsl_rl`).
//!
//! The story is [`Ppo::update`]: value the rollout, then pass over it in shuffled minibatches. A minibatch is cut into
//! chunks of [`CHUNK`] rows whatever the number of threads; gradients of chunks are summed in their order.

mod loss;
mod settings;

pub use settings::{PpoSettings, Rate};

use rand::seq::SliceRandom;
use serde::Serialize;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use super::Learner;
use super::returns::{ReturnScale, ValuedStep, gae};
use super::rollout::Rollout;
use crate::metrics::{Metric, Row};
use crate::nn::{Adam, Mlp, Workspace, add, scale, squared_norm};
use crate::policy::Policy;
use crate::policy::gaussian::Deviation;
use crate::policy::normalize::{Moments, Normalizer};
use crate::seed::{Seed, Stream};
use crate::step::{Spaces, StepEnd};
use crate::team::Team;

/// Rows of a minibatch that one thread takes at once.
const CHUNK: usize = 128;
/// Where an adaptive rate stays.
const RATES: RangeInclusive<f32> = 1e-5..=1e-2;
/// By how much it changes at a time.
const RATE_FACTOR: f32 = 1.5;
/// Where the logarithm of the standard deviation stays.
const LOG_STD: RangeInclusive<f32> = -5.0..=2.0;
/// Largest size of a scaled reward.
const REWARD_CLIP: f32 = 10.0;
const ADAM_EPSILON: f32 = 1e-5;

/// The state of a PPO run between two rollouts.
pub struct Ppo {
    settings: PpoSettings,
    spaces: Spaces,
    actor: RwLock<Actor>,
    critic: RwLock<Critic>,
    normalizer: Normalizer,
    return_scale: ReturnScale,
    shuffles: Stream,
    /// Passes over rollouts done: the number of the next shuffle.
    passes: u64,
    /// Control steps learnt from.
    steps: u64,
    /// Minibatches that were not committed.
    dropped: u64,
    /// Scratch memory of the chunks of a minibatch.
    chunks: Vec<Mutex<Chunk>>,
}

#[derive(Serialize)]
struct Actor {
    mean: Mlp,
    log_std: Vec<f32>,
    rate: f32,
    adam: Adam,
    log_std_adam: Adam,
}

#[derive(Serialize)]
struct Critic {
    value: Mlp,
    adam: Adam,
    /// Scratch memory of its step.
    #[serde(skip)]
    gradient: Vec<f32>,
}

/// A rollout as the update sees it; shapes as in [`Rollout`], without broken samples.
struct Batch<'a> {
    rollout: &'a Rollout,
    /// Normalised observations, `[N, T, O]`.
    inputs: Vec<f32>,
    /// Normalised over the rollout, `[N, T]`.
    advantages: Vec<f32>,
    /// What the critic should say, `[N, T]`.
    targets: Vec<f32>,
    /// The distribution that acted.
    old: Deviation,
}

/// One thread's work on some rows of a minibatch.
#[derive(Default)]
struct Chunk {
    inputs: Vec<f32>,
    slopes: Vec<f32>,
    actor_workspace: Workspace,
    critic_workspace: Workspace,
    /// Mean network, then `log_std`.
    actor_gradient: Vec<f32>,
    critic_gradient: Vec<f32>,
    sums: Sums,
}

/// Sums over samples, of what is reported and of what steers the rate.
#[derive(Clone, Copy, Default)]
struct Sums {
    samples: f32,
    actor_loss: f32,
    critic_loss: f32,
    approximate_divergence: f32,
    divergence: f32,
    clipped: f32,
}

impl Ppo {
    /// Fresh networks for an environment of these spaces. `settings` have been checked.
    pub fn new(settings: PpoSettings, spaces: &Spaces, seed: Seed) -> Self {
        let weights = seed.stream("network weights");
        let actor_layout = settings.actor_layout(spaces);
        let critic_layout = settings.critic_layout(spaces);
        let actor = Actor {
            adam: Adam::new(actor_layout.parameters(), ADAM_EPSILON),
            log_std_adam: Adam::new(spaces.actions(), ADAM_EPSILON),
            mean: Mlp::orthogonal(actor_layout, 0.01, &mut weights.nth(0)),
            log_std: vec![settings.log_std; spaces.actions()],
            rate: settings.rate.start(),
        };
        let critic = Critic {
            adam: Adam::new(critic_layout.parameters(), ADAM_EPSILON),
            value: Mlp::orthogonal(critic_layout, 1.0, &mut weights.nth(1)),
            gradient: Vec::new(),
        };
        Self {
            spaces: spaces.clone(),
            actor: RwLock::new(actor),
            critic: RwLock::new(critic),
            normalizer: if settings.normalize_observations {
                Normalizer::new(spaces.observations())
            } else {
                Normalizer::identity()
            },
            return_scale: ReturnScale::new(settings.envs, settings.gamma),
            shuffles: seed.stream("minibatch shuffles"),
            passes: 0,
            steps: 0,
            dropped: 0,
            chunks: Vec::new(),
            settings,
        }
    }

    /// Values, advantages and targets of a rollout.
    fn value(&mut self, rollout: &'_ Rollout, team: &Team) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
        let mut inputs = rollout.observations.clone();
        self.normalizer.apply(&mut inputs);
        let values = self.values(&inputs, team);
        let next_values = self.next_values(rollout, &values, team);

        let mut reward_scale = 1.0;
        if self.settings.scale_rewards {
            self.return_scale.observe(&rollout.rewards, &rollout.ends);
            reward_scale = 1.0 / self.return_scale.deviation();
        }
        let steps: Vec<ValuedStep> = (0..rollout.samples())
            .map(|i| ValuedStep {
                reward: (rollout.rewards[i] * reward_scale).clamp(-REWARD_CLIP, REWARD_CLIP),
                value: values[i],
                next_value: next_values[i],
                goes_on: !rollout.ends[i].is_end(),
            })
            .collect();
        let advantages: Vec<f32> = steps
            .chunks(rollout.horizon)
            .flat_map(|steps| gae(steps, self.settings.gamma, self.settings.lambda))
            .collect();
        let targets = advantages.iter().zip(&values).map(|(a, v)| a + v).collect();
        (inputs, advantages, targets)
    }

    /// `V` of normalised rows.
    fn values(&self, inputs: &[f32], team: &Team) -> Vec<f32> {
        let critic = self.critic.read().expect("no member panicked");
        let entries = self.spaces.observations();
        let mut values = vec![0.0; inputs.len() / entries];
        let mut parts: Vec<_> = inputs
            .chunks(CHUNK * entries)
            .zip(values.chunks_mut(CHUNK))
            .collect();
        team.for_each(&mut parts, |(inputs, values)| {
            let mut workspace = Workspace::default();
            values.copy_from_slice(critic.value.forward(values.len(), inputs, &mut workspace));
        });
        values
    }

    /// `v'` of every step: 0 after a terminal one, `V(last)` at a time limit, else the value of what came next.
    fn next_values(&self, rollout: &Rollout, values: &[f32], team: &Team) -> Vec<f32> {
        // One pass over all observations that are not followed by a step of the rollout.
        let mut lasts: Vec<f32> = rollout.next_observations.clone();
        for end in &rollout.ends {
            if let StepEnd::TimeLimit { last } = end {
                lasts.extend_from_slice(last);
            }
        }
        self.normalizer.apply(&mut lasts);
        let lasts = self.values(&lasts, team);
        let (after_rollout, mut at_limits) = {
            let (after, limits) = lasts.split_at(rollout.envs);
            (after, limits.iter())
        };
        rollout
            .ends
            .iter()
            .enumerate()
            .map(|(i, end)| match end {
                StepEnd::Running if (i + 1) % rollout.horizon == 0 => {
                    after_rollout[i / rollout.horizon]
                }
                StepEnd::Running => values[i + 1],
                StepEnd::TimeLimit { .. } => *at_limits.next().expect("one value per limit"),
                StepEnd::Terminated | StepEnd::Broken => 0.0,
            })
            .collect()
    }

    /// Every pass over the rollout: who reads what when is settled before the team begins.
    fn learn(&mut self, batch: &Batch, samples: &[u32], team: &Team) -> Report {
        let passes: Vec<Vec<u32>> = (0..self.settings.epochs as u64)
            .map(|pass| {
                let mut order = samples.to_vec();
                order.shuffle(&mut self.shuffles.nth(self.passes + pass));
                order
            })
            .collect();
        let most_chunks = self.settings.batch.div_ceil(CHUNK);
        self.chunks.resize_with(most_chunks, Mutex::default);
        let report = Mutex::new(Report::default());
        let goes_on = AtomicBool::new(true);
        let this = &*self;
        team.run(|member| {
            for minibatch in passes
                .iter()
                .flat_map(|order| order.chunks(this.settings.batch))
            {
                let chunks = minibatch.len().div_ceil(CHUNK);
                for i in member.share(chunks) {
                    let rows = minibatch.chunks(CHUNK).nth(i).expect("i is in range");
                    let mut chunk = this.chunks[i].lock().expect("each chunk has one worker");
                    this.differentiate(batch, rows, minibatch.len(), &mut chunk);
                }
                member.wait();
                // The two networks are independent of each other, so two members can take their steps.
                for network in member.share(2) {
                    if network == 0 {
                        let step = this.step_actor(chunks, minibatch.len());
                        report.lock().expect("nobody panicked").add_actor(step);
                        goes_on.store(!team.is_stopping(), Ordering::Relaxed);
                    } else {
                        let is_committed = this.step_critic(chunks);
                        report.lock().expect("nobody panicked").dropped += u64::from(!is_committed);
                    }
                }
                member.wait();
                if !goes_on.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        self.passes += self.settings.epochs as u64;
        report.into_inner().expect("nobody panicked")
    }

    /// Both losses of some rows of a minibatch of `size`, and their gradients.
    fn differentiate(&self, batch: &Batch, rows: &[u32], size: usize, chunk: &mut Chunk) {
        let entries = self.spaces.observations();
        chunk.inputs.clear();
        for &row in rows {
            let input = &batch.inputs[row as usize * entries..][..entries];
            chunk.inputs.extend_from_slice(input);
        }
        chunk.sums = Sums {
            samples: rows.len() as f32,
            ..Sums::default()
        };
        self.differentiate_actor(batch, rows, 1.0 / size as f32, chunk);
        self.differentiate_critic(batch, rows, 1.0 / size as f32, chunk);
    }

    fn differentiate_actor(&self, batch: &Batch, rows: &[u32], share: f32, chunk: &mut Chunk) {
        let actor = self.actor.read().expect("nobody panicked");
        let acts = self.spaces.actions();
        let deviation = Deviation::new(&actor.log_std);
        let deviations_apart = deviation.divergence_of_deviations(&batch.old);
        let parameters = actor.mean.parameters().len();
        chunk.actor_gradient.clear();
        chunk.actor_gradient.resize(parameters + acts, 0.0);
        chunk.slopes.clear();
        chunk.slopes.resize(rows.len() * acts, 0.0);
        let (gradient, to_log_std) = chunk.actor_gradient.split_at_mut(parameters);
        let mut score = vec![0.0; acts];

        let means = actor
            .mean
            .forward(rows.len(), &chunk.inputs, &mut chunk.actor_workspace);
        for ((mean, slopes), &row) in
            (means.chunks(acts).zip(chunk.slopes.chunks_mut(acts))).zip(rows)
        {
            let row = row as usize;
            let action = &batch.rollout.actions[row * acts..][..acts];
            let old_mean = &batch.rollout.means[row * acts..][..acts];
            let old_log_probability = batch.rollout.log_probabilities[row];
            let log_ratio = deviation.log_probability(action, mean) - old_log_probability;
            let ratio = libm::expf(log_ratio);
            let (loss, slope) =
                loss::clipped_surrogate(ratio, batch.advantages[row], self.settings.clip);
            deviation.score(action, mean, slopes, &mut score);
            for (slopes, (to_log_std, score)) in
                slopes.iter_mut().zip(to_log_std.iter_mut().zip(&score))
            {
                *slopes *= slope * share;
                *to_log_std += score * slope * share;
            }
            let sums = &mut chunk.sums;
            sums.actor_loss += loss;
            sums.approximate_divergence += loss::approximate_divergence(ratio, log_ratio);
            sums.divergence += deviations_apart + deviation.divergence_of_means(old_mean, mean);
            sums.clipped += f32::from((ratio - 1.0).abs() > self.settings.clip);
        }
        // The bonus rewards entropy, whose slope with respect to each ln s is 1.
        for to_log_std in to_log_std {
            *to_log_std -= self.settings.entropy * share * rows.len() as f32;
        }
        actor.mean.backward(
            rows.len(),
            &chunk.inputs,
            &chunk.slopes,
            &mut chunk.actor_workspace,
            gradient,
        );
    }

    fn differentiate_critic(&self, batch: &Batch, rows: &[u32], share: f32, chunk: &mut Chunk) {
        let critic = self.critic.read().expect("nobody panicked");
        chunk.critic_gradient.clear();
        chunk
            .critic_gradient
            .resize(critic.value.parameters().len(), 0.0);
        chunk.slopes.clear();
        let values = critic
            .value
            .forward(rows.len(), &chunk.inputs, &mut chunk.critic_workspace);
        for (value, &row) in values.iter().zip(rows) {
            let (loss, slope) = loss::value_loss(*value, batch.targets[row as usize]);
            chunk.sums.critic_loss += loss;
            chunk.slopes.push(slope * share);
        }
        critic.value.backward(
            rows.len(),
            &chunk.inputs,
            &chunk.slopes,
            &mut chunk.critic_workspace,
            &mut chunk.critic_gradient,
        );
    }

    /// Sums the chunks' gradients and takes the actor's step, unless a number is not finite.
    fn step_actor(&self, chunks: usize, size: usize) -> ActorStep {
        let mut sums = Sums::default();
        let mut first = self.chunks[0].lock().expect("nobody panicked");
        sums.add(&first.sums);
        for chunk in &self.chunks[1..chunks] {
            let chunk = chunk.lock().expect("nobody panicked");
            add(&mut first.actor_gradient, &chunk.actor_gradient);
            sums.add(&chunk.sums);
        }
        let norm = squared_norm(&first.actor_gradient).sqrt();
        let is_committed = norm.is_finite() && sums.are_finite();
        if is_committed {
            let actor = &mut *self.actor.write().expect("nobody panicked");
            actor.rate = self.next_rate(actor.rate, sums.divergence / size as f32);
            clip_norm(
                &mut first.actor_gradient,
                norm,
                self.settings.max_gradient_norm,
            );
            let (mean, log_std) = first.actor_gradient.split_at(actor.mean.parameters().len());
            let (adam, rate) = (&mut actor.adam, actor.rate);
            actor
                .mean
                .update(|parameters| adam.step(parameters, mean, rate));
            actor.log_std_adam.step(&mut actor.log_std, log_std, rate);
            for log_std in &mut actor.log_std {
                *log_std = log_std.clamp(*LOG_STD.start(), *LOG_STD.end());
            }
        }
        ActorStep {
            sums,
            norm,
            is_committed,
        }
    }

    /// The same for the critic; whether the step was taken.
    fn step_critic(&self, chunks: usize) -> bool {
        // The actor's sum holds the first chunk while it reads the others, so the critic's is taken elsewhere.
        let mut critic = self.critic.write().expect("nobody panicked");
        let mut gradient = std::mem::take(&mut critic.gradient);
        gradient.clear();
        gradient.resize(critic.value.parameters().len(), 0.0);
        for chunk in &self.chunks[..chunks] {
            let chunk = chunk.lock().expect("nobody panicked");
            add(&mut gradient, &chunk.critic_gradient);
        }
        let norm = squared_norm(&gradient).sqrt();
        let is_committed = norm.is_finite();
        if is_committed {
            let critic = &mut *critic;
            clip_norm(&mut gradient, norm, self.settings.max_gradient_norm);
            let (adam, rate) = (&mut critic.adam, self.settings.critic_rate);
            critic
                .value
                .update(|parameters| adam.step(parameters, &gradient, rate));
        }
        critic.gradient = gradient;
        is_committed
    }

    fn next_rate(&self, rate: f32, divergence: f32) -> f32 {
        match self.settings.rate {
            Rate::Constant(rate) => rate,
            Rate::Linear(start) => {
                let left = 1.0 - self.steps as f64 / self.settings.steps as f64;
                start * left.max(0.0) as f32
            }
            Rate::KlAdaptive { target, .. } => adapt_rate(rate, divergence, target),
        }
    }

    fn explained_variance(&self, targets: &[f32], advantages: &[f32]) -> f64 {
        let variance = |x: &[f32]| Moments::of(x.iter().map(|&x| f64::from(x))).variance();
        1.0 - variance(advantages) / variance(targets).max(f64::MIN_POSITIVE)
    }
}

impl Learner for Ppo {
    fn policy(&self) -> Arc<Policy> {
        let actor = self.actor.read().expect("nobody panicked");
        Arc::new(Policy {
            spaces: self.spaces.clone(),
            normalizer: self.normalizer.clone(),
            mean: actor.mean.clone(),
            log_std: actor.log_std.clone(),
        })
    }

    fn update(&mut self, rollout: &Rollout, team: &Team) -> Row {
        // Scenes end an environment before it can say such a thing; somebody's own environment may not.
        if !rollout.is_finite() {
            self.dropped += 1;
            return self.row(&Report::default(), None);
        }
        let (inputs, mut advantages, targets) = self.value(rollout, team);
        let explained_variance = self.explained_variance(&targets, &advantages);
        let samples: Vec<u32> = (0..rollout.samples() as u32)
            .filter(|&i| rollout.ends[i as usize] != StepEnd::Broken)
            .collect();
        standardize(&mut advantages, &samples);
        let old = Deviation::new(&self.actor.get_mut().expect("nobody panicked").log_std);
        let batch = Batch {
            rollout,
            inputs,
            advantages,
            targets,
            old,
        };
        let report = self.learn(&batch, &samples, team);
        self.steps += rollout.samples() as u64;
        self.dropped += report.dropped;
        if self.settings.normalize_observations {
            self.normalizer.observe(&rollout.observations);
        }
        self.row(&report, Some(explained_variance))
    }

    fn state_bytes(&self) -> Vec<u8> {
        let state = (
            &*self.actor.read().expect("nobody panicked"),
            &*self.critic.read().expect("nobody panicked"),
            &self.normalizer,
            &self.return_scale,
            (self.passes, self.steps, self.dropped),
        );
        postcard::to_stdvec(&state).expect("plain data serialises to memory")
    }
}

impl Ppo {
    fn row(&self, report: &Report, explained_variance: Option<f64>) -> Row {
        let actor = self.actor.read().expect("nobody panicked");
        let deviation = Deviation::new(&actor.log_std);
        let sums = &report.sums;
        let mean = |sum: f32| f64::from(sum / sums.samples);
        let mut row = Row::default();
        if report.minibatches > 0.0 {
            row.set(Metric::ActorLoss, mean(sums.actor_loss));
            row.set(Metric::CriticLoss, mean(sums.critic_loss));
            row.set(Metric::Kl, mean(sums.approximate_divergence));
            row.set(Metric::ClipFraction, mean(sums.clipped));
            row.set(Metric::GradientNorm, report.norms / report.minibatches);
        }
        if let Some(explained_variance) = explained_variance {
            row.set(Metric::ExplainedVariance, explained_variance);
        }
        row.set(Metric::Entropy, f64::from(deviation.entropy()));
        row.set(Metric::Rate, f64::from(actor.rate));
        let std = deviation.std.iter().sum::<f32>() / deviation.std.len() as f32;
        row.set(Metric::StandardDeviation, f64::from(std));
        row.set(Metric::Dropped, self.dropped as f64);
        row
    }
}

/// What became of one minibatch.
struct ActorStep {
    sums: Sums,
    norm: f32,
    is_committed: bool,
}

/// What an update reports, summed over its minibatches.
#[derive(Default)]
struct Report {
    minibatches: f64,
    sums: Sums,
    norms: f64,
    dropped: u64,
}

impl Report {
    fn add_actor(&mut self, step: ActorStep) {
        if step.is_committed {
            self.minibatches += 1.0;
            self.norms += f64::from(step.norm);
            self.sums.add(&step.sums);
        } else {
            self.dropped += 1;
        }
    }
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.samples += other.samples;
        self.actor_loss += other.actor_loss;
        self.critic_loss += other.critic_loss;
        self.approximate_divergence += other.approximate_divergence;
        self.divergence += other.divergence;
        self.clipped += other.clipped;
    }

    fn are_finite(&self) -> bool {
        self.actor_loss.is_finite() && self.divergence.is_finite()
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

fn clip_norm(gradient: &mut [f32], norm: f32, most: f32) {
    if norm > most {
        scale(gradient, most / norm);
    }
}

/// Mean 0 and deviation 1 over the samples that count.
fn standardize(advantages: &mut [f32], samples: &[u32]) {
    let of_samples = samples.iter().map(|&i| f64::from(advantages[i as usize]));
    let moments = Moments::of(of_samples);
    let (mean, deviation) = (moments.mean(), moments.deviation());
    for advantage in advantages {
        *advantage = ((f64::from(*advantage) - mean) / deviation) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_follows_the_divergence_within_its_bounds() {
        assert_eq!(adapt_rate(3e-3, 0.05, 0.02), 2e-3);
        assert_eq!(adapt_rate(2e-3, 0.005, 0.02), 3e-3);
        assert_eq!(adapt_rate(2e-3, 0.02, 0.02), 2e-3);
        assert_eq!(adapt_rate(2e-3, 0.0, 0.02), 2e-3);
        assert_eq!(adapt_rate(1e-5, 1.0, 0.02), 1e-5);
        assert_eq!(adapt_rate(1e-2, 1e-6, 0.02), 1e-2);
    }

    #[test]
    fn advantages_are_standardised_over_the_samples_that_count() {
        let mut advantages = [1.0, 100.0, 3.0];
        standardize(&mut advantages, &[0, 2]); // mean 2, deviation 1
        assert_eq!((advantages[0], advantages[2]), (-1.0, 1.0));
    }

    /// Four samples of two observations and one action, off the policy so that some ratios are clipped.
    fn batch(rollout: &Rollout) -> Batch<'_> {
        Batch {
            inputs: vec![0.5, -1.0, 1.0, 0.25, -0.75, 0.5, 0.0, 1.0],
            advantages: vec![1.0, -0.5, 0.75, -1.25],
            targets: vec![0.5, -0.5, 1.0, 0.0],
            old: Deviation::new(&[-0.5]),
            rollout,
        }
    }

    fn learner_and_rollout() -> (Ppo, Rollout) {
        let spaces = Spaces {
            observation: vec!["x".into(), "y".into()],
            action: crate::step::ActionSpace::Continuous(vec!["u".into()]),
        };
        let mut rollout = Rollout::new(2, 2, &spaces);
        rollout.actions = vec![0.25, -0.5, 1.0, 0.125];
        rollout.log_probabilities = vec![-0.5, -1.0, -1.5, -0.25];
        let settings = PpoSettings {
            steps: 1,
            envs: 2,
            horizon: 2,
            epochs: 1,
            batch: 4,
            widths: vec![8, 8],
            activation: crate::nn::Activation::Tanh,
            gamma: 0.5,
            lambda: 0.5,
            clip: 0.25,
            rate: Rate::Constant(1e-3),
            critic_rate: 1e-3,
            entropy: 0.125,
            max_gradient_norm: 0.5,
            log_std: -0.5,
            normalize_observations: true,
            scale_rewards: true,
        };
        (Ppo::new(settings, &spaces, Seed::new(3)), rollout)
    }

    /// Both losses of the batch: actor with its entropy bonus, critic.
    fn losses(ppo: &Ppo, rollout: &Rollout) -> (f64, f64, Chunk) {
        let mut chunk = Chunk::default();
        ppo.differentiate(&batch(rollout), &[0, 1, 2, 3], 4, &mut chunk);
        let entropy = Deviation::new(&ppo.actor.read().unwrap().log_std).entropy();
        let actor = f64::from(chunk.sums.actor_loss) / 4.0 - 0.125 * f64::from(entropy);
        (actor, f64::from(chunk.sums.critic_loss) / 4.0, chunk)
    }

    #[test]
    fn gradients_are_those_of_finite_differences() {
        let (mut ppo, rollout) = learner_and_rollout();
        let (.., chunk) = losses(&ppo, &rollout);
        let h = 1e-2_f32;
        let mut slope = |change: &dyn Fn(&mut Ppo, f32), of: &dyn Fn((f64, f64, Chunk)) -> f64| {
            change(&mut ppo, h);
            let above = of(losses(&ppo, &rollout));
            change(&mut ppo, -2.0 * h);
            let below = of(losses(&ppo, &rollout));
            change(&mut ppo, h);
            (above - below) / f64::from(2.0 * h)
        };
        let close =
            |slope: f64, exact: f32| (slope - f64::from(exact)).abs() < 2e-3 + 0.02 * slope.abs();
        let mut seen = 0;
        for i in (0..chunk.critic_gradient.len()).step_by(5) {
            let critic =
                |ppo: &mut Ppo, by: f32| ppo.critic.get_mut().unwrap().value.update(|p| p[i] += by);
            let got = slope(&critic, &|(_, critic, _)| critic);
            assert!(
                close(got, chunk.critic_gradient[i]),
                "critic {i}: {got} {}",
                chunk.critic_gradient[i]
            );
            let actor =
                |ppo: &mut Ppo, by: f32| ppo.actor.get_mut().unwrap().mean.update(|p| p[i] += by);
            seen += usize::from(got.abs() > 0.005);
            let got = slope(&actor, &|(actor, ..)| actor);
            assert!(
                close(got, chunk.actor_gradient[i]),
                "actor {i}: {got} {}",
                chunk.actor_gradient[i]
            );
            seen += usize::from(got.abs() > 0.005);
        }
        assert!(seen > 3, "some slopes are not zero");
        let log_std = |ppo: &mut Ppo, by: f32| ppo.actor.get_mut().unwrap().log_std[0] += by;
        let got = slope(&log_std, &|(actor, ..)| actor);
        let exact = *chunk.actor_gradient.last().unwrap();
        assert!(close(got, exact), "log_std: {got} {exact}");
    }
}
