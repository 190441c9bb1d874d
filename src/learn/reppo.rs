//! REPPO, relative entropy pathwise policy optimisation (arXiv:2507.11019): on-policy as PPO, but the actor follows the gradient of a critic
//! of actions, as in SAC. That gradient needs a critic that is right about the newest policy, so everything is learnt from the newest
//! rollout alone; and a policy that stays where the critic has seen actions, so in states where it has moved too far from the policy that
//! acted, the actor minimises the KL divergence from it instead. Temperature and weight of the divergence are learnt.
//!
//! Left out of the paper: the auxiliary loss with which the critic predicts its own features.
//!
//! One update is `Reppo::update`, in the order of the paper's algorithm 1; the gradients of a chunk of samples are in `reppo/gradients.rs`.

mod gradients;
mod losses;
mod settings;
mod value;

pub use settings::ReppoSettings;
pub use value::ValueHead;

use serde::{Deserialize, Serialize};
use std::sync::RwLock;

use super::advantages::{explained_variance, rollout_gae, sum};
use super::chunks::{self, Descent, MinibatchSum, Trained};
use super::network::Network;
use super::pathwise::{Draws, join};
use super::policy_gradient::normalized;
use super::refusal::Refusal;
use super::replay::Replay;
use super::return_scale::ReturnScale;
use super::rollout::Rollout;
use super::settings::{Rate, remaining};
use super::shuffle::shuffled;
use super::{Learner, WEIGHTS_ANEW};
use crate::metrics::{Metric, Row};
use crate::nn::Workspace;
use crate::policy::normalize::Normalizer;
use crate::policy::{Head, Policy, squashed};
use crate::seed::{Seed, Stream};
use crate::step::Spaces;
use crate::worker_pool::{Worker, WorkerPool};
use gradients::Chunk;
use losses::Multiplier;

/// Rows of a minibatch that one worker takes at once: few, because the minibatches are small, and two workers balance better over small
/// chunks of both networks than over one network each.
const CHUNK: usize = 32;

/// The learner, and memory for the chunks of a minibatch of actor and critic.
struct Reppo {
    settings: ReppoSettings,
    spaces: Spaces,
    seed: Seed,
    actor_chunks: Vec<Chunk>,
    critic_chunks: Vec<Chunk>,
}

/// What one update leaves to the next.
#[derive(Clone, Serialize, Deserialize)]
struct ReppoState {
    actor: Network,
    critic: Network,
    temperature: Multiplier,
    kl_multiplier: Multiplier,
    normalizer: Normalizer,
    return_scale: ReturnScale,
    /// Epochs over rollouts done: the number of the next one.
    epochs: u64,
    /// Control steps learnt from.
    steps: u64,
}

/// A rollout as the networks see it; shapes as in [`Rollout`].
struct Batch<'a> {
    rollout: &'a Rollout,
    /// Normalised observations, `[N, T, O]`.
    inputs: &'a [f32],
    /// Targets of the critic, `[N, T]`.
    targets: &'a [f32],
}

/// The two multipliers of the actor's loss.
struct Multipliers<'a> {
    temperature: &'a mut Multiplier,
    kl: &'a mut Multiplier,
}

/// The state during an update, shared by the workers.
struct Shared<'a> {
    actor: Trained<'a, Network>,
    critic: Trained<'a, Network>,
    multipliers: RwLock<Multipliers<'a>>,
}

impl<'a> Shared<'a> {
    fn new(state: &'a mut ReppoState) -> Self {
        Self {
            actor: Trained::new("actor", &mut state.actor),
            critic: Trained::new("critic", &mut state.critic),
            multipliers: RwLock::new(Multipliers {
                temperature: &mut state.temperature,
                kl: &mut state.kl_multiplier,
            }),
        }
    }

    /// Temperature and KL multiplier.
    fn multipliers(&self) -> (f32, f32) {
        let multipliers = self.multipliers.read().expect("no worker panicked");
        (multipliers.temperature.value(), multipliers.kl.value())
    }
}

impl Reppo {
    /// For an environment of these spaces. `settings` have been checked.
    fn new(settings: ReppoSettings, spaces: &Spaces, seed: Seed) -> Self {
        Self {
            actor_chunks: chunks::memory(settings.batch, CHUNK),
            critic_chunks: chunks::memory(settings.batch, CHUNK),
            spaces: spaces.clone(),
            seed,
            settings,
        }
    }

    /// The critic in its initial state.
    fn critic(&self, weights: Stream) -> Network {
        let layout = self.settings.critic_layout(&self.spaces);
        Network::new(layout, 0.1, &mut weights.nth(1))
    }

    /// How many moments the normaliser of observations has.
    fn normalized(&self) -> usize {
        match self.settings.normalize_observations {
            true => self.spaces.observations(),
            false => 0,
        }
    }

