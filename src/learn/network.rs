//! A network with its optimiser, of learners with a critic of actions.

use serde::{Deserialize, Serialize};

use crate::nn::{Adam, Layout, Mlp};
use crate::seed::Rng;

const ADAM_EPSILON: f32 = 1e-8;

/// Weights and their optimiser.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Network {
    pub(super) mlp: Mlp,
    adam: Adam,
}

impl Network {
    /// Orthogonal weights, of this gain in the last layer.
    pub(super) fn new(layout: Layout, head_gain: f32, rng: &mut Rng) -> Self {
        Self {
            adam: Adam::new(layout.parameters(), ADAM_EPSILON),
            mlp: Mlp::orthogonal(layout, head_gain, rng),
        }
    }

    /// A step of Adam against `gradient`.
    pub(super) fn step(&mut self, gradient: &[f32], rate: f32) {
        let adam = &mut self.adam;
        self.mlp
            .update(|parameters| adam.step(parameters, gradient, rate));
    }

    /// Whether it has this shape, and every number is finite and in its valid range.
    pub(super) fn is_sound(&self, layout: &Layout) -> bool {
        self.mlp.layout() == layout
            && self.mlp.is_finite()
            && self.adam.is_sound(layout.parameters(), ADAM_EPSILON)
    }
}
