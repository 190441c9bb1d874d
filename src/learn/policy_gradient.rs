//! What REINFORCE, actor-critic, A2C, A3C and PPO share: an actor that is moved towards what turned out better than expected,
//! and a critic that says what was to be expected. How the two estimate that, and how often they look at a rollout, is each
//! learner's own story: its [`Story::learn`].
//!
//! All follow the gradient of `E[A ln p(action)]` (arXiv:1506.02438, eq. 1) for some estimate `A` of the advantage.

mod actor;
mod batch;
mod credit;
mod critic;
mod descent;
mod gradients;
mod loss;

pub(super) use batch::Batch;
pub use credit::Credit;
use descent::{Chunk, Report};
pub use loss::Surrogate;

use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use std::sync::Mutex;

pub(super) use super::optimizer::OptimizerKind;
use super::replay::Replay;
use super::returns::{ReturnScale, ValuedStep, gae};
use super::rollout::Rollout;
use super::settings::{Rate, layout, training_flops};
use super::student::Refusal;
use super::{Learner, WEIGHTS_ANEW, Workshop};
use crate::metrics::{Metric, Row};
use crate::nn::{Activation, Layout, Workspace};
use crate::policy::Policy;
use crate::policy::normalize::Normalizer;
use crate::seed::Seed;
use crate::step::{ActionSpace, Spaces, StepEnd};
use crate::worker_pool::WorkerPool;
pub(super) use actor::Actor;
pub(super) use critic::Critic;
use descent::{CHUNK, Work};
pub(super) use gradients::turn_of_one;

/// The hyperparameters that the shared part needs, each learner's settings in its words.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    /// Control steps of the whole run.
    pub(super) steps: u64,
    pub(super) envs: usize,
    pub(super) widths: Vec<usize>,
    pub(super) activation: Activation,
    pub(super) gamma: f32,
    pub(super) surrogate: Surrogate,
    pub(super) optimizer: OptimizerKind,
    pub(super) rate: Rate,
    /// None for learners without a critic.
    pub(super) critic_rate: Option<f32>,
    /// How far a value may move from what it was when it acted, in one update.
    pub(super) clip_value: Option<f32>,
    /// The divergence at which the actor has moved enough.
    pub(super) stop_at_kl: Option<f32>,
    pub(super) entropy: f32,
    pub(super) max_gradient_norm: f32,
    pub(super) log_std: f32,
    pub(super) normalize_observations: bool,
    pub(super) scale_rewards: bool,
    /// Samples of the largest minibatch.
    pub(super) batch: usize,
}

impl Recipe {
    /// Shape of the actor's network.
    pub(super) fn actor_layout(&self, spaces: &Spaces) -> Layout {
        let outputs = match &spaces.action {
            ActionSpace::Continuous(names) | ActionSpace::Discrete(names) => names.len(),
        };
        layout(
            spaces.observations(),
            &self.widths,
            outputs,
            self.activation,
        )
    }

    /// Shape of the critic.
    pub(super) fn critic_layout(&self, spaces: &Spaces) -> Layout {
        layout(spaces.observations(), &self.widths, 1, self.activation)
    }

    /// Operations of one pass of the actor over a sample, and of so many of the critic.
    pub(super) fn flops(&self, spaces: &Spaces, actor_passes: usize, critic_passes: usize) -> f64 {
        training_flops(&self.actor_layout(spaces)) * actor_passes as f64
            + training_flops(&self.critic_layout(spaces)) * critic_passes as f64
    }
}

/// A learner of this family: what it makes of a rollout.
pub(super) trait Story: Send + Sync + 'static {
    /// The shared part.
    fn core(&self) -> &Core;

    /// Moves actor and critic by what `batch` shows. The observations in it are normalised and the rewards scaled; what else
    /// there is to know of the steps, the learner asks the core to add.
    fn learn(&self, state: &mut Networks, batch: &mut Batch, pool: &WorkerPool) -> Reports;

    /// See [`Learner::is_asynchronous`].
    fn is_asynchronous(&self) -> bool {
        false
    }

    /// See [`Learner::workshop`].
    fn workshop<'a>(&'a self, _: &'a mut Networks, _: f32) -> Option<Box<dyn Workshop + 'a>> {
        None
    }
}

