//! The critic: what a state is worth.

use serde::{Deserialize, Serialize};

use super::descent::{Chunk, Descent, Sums};
use super::{Batch, Recipe, loss};
use crate::learn::optimizer::Optimizer;
use crate::nn::{Mlp, Workspace};
use crate::seed::Rng;
use crate::step::Spaces;

#[derive(Clone, Serialize, Deserialize)]
pub(in crate::learn) struct Critic {
    value: Mlp,
    rate: f32,
    optimizer: Optimizer,
}

impl Critic {
    pub(super) fn new(recipe: &Recipe, rate: f32, spaces: &Spaces, rng: &mut Rng) -> Self {
        let layout = recipe.critic_layout(spaces);
        Self {
            optimizer: Optimizer::new(recipe.optimizer, layout.parameters()),
            rate,
            value: Mlp::orthogonal(layout, 1.0, rng),
        }
    }

    /// Whether it has the shape that the recipe says, and finite numbers.
    pub(super) fn is_sound(&self, recipe: &Recipe, spaces: &Spaces) -> bool {
        let layout = recipe.critic_layout(spaces);
        *self.value.layout() == layout
            && self.value.is_finite()
            && Some(self.rate) == recipe.critic_rate
            && (self.optimizer).is_sound(recipe.optimizer, layout.parameters())
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
            let (target, old) = (batch.targets[row as usize], batch.values[row as usize]);
            let (loss, slope) = match batch.recipe.clip_value {
                None => loss::value_loss(*value, target),
                Some(clip) => loss::clipped_value_loss(*value, old, target, clip),
            };
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
        let (optimizer, rate) = (&mut self.optimizer, self.rate * batch.lr_scale);
        self.value
            .update(|parameters| optimizer.step(parameters, gradient, rate));
    }
}
