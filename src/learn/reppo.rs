//! REPPO, relative entropy pathwise policy optimisation (arXiv:2507.11019): on-policy as PPO is, but the actor follows the slope of a
//! critic of actions, as in SAC, instead of asking which of its actions turned out well. That slope needs a critic that is right about
//! the newest policy, which is why everything is learnt from the newest rollout alone, and a policy that stays where the critic has
//! seen actions: wherever it has moved too far from the one that acted, it is led back instead.
//!
//! Left out of the paper: the auxiliary loss with which the critic predicts its own features.

mod loss;
mod passes;
mod value;

pub use value::ValueHead;

use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::network::{Network, draw_noise, join};
use super::replay::Replay;
use super::returns::{ReturnScale, ValuedStep, explained_variance, gae};
use super::rollout::Rollout;
use super::settings::{self, Checked, Evaluations, Rate, Settings};
use super::student::{self, Refusal, Student};
use super::{Learner, WEIGHTS_ANEW};
use crate::metrics::{Metric, Row};
use crate::nn::{Activation, Layout, Workspace};
use crate::policy::normalize::Normalizer;
use crate::policy::{Head, Policy, squashed};
use crate::seed::{Seed, Stream};
use crate::step::{ActionSpace, Spaces, StepEnd};
use crate::worker_pool::WorkerPool;
use loss::Multiplier;
use passes::{Batch, Bench, CHUNK, Chunk};

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
    /// Passes over each rollout, 1 to 100.
    pub epochs: usize,
    /// Samples of a minibatch; at least 1 and at most `envs * horizon`.
    pub batch: usize,
    /// Units of each hidden layer of the actor; 1 to 4,096 each, at most 8 layers.
    pub widths: Vec<usize>,
    /// The same of the critic.
    pub critic_widths: Vec<usize>,
    /// Between the layers.
    pub activation: Activation,
    /// Layer normalisation (arXiv:1607.06450) in the actor.
    pub layer_norm: bool,
    /// The same in the critic.
    pub critic_layer_norm: bool,
    /// How the critic says what an action is worth.
    pub value: ValueHead,
    /// Discount of the future per control step, 0 to 1.
    pub gamma: f32,
    /// How far the critic's targets trust what was paid (1) over what it expects (0), 0 to 1.
    pub lambda: f32,
    /// Learning rate of the actor; not `KlAdaptive`.
    pub rate: Rate,
    /// Learning rate of the critic, above 0 and at most 1; follows `rate` where that is `Linear`.
    pub critic_rate: f32,
    /// The divergence from the policy that acted (nat) up to which the policy follows the critic in a state, above 0.
    pub kl: f32,
    /// What a nat of divergence counts as in scaled rewards where it is led back, at the start; above 0.
    pub restraint: f32,
    /// What a nat of entropy counts as in scaled rewards, at the start; above 0.
    pub temperature: f32,
    /// The entropy that the temperature aims at (nat), for each entry of an action, -10 to 10.
    pub target_entropy: f32,
    /// Share by which temperature and restraint change at most with each minibatch, 0 to 1; 0 keeps them.
    pub multiplier_rate: f32,
    /// Largest norm of a gradient, above 0; actor and critic are clipped each on its own.
    pub max_gradient_norm: f32,
    /// Logarithm of the policy's standard deviation before squashing, at the start, -4 to 1.
    pub log_std: f32,
    /// Bring observations to mean 0 and deviation 1.
    pub normalize_observations: bool,
    /// Divide rewards by the deviation of their discounted sum.
    pub scale_rewards: bool,
}

impl ReppoSettings {
    fn actor_layout(&self, spaces: &Spaces) -> Layout {
        let (inputs, outputs) = (spaces.observations(), 2 * spaces.actions());
        let layout = settings::layout(inputs, &self.widths, outputs, self.activation);
        normalized(layout, self.layer_norm)
    }