/// The shared part of a learner: its recipe, and scratch memory that keeps nothing from one update to the next.
pub(super) struct Core {
    pub(super) recipe: Recipe,
    pub(super) spaces: Spaces,
    seed: Seed,
    /// For the chunks of a minibatch, of actor and critic.
    chunks: [Vec<Mutex<Chunk>>; 2],
}

/// What one update leaves to the next.
#[derive(Clone, Serialize, Deserialize)]
pub struct Networks {
    pub(super) actor: Actor,
    pub(super) critic: Option<Critic>,
    pub(super) normalizer: Normalizer,
    pub(super) return_scale: ReturnScale,
    /// Passes over rollouts done: the number of the next shuffle.
    passes: u64,
    /// Control steps learnt from.
    pub(super) steps: u64,
}

/// What became of the actor and of the critic.
#[derive(Default)]
pub(super) struct Reports {
    pub(super) actor: Report,
    pub(super) critic: Report,
}

impl Reports {
    /// Adds what became of them in later minibatches.
    pub(super) fn add(&mut self, later: &Self) {
        self.actor.add(&later.actor);
        self.critic.add(&later.critic);
    }
}

impl Core {
    /// For an environment of these spaces. Settings have been checked.
    pub(super) fn new(recipe: Recipe, spaces: &Spaces, seed: Seed) -> Self {
        let memory = || {
            let mut chunks = Vec::new();
            chunks.resize_with(recipe.batch.div_ceil(CHUNK), Mutex::default);
            chunks
        };
        Self {
            chunks: [memory(), memory()],
            spaces: spaces.clone(),
            seed,
            recipe,
        }
    }

    fn begin(&self) -> Networks {
        let weights = self.seed.stream("network weights");
        let (recipe, spaces) = (&self.recipe, &self.spaces);
        let critic = |rate| Critic::new(recipe, rate, spaces, &mut weights.nth(1));
        Networks {
            actor: Actor::new(recipe, spaces, &mut weights.nth(0)),
            critic: recipe.critic_rate.map(critic),
            normalizer: Normalizer::new(self.normalized()),
            return_scale: ReturnScale::new(recipe.envs, recipe.gamma),
            passes: 0,
            steps: 0,
        }
    }

    fn forget_values(&self, state: &mut Networks, at: u64) {
        let (recipe, spaces) = (&self.recipe, &self.spaces);
        if let Some(rate) = recipe.critic_rate {
            let mut weights = self.seed.stream(WEIGHTS_ANEW).child(at).nth(1);
            state.critic = Some(Critic::new(recipe, rate, spaces, &mut weights));
            state.return_scale = ReturnScale::new(recipe.envs, recipe.gamma);
        }
    }

    fn is_sound(&self, state: &Networks) -> bool {
        let (recipe, spaces) = (&self.recipe, &self.spaces);
        let critic_is_sound = match (&state.critic, recipe.critic_rate) {
            (Some(critic), Some(_)) => critic.is_sound(recipe, spaces),
            (critic, rate) => critic.is_none() && rate.is_none(),
        };
        critic_is_sound
            && state.actor.is_sound(recipe, spaces)
            && state.normalizer.is_sound(self.normalized())
            && state.return_scale.is_sound(recipe.envs, recipe.gamma)
            && state.passes.max(state.steps) < u64::MAX / 2
    }

    /// The newest policy.
    pub(super) fn policy(&self, state: &Networks) -> Policy {
        Policy {
            spaces: self.spaces.clone(),
            normalizer: state.normalizer.clone(),
            network: state.actor.network().clone(),
            head: state.actor.head().clone(),
        }
    }

