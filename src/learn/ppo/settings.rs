//! Hyperparameters of PPO, as a preset writes them.

use serde::{Deserialize, Serialize};

use crate::nn::{Activation, Layout};
use crate::step::Spaces;

/// Hyperparameters of PPO. There are no defaults: a preset states every one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PpoSettings {
    /// Control steps to train for, over all environments; at least 1.
    pub steps: u64,
    /// Environments stepped together, 1 to 65,536.
    pub envs: usize,
    /// Control steps that each environment takes between updates, 1 to 65,536.
    pub horizon: usize,
    /// Passes over each rollout, 1 to 100.
    pub epochs: usize,
    /// Samples of a minibatch; at least 1 and at most `envs * horizon`.
    pub batch: usize,
    /// Units of each hidden layer, of actor and critic alike; 1 to 4,096 each, at most 8 layers.
    pub widths: Vec<usize>,
    /// Between the layers.
    pub activation: Activation,
    /// Discount of the future per control step, 0 to 1.
    pub gamma: f32,
    /// How far advantages look past the critic, 0 to 1 (arXiv:1506.02438).
    pub lambda: f32,
    /// How far a probability ratio is followed, above 0 (arXiv:1707.06347).
    pub clip: f32,
    /// Learning rate of the actor.
    pub rate: Rate,
    /// Learning rate of the critic, above 0 and at most 1.
    pub critic_rate: f32,
    /// Weight of the entropy bonus, at least 0.
    pub entropy: f32,
    /// Largest norm of a gradient, above 0; actor and critic are clipped each on its own.
    pub max_gradient_norm: f32,
    /// Logarithm of the policy's standard deviation at the start, -5 to 2.
    pub log_std: f32,
    /// Bring observations to mean 0 and deviation 1.
    pub normalize_observations: bool,
    /// Divide rewards by the deviation of their discounted sum.
    pub scale_rewards: bool,
}

/// How a learning rate goes over a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Rate {
    /// Always the same; above 0 and at most 1.
    Constant(f32),
    /// From this value to 0 at the last step; above 0 and at most 1.
    Linear(f32),
    /// Follows how far a minibatch's policy has moved from the one that acted (as in `rsl_rl`).
    KlAdaptive {
        /// The first rate, 1e-5 to 1e-2.
        start: f32,
        /// The divergence to keep (nat), above 0.
        target: f32,
    },
}

impl Rate {
    /// The rate before anything is known.
    pub fn start(self) -> f32 {
        match self {
            Self::Constant(rate) | Self::Linear(rate) | Self::KlAdaptive { start: rate, .. } => {
                rate
            }
        }
    }
}

impl PpoSettings {
    /// Names the first field that is out of its range, and what it must be.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        let rate_is_fine = match self.rate {
            Rate::Constant(rate) | Rate::Linear(rate) => is_rate(rate),
            Rate::KlAdaptive { start, target } => super::RATES.contains(&start) && positive(target),
        };
        let rules = [
            ("steps", self.steps >= 1, "at least 1"),
            ("envs", (1..=65_536).contains(&self.envs), "from 1 to 65536"),
            (
                "horizon",
                (1..=65_536).contains(&self.horizon),
                "from 1 to 65536",
            ),
            (
                "horizon",
                self.envs.saturating_mul(self.horizon) <= 1 << 20,
                "at most 1048576 / envs",
            ),
            ("epochs", (1..=100).contains(&self.epochs), "from 1 to 100"),
            ("batch", self.batch >= 1, "at least 1"),
            (
                "widths",
                self.widths.len() <= 8 && self.widths.iter().all(|w| (1..=4096).contains(w)),
                "at most 8 numbers from 1 to 4096",
            ),
            ("gamma", (0.0..=1.0).contains(&self.gamma), "from 0 to 1"),
            ("lambda", (0.0..=1.0).contains(&self.lambda), "from 0 to 1"),
            ("clip", positive(self.clip), "above 0"),
            (
                "rate",
                rate_is_fine,
                "above 0 and at most 1; KlAdaptive starts from 1e-5 to 1e-2 with a target above 0",
            ),
            (
                "critic_rate",
                is_rate(self.critic_rate),
                "above 0 and at most 1",
            ),
            (
                "entropy",
                self.entropy >= 0.0 && self.entropy.is_finite(),
                "at least 0",
            ),
            (
                "max_gradient_norm",
                positive(self.max_gradient_norm),
                "above 0",
            ),
            (
                "log_std",
                (-5.0..=2.0).contains(&self.log_std),
                "from -5 to 2",
            ),
        ];
        for (field, holds, range) in rules {
            if !holds {
                return Err((field, range.to_owned()));
            }
        }
        if self.batch > self.envs * self.horizon {
            let samples = self.envs * self.horizon;
            let rule = format!(
                "at most envs * horizon = {} * {} = {samples}",
                self.envs, self.horizon
            );
            return Err(("batch", rule));
        }
        Ok(())
    }

    /// Shape of the actor's mean network.
    pub fn actor_layout(&self, spaces: &Spaces) -> Layout {
        self.layout(spaces.observations(), spaces.actions())
    }

    /// Shape of the critic.
    pub fn critic_layout(&self, spaces: &Spaces) -> Layout {
        self.layout(spaces.observations(), 1)
    }

    /// Floating-point operations of the update's matrix products per control step, see
    /// [`LearnerSettings::flops_per_step`](crate::learn::LearnerSettings::flops_per_step).
    pub fn flops_per_step(&self, spaces: &Spaces) -> f64 {
        let of = |layout: Layout| {
            let first = layout.layers().next().map_or(0, |l| l.inputs * l.outputs);
            6 * layout.weights() - 2 * first
        };
        (self.epochs * (of(self.actor_layout(spaces)) + of(self.critic_layout(spaces)))) as f64
    }

    fn layout(&self, inputs: usize, outputs: usize) -> Layout {
        let sizes = [&[inputs], self.widths.as_slice(), &[outputs]].concat();
        Layout::new(sizes, self.activation)
    }
}

/// A larger one would throw weights out of what `f32` holds.
fn is_rate(x: f32) -> bool {
    x > 0.0 && x <= 1.0
}

fn positive(x: f32) -> bool {
    x > 0.0 && x.is_finite()
}