    fn critic_layout(&self, spaces: &Spaces) -> Layout {
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
    fn steps(&self) -> u64 {
        self.steps
    }

    fn set_steps(&mut self, steps: u64) {
        self.steps = steps;
    }

    fn envs(&self) -> usize {
        self.envs
    }

    fn horizon(&self) -> usize {
        self.horizon
    }

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
        settings::positive("restraint", self.restraint)?;
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
                "REPPO follows the slope of a value along the action, and this environment has choices: A2C, A3C, PPO, REINFORCE and \
                 actor-critic learn those"
                    .to_owned(),
            ),
        }
    }

    fn start(&self, spaces: &Spaces, seed: Seed) -> Box<dyn Student> {
        student::begin(Reppo::new(self.clone(), spaces, seed))
    }

    fn flops_per_step(&self, spaces: &Spaces) -> f64 {
        let (actor, critic) = (self.actor_layout(spaces), self.critic_layout(spaces));
        // The ways down of both, and the actor's through the critic to its inputs.
        let of_actor = settings::training_flops(&actor) + 4.0 * critic.weights() as f64;
        self.epochs as f64 * (of_actor + settings::training_flops(&critic))
    }

    /// It learns from few steps, so it is asked soon.
    fn evaluations(&self) -> Evaluations {
        Evaluations {
            every: 25_000,
            after: 60,
        }
    }
}

/// The learner: settings, and scratch memory that keeps nothing from one update to the next.
struct Reppo {
    settings: ReppoSettings,
    spaces: Spaces,
    seed: Seed,
    actor_chunks: Vec<Chunk>,
    critic_chunks: Vec<Chunk>,
}

/// What one update leaves to the next.
#[derive(Clone, Serialize, Deserialize)]
struct ReppoState {
    actor: Network,
    critic: Network,
    temperature: Multiplier,
    restraint: Multiplier,
    normalizer: Normalizer,
    return_scale: ReturnScale,
    /// Passes over rollouts done: the number of the next one.
    passes: u64,
    /// Control steps learnt from.
    steps: u64,
}

impl Reppo {
    /// For an environment of these spaces. `settings` have been checked.
    fn new(settings: ReppoSettings, spaces: &Spaces, seed: Seed) -> Self {
        let memory = || {
            let mut chunks = Vec::new();
            chunks.resize_with(settings.batch.div_ceil(CHUNK), Chunk::default);
            chunks
        };
        Self {
            actor_chunks: memory(),
            critic_chunks: memory(),
            spaces: spaces.clone(),
            seed,
            settings,
        }
    }

    /// The critic at its beginning.
    fn critic(&self, weights: Stream) -> Network {
        let layout = self.settings.critic_layout(&self.spaces);
        Network::new(layout, 0.1, &mut weights.nth(1))
    }

    /// How many moments an observation has.
    fn normalized(&self) -> usize {
        if self.settings.normalize_observations {
            self.spaces.observations()
        } else {
            0
        }
    }

    /// `Q` of rows of normalised observations and actions, each thread some of them.
    fn values(
        &self,
        state: &ReppoState,
        inputs: &[f32],
        actions: &[f32],
        pool: &WorkerPool,
    ) -> Vec<f32> {
        let (observed, acts) = (self.spaces.observations(), self.spaces.actions());
        let mut values = vec![0.0; inputs.len() / observed];
        let share = values.len().div_ceil(pool.threads()).max(1);
        let rows = inputs
            .chunks(share * observed)
            .zip(actions.chunks(share * acts));
        let mut parts: Vec<_> = rows.zip(values.chunks_mut(share)).collect();
        pool.for_each(&mut parts, |((inputs, actions), values)| {
            let (mut workspace, mut joined) = (Workspace::default(), Vec::new());
            let head = self.settings.value;
            let mut slopes = vec![0.0; head.outputs()];
            join(&mut joined, values.len(), inputs, actions);
            let outputs = state
                .critic
                .mlp
                .forward(values.len(), &joined, &mut workspace);
            for (value, outputs) in values.iter_mut().zip(outputs.chunks(head.outputs())) {
                *value = head.value(outputs, 1.0, &mut slopes);
            }
        });
        values
    }