    /// A rollout as the learner sees it: observations normalised, rewards scaled by what was known before it and in it.
    fn see<'a>(
        &'a self,
        state: &mut Networks,
        rollout: &'a Rollout,
        lr_scale: f32,
        pool: &WorkerPool,
    ) -> Batch<'a> {
        if self.recipe.scale_rewards {
            let scale = &mut state.return_scale;
            scale.observe(&rollout.rewards, &rollout.ends);
        }
        let mut batch = self.look(state, rollout, lr_scale);
        state.normalizer.apply_by(&mut batch.inputs, pool);
        batch
    }

    /// The same, but for the normalisation of `inputs`.
    pub(super) fn look<'a>(
        &'a self,
        state: &Networks,
        rollout: &'a Rollout,
        lr_scale: f32,
    ) -> Batch<'a> {
        let recipe = &self.recipe;
        let left = (1.0 - state.steps as f64 / recipe.steps as f64).max(0.0) as f32;
        Batch {
            recipe,
            rollout,
            inputs: rollout.observations.clone(),
            rewards: if recipe.scale_rewards {
                state.return_scale.scaled(&rollout.rewards)
            } else {
                rollout.rewards.clone()
            },
            samples: (0..rollout.samples() as u32)
                .filter(|&i| rollout.ends[i as usize] != StepEnd::Broken)
                .collect(),
            values: Vec::new(),
            advantages: Vec::new(),
            targets: Vec::new(),
            unit: 1.0,
            old: state.actor.likelihood(),
            left,
            lr_scale,
        }
    }

    /// Adds the values of all states, and from them advantages that look ahead by `lambda` (arXiv:1506.02438, eq. 16) and
    /// what the critic should have said.
    pub(super) fn estimate(
        &self,
        state: &Networks,
        batch: &mut Batch,
        lambda: f32,
        pool: &WorkerPool,
    ) {
        self.value(state, batch, pool);
        let next_values = self.next_values(state, batch, pool);
        let ends = &batch.rollout.ends;
        let steps: Vec<ValuedStep> = (0..batch.rollout.samples())
            .map(|i| ValuedStep {
                reward: batch.rewards[i],
                value: batch.values[i],
                next_value: next_values[i],
                goes_on: !ends[i].is_end(),
            })
            .collect();
        batch.advantages = steps
            .chunks(batch.rollout.horizon)
            .flat_map(|steps| gae(steps, self.recipe.gamma, lambda))
            .collect();
        let targets = batch.advantages.iter().zip(&batch.values);
        batch.targets = targets.map(|(a, v)| a + v).collect();
    }

    /// Adds the values of all states; 0 without a critic.
    pub(super) fn value(&self, state: &Networks, batch: &mut Batch, pool: &WorkerPool) {
        batch.values = self.values(state, &batch.inputs, pool);
    }

    /// `V` of rows of normalised observations.
    fn values(&self, state: &Networks, inputs: &[f32], pool: &WorkerPool) -> Vec<f32> {
        let entries = self.spaces.observations();
        let mut values = vec![0.0; inputs.len() / entries];
        let Some(critic) = &state.critic else {
            return values;
        };
        let share = values.len().div_ceil(pool.threads()).max(1);
        let inputs = inputs.chunks(share * entries);
        let mut parts: Vec<_> = inputs.zip(values.chunks_mut(share)).collect();
        pool.for_each(&mut parts, |(inputs, values)| {
            let mut workspace = Workspace::default();
            values.copy_from_slice(critic.values(values.len(), inputs, &mut workspace));
        });
        values
    }

    /// `v'` of every step.
    fn next_values(&self, state: &Networks, batch: &Batch, pool: &WorkerPool) -> Vec<f32> {
        let mut lasts = batch.rollout.last_observations();
        state.normalizer.apply_by(&mut lasts, pool);
        let lasts = self.values(state, &lasts, pool);
        batch.rollout.next_values(&batch.values, &lasts)
    }

    /// The samples of `batch` in shuffled minibatches of `size`, for each of the next `epochs` passes.
    pub(super) fn shuffled(
        &self,
        state: &mut Networks,
        batch: &Batch,
        epochs: usize,
        pool: &WorkerPool,
    ) -> Vec<Vec<u32>> {
        let (first, shuffles) = (state.passes, self.seed.stream("minibatch shuffles"));
        let mut passes: Vec<(u64, Vec<u32>)> = (0..epochs as u64)
            .map(|pass| (first + pass, batch.samples.clone()))
            .collect();
        pool.for_each(&mut passes, |(pass, order)| {
            order.shuffle(&mut shuffles.nth(*pass));
        });
        state.passes += epochs as u64;
        passes.into_iter().map(|(_, order)| order).collect()
    }

    /// Takes a step of the actor for each of its minibatches, and of the critic for each of its own. They share nothing, so one
    /// half of the pool descends with each.
    pub(super) fn descend(
        &self,
        state: &mut Networks,
        batch: &Batch,
        actor_minibatches: &[&[u32]],
        critic_minibatches: &[&[u32]],
        pool: &WorkerPool,
    ) -> Reports {
        let [to_actor, to_critic] = &self.chunks;
        let actor = Work::new(&mut state.actor, batch, actor_minibatches, to_actor);
        let critic = (state.critic.as_mut())
            .map(|critic| Work::new(critic, batch, critic_minibatches, to_critic));
        let halves = pool.halves();
        pool.run(|worker| match &critic {
            Some(critic) => {
                if let Some(seat) = halves[0].seat(worker) {
                    actor.descend(&seat, || pool.is_stopping());
                }
                if let Some(seat) = halves[1].seat(worker) {
                    critic.descend(&seat, || pool.is_stopping());
                }
            }
            None => actor.descend(worker, || pool.is_stopping()),
        });
        Reports {
            actor: actor.report(),
            critic: critic.map(Work::report).unwrap_or_default(),
        }
    }

    /// Counts the steps and merges what was seen into the statistics, once all has been learnt.
    pub(super) fn conclude(&self, state: &mut Networks, batch: &Batch, pool: &WorkerPool) {
        let rollout = batch.rollout;
        state.steps += rollout.samples() as u64;
        if self.recipe.normalize_observations {
            let sound = rollout.sound_observations();
            state.normalizer.observe(&sound, pool);
        }
    }

    /// What is reported of every update.
    pub(super) fn row(&self, state: &Networks, lr_scale: f32, unit: f32, reports: &Reports) -> Row {
        let mut row = Row::default();
        row.set(Metric::Rate, f64::from(state.actor.rate() * lr_scale));
        if let Some((entropy, std)) = state.actor.entropy_and_std() {
            row.set(Metric::Entropy, f64::from(entropy));
            row.set(Metric::StandardDeviation, f64::from(std));
        }
        reports.actor.note_actor(f64::from(unit), &mut row);
        reports.critic.note_critic(&mut row);
        row
    }

    /// How many moments an observation has.
    fn normalized(&self) -> usize {
        if self.recipe.normalize_observations {
            self.spaces.observations()
        } else {
            0
        }
    }
}

