//! Hyperparameters of SAC, their ranges, and what follows from them.

use serde::{Deserialize, Serialize};

use super::Sac;
use crate::learn::driver::Driver;
use crate::learn::guarded;
use crate::learn::settings::{self, Checked, Evaluations, Settings};
use crate::nn::{Activation, Layout};
use crate::seed::Seed;
use crate::step::{ActionSpace, Spaces};

/// Hyperparameters of SAC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SacSettings {
    /// Control steps to train for, over all environments; at least 1.
    pub steps: u64,
    /// Environments stepped together, 1 to 65,536.
    pub envs: usize,
    /// Control steps that each environment takes between two rounds of updates, 1 to 65,536.
    pub horizon: usize,
    /// Updates per control step, above 0 and at most 100; below 1, one update for several steps.
    pub updates: f32,
    /// Control steps that are only stored, before the first update.
    pub warmup: u64,
    /// Samples of an update, 1 to 65,536.
    pub batch: usize,
    /// Transitions that the replay memory holds, 1 to 10,000,000.
    pub replay: usize,
    /// Units of each hidden layer, of actor and critics alike; 1 to 4,096 each, at most 8 layers.
    pub widths: Vec<usize>,
    /// Activation of the hidden layers.
    pub activation: Activation,
    /// Layer normalisation (arXiv:1607.06450) in the critics.
    pub layer_norm: bool,
    /// Discount of the future per control step, 0 to 1.
    pub gamma: f32,
    /// Rewards that are summed before bootstrapping from a critic, 1 to 1,000 steps.
    pub n_step: usize,
    /// Rate of the target networks' moving average, per update; above 0 and at most 1.
    pub tau: f32,
    /// Learning rate of the actor, above 0 and at most 1.
    pub rate: f32,
    /// Learning rate of the critics, above 0 and at most 1.
    pub critic_rate: f32,
    /// Updates of the critics for each of the actor, 1 to 100.
    pub policy_delay: usize,
    /// Initial temperature, the reward of a nat of entropy, in scaled rewards; above 0.
    pub temperature: f32,
    /// Learning rate of the temperature, 0 to 1; fixed with 0.
    pub temperature_rate: f32,
    /// Target entropy (nat), for each entry of an action, -10 to 10.
    pub target_entropy: f32,
    /// Correlation of exploration noise from one step to the next, from 0 to below 1.
    pub noise_correlation: f32,
    /// Normalise observations to mean 0 and std 1.
    pub normalize_observations: bool,
    /// Factor of the rewards, above 0.
    pub reward_scale: f32,
}

impl SacSettings {
    /// Shape of the actor, `[O] -> [2 A]`.
    pub(super) fn actor_layout(&self, spaces: &Spaces) -> Layout {
        let outputs = 2 * spaces.actions();
        settings::layout(
            spaces.observations(),
            &self.widths,
            outputs,
            self.activation,
        )
    }

    /// Shape of a critic, `[O + A] -> [1]`.
    pub(super) fn critic_layout(&self, spaces: &Spaces) -> Layout {
        let inputs = spaces.observations() + spaces.actions();
        let layout = settings::layout(inputs, &self.widths, 1, self.activation);
        if self.layer_norm {
            layout.normalized()
        } else {
            layout
        }
    }

    /// Updates to be made by so many control steps.
    pub(super) fn updates_after(&self, steps: u64) -> u64 {
        let learning = steps.saturating_sub(self.warmup);
        (learning as f64 * f64::from(self.updates)) as u64
    }
}

impl Settings for SacSettings {
    settings::accessors!();

    fn check(&self) -> Checked {
        settings::length(self.steps, self.envs, self.horizon)?;
        let is_ratio = self.updates > 0.0 && self.updates <= 100.0;
        settings::holds("updates", is_ratio, "above 0 and at most 100")?;
        let is_counter = self.warmup <= u64::MAX / 4;
        settings::holds("warmup", is_counter, "at most 2^62 - 1")?;
        settings::count("batch", self.batch, 1..=65_536)?;
        settings::count("replay", self.replay, 1..=10_000_000)?;
        settings::widths("widths", &self.widths)?;
        settings::within("gamma", self.gamma, 0.0..=1.0)?;
        settings::count("n_step", self.n_step, 1..=1_000)?;
        settings::rate("tau", self.tau)?;
        settings::rate("rate", self.rate)?;
        settings::rate("critic_rate", self.critic_rate)?;
        settings::count("policy_delay", self.policy_delay, 1..=100)?;
        settings::positive("temperature", self.temperature)?;
        settings::within("temperature_rate", self.temperature_rate, 0.0..=1.0)?;
        settings::within("target_entropy", self.target_entropy, -10.0..=10.0)?;
        let is_correlation = (0.0..1.0).contains(&self.noise_correlation);
        settings::holds("noise_correlation", is_correlation, "from 0 to below 1")?;
        settings::positive("reward_scale", self.reward_scale)
    }

    fn suits(&self, spaces: &Spaces) -> Result<(), String> {
        match spaces.action {
            ActionSpace::Continuous(_) => Ok(()),
            ActionSpace::Discrete(_) => Err(
                "SAC draws continuous actions, and this environment has choices: A2C, A3C, PPO, REINFORCE and actor-critic learn those"
                    .to_owned(),
            ),
        }
    }

    fn start(&self, spaces: &Spaces, seed: Seed) -> Driver {
        guarded::begin(Sac::new(self.clone(), spaces, seed))
    }

    fn flops_per_step(&self, spaces: &Spaces) -> f64 {
        let forward = |layout: &Layout| 2.0 * layout.weights() as f64;
        let (actor, critic) = (self.actor_layout(spaces), self.critic_layout(spaces));
        // The actor's next action, two target values of it, and both critics forward and backward.
        let of_critics =
            forward(&actor) + 2.0 * forward(&critic) + 2.0 * settings::training_flops(&critic);
        // The actor forward and backward, and two critics forward and backward to their inputs.
        let of_actor = settings::training_flops(&actor) + 4.0 * forward(&critic);
        let samples = f64::from(self.updates) * self.batch as f64;
        samples * (of_critics + of_actor / self.policy_delay as f64)
    }

    fn warmup(&self) -> u64 {
        self.warmup
    }

    /// It needs few steps, so it is evaluated sooner and more often than others.
    fn evaluations(&self) -> Evaluations {
        Evaluations {
            every: 10_000,
            after: 20,
        }
    }
}