    /// What the last observations of a rollout are worth to a policy that would go on, less what its surprise costs.
    fn last_values(&self, state: &ReppoState, rollout: &Rollout, pool: &WorkerPool) -> Vec<f32> {
        let acts = self.spaces.actions();
        let mut lasts = rollout.last_observations();
        state.normalizer.apply_by(&mut lasts, pool);
        let rows = lasts.len() / self.spaces.observations();
        let (mut noise, mut workspace) = (Vec::new(), Workspace::default());
        let mut rng = self
            .seed
            .stream("actions after a rollout")
            .nth(state.passes);
        draw_noise(&mut rng, rows * acts, &mut noise);
        let outputs = state.actor.mlp.forward(rows, &lasts, &mut workspace);
        let (mut actions, mut log_probabilities) = (Vec::new(), vec![0.0; rows]);
        for (row, outputs) in outputs.chunks(2 * acts).enumerate() {
            let (means, log_stds) = outputs.split_at(acts);
            for entry in 0..acts {
                let log_std = squashed::log_std(log_stds[entry]);
                let draw = squashed::draw(means[entry], log_std, noise[row * acts + entry]);
                log_probabilities[row] += draw.log_probability;
                actions.push(draw.action);
            }
        }
        let values = self.values(state, &lasts, &actions, pool);
        soften(&values, &log_probabilities, state.temperature.value())
    }

    /// What the critic should say of each step, and what it says, both `[N, T]`: the rewards and values that came after, lambda-weighted
    /// (arXiv:2507.11019, eq. 8), each step after the first being paid for its entropy.
    fn estimate(
        &self,
        state: &ReppoState,
        rollout: &Rollout,
        rewards: &[f32],
        inputs: &[f32],
        pool: &WorkerPool,
    ) -> (Vec<f32>, Vec<f32>) {
        let values = self.values(state, inputs, &rollout.actions, pool);
        let temperature = state.temperature.value();
        let soft = soften(&values, &rollout.log_probabilities, temperature);
        let next_values = rollout.next_values(&soft, &self.last_values(state, rollout, pool));
        let steps: Vec<ValuedStep> = (0..rollout.samples())
            .map(|i| ValuedStep {
                reward: rewards[i],
                value: values[i],
                next_value: next_values[i],
                goes_on: !rollout.ends[i].is_end(),
            })
            .collect();
        let apart = steps
            .chunks(rollout.horizon)
            .flat_map(|steps| gae(steps, self.settings.gamma, self.settings.lambda));
        let targets = apart
            .zip(&values)
            .map(|(apart, value)| value + apart)
            .collect();
        (targets, values)
    }

    /// The samples that did not break, shuffled, for each of the next passes.
    fn shuffled(&self, state: &ReppoState, rollout: &Rollout) -> Vec<Vec<u32>> {
        let samples: Vec<u32> = (0..rollout.samples() as u32)
            .filter(|&i| rollout.ends[i as usize] != StepEnd::Broken)
            .collect();
        let shuffles = self.seed.stream("minibatch shuffles");
        (0..self.settings.epochs as u64)
            .map(|pass| {
                let mut order = samples.clone();
                order.shuffle(&mut shuffles.nth(state.passes + pass));
                order
            })
            .collect()
    }
}

/// What actions are worth to a policy that is paid for its entropy: `Q - alpha ln p(a)`.
fn soften(values: &[f32], log_probabilities: &[f32], temperature: f32) -> Vec<f32> {
    let both = values.iter().zip(log_probabilities);
    both.map(|(value, log_p)| value - temperature * log_p)
        .collect()
}

impl Learner for Reppo {
    type State = ReppoState;

