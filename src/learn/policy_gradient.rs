//! What REINFORCE, actor-critic, A2C, A3C and PPO share: their networks as plain data, and functions of them. All of these learners follow
//! the gradient of `E[A ln p(a)]` (arXiv:1506.02438, eq. 1) for some estimate `A` of the advantage; how each estimates it, and how often it
//! goes through a rollout, is in the learner's own file.

mod actor;
mod critic;
mod estimator;

pub(super) use actor::{Actor, Batch};
pub(super) use critic::Critic;
pub use estimator::AdvantageEstimator;
pub(super) use estimator::policy_gradient;

use serde::{Deserialize, Serialize};
use std::sync::{Mutex, MutexGuard, RwLockReadGuard};

use super::WEIGHTS_ANEW;
use super::chunks::{ChunkSum, Descent, MinibatchSum, Report, Stop, Trained, lock};
use super::optimizer::OptimizerKind;
use super::refusal::Refusal;
use super::return_scale::ReturnScale;
use super::rollout::Rollout;
use super::settings::{Rate, layout, training_flops};
use crate::metrics::{Metric, Row};
use crate::nn::{Activation, Layout, Workspace};
use crate::policy::Policy;
use crate::policy::normalize::Normalizer;
use crate::seed::Seed;
use crate::step::{ActionSpace, Spaces};
use crate::worker_pool::{Worker, WorkerPool};

/// Rows of a minibatch that one worker takes at once.
pub(super) const CHUNK: usize = 128;

/// What the networks of a learner are made from.
#[derive(Clone, Debug)]
pub(super) struct NetworkSpec {
    pub(super) widths: Vec<usize>,
    pub(super) activation: Activation,
    pub(super) optimizer: OptimizerKind,
    pub(super) rate: Rate,
    /// None for learners without a critic.
    pub(super) critic_rate: Option<f32>,
    pub(super) log_std: f32,
    pub(super) envs: usize,
    pub(super) gamma: f32,
    pub(super) normalize_observations: bool,
    pub(super) scale_rewards: bool,
}

impl NetworkSpec {
    /// Shape of the actor's network, `[O] -> [P]`.
    fn actor_layout(&self, spaces: &Spaces) -> Layout {
        let outputs = match &spaces.action {
            ActionSpace::Continuous(names) | ActionSpace::Discrete(names) => names.len(),
        };
        let inputs = spaces.observations();
        layout(inputs, &self.widths, outputs, self.activation)
    }

    /// Shape of the critic, `[O] -> [1]`.
    fn critic_layout(&self, spaces: &Spaces) -> Layout {
        layout(spaces.observations(), &self.widths, 1, self.activation)
    }

    /// Floating-point operations of so many passes of actor and critic over a sample, forward and backward.
    pub(super) fn flops(&self, spaces: &Spaces, actor_passes: usize, critic_passes: usize) -> f64 {
        training_flops(&self.actor_layout(spaces)) * actor_passes as f64
            + training_flops(&self.critic_layout(spaces)) * critic_passes as f64
    }

    /// How many moments the normaliser of observations has.
    fn normalized(&self, spaces: &Spaces) -> usize {
        match self.normalize_observations {
            true => spaces.observations(),
            false => 0,
        }
    }
}

/// The state of these learners: what one update leaves to the next.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Networks {
    pub(super) actor: Actor,
    pub(super) critic: Option<Critic>,
    pub(super) normalizer: Normalizer,
    pub(super) return_scale: ReturnScale,
    /// Epochs over rollouts done: the number of the next shuffle.
    pub(super) epochs: u64,
    /// Control steps learnt from.
    pub(super) steps: u64,
}

impl Networks {
    /// Orthogonal networks, actions as `spec` and `spaces` say, and statistics of nothing yet.
    pub(super) fn new(spec: &NetworkSpec, spaces: &Spaces, seed: Seed) -> Self {
        let weights = seed.stream("network weights");
        let critic = |rate| Critic::new(spec, rate, spaces, &mut weights.nth(1));
        Self {
            actor: Actor::new(spec, spaces, &mut weights.nth(0)),
            critic: spec.critic_rate.map(critic),
            normalizer: Normalizer::new(spec.normalized(spaces)),
            return_scale: ReturnScale::new(spec.envs, spec.gamma),
            epochs: 0,
            steps: 0,
        }
    }

    /// A new critic and a new scale of rewards, if there is a critic; see [`Learner::forget_values`](super::Learner::forget_values).
    pub(super) fn forget_values(
        &mut self,
        spec: &NetworkSpec,
        spaces: &Spaces,
        seed: Seed,
        at: u64,
    ) {
        if let Some(rate) = spec.critic_rate {
            let mut weights = seed.stream(WEIGHTS_ANEW).child(at).nth(1);
            self.critic = Some(Critic::new(spec, rate, spaces, &mut weights));
            self.return_scale = ReturnScale::new(spec.envs, spec.gamma);
        }
    }

