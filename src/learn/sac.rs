//! Soft actor-critic (arXiv:1801.01290, with the learnt temperature of arXiv:1812.05905): off-policy, from a replay memory. Two critics of
//! actions learn from the smaller of two target networks' values; the actor follows the gradient of the smaller of the critics' values, with
//! a bonus for its entropy.
//!
//! One update is `Sac::update`, in the order of the paper's algorithm 1; the gradients of a chunk of samples are in `sac/gradients.rs`.

mod gradients;
mod losses;
mod settings;

pub use settings::SacSettings;

use serde::{Deserialize, Serialize};
use std::sync::RwLock;

use super::chunks::{self, Descent, MinibatchSum, Stop, Trained};
use super::network::Network;
use super::refusal::Refusal;
use super::replay::{Replay, Shape};
use super::rollout::Rollout;
use super::{Learner, WEIGHTS_ANEW};
use crate::metrics::{Metric, Row};
use crate::nn::{Adam, Mlp};
use crate::policy::normalize::Normalizer;
use crate::policy::{Head, Policy};
use crate::seed::{Seed, Stream};
use crate::step::Spaces;
use crate::worker_pool::WorkerPool;
use gradients::Chunk;

/// Rows of a minibatch that one worker takes at once.
const CHUNK: usize = 128;

/// The learner, and memory for the chunks of a minibatch.
struct Sac {
    settings: SacSettings,
    spaces: Spaces,
    seed: Seed,
    chunks: Vec<Chunk>,
}

/// What one update leaves to the next.
#[derive(Clone, Serialize, Deserialize)]
struct SacState {
    actor: Network,
    critics: [Network; 2],
    /// The target networks: moving averages of the critics.
    targets: [Mlp; 2],
    temperature: Temperature,
    normalizer: Normalizer,
    /// Updates made: the number of the next one.
    updates: u64,
    /// Control steps seen.
    steps: u64,
}

const ADAM_EPSILON: f32 = 1e-8;
/// The range of `ln alpha`.
const LOG_TEMPERATURE: std::ops::RangeInclusive<f32> = -20.0..=20.0;

/// The temperature `alpha`, the reward of a nat of entropy, as its logarithm.
#[derive(Clone, Serialize, Deserialize)]
struct Temperature {
    log: f32,
    adam: Adam,
}

impl Temperature {
    fn new(value: f32) -> Self {
        Self {
            log: clamped(libm::logf(value)),
            adam: Adam::new(1, ADAM_EPSILON),
        }
    }

    fn value(&self) -> f32 {
        libm::expf(self.log)
    }

    fn step(&mut self, gradient: f32, rate: f32) {
        let log = std::slice::from_mut(&mut self.log);
        self.adam.step(log, &[gradient], rate);
        self.log = clamped(self.log);
    }

    fn is_sound(&self) -> bool {
        LOG_TEMPERATURE.contains(&self.log) && self.adam.is_sound(1, ADAM_EPSILON)
    }
}

fn clamped(log: f32) -> f32 {
    log.clamp(*LOG_TEMPERATURE.start(), *LOG_TEMPERATURE.end())
}

