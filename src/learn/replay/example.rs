//! For tests: small memories, rollouts that can be told apart, and a learner that learns from nothing but its memory.

use serde::{Deserialize, Serialize};

use super::sample::Samples;
use super::{Replay, Shape};
use crate::learn::Learner;
use crate::learn::driver::Driver;
use crate::learn::guarded;
use crate::learn::refusal::Refusal;
use crate::learn::rollout::Rollout;
use crate::metrics::Row;
use crate::nn::{Activation, Layout, Mlp};
use crate::policy::normalize::Normalizer;
use crate::policy::{Head, Policy};
use crate::seed::Seed;
use crate::step::{ActionSpace, Spaces};
use crate::worker_pool::WorkerPool;

/// One observation and one action.
pub(crate) fn spaces() -> Spaces {
    Spaces {
        observation: vec!["x".into()],
        action: ActionSpace::Continuous(vec!["u".into()]),
    }
}

/// Of such spaces: transitions of 5 numbers.
pub(crate) fn shape(envs: usize, horizon: usize, capacity: usize) -> Shape {
    Shape {
        observations: 1,
        actions: 1,
        envs,
        horizon,
        capacity,
    }
}

/// What is seen is `first`, `first + 1`, ... through all environments, what is done the tenth of it, and what is paid the negative;
/// a half more than the last is what an environment would be seen as next.
pub(crate) fn rollout(envs: usize, horizon: usize, first: f32) -> Rollout {
    let mut rollout = Rollout::new(envs, horizon, &spaces(), 1);
    for i in 0..envs * horizon {
        let seen = first + i as f32;
        rollout.observations[i] = seen;
        rollout.actions[i] = seen / 10.0;
        rollout.rewards[i] = -seen;
    }
    for environment in 0..envs {
        let last = rollout.observations[(environment + 1) * horizon - 1];
        rollout.next_observations[environment] = last + 0.5;
    }
    rollout
}

/// A learner whose weights go where the returns of what it remembers take them.
pub(crate) struct Rememberer {
    pub(crate) spaces: Spaces,
    pub(crate) shape: Shape,
    pub(crate) seed: Seed,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Remembered {
    weights: Vec<f32>,
    updates: u64,
}

impl Rememberer {
    pub(crate) fn start(self) -> Driver {
        guarded::begin(self)
    }

    fn layout(&self) -> Layout {
        let Shape {
            observations,
            actions,
            ..
        } = self.shape;
        Layout::new(vec![observations, actions], Activation::Tanh)
    }
}

impl Learner for Rememberer {
    type State = Remembered;

    fn begin(&self) -> Remembered {
        Remembered {
            weights: vec![0.0; (self.shape.observations + 1) * self.shape.actions],
            updates: 0,
        }
    }

    fn is_sound(&self, state: &Remembered) -> bool {
        state.weights.len() == self.begin().weights.len()
            && state.weights.iter().all(|x| x.is_finite())
    }

    fn policy(&self, state: &Remembered) -> Policy {
        Policy {
            spaces: self.spaces.clone(),
            normalizer: Normalizer::identity(),
            network: Mlp::from_parameters(self.layout(), state.weights.clone()),
            head: Head::Gaussian {
                log_std: vec![0.0; self.shape.actions],
            },
        }
    }

    fn remembers(&self) -> Shape {
        self.shape
    }

    fn update(
        &self,
        state: &mut Remembered,
        _: &Rollout,
        memory: &Replay,
        lr_scale: f32,
        _: &WorkerPool,
    ) -> Result<Row, Refusal> {
        let count = state.weights.len();
        let rng = &mut self.seed.stream("memories").nth(state.updates);
        let mut samples = Samples::default();
        memory.gather(&memory.draw(count, rng), 3, 0.5, &mut samples);
        for (weight, of_return) in state.weights.iter_mut().zip(&samples.returns) {
            *weight += lr_scale * of_return.clamp(-1.0, 1.0) * 0.01;
        }
        state.updates += 1;
        Ok(Row::default())
    }
}