    /// Whether every shape is as `spec` and `spaces` say, and every number is finite and in its valid range.
    pub(super) fn is_sound(&self, spec: &NetworkSpec, spaces: &Spaces) -> bool {
        let critic_is_sound = match (&self.critic, spec.critic_rate) {
            (Some(critic), Some(_)) => critic.is_sound(spec, spaces),
            (critic, rate) => critic.is_none() && rate.is_none(),
        };
        critic_is_sound
            && self.actor.is_sound(spec, spaces)
            && self.normalizer.is_sound(spec.normalized(spaces))
            && self.return_scale.is_sound(spec.envs, spec.gamma)
            && self.epochs.max(self.steps) < u64::MAX / 2
    }

    /// The newest policy.
    pub(super) fn policy(&self, spaces: &Spaces) -> Policy {
        Policy {
            spaces: spaces.clone(),
            normalizer: self.normalizer.clone(),
            network: self.actor.network().clone(),
            head: self.actor.head().clone(),
        }
    }

    /// The rewards of a rollout, `[N, T]`, divided by the standard deviation of returns (those of this rollout included) if `spec` says so.
    pub(super) fn scaled_rewards(&mut self, spec: &NetworkSpec, rollout: &Rollout) -> Vec<f32> {
        if !spec.scale_rewards {
            return rollout.rewards.clone();
        }
        let scale = &mut self.return_scale;
        scale.observe(&rollout.rewards, &rollout.ends);
        scale.scaled(&rollout.rewards)
    }

    /// Counts the steps of a rollout, and merges its observations into the statistics once all has been learnt.
    pub(super) fn observe(&mut self, spec: &NetworkSpec, rollout: &Rollout, pool: &WorkerPool) {
        self.steps += rollout.samples() as u64;
        if spec.normalize_observations {
            let sound = rollout.sound_observations();
            self.normalizer.observe(&sound, pool);
        }
    }

    /// What is reported of every update. `advantage_std` is what the advantages were divided by.
    pub(super) fn row(
        &self,
        lr_scale: f32,
        advantage_std: f32,
        actor: &Report,
        critic: Option<&Report>,
    ) -> Row {
        let mut row = Row::default();
        row.set(Metric::Rate, f64::from(self.actor.rate * lr_scale));
        if let Some((entropy, std)) = self.actor.entropy_and_std() {
            row.set(Metric::Entropy, f64::from(entropy));
            row.set(Metric::StandardDeviation, f64::from(std));
        }
        if actor.minibatches > 0.0 {
            let sums = &actor.sums;
            let mean = |sum: f32| f64::from(sum / sums.samples);
            row.set(Metric::ActorLoss, mean(sums.loss));
            row.set(Metric::Kl, mean(sums.approximate_kl));
            row.set(Metric::ClipFraction, mean(sums.clipped));
            row.set(Metric::GradientNorm, actor.mean_norm());
            if let Some(variance) = actor.mean_variance() {
                let std = f64::from(advantage_std);
                row.set(Metric::GradientVariance, variance * std * std);
            }
            if sums.entropy > 0.0 {
                row.set(Metric::Entropy, mean(sums.entropy));
            }
        }
        if let Some(critic) = critic.filter(|critic| critic.minibatches > 0.0) {
            let sums = &critic.sums;
            row.set(Metric::CriticLoss, f64::from(sums.loss / sums.samples));
        }
        row
    }
}

/// Observations `[rows, O]` as the networks see them.
pub(super) fn normalized(
    normalizer: &Normalizer,
    observations: &[f32],
    pool: &WorkerPool,
) -> Vec<f32> {
    let mut inputs = observations.to_vec();
    normalizer.apply_by(&mut inputs, pool);
    inputs
}

/// The value of the state after each step, `[N, T]`. Termination has no future value; truncation bootstraps from the critic.
pub(super) fn next_values(
    critic: &Critic,
    normalizer: &Normalizer,
    rollout: &Rollout,
    values: &[f32],
    pool: &WorkerPool,
) -> Vec<f32> {
    let lasts = normalized(normalizer, &rollout.last_observations(), pool);
    rollout.next_values(values, &critic.values(&lasts, pool))
}

/// Scratch memory for one chunk of a minibatch, and the sums over its rows; one worker at a time has it.
#[derive(Default)]
pub(super) struct Chunk {
    scratch: Mutex<Scratch>,
    pub(super) sum: Mutex<ChunkSum>,
}

#[derive(Default)]
struct Scratch {
    /// Normalised observations, `[rows, O]`.
    inputs: Vec<f32>,
    /// Gradient of the loss with respect to the network's outputs, `[rows, outputs]`.
    to_outputs: Vec<f32>,
    workspace: Workspace,
}

