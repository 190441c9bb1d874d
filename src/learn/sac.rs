//! Soft actor-critic (arXiv:1801.01290, with the temperature of arXiv:1812.05905): what the policy did long ago is learnt from
//! again and again. Two critics learn what actions are worth, from rewards and from the more cautious of two slow copies of
//! themselves; the actor follows the slope of what they say, and is paid for staying undecided.
//!
//! The story of one update is in `sac/update.rs`.

mod loss;
mod update;

use serde::{Deserialize, Serialize};

use super::network::{CHUNK, Network};
use super::replay::{Replay, Shape};
use super::rollout::Rollout;
use super::settings::{self, Checked, Evaluations, Settings};
use super::student::{self, Refusal, Student};
use super::{Learner, WEIGHTS_ANEW};
use crate::metrics::Row;
use crate::nn::{Activation, Adam, Layout, Mlp};
use crate::policy::normalize::Normalizer;
use crate::policy::{Head, Policy};
use crate::seed::{Seed, Stream};
use crate::step::{ActionSpace, Spaces};
use crate::worker_pool::WorkerPool;
use update::{Bench, Chunk};

/// Hyperparameters of SAC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SacSettings {
    /// Control steps to train for, over all environments; at least 1.
    pub steps: u64,
    /// Environments stepped together, 1 to 65,536.
    pub envs: usize,
    /// Control steps that each environment takes between two looks at the replay memory, 1 to 65,536: the updates that they earn
    /// are made in one go.
    pub horizon: usize,
    /// Updates per control step, above 0 and at most 100; less than 1 waits for several.
    pub updates: f32,
    /// Control steps that are only remembered, before the first update.
    pub warmup: u64,
    /// Samples of an update, 1 to 65,536.
    pub batch: usize,
    /// Transitions that are remembered, 1 to 10,000,000.
    pub replay: usize,
    /// Units of each hidden layer, of actor and critics alike; 1 to 4,096 each, at most 8 layers.
    pub widths: Vec<usize>,
    /// Between the layers.
    pub activation: Activation,
    /// Layer normalisation (arXiv:1607.06450) in the critics.
    pub layer_norm: bool,
    /// Discount of the future per control step, 0 to 1.
    pub gamma: f32,
    /// Rewards that are summed before a critic is asked, 1 to 1,000 steps.
    pub n_step: usize,
    /// Share by which the slow copies follow the critics with each update, above 0 and at most 1.
    pub tau: f32,
    /// Learning rate of the actor, above 0 and at most 1.
    pub rate: f32,
    /// Learning rate of the critics, above 0 and at most 1.
    pub critic_rate: f32,
    /// Updates of the critics for each of the actor, 1 to 100.
    pub policy_delay: usize,
    /// What a nat of entropy counts as in scaled rewards, at the start; above 0.
    pub temperature: f32,
    /// Learning rate of the temperature, at least 0 and at most 1; 0 keeps it.
    pub temperature_rate: f32,
    /// The entropy that the temperature aims at (nat), for each entry of an action.
    pub target_entropy: f32,
    /// How alike the noise of one step and the next is while exploring, from 0 to below 1.
    pub noise_correlation: f32,
    /// Bring observations to mean 0 and deviation 1.
    pub normalize_observations: bool,
    /// What rewards are multiplied with, above 0.
    pub reward_scale: f32,
}

impl SacSettings {
    fn actor_layout(&self, spaces: &Spaces) -> Layout {
        let outputs = 2 * spaces.actions();
        settings::layout(
            spaces.observations(),
            &self.widths,
            outputs,
            self.activation,
        )
    }

    fn critic_layout(&self, spaces: &Spaces) -> Layout {
        let inputs = spaces.observations() + spaces.actions();
        let layout = settings::layout(inputs, &self.widths, 1, self.activation);
        if self.layer_norm {
            layout.normalized()
        } else {
            layout
        }
    }

    /// Updates that so many control steps have earned.
    fn updates_after(&self, steps: u64) -> u64 {
        let earning = steps.saturating_sub(self.warmup);
        (earning as f64 * f64::from(self.updates)) as u64
    }
}

impl Settings for SacSettings {
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
        let is_ratio = self.updates > 0.0 && self.updates <= 100.0;
        settings::holds("updates", is_ratio, "above 0 and at most 100")?;
        let is_counter = self.warmup <= u64::MAX / 4;
        settings::holds("warmup", is_counter, "less")?;
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

    fn start(&self, spaces: &Spaces, seed: Seed) -> Box<dyn Student> {
        student::begin(Sac::new(self.clone(), spaces, seed))
    }

    fn flops_per_step(&self, spaces: &Spaces) -> f64 {
        let forward = |layout: &Layout| 2.0 * layout.weights() as f64;
        let (actor, critic) = (self.actor_layout(spaces), self.critic_layout(spaces));
        // The actor's next action, two slow copies' values of it, and the critics' way down.
        let of_critics =
            forward(&actor) + 2.0 * forward(&critic) + 2.0 * settings::training_flops(&critic);
        // The actor's way down, and through two critics to their inputs and back.
        let of_actor = settings::training_flops(&actor) + 4.0 * forward(&critic);
        let samples = f64::from(self.updates) * self.batch as f64;
        samples * (of_critics + of_actor / self.policy_delay as f64)
    }