impl<S: Story> Learner for S {
    type State = Networks;

    fn begin(&self) -> Networks {
        self.core().begin()
    }

    fn is_sound(&self, state: &Networks) -> bool {
        self.core().is_sound(state)
    }

    fn policy(&self, state: &Networks) -> Policy {
        self.core().policy(state)
    }

    fn update(
        &self,
        state: &mut Networks,
        rollout: &Rollout,
        _: &Replay,
        lr_scale: f32,
        pool: &WorkerPool,
    ) -> Result<Row, Refusal> {
        let core = self.core();
        let mut batch = core.see(state, rollout, lr_scale, pool);
        let reports = self.learn(state, &mut batch, pool);
        reports.check()?;
        core.conclude(state, &batch, pool);
        let mut row = core.row(state, lr_scale, batch.unit, &reports);
        if let Some(explained) = batch.explained_variance() {
            row.set(Metric::ExplainedVariance, explained);
        }
        Ok(row)
    }

    fn forget_values(&self, state: &mut Networks, at: u64) {
        self.core().forget_values(state, at);
    }

    fn gradient(&self, state: &Networks, rollout: &Rollout, credit: Credit) -> Option<Vec<f32>> {
        Some(self.core().gradient(state, rollout, credit))
    }

    fn is_asynchronous(&self) -> bool {
        Story::is_asynchronous(self)
    }

    fn workshop<'a>(
        &'a self,
        state: &'a mut Networks,
        lr_scale: f32,
    ) -> Option<Box<dyn Workshop + 'a>> {
        Story::workshop(self, state, lr_scale)
    }
}

impl Reports {
    /// Whether what was learnt may stay.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if self.actor.is_refused {
            return Err(Refusal::Gradient("actor"));
        }
        if self.critic.is_refused {
            return Err(Refusal::Gradient("critic"));
        }
        Ok(())
    }
}