impl Chunk {
    /// Locks the chunk for `rows`, each of which has the weight `share` in the mean loss.
    pub(super) fn with<'c>(&'c self, rows: &'c [u32], share: f32) -> Rows<'c> {
        Rows {
            rows,
            share,
            scratch: lock(&self.scratch),
            sum: lock(&self.sum),
        }
    }
}

/// Rows of a minibatch that one worker has taken.
pub(super) struct Rows<'c> {
    rows: &'c [u32],
    share: f32,
    scratch: MutexGuard<'c, Scratch>,
    sum: MutexGuard<'c, ChunkSum>,
}

impl Rows<'_> {
    /// Gathers the rows' inputs and starts from 0, for a network of so many parameters.
    fn begin(&mut self, batch: &Batch, parameters: usize) {
        let entries = batch.inputs.len() / batch.rollout.samples();
        let inputs = &mut self.scratch.inputs;
        inputs.clear();
        for &row in self.rows {
            inputs.extend_from_slice(&batch.inputs[row as usize * entries..][..entries]);
        }
        self.sum.begin(self.rows.len(), parameters);
    }
}

/// A network that goes through the minibatches of an update, by the workers of a pool or of half of it.
pub(super) struct Training<'a, N> {
    descent: Descent<'a>,
    trained: Trained<'a, N>,
    chunks: &'a [Chunk],
}

impl<'a, N: Send + Sync> Training<'a, N> {
    /// `chunks` has room for the largest minibatch. A refused gradient is reported under `name`.
    pub(super) fn new(
        name: &'static str,
        network: &'a mut N,
        chunks: &'a [Chunk],
        pool: &'a WorkerPool,
    ) -> Self {
        Self {
            descent: Descent::new(pool),
            trained: Trained::with_variance(name, network),
            chunks,
        }
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, &'a mut N> {
        self.trained.read()
    }

    /// Gradient descent over `minibatches`: for each, `gradient` of the mean loss over its rows, summed over chunks, and then `step`. Every
    /// worker of the group calls it. Ends early where a step says so, a number is not finite, or the pool is stopping.
    pub(super) fn descend<'m>(
        &self,
        worker: &Worker,
        minibatches: impl Iterator<Item = &'m [u32]>,
        gradient: impl Fn(&N, Rows),
        step: impl Fn(&mut N, &mut MinibatchSum) -> Result<(), Stop>,
    ) {
        for rows in minibatches {
            let chunks = &self.chunks[..rows.len().div_ceil(CHUNK)];
            let share = 1.0 / rows.len() as f32;
            let goes_on = self.descent.sum_over_chunks(
                worker,
                chunks.len(),
                |i| {
                    let rows = rows.chunks(CHUNK).nth(i).expect("i is in range");
                    gradient(&self.trained.read(), chunks[i].with(rows, share));
                },
                1,
                |_| {
                    let sums = chunks.iter().map(|chunk| &chunk.sum);
                    self.trained.step(sums, &step)
                },
            );
            if !goes_on {
                return;
            }
        }
    }

    /// What became of all minibatches.
    ///
    /// # Errors
    /// A number was not finite.
    pub(super) fn finish(self) -> Result<Report, Refusal> {
        self.descent.finish()?;
        Ok(self.trained.into_report())
    }
}

/// What the learners of this family answer alike as a [`Learner`](super::Learner), from their fields `settings`, `spec`, `spaces` and `seed`.
macro_rules! networks {
    () => {
        type State = $crate::learn::policy_gradient::Networks;

        fn begin(&self) -> $crate::learn::policy_gradient::Networks {
            $crate::learn::policy_gradient::Networks::new(&self.spec, &self.spaces, self.seed)
        }

        fn is_sound(&self, state: &$crate::learn::policy_gradient::Networks) -> bool {
            state.is_sound(&self.spec, &self.spaces)
        }

        fn policy(
            &self,
            state: &$crate::learn::policy_gradient::Networks,
        ) -> $crate::policy::Policy {
            state.policy(&self.spaces)
        }

        fn forget_values(&self, state: &mut $crate::learn::policy_gradient::Networks, at: u64) {
            state.forget_values(&self.spec, &self.spaces, self.seed, at);
        }

        fn policy_gradient(
            &self,
            state: &$crate::learn::policy_gradient::Networks,
            rollout: &$crate::learn::rollout::Rollout,
            estimator: $crate::learn::AdvantageEstimator,
        ) -> Option<Vec<f32>> {
            let entropy = self.settings.entropy;
            let gradient = $crate::learn::policy_gradient::policy_gradient(
                state, &self.spec, entropy, rollout, estimator,
            );
            Some(gradient)
        }
    };
}

pub(super) use networks;