    fn warmup(&self) -> u64 {
        self.warmup
    }

    /// Its steps are dear, so it is asked sooner and more often.
    fn evaluations(&self) -> Evaluations {
        Evaluations {
            every: 10_000,
            after: 20,
        }
    }
}

/// The learner: settings, and scratch memory that keeps nothing from one update to the next.
struct Sac {
    settings: SacSettings,
    spaces: Spaces,
    seed: Seed,
    chunks: Vec<Chunk>,
}

/// What one update leaves to the next.
#[derive(Clone, Serialize, Deserialize)]
struct SacState {
    actor: Network,
    critics: [Network; 2],
    /// The slow copies of the critics.
    targets: [Mlp; 2],
    temperature: Temperature,
    normalizer: Normalizer,
    /// Updates made: the number of the next one.
    updates: u64,
    /// Control steps seen.
    steps: u64,
}

const ADAM_EPSILON: f32 = 1e-8;

/// What a nat of entropy counts as, and how that is learnt.
#[derive(Clone, Serialize, Deserialize)]
struct Temperature {
    log: f32,
    adam: Adam,
}

impl Temperature {
    fn value(&self) -> f32 {
        libm::expf(self.log)
    }

    fn step(&mut self, slope: f32, rate: f32) {
        self.adam
            .step(std::slice::from_mut(&mut self.log), &[slope], rate);
        self.log = self.log.clamp(-20.0, 20.0);
    }

    fn is_sound(&self) -> bool {
        (-20.0..=20.0).contains(&self.log) && self.adam.is_sound(1, ADAM_EPSILON)
    }
}

impl Sac {
    /// For an environment of these spaces. `settings` have been checked.
    fn new(settings: SacSettings, spaces: &Spaces, seed: Seed) -> Self {
        let mut chunks = Vec::new();
        chunks.resize_with(settings.batch.div_ceil(CHUNK), Chunk::default);
        Self {
            chunks,
            spaces: spaces.clone(),
            seed,
            settings,
        }
    }

    /// Both critics at their beginning.
    fn critics(&self, weights: Stream) -> [Network; 2] {
        let layout = self.settings.critic_layout(&self.spaces);
        [1, 2].map(|n| Network::new(layout.clone(), 1.0, &mut weights.nth(n)))
    }

    /// How many moments an observation has.
    fn normalized(&self) -> usize {
        if self.settings.normalize_observations {
            self.spaces.observations()
        } else {
            0
        }
    }
}

impl Learner for Sac {
    type State = SacState;

    fn begin(&self) -> SacState {
        let weights = self.seed.stream("network weights");
        let critics = self.critics(weights);
        let actor = self.settings.actor_layout(&self.spaces);
        SacState {
            actor: Network::new(actor, 0.01, &mut weights.nth(0)),
            targets: critics.each_ref().map(|critic| critic.mlp.clone()),
            critics,
            temperature: Temperature {
                log: libm::logf(self.settings.temperature).clamp(-20.0, 20.0),
                adam: Adam::new(1, ADAM_EPSILON),
            },
            normalizer: Normalizer::new(self.normalized()),
            updates: 0,
            steps: 0,
        }
    }

    fn is_sound(&self, state: &SacState) -> bool {
        let layout = self.settings.critic_layout(&self.spaces);
        let is_target = |target: &Mlp| *target.layout() == layout && target.is_finite();
        (state.actor).is_sound(&self.settings.actor_layout(&self.spaces))
            && state.critics.iter().all(|critic| critic.is_sound(&layout))
            && state.targets.iter().all(is_target)
            && state.temperature.is_sound()
            && state.normalizer.is_sound(self.normalized())
            && state.updates.max(state.steps) < u64::MAX / 4
    }

    fn policy(&self, state: &SacState) -> Policy {
        Policy {
            spaces: self.spaces.clone(),
            normalizer: state.normalizer.clone(),
            network: state.actor.mlp.clone(),
            head: Head::Squashed {
                correlation: self.settings.noise_correlation,
            },
        }
    }

    fn forget_values(&self, state: &mut SacState, at: u64) {
        state.critics = self.critics(self.seed.stream(WEIGHTS_ANEW).child(at));
        state.targets = state.critics.each_ref().map(|critic| critic.mlp.clone());
    }

    fn remembers(&self) -> Shape {
        Shape {
            observations: self.spaces.observations(),
            actions: self.spaces.actions(),
            envs: self.settings.envs,
            horizon: self.settings.horizon,
            capacity: self.settings.replay,
        }
    }

    fn update(
        &self,
        state: &mut SacState,
        rollout: &Rollout,
        memory: &Replay,
        lr_scale: f32,
        pool: &WorkerPool,
    ) -> Result<Row, Refusal> {
        state.steps += rollout.samples() as u64;
        if self.settings.normalize_observations {
            let sound = rollout.sound_observations();
            state.normalizer.observe(&sound, pool);
        }
        let until = self.settings.updates_after(state.steps);
        let numbers = state.updates..until.max(state.updates);
        state.updates = numbers.end;
        let bench = Bench::new(self, state, memory, lr_scale);
        pool.run(|worker| bench.work(worker, numbers.clone(), || pool.is_stopping()));
        bench.close()
    }
}