    /// `Q` of normalised observations `[rows, O]` and actions `[rows, A]`, `[rows]`; each thread some of them.
    fn values(
        &self,
        critic: &Network,
        inputs: &[f32],
        actions: &[f32],
        pool: &WorkerPool,
    ) -> Vec<f32> {
        let (observed, acted) = (self.spaces.observations(), self.spaces.actions());
        let mut values = vec![0.0; inputs.len() / observed];
        let share = values.len().div_ceil(pool.threads()).max(1);
        let rows = inputs
            .chunks(share * observed)
            .zip(actions.chunks(share * acted));
        let mut parts: Vec<_> = rows.zip(values.chunks_mut(share)).collect();
        pool.for_each(&mut parts, |((inputs, actions), values)| {
            let (mut workspace, mut joined) = (Workspace::default(), Vec::new());
            let head = self.settings.value;
            let mut unused = vec![0.0; head.outputs()];
            join(&mut joined, values.len(), inputs, actions);
            let outputs = (critic.mlp).forward(values.len(), &joined, &mut workspace);
            for (value, outputs) in values.iter_mut().zip(outputs.chunks(head.outputs())) {
                *value = head.value(outputs, 1.0, &mut unused);
            }
        });
        values
    }

    /// Soft values of the last observations of a rollout, of actions that the newest policy draws there.
    fn last_values(&self, state: &ReppoState, rollout: &Rollout, pool: &WorkerPool) -> Vec<f32> {
        let lasts = normalized(&state.normalizer, &rollout.last_observations(), pool);
        let rows = lasts.len() / self.spaces.observations();
        let (mut draws, mut workspace) = (Draws::default(), Workspace::default());
        let stream = self.seed.stream("actions after a rollout");
        draws.draw_noise(&mut stream.nth(state.epochs), rows * self.spaces.actions());
        let outputs = state.actor.mlp.forward(rows, &lasts, &mut workspace);
        draws.draw(outputs, self.spaces.actions());
        let values = self.values(&state.critic, &lasts, &draws.actions, pool);
        soft(&values, &draws.log_probabilities, state.temperature.value())
    }

    /// One gradient step of actor and critic, each with its learning rate. Both gradients are taken before either network changes. Every
    /// worker calls it. Returns false when there is to be no further minibatch.
    fn minibatch(
        &self,
        worker: &Worker,
        descent: &Descent,
        shared: &Shared,
        batch: &Batch,
        rows: &[u32],
        draws: Stream,
        [rate, critic_rate]: [f32; 2],
    ) -> bool {
        let chunks = rows.len().div_ceil(CHUNK);
        descent.sum_over_chunks(
            worker,
            2 * chunks,
            |task| match task < chunks {
                true => self.actor_gradient(shared, batch, rows, task, draws),
                false => self.critic_gradient(shared, batch, rows, task - chunks),
            },
            2,
            |network| match network {
                0 => {
                    let sums = self.actor_chunks[..chunks].iter().map(Chunk::sum);
                    shared.actor.step(sums, |actor, sum| {
                        self.step_actor(shared, actor, sum, rate);
                        Ok(())
                    })
                }
                _ => {
                    let sums = self.critic_chunks[..chunks].iter().map(Chunk::sum);
                    shared.critic.step(sums, |critic, sum| {
                        sum.clip(self.settings.max_gradient_norm);
                        critic.step(sum.gradient(), critic_rate);
                        Ok(())
                    })
                }
            },
        )
    }

    /// Moves the actor, and the multipliers by how far their constraints are violated (arXiv:2507.11019, eq. 11 and 12).
    fn step_actor(&self, shared: &Shared, actor: &mut Network, sum: &mut MinibatchSum, rate: f32) {
        let settings = &self.settings;
        sum.clip(settings.max_gradient_norm);
        actor.step(sum.gradient(), rate);
        let sums = sum.sums();
        let mut multipliers = shared.multipliers.write().expect("no worker panicked");
        let entropy = sums.entropy / (sums.samples * self.spaces.actions() as f32);
        let lack = settings.target_entropy - entropy;
        (multipliers.temperature).step(lack, settings.multiplier_rate);
        let excess = sums.kl / (sums.samples * settings.kl) - 1.0;
        multipliers.kl.step(excess, settings.multiplier_rate);
    }

    /// What is reported of an update.
    fn row(&self, shared: Shared, rate: f32) -> Row {
        let mut row = Row::default();
        row.set(Metric::Temperature, f64::from(shared.multipliers().0));
        row.set(Metric::Rate, f64::from(rate));
        let actor = shared.actor.into_report();
        let sums = &actor.sums;
        let mean = |sum: f32| f64::from(sum) / f64::from(sums.samples);
        row.set(Metric::ActorLoss, mean(sums.loss));
        row.set(Metric::Entropy, mean(sums.entropy));
        row.set(Metric::Kl, mean(sums.kl));
        row.set(Metric::ClipFraction, mean(sums.clipped));
        let entries = self.spaces.actions() as f64;
        row.set(Metric::StandardDeviation, mean(sums.std) / entries);
        row.set(Metric::GradientNorm, actor.mean_norm());
        let critic = shared.critic.into_report().sums;
        let loss = f64::from(critic.loss) / f64::from(critic.samples);
        row.set(Metric::CriticLoss, loss);
        row
    }
}

