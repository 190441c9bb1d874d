//! What learners of actions' values share: a network that descends, the sum of what threads have found of its gradient, and
//! what such a critic is asked.

use rand::RngExt;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, MutexGuard};

use crate::nn::{Adam, Layout, Mlp, add, squared_norm};
use crate::seed::Rng;

/// Samples of a minibatch that one thread takes at once.
pub(super) const CHUNK: usize = 128;

const ADAM_EPSILON: f32 = 1e-8;

/// Weights and their optimiser.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Network {
    pub(super) mlp: Mlp,
    adam: Adam,
}

impl Network {
    pub(super) fn new(layout: Layout, head_gain: f32, rng: &mut Rng) -> Self {
        Self {
            adam: Adam::new(layout.parameters(), ADAM_EPSILON),
            mlp: Mlp::orthogonal(layout, head_gain, rng),
        }
    }

    pub(super) fn step(&mut self, gradient: &[f32], rate: f32) {
        let adam = &mut self.adam;
        self.mlp
            .update(|parameters| adam.step(parameters, gradient, rate));
    }

    pub(super) fn is_sound(&self, layout: &Layout) -> bool {
        self.mlp.layout() == layout
            && self.mlp.is_finite()
            && self.adam.is_sound(layout.parameters(), ADAM_EPSILON)
    }
}

/// The sum of the chunks' gradients, in their order, in the place of the first, and its norm. None if it is not finite.
pub(super) fn sum<'c>(
    mut gradients: impl Iterator<Item = &'c Mutex<Vec<f32>>>,
) -> Option<(MutexGuard<'c, Vec<f32>>, f32)> {
    let first = gradients.next().expect("a minibatch has a chunk");
    let mut first = first.lock().expect("nobody panicked");
    for gradient in gradients {
        add(&mut first, &gradient.lock().expect("nobody panicked"));
    }
    let norm = squared_norm(&first).sqrt();
    norm.is_finite().then_some((first, norm))
}

/// Observations `[rows, O]` and actions `[rows, A]` side by side, as a critic of actions sees them.
pub(super) fn join(into: &mut Vec<f32>, rows: usize, observations: &[f32], actions: &[f32]) {
    into.clear();
    let (observed, acts) = (observations.len() / rows, actions.len() / rows);
    for (observation, action) in observations.chunks(observed).zip(actions.chunks(acts)) {
        into.extend_from_slice(observation);
        into.extend_from_slice(action);
    }
}

/// So many standard normal numbers.
pub(super) fn draw_noise(rng: &mut Rng, count: usize, into: &mut Vec<f32>) {
    into.clear();
    into.extend((0..count).map(|_| rng.sample::<f32, _>(StandardNormal)));
}
