//! The gradients of REPPO's losses over one chunk of a minibatch.

use std::sync::Mutex;

use super::{Batch, CHUNK, Reppo, Shared, losses};
use crate::learn::chunks::{ChunkSum, Sums, lock};
use crate::learn::pathwise::{Draws, join};
use crate::nn::Workspace;
use crate::policy::squashed;
use crate::seed::Stream;

/// Scratch memory for one chunk of a minibatch, and the sums over its rows; one worker at a time has it.
#[derive(Default)]
pub(super) struct Chunk {
    scratch: Mutex<Scratch>,
    sum: Mutex<ChunkSum>,
}

impl Chunk {
    pub(super) fn sum(&self) -> &Mutex<ChunkSum> {
        &self.sum
    }
}

/// For `B` rows.
#[derive(Default)]
struct Scratch {
    /// Normalised observations, `[B, O]`.
    inputs: Vec<f32>,
    /// Actions of the rollout, `[B, A]`.
    actions: Vec<f32>,
    /// Actions of the newest policy.
    draws: Draws,
    /// The rows within the KL bound, as numbers among the `B`; `F` of them.
    within: Vec<usize>,
    /// Input of the critic, `[F, O + A]`.
    joined: Vec<f32>,
    /// Gradient of the loss with respect to the critic's outputs, `[F, K]`.
    to_values: Vec<f32>,
    /// Gradient of the loss with respect to the critic's input, `[F, O + A]`.
    to_joined: Vec<f32>,
    /// Gradient of the loss with respect to the actor's outputs, `[B, 2 A]`.
    to_outputs: Vec<f32>,
    workspaces: [Workspace; 2],
}

impl Scratch {
    /// Gathers the rows' inputs.
    fn begin(&mut self, batch: &Batch, rows: &[u32], observed: usize) {
        self.inputs.clear();
        for &row in rows {
            let input = &batch.inputs[row as usize * observed..][..observed];
            self.inputs.extend_from_slice(input);
        }
    }
}

impl Reppo {
    /// The gradient of the critic's loss over chunk `index` of `rows`.
    pub(super) fn critic_gradient(
        &self,
        shared: &Shared,
        batch: &Batch,
        rows: &[u32],
        index: usize,
    ) {
        let share = 1.0 / rows.len() as f32;
        let rows = rows.chunks(CHUNK).nth(index).expect("it is in range");
        let Chunk { scratch, sum } = &self.critic_chunks[index];
        let (scratch, sum) = (&mut *lock(scratch), &mut *lock(sum));
        let critic = shared.critic.read();
        sum.begin(rows.len(), critic.mlp.parameters().len());
        scratch.begin(batch, rows, self.spaces.observations());
        let entries = self.spaces.actions();
        scratch.actions.clear();
        for &row in rows {
            let action = &batch.rollout.actions[row as usize * entries..][..entries];
            scratch.actions.extend_from_slice(action);
        }
        join(
            &mut scratch.joined,
            rows.len(),
            &scratch.inputs,
            &scratch.actions,
        );
        let head = self.settings.value;
        let workspace = &mut scratch.workspaces[0];
        let outputs = (critic.mlp).forward(rows.len(), &scratch.joined, workspace);
        scratch.to_values.clear();
        scratch.to_values.resize(rows.len() * head.outputs(), 0.0);
        let to_values = scratch.to_values.chunks_mut(head.outputs());
        for ((outputs, to_values), &row) in outputs.chunks(head.outputs()).zip(to_values).zip(rows)
        {
            let target = batch.targets[row as usize];
            sum.sums.loss += head.loss(outputs, target, share, to_values);
        }
        (critic.mlp).backward(
            rows.len(),
            &scratch.joined,
            &scratch.to_values,
            workspace,
            &mut sum.gradient,
        );
    }