/// The soft value of actions, with the bonus for their entropy: `Q - alpha ln p(a)`.
fn soft(values: &[f32], log_probabilities: &[f32], temperature: f32) -> Vec<f32> {
    let both = values.iter().zip(log_probabilities);
    both.map(|(value, log_p)| value - temperature * log_p)
        .collect()
}

impl Learner for Reppo {
    type State = ReppoState;

    fn begin(&self) -> ReppoState {
        let (settings, weights) = (&self.settings, self.seed.stream("network weights"));
        let layout = settings.actor_layout(&self.spaces);
        let last = layout.layers().last().expect("a network has a layer");
        let log_stds = last.bias.start + self.spaces.actions()..last.bias.end;
        let mut actor = Network::new(layout, 0.01, &mut weights.nth(0));
        let output = squashed::output_of(settings.log_std);
        actor
            .mlp
            .update(|parameters| parameters[log_stds].fill(output));
        ReppoState {
            actor,
            critic: self.critic(weights),
            temperature: Multiplier::new(settings.temperature),
            kl_multiplier: Multiplier::new(settings.kl_multiplier),
            normalizer: Normalizer::new(self.normalized()),
            return_scale: ReturnScale::new(settings.envs, settings.gamma),
            epochs: 0,
            steps: 0,
        }
    }

    fn is_sound(&self, state: &ReppoState) -> bool {
        let settings = &self.settings;
        (state.actor).is_sound(&settings.actor_layout(&self.spaces))
            && (state.critic).is_sound(&settings.critic_layout(&self.spaces))
            && state.temperature.is_sound()
            && state.kl_multiplier.is_sound()
            && state.normalizer.is_sound(self.normalized())
            && state.return_scale.is_sound(settings.envs, settings.gamma)
            && state.epochs.max(state.steps) < u64::MAX / 4
    }

    fn policy(&self, state: &ReppoState) -> Policy {
        Policy {
            spaces: self.spaces.clone(),
            normalizer: state.normalizer.clone(),
            network: state.actor.mlp.clone(),
            head: Head::Squashed { correlation: 0.0 },
        }
    }

    fn forget_values(&self, state: &mut ReppoState, at: u64) {
        state.critic = self.critic(self.seed.stream(WEIGHTS_ANEW).child(at));
        state.return_scale = ReturnScale::new(self.settings.envs, self.settings.gamma);
    }

    fn update(
        &self,
        state: &mut ReppoState,
        rollout: &Rollout,
        _: &Replay,
        lr_scale: f32,
        pool: &WorkerPool,
    ) -> Result<Row, Refusal> {
        let settings = &self.settings;
        let rewards = match settings.scale_rewards {
            true => {
                state.return_scale.observe(&rollout.rewards, &rollout.ends);
                state.return_scale.scaled(&rollout.rewards)
            }
            false => rollout.rewards.clone(),
        };
        let inputs = normalized(&state.normalizer, &rollout.observations, pool);
        // TD(lambda) of soft values (arXiv:2507.11019, eq. 8): each step after the first has a bonus for its entropy.
        let values = self.values(&state.critic, &inputs, &rollout.actions, pool);
        let soft_values = soft(
            &values,
            &rollout.log_probabilities,
            state.temperature.value(),
        );
        let last_values = self.last_values(state, rollout, pool);
        let next_values = rollout.next_values(&soft_values, &last_values);
        let (gamma, lambda) = (settings.gamma, settings.lambda);
        let errors = rollout_gae(rollout, &rewards, &values, &next_values, gamma, lambda);
        let targets = sum(&values, &errors);

        let samples = rollout.unbroken();
        let epochs = shuffled(&samples, state.epochs, settings.epochs, self.seed, pool);
        let explained = explained_variance(&targets, &values, &epochs[0]);
        let remaining = match settings.rate {
            Rate::Linear(_) => remaining(state.steps, settings.steps),
            Rate::Constant(_) | Rate::KlAdaptive { .. } => 1.0,
        };
        let rates = [settings.rate.start(), settings.critic_rate];
        let rates = rates.map(|rate| rate * remaining * lr_scale);
        let batch = Batch {
            rollout,
            inputs: &inputs,
            targets: &targets,
        };
        let (first, draws) = (state.epochs, self.seed.stream("actions to learn from"));
        let (shared, descent) = (Shared::new(state), Descent::new(pool));
        pool.run(|worker| {
            for (epoch, order) in epochs.iter().enumerate() {
                let draws = draws.child(first + epoch as u64);
                for (number, rows) in order.chunks(settings.batch).enumerate() {
                    let draws = draws.child(number as u64);
                    if !self.minibatch(worker, &descent, &shared, &batch, rows, draws, rates) {
                        return;
                    }
                }
            }
        });
        descent.finish()?;
        let mut row = self.row(shared, rates[0]);
        row.set(Metric::ExplainedVariance, explained);
        state.epochs += settings.epochs as u64;
        state.steps += rollout.samples() as u64;
        if settings.normalize_observations {
            let sound = rollout.sound_observations();
            state.normalizer.observe(&sound, pool);
        }
        Ok(row)
    }
}
