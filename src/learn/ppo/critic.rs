//! The critic: what a state is worth.

use serde::{Deserialize, Serialize};

use super::descent::{Chunk, Descent, Sums};
use super::{ADAM_EPSILON, Batch, PpoSettings, loss};
use crate::nn::{Adam, Mlp, Workspace};
use crate::seed::Rng;
use crate::step::Spaces;

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Critic {
    value: Mlp,
    adam: Adam,
}

impl Critic {
    pub(super) fn new(settings: &PpoSettings, spaces: &Spaces, rng: &mut Rng) -> Self {
        let layout = settings.critic_layout(spaces);
        Self {
            adam: Adam::new(layout.parameters(), ADAM_EPSILON),
            value: Mlp::orthogonal(layout, 1.0, rng),
        }
    }

    /// Whether it has the shape that the settings say, and finite numbers.
    pub(super) fn is_sound(&self, settings: &PpoSettings, spaces: &Spaces) -> bool {
        let layout = settings.critic_layout(spaces);
        *self.value.layout() == layout
            && self.value.is_finite()
            && self.adam.is_sound(layout.parameters(), ADAM_EPSILON)
    }

    /// `V` of normalised observations `[rows, O]`.
    pub(super) fn values<'w>(
        &self,
        rows: usize,
        inputs: &[f32],
        workspace: &'w mut Workspace,
    ) -> &'w [f32] {
        self.value.forward(rows, inputs, workspace)
    }

    /// Changes one parameter, to see what it does to the loss.
    #[cfg(test)]
    pub(super) fn nudge(&mut self, parameter: usize, by: f32) {
        self.value.update(|parameters| parameters[parameter] += by);
    }
}

impl Descent for Critic {
    fn parameters(&self) -> usize {
        self.value.parameters().len()
    }

    fn differentiate(&self, batch: &Batch, rows: &[u32], share: f32, chunk: &mut Chunk) {
        let values = self
            .value
            .forward(rows.len(), &chunk.inputs, &mut chunk.workspace);
        chunk.slopes.clear();
        for (value, &row) in values.iter().zip(rows) {
            let (loss, slope) = loss::value_loss(*value, batch.targets[row as usize]);
            chunk.sums.loss += loss;
            chunk.slopes.push(slope * share);
        }
        self.value.backward(
            rows.len(),
            &chunk.inputs,
            &chunk.slopes,
            &mut chunk.workspace,
            &mut chunk.gradient,
        );
    }

    fn step(&mut self, batch: &Batch, gradient: &[f32], _: &Sums) {
        let adam = &mut self.adam;
        let rate = batch.settings.critic_rate * batch.caution;
        self.value
            .update(|parameters| adam.step(parameters, gradient, rate));
    }
}