    /// The gradient of the actor's loss over chunk `index` of `rows` (arXiv:2507.11019, eq. 10): of the critic's value of an action that
    /// the policy draws, through the action; or of the KL divergence, in states beyond its bound.
    pub(super) fn actor_gradient(
        &self,
        shared: &Shared,
        batch: &Batch,
        rows: &[u32],
        index: usize,
        draws: Stream,
    ) {
        let share = 1.0 / rows.len() as f32;
        let rows = rows.chunks(CHUNK).nth(index).expect("it is in range");
        let Chunk { scratch, sum } = &self.actor_chunks[index];
        let (scratch, sum) = (&mut *lock(scratch), &mut *lock(sum));
        let (actor, entries) = (shared.actor.read(), self.spaces.actions());
        sum.begin(rows.len(), actor.mlp.parameters().len());
        scratch.begin(batch, rows, self.spaces.observations());
        let mut rng = draws.nth(index as u64);
        scratch.draws.draw_noise(&mut rng, rows.len() * entries);
        scratch.to_outputs.clear();
        scratch.to_outputs.resize(rows.len() * 2 * entries, 0.0);
        let outputs = (actor.mlp).forward(rows.len(), &scratch.inputs, &mut scratch.workspaces[0]);
        scratch.draws.draw(outputs, entries);
        let (temperature, kl_multiplier) = shared.multipliers();

        scratch.within.clear();
        let outputs = outputs.chunks(2 * entries);
        let outputs = outputs.zip(scratch.to_outputs.chunks_mut(2 * entries));
        for (i, (outputs, to_outputs)) in outputs.enumerate() {
            let old = &batch.rollout.outputs[rows[i] as usize * 2 * entries..][..2 * entries];
            let kl = squashed::kl(old, outputs);
            let log_stds = &scratch.draws.log_stds[i * entries..][..entries];
            sum.sums.std = (log_stds.iter()).fold(sum.sums.std, |sum, x| sum + libm::expf(*x));
            sum.sums.entropy -= scratch.draws.log_probabilities[i];
            sum.sums.kl += kl;
            if kl <= self.settings.kl {
                scratch.within.push(i);
            } else {
                sum.sums.clipped += 1.0;
                sum.sums.loss += losses::kl_objective(kl_multiplier, kl);
                squashed::add_kl_gradient(old, outputs, share * kl_multiplier, to_outputs);
            }
        }
        self.add_value_gradient(shared, scratch, &mut sum.sums, share, temperature);
        (actor.mlp).backward(
            rows.len(),
            &scratch.inputs,
            &scratch.to_outputs,
            &mut scratch.workspaces[0],
            &mut sum.gradient,
        );
    }

    /// Adds the gradient of `alpha ln p(a) - Q` with respect to the actor's outputs, in the rows within the KL bound.
    fn add_value_gradient(
        &self,
        shared: &Shared,
        scratch: &mut Scratch,
        sums: &mut Sums,
        share: f32,
        temperature: f32,
    ) {
        let (observed, entries) = (self.spaces.observations(), self.spaces.actions());
        let (head, within) = (self.settings.value, scratch.within.len());
        scratch.joined.clear();
        for &i in &scratch.within {
            let input = &scratch.inputs[i * observed..][..observed];
            let action = &scratch.draws.actions[i * entries..][..entries];
            scratch.joined.extend_from_slice(input);
            scratch.joined.extend_from_slice(action);
        }
        let critic = shared.critic.read();
        let workspace = &mut scratch.workspaces[1];
        let outputs = critic.mlp.forward(within, &scratch.joined, workspace);
        scratch.to_values.clear();
        scratch.to_values.resize(within * head.outputs(), 0.0);
        let to_values = scratch.to_values.chunks_mut(head.outputs());
        let outputs = outputs.chunks(head.outputs()).zip(to_values);
        for ((outputs, to_values), &i) in outputs.zip(&scratch.within) {
            let value = head.value(outputs, -share, to_values);
            let log_probability = scratch.draws.log_probabilities[i];
            sums.loss += losses::value_objective(temperature, log_probability, value);
        }
        let width = observed + entries;
        scratch.to_joined.clear();
        scratch.to_joined.resize(within * width, 0.0);
        let to_joined = &mut scratch.to_joined;
        (critic.mlp).backward_to_input(within, &scratch.to_values, workspace, to_joined);
        for (to_joined, &i) in scratch.to_joined.chunks(width).zip(&scratch.within) {
            let to_outputs = &mut scratch.to_outputs[i * 2 * entries..][..2 * entries];
            let to_action = |entry: usize| to_joined[observed + entry];
            (scratch.draws).backward(i, to_action, share * temperature, to_outputs);
        }
    }
}

#[cfg(test)]
mod tests;
