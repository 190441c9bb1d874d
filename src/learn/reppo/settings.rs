//! Hyperparameters of REPPO, their ranges, and what follows from them.

use serde::{Deserialize, Serialize};

use super::{Reppo, ValueHead};
use crate::learn::driver::Driver;
use crate::learn::guarded;
use crate::learn::settings::{self, Checked, Evaluations, Rate, Settings};
use crate::nn::{Activation, Layout};
use crate::seed::Seed;
use crate::step::{ActionSpace, Spaces};

/// Hyperparameters of REPPO.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReppoSettings {
    /// Control steps to train for, over all environments; at least 1.
    pub steps: u64,
    /// Environments stepped together, 1 to 65,536.
    pub envs: usize,
    /// Control steps that each environment takes between updates, 1 to 65,536.
    pub horizon: usize,
    /// Epochs over each rollout, 1 to 100.
    pub epochs: usize,
    /// Samples of a minibatch; at least 1 and at most `envs * horizon`.
    pub batch: usize,
    /// Units of each hidden layer of the actor; 1 to 4,096 each, at most 8 layers.
    pub widths: Vec<usize>,
    /// Units of each hidden layer of the critic, in the same ranges.
    pub critic_widths: Vec<usize>,
    /// Activation of the hidden layers.
    pub activation: Activation,
    /// Layer normalisation (arXiv:1607.06450) in the actor.
    pub layer_norm: bool,
    /// Layer normalisation in the critic.
    pub critic_layer_norm: bool,
    /// How the critic represents a value.
    pub value: ValueHead,
    /// Discount of the future per control step, 0 to 1.
    pub gamma: f32,
    /// Weight of rewards (1) over the critic's own values (0) in its targets, 0 to 1.
    pub lambda: f32,
    /// Learning rate of the actor; not `KlAdaptive`.
    pub rate: Rate,
    /// Learning rate of the critic, above 0 and at most 1; follows `rate` where that is `Linear`.
    pub critic_rate: f32,
    /// Bound of the KL divergence from the policy that acted (nat), above 0: in states beyond it, the actor minimises the divergence alone.
    pub kl: f32,
    /// Initial weight of a nat of that divergence, in scaled rewards; above 0. (`restraint` in older presets.)
    #[serde(alias = "restraint")]
    pub kl_multiplier: f32,
    /// Initial temperature, the reward of a nat of entropy, in scaled rewards; above 0.
    pub temperature: f32,
    /// Target entropy (nat), for each entry of an action, -10 to 10.
    pub target_entropy: f32,
    /// Largest relative change of temperature and KL multiplier per minibatch, 0 to 1; fixed with 0.
    pub multiplier_rate: f32,
    /// Norm to which gradients are clipped, above 0; those of actor and critic separately.
    pub max_gradient_norm: f32,
    /// Logarithm of the policy's initial standard deviation before squashing, -4 to 1.
    pub log_std: f32,
    /// Normalise observations to mean 0 and std 1.
    pub normalize_observations: bool,
    /// Divide rewards by the standard deviation of the discounted return.
    pub scale_rewards: bool,
}

impl ReppoSettings {
    /// Shape of the actor, `[O] -> [2 A]`.
    pub(super) fn actor_layout(&self, spaces: &Spaces) -> Layout {
        let (inputs, outputs) = (spaces.observations(), 2 * spaces.actions());
        let layout = settings::layout(inputs, &self.widths, outputs, self.activation);
        normalized(layout, self.layer_norm)
    }

    /// Shape of the critic, `[O + A] -> [K]`.
    pub(super) fn critic_layout(&self, spaces: &Spaces) -> Layout {
        let inputs = spaces.observations() + spaces.actions();
        let outputs = self.value.outputs();
        let layout = settings::layout(inputs, &self.critic_widths, outputs, self.activation);
        normalized(layout, self.critic_layer_norm)
    }
}

fn normalized(layout: Layout, is_normalized: bool) -> Layout {
    if is_normalized {
        layout.normalized()
    } else {
        layout
    }
}

impl Settings for ReppoSettings {
    settings::accessors!();

    fn check(&self) -> Checked {
        settings::length(self.steps, self.envs, self.horizon)?;
        settings::count("epochs", self.epochs, 1..=100)?;
        settings::widths("widths", &self.widths)?;
        settings::widths("critic_widths", &self.critic_widths)?;
        if let ValueHead::Histogram { bins, reach } = self.value {
            let is_fine = (2..=1001).contains(&bins) && reach > 0.0 && reach.is_finite();
            let rule = "Scalar, or a Histogram of 2 to 1001 bins with a reach above 0";
            settings::holds("value", is_fine, rule)?;
        }
        settings::within("gamma", self.gamma, 0.0..=1.0)?;
        settings::within("lambda", self.lambda, 0.0..=1.0)?;
        settings::plain_rate(self.rate)?;
        settings::rate("critic_rate", self.critic_rate)?;
        settings::positive("kl", self.kl)?;
        settings::positive("kl_multiplier", self.kl_multiplier)?;
        settings::positive("temperature", self.temperature)?;
        settings::within("target_entropy", self.target_entropy, -10.0..=10.0)?;
        settings::within("multiplier_rate", self.multiplier_rate, 0.0..=1.0)?;
        settings::positive("max_gradient_norm", self.max_gradient_norm)?;
        settings::within("log_std", self.log_std, -4.0..=1.0)?;
        settings::batch(self.batch, self.envs, self.horizon)
    }

    fn suits(&self, spaces: &Spaces) -> Result<(), String> {
        match spaces.action {
            ActionSpace::Continuous(_) => Ok(()),
            ActionSpace::Discrete(_) => Err(
                "REPPO follows the gradient of a value with respect to the action, and this environment has choices: A2C, A3C, PPO, REINFORCE and \
                 actor-critic learn those"
                    .to_owned(),
            ),
        }
    }

    fn start(&self, spaces: &Spaces, seed: Seed) -> Driver {
        guarded::begin(Reppo::new(self.clone(), spaces, seed))
    }

    fn flops_per_step(&self, spaces: &Spaces) -> f64 {
        let (actor, critic) = (self.actor_layout(spaces), self.critic_layout(spaces));
        // Both forward and backward, and the actor's loss through the critic to its inputs.
        let of_actor = settings::training_flops(&actor) + 4.0 * critic.weights() as f64;
        self.epochs as f64 * (of_actor + settings::training_flops(&critic))
    }

    /// It needs few steps, so it is evaluated sooner than others.
    fn evaluations(&self) -> Evaluations {
        Evaluations {
            every: 25_000,
            after: 60,
        }
    }
}
