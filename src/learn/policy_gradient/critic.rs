//! The critic: the value of a state.

use serde::{Deserialize, Serialize};

use super::{Batch, NetworkSpec, Rows};
use crate::learn::optimizer::Optimizer;
use crate::nn::{Mlp, Workspace};
use crate::seed::Rng;
use crate::step::Spaces;
use crate::worker_pool::WorkerPool;

/// A network `[O] -> [1]` with its optimiser.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::learn) struct Critic {
    network: Mlp,
    rate: f32,
    optimizer: Optimizer,
}

impl Critic {
    pub(super) fn new(spec: &NetworkSpec, rate: f32, spaces: &Spaces, rng: &mut Rng) -> Self {
        let layout = spec.critic_layout(spaces);
        Self {
            optimizer: Optimizer::new(spec.optimizer, layout.parameters()),
            rate,
            network: Mlp::orthogonal(layout, 1.0, rng),
        }
    }

    /// Whether it has the shape that `spec` says, and finite numbers.
    pub(super) fn is_sound(&self, spec: &NetworkSpec, spaces: &Spaces) -> bool {
        let layout = spec.critic_layout(spaces);
        *self.network.layout() == layout
            && self.network.is_finite()
            && Some(self.rate) == spec.critic_rate
            && (self.optimizer).is_sound(spec.optimizer, layout.parameters())
    }

    /// `V` of normalised observations `[rows, O]`, `[rows]`; each thread some of them.
    pub(in crate::learn) fn values(&self, inputs: &[f32], pool: &WorkerPool) -> Vec<f32> {
        let entries = self.network.layout().inputs();
        let mut values = vec![0.0; inputs.len() / entries];
        let share = values.len().div_ceil(pool.threads()).max(1);
        let inputs = inputs.chunks(share * entries);
        let mut parts: Vec<_> = inputs.zip(values.chunks_mut(share)).collect();
        pool.for_each(&mut parts, |(inputs, values)| {
            let mut workspace = Workspace::default();
            let found = self.network.forward(values.len(), inputs, &mut workspace);
            values.copy_from_slice(found);
        });
        values
    }

    /// The gradient of the mean loss of `rows`, where `loss` of a row and its value is the loss and its derivative with respect to the
    /// value.
    pub(in crate::learn) fn gradient(
        &self,
        batch: &Batch,
        mut rows: Rows,
        loss: impl Fn(usize, f32) -> (f32, f32),
    ) {
        rows.begin(batch, self.network.parameters().len());
        let (scratch, sum, count) = (&mut *rows.scratch, &mut *rows.sum, rows.rows.len());
        let values = (self.network).forward(count, &scratch.inputs, &mut scratch.workspace);
        scratch.to_outputs.clear();
        for (value, &row) in values.iter().zip(rows.rows) {
            let (loss, to_value) = loss(row as usize, *value);
            sum.sums.loss += loss;
            scratch.to_outputs.push(to_value * rows.share);
        }
        self.network.backward(
            count,
            &scratch.inputs,
            &scratch.to_outputs,
            &mut scratch.workspace,
            &mut sum.gradient,
        );
    }

    /// A step of the optimiser against `gradient`, with its own learning rate times `lr_scale`.
    pub(in crate::learn) fn step(&mut self, gradient: &[f32], lr_scale: f32) {
        let (optimizer, rate) = (&mut self.optimizer, self.rate * lr_scale);
        self.network
            .update(|parameters| optimizer.step(parameters, gradient, rate));
    }

    /// Changes one parameter, to see what it does to the loss.
    #[cfg(test)]
    pub(super) fn nudge(&mut self, parameter: usize, by: f32) {
        self.network
            .update(|parameters| parameters[parameter] += by);
    }
}
