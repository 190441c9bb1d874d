//! The gradients of SAC's losses over one chunk of a minibatch.

use std::sync::Mutex;

use super::{CHUNK, Sac, Shared, losses};
use crate::learn::chunks::{ChunkSum, lock};
use crate::learn::losses::value_loss;
use crate::learn::pathwise::{Draws, join};
use crate::learn::replay::sample::Samples;
use crate::nn::{Mlp, Workspace};

/// Scratch memory for one chunk of a minibatch, and the sums over its samples; one worker at a time has it. Each network's sum has a lock
/// of its own, so that those of two networks can be added up at the same time.
#[derive(Default)]
pub(super) struct Chunk {
    scratch: Mutex<Scratch>,
    pub(super) critics: [Mutex<ChunkSum>; 2],
    pub(super) actor: Mutex<ChunkSum>,
}

#[derive(Default)]
struct Scratch {
    samples: Samples,
    draws: Draws,
    /// Input of the critics, `[B, O + A]`.
    joined: Vec<f32>,
    /// Targets of the critics, `[B]`.
    targets: Vec<f32>,
    /// Gradient of a loss with respect to a network's outputs.
    to_outputs: Vec<f32>,
    /// Gradient of the actor's loss with respect to the input of each critic, `[B, O + A]`.
    to_joined: [Vec<f32>; 2],
    actor_workspace: Workspace,
    workspaces: [Workspace; 2],
}

impl Scratch {
    /// Draws an action for each of the observations `[B, O]`, and joins the two.
    fn act(&mut self, actor: &Mlp, rows: usize, observations: &[f32], entries: usize) {
        let outputs = actor.forward(rows, observations, &mut self.actor_workspace);
        self.draws.draw(outputs, entries);
        join(&mut self.joined, rows, observations, &self.draws.actions);
    }
}

impl Sac {
    /// Draws transitions and sums the gradients of both critics' losses (arXiv:1812.05905, eq. 5).
    pub(super) fn critic_gradients(&self, shared: &Shared, number: u64, index: usize) {
        let (settings, entries) = (&self.settings, self.spaces.actions());
        let chunk = &self.chunks[index];
        let scratch = &mut *lock(&chunk.scratch);
        let mut rng = self.seed.stream("replay").child(number).nth(index as u64);
        let rows = (settings.batch - index * CHUNK).min(CHUNK);
        let places = shared.memory.draw(rows, &mut rng);
        let samples = &mut scratch.samples;
        (shared.memory).gather(&places, settings.n_step, settings.gamma, samples);
        shared.normalizer.apply(&mut samples.observations);
        shared.normalizer.apply(&mut samples.next_observations);
        let rows = samples.returns.len();
        scratch.draws.draw_noise(&mut rng, rows * entries);
        self.targets(shared, scratch);

        let (observations, actions) = (&scratch.samples.observations, &scratch.samples.actions);
        join(&mut scratch.joined, rows, observations, actions);
        let share = 1.0 / settings.batch as f32;
        for (i, critic) in shared.critics.iter().enumerate() {
            let critic = critic.read();
            let workspace = &mut scratch.workspaces[i];
            let mut sum = lock(&chunk.critics[i]);
            sum.begin(rows, critic.mlp.parameters().len());
            let values = critic.mlp.forward(rows, &scratch.joined, workspace);
            scratch.to_outputs.clear();
            for (value, target) in values.iter().zip(&scratch.targets) {
                let (loss, to_value) = value_loss(*value, *target);
                sum.sums.loss += loss;
                scratch.to_outputs.push(to_value * share);
            }
            let (joined, to_outputs) = (&scratch.joined, &scratch.to_outputs);
            (critic.mlp).backward(rows, joined, to_outputs, workspace, &mut sum.gradient);
        }
        // For the actions that the actor draws in the same states.
        scratch.draws.draw_noise(&mut rng, rows * entries);
    }

    /// The targets of the critics, from next actions and their values as the target networks see them.
    fn targets(&self, shared: &Shared, scratch: &mut Scratch) {
        let rows = scratch.samples.returns.len();
        let next = std::mem::take(&mut scratch.samples.next_observations);
        scratch.act(&shared.actor.read().mlp, rows, &next, self.spaces.actions());
        scratch.samples.next_observations = next;
        let values = [0, 1].map(|i| {
            let target = shared.targets[i].read().expect("no worker panicked");
            let workspace = &mut scratch.workspaces[i];
            target.forward(rows, &scratch.joined, workspace).to_vec()
        });
        let temperature = shared.temperature();
        scratch.targets.clear();
        let Samples {
            returns, discounts, ..
        } = &scratch.samples;
        for (row, (rewards, discount)) in returns.iter().zip(discounts).enumerate() {
            scratch.targets.push(losses::target(
                rewards * self.settings.reward_scale,
                *discount,
                [values[0][row], values[1][row]],
                temperature,
                scratch.draws.log_probabilities[row],
            ));
        }
    }

    /// Draws actions in the states that the critics have just learnt from, and sums the gradient of the actor's loss (eq. 7).
    pub(super) fn actor_gradient(&self, shared: &Shared, index: usize) {
        let (observed, entries) = (self.spaces.observations(), self.spaces.actions());
        let share = 1.0 / self.settings.batch as f32;
        let temperature = shared.temperature();
        let actor = shared.actor.read();
        let chunk = &self.chunks[index];
        let scratch = &mut *lock(&chunk.scratch);
        let mut sum = lock(&chunk.actor);
        let rows = scratch.samples.returns.len();
        sum.begin(rows, actor.mlp.parameters().len());
        let observations = std::mem::take(&mut scratch.samples.observations);
        scratch.act(&actor.mlp, rows, &observations, entries);
        let critics = shared.critics.each_ref().map(|critic| critic.read());
        let values = [0, 1].map(|i| {
            let workspace = &mut scratch.workspaces[i];
            (critics[i].mlp)
                .forward(rows, &scratch.joined, workspace)
                .to_vec()
        });
        let mut to_values = [vec![0.0; rows], vec![0.0; rows]];
        for row in 0..rows {
            let values = [values[0][row], values[1][row]];
            let log_probability = scratch.draws.log_probabilities[row];
            let (loss, derivatives) = losses::actor_loss(temperature, log_probability, values);
            to_values[0][row] = derivatives[0] * share;
            to_values[1][row] = derivatives[1] * share;
            sum.sums.loss += loss;
            sum.sums.entropy -= log_probability;
            sum.sums.value += values[0].min(values[1]);
        }
        let width = observed + entries;
        for i in 0..2 {
            let to_joined = &mut scratch.to_joined[i];
            to_joined.resize(rows * width, 0.0);
            let workspace = &mut scratch.workspaces[i];
            (critics[i].mlp).backward_to_input(rows, &to_values[i], workspace, to_joined);
        }
        scratch.to_outputs.clear();
        scratch.to_outputs.resize(rows * 2 * entries, 0.0);
        let [first, second] = &scratch.to_joined;
        for (row, to_outputs) in scratch.to_outputs.chunks_mut(2 * entries).enumerate() {
            let to_action = |entry: usize| {
                let place = row * width + observed + entry;
                first[place] + second[place]
            };
            (scratch.draws).backward(row, to_action, temperature * share, to_outputs);
        }
        let (to_outputs, workspace) = (&scratch.to_outputs, &mut scratch.actor_workspace);
        (actor.mlp).backward(
            rows,
            &observations,
            to_outputs,
            workspace,
            &mut sum.gradient,
        );
        scratch.samples.observations = observations;
    }
}