/// The state during an update, shared by the workers.
struct Shared<'a> {
    actor: Trained<'a, Network>,
    critics: [Trained<'a, Network>; 2],
    targets: [RwLock<&'a mut Mlp>; 2],
    temperature: RwLock<&'a mut Temperature>,
    normalizer: &'a Normalizer,
    memory: &'a Replay,
}

impl<'a> Shared<'a> {
    fn new(state: &'a mut SacState, memory: &'a Replay) -> Self {
        let critic = |critic| Trained::new("critic", critic);
        Self {
            actor: Trained::new("actor", &mut state.actor),
            critics: state.critics.each_mut().map(critic),
            targets: state.targets.each_mut().map(RwLock::new),
            temperature: RwLock::new(&mut state.temperature),
            normalizer: &state.normalizer,
            memory,
        }
    }

    /// `alpha`.
    fn temperature(&self) -> f32 {
        let temperature = self.temperature.read().expect("no worker panicked");
        temperature.value()
    }
}

impl Sac {
    /// For an environment of these spaces. `settings` have been checked.
    fn new(settings: SacSettings, spaces: &Spaces, seed: Seed) -> Self {
        Self {
            chunks: chunks::memory(settings.batch, CHUNK),
            spaces: spaces.clone(),
            seed,
            settings,
        }
    }

    /// Both critics, in their initial state.
    fn critics(&self, weights: Stream) -> [Network; 2] {
        let layout = self.settings.critic_layout(&self.spaces);
        [1, 2].map(|n| Network::new(layout.clone(), 1.0, &mut weights.nth(n)))
    }

    /// How many moments the normaliser of observations has.
    fn normalized(&self) -> usize {
        match self.settings.normalize_observations {
            true => self.spaces.observations(),
            false => 0,
        }
    }

    /// Moves actor and temperature.
    fn step_actor(
        &self,
        shared: &Shared,
        actor: &mut Network,
        sum: &mut MinibatchSum,
        lr_scale: f32,
    ) {
        let settings = &self.settings;
        actor.step(sum.gradient(), settings.rate * lr_scale);
        if settings.temperature_rate > 0.0 {
            let log_probability = sum.mean(|sums| -sums.entropy);
            let target = settings.target_entropy * self.spaces.actions() as f32;
            let gradient = losses::temperature_gradient(log_probability, target);
            let mut temperature = shared.temperature.write().expect("no worker panicked");
            temperature.step(gradient, settings.temperature_rate * lr_scale);
        }
    }

    /// A target network follows its critic.
    fn follow(&self, shared: &Shared, index: usize) -> Result<(), Stop> {
        let mut target = shared.targets[index].write().expect("no worker panicked");
        target.approach(&shared.critics[index].read().mlp, self.settings.tau);
        Ok(())
    }

    /// What is reported of an update.
    fn row(&self, shared: Shared, lr_scale: f32) -> Row {
        let mut row = Row::default();
        row.set(Metric::Temperature, f64::from(shared.temperature()));
        row.set(Metric::Rate, f64::from(self.settings.rate * lr_scale));
        // What was not measured is 0 / 0, and left out.
        let mean = |sum: f32, count: f32| f64::from(sum) / f64::from(count);
        let [first, second] = shared.critics.map(|critic| critic.into_report().sums);
        let loss = mean(first.loss + second.loss, first.samples + second.samples);
        row.set(Metric::CriticLoss, loss);
        let actor = shared.actor.into_report();
        let sums = &actor.sums;
        row.set(Metric::ActorLoss, mean(sums.loss, sums.samples));
        row.set(Metric::Entropy, mean(sums.entropy, sums.samples));
        row.set(Metric::Value, mean(sums.value, sums.samples));
        row.set(Metric::GradientNorm, actor.mean_norm());
        row
    }
}

impl Learner for Sac {
    type State = SacState;

    fn begin(&self) -> SacState {
        let weights = self.seed.stream("network weights");
        let critics = self.critics(weights);
        let actor = self.settings.actor_layout(&self.spaces);
        SacState {
            actor: Network::new(actor, 0.01, &mut weights.nth(0)),
            targets: critics.each_ref().map(|critic| critic.mlp.clone()),
            critics,
            temperature: Temperature::new(self.settings.temperature),
            normalizer: Normalizer::new(self.normalized()),
            updates: 0,
            steps: 0,
        }
    }

    fn is_sound(&self, state: &SacState) -> bool {
        let layout = self.settings.critic_layout(&self.spaces);
        let is_target = |target: &Mlp| *target.layout() == layout && target.is_finite();
        (state.actor).is_sound(&self.settings.actor_layout(&self.spaces))
            && state.critics.iter().all(|critic| critic.is_sound(&layout))
            && state.targets.iter().all(is_target)
            && state.temperature.is_sound()
            && state.normalizer.is_sound(self.normalized())
            && state.updates.max(state.steps) < u64::MAX / 4
    }

    fn policy(&self, state: &SacState) -> Policy {
        Policy {
            spaces: self.spaces.clone(),
            normalizer: state.normalizer.clone(),
            network: state.actor.mlp.clone(),
            head: Head::Squashed {
                correlation: self.settings.noise_correlation,
            },
        }
    }

    fn forget_values(&self, state: &mut SacState, at: u64) {
        state.critics = self.critics(self.seed.stream(WEIGHTS_ANEW).child(at));
        state.targets = state.critics.each_ref().map(|critic| critic.mlp.clone());
    }

    fn remembers(&self) -> Shape {
        Shape {
            observations: self.spaces.observations(),
            actions: self.spaces.actions(),
            envs: self.settings.envs,
            horizon: self.settings.horizon,
            capacity: self.settings.replay,
        }
    }

    fn update(
        &self,
        state: &mut SacState,
        rollout: &Rollout,
        memory: &Replay,
        lr_scale: f32,
        pool: &WorkerPool,
    ) -> Result<Row, Refusal> {
        let settings = &self.settings;
        state.steps += rollout.samples() as u64;
        if settings.normalize_observations {
            let sound = rollout.sound_observations();
            state.normalizer.observe(&sound, pool);
        }
        let updates = state.updates..settings.updates_after(state.steps).max(state.updates);
        state.updates = updates.end;
        let (shared, descent) = (Shared::new(state, memory), Descent::new(pool));
        pool.run(|worker| {
            for number in updates.clone() {
                // The critics learn from stored transitions (arXiv:1812.05905, eq. 5).
                let goes_on = descent.sum_over_chunks(
                    worker,
                    self.chunks.len(),
                    |chunk| self.critic_gradients(&shared, number, chunk),
                    2,
                    |i| {
                        let sums = self.chunks.iter().map(|chunk| &chunk.critics[i]);
                        shared.critics[i].step(sums, |critic, sum| {
                            critic.step(sum.gradient(), settings.critic_rate * lr_scale);
                            Ok(())
                        })
                    },
                );
                // The actor learns from what the critics say of the actions that it would take (eq. 7), the temperature from its entropy
                // (eq. 18), and the target networks follow.
                let moves_actor = number.is_multiple_of(settings.policy_delay as u64);
                let step_actor = || {
                    let sums = self.chunks.iter().map(|chunk| &chunk.actor);
                    shared.actor.step(sums, |actor, sum| {
                        self.step_actor(&shared, actor, sum, lr_scale);
                        Ok(())
                    })
                };
                let goes_on = goes_on
                    && descent.sum_over_chunks(
                        worker,
                        if moves_actor { self.chunks.len() } else { 0 },
                        |chunk| self.actor_gradient(&shared, chunk),
                        3,
                        // In an order that gives two workers about the same to do.
                        |task| match task {
                            0 => self.follow(&shared, 0),
                            1 if moves_actor => step_actor(),
                            1 => Ok(()),
                            _ => self.follow(&shared, 1),
                        },
                    );
                if !goes_on {
                    return;
                }
            }
        });
        descent.finish()?;
        Ok(self.row(shared, lr_scale))
    }
}