    fn begin(&self) -> ReppoState {
        let (settings, weights) = (&self.settings, self.seed.stream("network weights"));
        let layout = settings.actor_layout(&self.spaces);
        let last = layout.layers().last().expect("a network has a layer");
        let log_stds = last.bias.start + self.spaces.actions()..last.bias.end;
        let mut actor = Network::new(layout, 0.01, &mut weights.nth(0));
        let output = squashed::output_of(settings.log_std);
        actor
            .mlp
            .update(|parameters| parameters[log_stds].fill(output));
        ReppoState {
            actor,
            critic: self.critic(weights),
            temperature: Multiplier::new(settings.temperature),
            restraint: Multiplier::new(settings.restraint),
            normalizer: Normalizer::new(self.normalized()),
            return_scale: ReturnScale::new(settings.envs, settings.gamma),
            passes: 0,
            steps: 0,
        }
    }

    fn is_sound(&self, state: &ReppoState) -> bool {
        let settings = &self.settings;
        (state.actor).is_sound(&settings.actor_layout(&self.spaces))
            && (state.critic).is_sound(&settings.critic_layout(&self.spaces))
            && state.temperature.is_sound()
            && state.restraint.is_sound()
            && state.normalizer.is_sound(self.normalized())
            && state.return_scale.is_sound(settings.envs, settings.gamma)
            && state.passes.max(state.steps) < u64::MAX / 4
    }

    fn policy(&self, state: &ReppoState) -> Policy {
        Policy {
            spaces: self.spaces.clone(),
            normalizer: state.normalizer.clone(),
            network: state.actor.mlp.clone(),
            head: Head::Squashed { correlation: 0.0 },
        }
    }

    fn forget_values(&self, state: &mut ReppoState, at: u64) {
        state.critic = self.critic(self.seed.stream(WEIGHTS_ANEW).child(at));
        state.return_scale = ReturnScale::new(self.settings.envs, self.settings.gamma);
    }

    fn update(
        &self,
        state: &mut ReppoState,
        rollout: &Rollout,
        _: &Replay,
        lr_scale: f32,
        pool: &WorkerPool,
    ) -> Result<Row, Refusal> {
        let settings = &self.settings;
        let rewards = if settings.scale_rewards {
            state.return_scale.observe(&rollout.rewards, &rollout.ends);
            state.return_scale.scaled(&rollout.rewards)
        } else {
            rollout.rewards.clone()
        };
        let mut inputs = rollout.observations.clone();
        state.normalizer.apply_by(&mut inputs, pool);
        let (targets, values) = self.estimate(state, rollout, &rewards, &inputs, pool);
        let passes = self.shuffled(state, rollout);
        let explained = explained_variance(&targets, &values, &passes[0]);
        let left = (1.0 - state.steps as f64 / settings.steps as f64).max(0.0) as f32;
        let left = match settings.rate {
            Rate::Linear(_) => left,
            Rate::Constant(_) | Rate::KlAdaptive { .. } => 1.0,
        };
        let batch = Batch {
            rollout,
            inputs,
            targets,
            rate: settings.rate.start() * left * lr_scale,
            critic_rate: settings.critic_rate * left * lr_scale,
        };
        let (first, draws) = (state.passes, self.seed.stream("actions to learn from"));
        let bench = Bench::new(self, state, &batch);
        pool.run(|worker| {
            for (pass, order) in passes.iter().enumerate() {
                let draws = draws.child(first + pass as u64);
                let minibatches = order.chunks(settings.batch);
                bench.pass(worker, minibatches, draws, || pool.is_stopping());
            }
        });
        let mut row = bench.close()?;
        row.set(Metric::ExplainedVariance, explained);
        state.passes += passes.len() as u64;
        state.steps += rollout.samples() as u64;
        if settings.normalize_observations {
            let sound = rollout.sound_observations();
            state.normalizer.observe(&sound, pool);
        }
        Ok(row)
    }
}
