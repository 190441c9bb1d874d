//! The passes over a rollout, by all workers of a pool. For each minibatch actor and critic descend at once, both from the networks
//! before it: a minibatch is cut into chunks of [`CHUNK`] samples whatever the number of threads, each chunk's gradient is summed by
//! one thread, and chunks are added in their order, so bits do not depend on who did what.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, RwLock};

use super::{Reppo, ReppoState, loss};
use crate::learn::network::{self, Network, draw_noise, join};
use crate::learn::rollout::Rollout;
use crate::learn::student::Refusal;
use crate::metrics::{Metric, Row};
use crate::nn::{Workspace, scale};
use crate::policy::squashed;
use crate::seed::{Rng, Stream};
use crate::worker_pool::Worker;
use loss::Multiplier;

/// Samples of a minibatch that one thread takes at once: few, because the minibatches are small, and two threads that share one evenly
/// are sooner done than an actor's and a critic's.
pub(super) const CHUNK: usize = 32;

/// A rollout and what was made of it; shapes as in [`Rollout`].
pub(super) struct Batch<'a> {
    pub(super) rollout: &'a Rollout,
    /// Normalised observations, `[N, T, O]`.
    pub(super) inputs: Vec<f32>,
    /// What the critic should say, `[N, T]`.
    pub(super) targets: Vec<f32>,
    pub(super) rate: f32,
    pub(super) critic_rate: f32,
}

/// Memory for one thread's work on some samples of a minibatch: `B` of them.
#[derive(Default)]
pub(super) struct Desk {
    /// Observations `[B, O]`.
    inputs: Vec<f32>,
    /// Standard normal, `[B, A]`.
    noise: Vec<f32>,
    /// Samples whose loss follows the critic: their numbers among the `B`. `F` of them.
    followed: Vec<usize>,
    /// What the actor would do, `[B, A]`, or what was done.
    actions: Vec<f32>,
    /// `ln p` of it, `[B]`.
    log_probabilities: Vec<f32>,
    /// What the critic sees, `[F, O + A]`.
    joined: Vec<f32>,
    /// Of the loss with respect to the critic's outputs, `[F, K]`.
    to_values: Vec<f32>,
    /// Of the loss with respect to what the critic sees, `[F, O + A]`.
    to_joined: Vec<f32>,
    /// Of the loss with respect to the actor's outputs, `[B, 2 A]`.
    slopes: Vec<f32>,
    workspaces: [Workspace; 2],
    sums: Sums,
}

/// The scratch memory for the chunks of a minibatch, of one network. The gradients lie apart, to be summed.
#[derive(Default)]
pub(super) struct Chunk {
    desk: Mutex<Desk>,
    gradient: Mutex<Vec<f32>>,
}

/// Sums over samples, of what is reported and of what steers the multipliers.
#[derive(Clone, Copy, Default)]
struct Sums {
    samples: f32,
    loss: f32,
    log_probability: f32,
    divergence: f32,
    /// Samples that had gone too far.
    led_back: f32,
    /// Sum of the deviations, over entries too.
    std: f32,
}

/// What became of one network in all minibatches.
#[derive(Default)]
struct Report {
    is_refused: bool,
    minibatches: f64,
    norms: f64,
    sums: Sums,
}

/// What the actor's loss is made of, but for the critic.
struct Actor<'a> {
    network: &'a mut Network,
    temperature: &'a mut Multiplier,
    restraint: &'a mut Multiplier,
}

/// The state on the bench, shared by the workers of a pool.
pub(super) struct Bench<'a> {
    reppo: &'a Reppo,
    batch: &'a Batch<'a>,
    actor: RwLock<Actor<'a>>,
    critic: RwLock<&'a mut Network>,
    reports: [Mutex<Report>; 2],
    is_over: AtomicBool,
}

impl<'a> Bench<'a> {
    pub(super) fn new(reppo: &'a Reppo, state: &'a mut ReppoState, batch: &'a Batch<'a>) -> Self {
        Self {
            reppo,
            batch,
            actor: RwLock::new(Actor {
                network: &mut state.actor,
                temperature: &mut state.temperature,
                restraint: &mut state.restraint,
            }),
            critic: RwLock::new(&mut state.critic),
            reports: Default::default(),
            is_over: AtomicBool::new(false),
        }
    }

    /// Goes through the minibatches of one pass, whose actions are drawn from `draws`; every worker calls it. Ends early when `stop`
    /// says so, which then must never take it back, or when a number is not finite.
    pub(super) fn pass<'m>(
        &self,
        worker: &Worker,
        minibatches: impl Iterator<Item = &'m [u32]>,
        draws: Stream,
        stop: impl Fn() -> bool,
    ) {
        for (number, minibatch) in minibatches.enumerate() {
            if self.is_over.load(Ordering::Relaxed) {
                return;
            }
            let count = minibatch.len().div_ceil(CHUNK);
            let share = 1.0 / minibatch.len() as f32;
            for task in worker.share(2 * count) {
                if stop() {
                    break;
                }
                let chunk = task % count;
                let rows = minibatch.chunks(CHUNK).nth(chunk).expect("it is in range");
                if task < count {
                    let mut rng = draws.child(number as u64).nth(chunk as u64);
                    self.differentiate_actor(chunk, rows, share, &mut rng);
                } else {
                    self.differentiate_critic(chunk, rows, share);
                }
            }
            worker.wait();
            // Whoever left its chunks undone has seen the stop that is seen here too.
            let is_stopping = stop();
            if worker.rank == 0 && (is_stopping || !self.step_actor(count)) {
                self.is_over.store(true, Ordering::Relaxed);
            }
            if worker.rank == worker.count - 1 && (is_stopping || !self.step_critic(count)) {
                self.is_over.store(true, Ordering::Relaxed);
            }
            worker.wait();
        }
    }

    /// Gathers the rows' observations and forgets the last sums.
    fn begin(&self, rows: &[u32], desk: &mut Desk) {
        let observed = self.reppo.spaces.observations();
        desk.inputs.clear();
        for &row in rows {
            let input = &self.batch.inputs[row as usize * observed..][..observed];
            desk.inputs.extend_from_slice(input);
        }
        desk.sums = Sums {
            samples: rows.len() as f32,
            ..Sums::default()
        };
    }

    /// The gradient of the critic's loss.
    fn differentiate_critic(&self, chunk: usize, rows: &[u32], share: f32) {
        let Chunk { desk, gradient } = &self.reppo.critic_chunks[chunk];
        let mut desk = desk.lock().expect("each chunk has one worker");
        let desk = &mut *desk;
        let mut gradient = gradient.lock().expect("each chunk has one worker");
        let critic = self.critic.read().expect("nobody panicked");
        self.begin(rows, desk);
        let acts = self.reppo.spaces.actions();
        desk.actions.clear();
        for &row in rows {
            let action = &self.batch.rollout.actions[row as usize * acts..][..acts];
            desk.actions.extend_from_slice(action);
        }
        join(&mut desk.joined, rows.len(), &desk.inputs, &desk.actions);
        let head = self.reppo.settings.value;
        let workspace = &mut desk.workspaces[0];
        let outputs = critic.mlp.forward(rows.len(), &desk.joined, workspace);
        desk.to_values.clear();
        desk.to_values.resize(rows.len() * head.outputs(), 0.0);
        let slopes = desk.to_values.chunks_mut(head.outputs());
        for ((outputs, slopes), &row) in outputs.chunks(head.outputs()).zip(slopes).zip(rows) {
            let target = self.batch.targets[row as usize];
            desk.sums.loss += head.loss(outputs, target, share, slopes);
        }
        gradient.clear();
        gradient.resize(critic.mlp.parameters().len(), 0.0);
        (critic.mlp).backward(
            rows.len(),
            &desk.joined,
            &desk.to_values,
            workspace,
            &mut gradient,
        );
    }

    /// The gradient of the actor's loss: from what the critic says of an action that the policy would draw, back through the action
    /// to the actor's outputs.
    fn differentiate_actor(&self, chunk: usize, rows: &[u32], share: f32, rng: &mut Rng) {
        let Chunk { desk, gradient } = &self.reppo.actor_chunks[chunk];
        let mut desk = desk.lock().expect("each chunk has one worker");
        let desk = &mut *desk;
        let mut gradient = gradient.lock().expect("each chunk has one worker");
        let actor = self.actor.read().expect("nobody panicked");
        let mlp = &actor.network.mlp;
        self.begin(rows, desk);
        let acts = self.reppo.spaces.actions();
        draw_noise(rng, rows.len() * acts, &mut desk.noise);
        desk.slopes.clear();
        desk.slopes.resize(rows.len() * 2 * acts, 0.0);
        let [to_actor, _] = &mut desk.workspaces;
        let outputs = mlp.forward(rows.len(), &desk.inputs, to_actor);
        let outputs = outputs.to_vec();
        self.sort_out(&actor, rows, share, &outputs, desk);
        self.follow(&actor, share, &outputs, desk);
        gradient.clear();
        gradient.resize(mlp.parameters().len(), 0.0);
        let [to_actor, _] = &mut desk.workspaces;
        mlp.backward(
            rows.len(),
            &desk.inputs,
            &desk.slopes,
            to_actor,
            &mut gradient,
        );
    }

    /// Draws an action for each row, finds those that follow the critic, and leads the others back.
    fn sort_out(&self, actor: &Actor, rows: &[u32], share: f32, outputs: &[f32], desk: &mut Desk) {
        let acts = self.reppo.spaces.actions();
        let restraint = actor.restraint.value();
        desk.followed.clear();
        desk.actions.clear();
        desk.log_probabilities.clear();
        let outputs = outputs
            .chunks(2 * acts)
            .zip(desk.slopes.chunks_mut(2 * acts));
        for (i, (outputs, slopes)) in outputs.enumerate() {
            let mut log_probability = 0.0;
            for entry in 0..acts {
                let log_std = squashed::log_std(outputs[acts + entry]);
                let draw = squashed::draw(outputs[entry], log_std, desk.noise[i * acts + entry]);
                log_probability += draw.log_probability;
                desk.sums.std += libm::expf(log_std);
                desk.actions.push(draw.action);
            }
            desk.log_probabilities.push(log_probability);
            desk.sums.log_probability += log_probability;
            let old = &self.batch.rollout.outputs[rows[i] as usize * 2 * acts..][..2 * acts];
            let divergence = squashed::divergence(old, outputs);
            desk.sums.divergence += divergence;
            if divergence <= self.reppo.settings.kl {
                desk.followed.push(i);
                continue;
            }
            let loss = loss::lead_back(restraint, divergence);
            desk.sums.led_back += 1.0;
            desk.sums.loss += loss.loss;
            squashed::add_divergence_slopes(old, outputs, share * loss.to_divergence, slopes);
        }
    }

    /// Adds the slopes of the rows that follow the critic.
    fn follow(&self, actor: &Actor, share: f32, outputs: &[f32], desk: &mut Desk) {
        let (observed, acts) = (
            self.reppo.spaces.observations(),
            self.reppo.spaces.actions(),
        );
        let (head, followed) = (self.reppo.settings.value, desk.followed.len());
        let temperature = actor.temperature.value();
        desk.joined.clear();
        for &i in &desk.followed {
            let input = &desk.inputs[i * observed..][..observed];
            let action = &desk.actions[i * acts..][..acts];
            desk.joined.extend_from_slice(input);
            desk.joined.extend_from_slice(action);
        }
        let critic = self.critic.read().expect("nobody panicked");
        let [_, workspace] = &mut desk.workspaces;
        let values = critic.mlp.forward(followed, &desk.joined, workspace);
        desk.to_values.clear();
        desk.to_values.resize(followed * head.outputs(), 0.0);
        let to_values = desk.to_values.chunks_mut(head.outputs());
        for ((values, to_values), &i) in values
            .chunks(head.outputs())
            .zip(to_values)
            .zip(&desk.followed)
        {
            let value = head.value(values, -share, to_values);
            desk.sums.loss += loss::follow(temperature, desk.log_probabilities[i], value).loss;
        }
        desk.to_joined.clear();
        desk.to_joined.resize(followed * (observed + acts), 0.0);
        (critic.mlp).backward_to_input(followed, &desk.to_values, workspace, &mut desk.to_joined);
        for (to_joined, &i) in desk.to_joined.chunks(observed + acts).zip(&desk.followed) {
            let outputs = &outputs[i * 2 * acts..][..2 * acts];
            let slopes = &mut desk.slopes[i * 2 * acts..][..2 * acts];
            for entry in 0..acts {
                let log_std = squashed::log_std(outputs[acts + entry]);
                let (to_mean, to_log_std) = squashed::slopes(
                    desk.actions[i * acts + entry],
                    log_std,
                    desk.noise[i * acts + entry],
                    to_joined[observed + entry],
                    share * temperature,
                );
                slopes[entry] = to_mean;
                slopes[acts + entry] = to_log_std * squashed::log_std_slope(log_std);
            }
        }
    }

    /// Moves the actor and the multipliers. False if a number is not finite.
    fn step_actor(&self, count: usize) -> bool {
        let mut actor = self.actor.write().expect("nobody panicked");
        let chunks = &self.reppo.actor_chunks[..count];
        let Some(sums) = self.step(&self.reports[0], chunks, actor.network, self.batch.rate) else {
            return false;
        };
        let settings = &self.reppo.settings;
        let lacking = settings.target_entropy
            + sums.log_probability / (sums.samples * self.reppo.spaces.actions() as f32);
        (actor.temperature).step(lacking, settings.multiplier_rate);
        let excess = sums.divergence / (sums.samples * settings.kl) - 1.0;
        actor.restraint.step(excess, settings.multiplier_rate);
        true
    }

    /// Moves the critic. False if a number is not finite.
    fn step_critic(&self, count: usize) -> bool {
        let mut critic = self.critic.write().expect("nobody panicked");
        let chunks = &self.reppo.critic_chunks[..count];
        let rate = self.batch.critic_rate;
        self.step(&self.reports[1], chunks, &mut critic, rate)
            .is_some()
    }

    /// Sums the chunks and takes the step. None, and noted, if a number is not finite.
    fn step(
        &self,
        report: &Mutex<Report>,
        chunks: &[Chunk],
        network: &mut Network,
        rate: f32,
    ) -> Option<Sums> {
        let mut sums = Sums::default();
        for chunk in chunks {
            sums.add(&chunk.desk.lock().expect("nobody panicked").sums);
        }
        let mut report = report.lock().expect("nobody panicked");
        let sum = network::sum(chunks.iter().map(|chunk| &chunk.gradient));
        let Some((mut gradient, norm)) = sum.filter(|_| sums.are_finite()) else {
            report.is_refused = true;
            return None;
        };
        report.minibatches += 1.0;
        report.norms += f64::from(norm);
        report.sums.add(&sums);
        let most = self.reppo.settings.max_gradient_norm;
        if norm > most {
            scale(&mut gradient, most / norm);
        }
        network.step(&gradient, rate);
        Some(sums)
    }

    /// What became of it all.
    ///
    /// # Errors
    /// A number was not finite.
    pub(super) fn close(self) -> Result<Row, Refusal> {
        let [actor, critic] = self
            .reports
            .map(|report| report.into_inner().expect("nobody panicked"));
        if actor.is_refused {
            return Err(Refusal::Gradient("actor"));
        }
        if critic.is_refused {
            return Err(Refusal::Gradient("critic"));
        }
        let mut row = Row::default();
        let temperature = self
            .actor
            .read()
            .expect("nobody panicked")
            .temperature
            .value();
        row.set(Metric::Temperature, f64::from(temperature));
        row.set(Metric::Rate, f64::from(self.batch.rate));
        let sums = &actor.sums;
        let mean = |sum: f32| f64::from(sum) / f64::from(sums.samples);
        row.set(Metric::ActorLoss, mean(sums.loss));
        row.set(Metric::Entropy, mean(-sums.log_probability));
        row.set(Metric::Kl, mean(sums.divergence));
        row.set(Metric::ClipFraction, mean(sums.led_back));
        let entries = self.reppo.spaces.actions() as f64;
        row.set(Metric::StandardDeviation, mean(sums.std) / entries);
        row.set(Metric::GradientNorm, actor.norms / actor.minibatches);
        let loss = f64::from(critic.sums.loss) / f64::from(critic.sums.samples);
        row.set(Metric::CriticLoss, loss);
        Ok(row)
    }
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.samples += other.samples;
        self.loss += other.loss;
        self.log_probability += other.log_probability;
        self.divergence += other.divergence;
        self.led_back += other.led_back;
        self.std += other.std;
    }

    fn are_finite(&self) -> bool {
        self.loss.is_finite() && self.divergence.is_finite() && self.log_probability.is_finite()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ReppoSettings, ValueHead};
    use super::*;
    use crate::learn::{Learner, Rate};
    use crate::nn::Activation;
    use crate::seed::Seed;
    use crate::step::{ActionSpace, Spaces};
    use crate::worker_pool::WorkerPool;

    const ROWS: [u32; 4] = [0, 1, 2, 3];

    fn reppo(value: ValueHead) -> Reppo {
        let settings = ReppoSettings {
            steps: 1,
            envs: 2,
            horizon: 2,
            epochs: 1,
            batch: 4,
            widths: vec![5],
            critic_widths: vec![8, 8],
            activation: Activation::Tanh,
            layer_norm: false,
            critic_layer_norm: true,
            value,
            gamma: 0.5,
            lambda: 0.5,
            rate: Rate::Constant(1e-3),
            critic_rate: 1e-3,
            kl: 0.25,
            restraint: 2.0,
            temperature: 0.5,
            target_entropy: 0.0,
            multiplier_rate: 0.5,
            max_gradient_norm: 1e9,
            log_std: -0.5,
            normalize_observations: true,
            scale_rewards: true,
        };
        let spaces = Spaces {
            observation: vec!["x".into(), "y".into()],
            action: ActionSpace::Continuous(vec!["u".into(), "v".into()]),
        };
        Reppo::new(settings, &spaces, Seed::new(3))
    }

    /// A state whose critic cares for actions, and a rollout half of which was acted by a policy far from its own.
    fn begin(reppo: &Reppo) -> (ReppoState, Rollout) {
        let mut state = reppo.begin();
        state.critic.mlp.update(|weights| {
            for (i, weight) in weights.iter_mut().enumerate() {
                *weight = 2.0 * *weight + 0.1 * (i as f32).sin();
            }
        });
        let mut rollout = Rollout::new(2, 2, &reppo.spaces, 4);
        let at = squashed::output_of(-0.5);
        rollout.outputs = [[0.0, 0.0, at, at]; 4].concat();
        rollout.outputs[8] = 2.0;
        rollout.outputs[15] = at + 3.0;
        rollout.actions = vec![0.5, -0.25, 0.0, 0.75, -0.5, 0.5, 0.25, -0.75];
        (state, rollout)
    }

    fn batch(rollout: &Rollout) -> Batch<'_> {
        Batch {
            rollout,
            inputs: vec![0.5, -1.0, 1.0, 0.25, -0.75, 0.5, 0.0, 1.0],
            targets: vec![0.5, -0.5, 1.0, 0.0],
            rate: 1e-3,
            critic_rate: 1e-3,
        }
    }

    /// Mean loss and its gradient.
    type Found = (f64, Vec<f32>);

    /// Those of both networks, of actions with the same noise every time.
    fn losses(reppo: &Reppo, state: &mut ReppoState, rollout: &Rollout) -> [Found; 2] {
        let batch = batch(rollout);
        let bench = Bench::new(reppo, state, &batch);
        let mut rng = Seed::new(5).stream("test").nth(0);
        bench.differentiate_actor(0, &ROWS, 0.25, &mut rng);
        bench.differentiate_critic(0, &ROWS, 0.25);
        [&reppo.actor_chunks[0], &reppo.critic_chunks[0]].map(|chunk| {
            let loss = chunk.desk.lock().unwrap().sums.loss;
            (
                f64::from(loss) / 4.0,
                chunk.gradient.lock().unwrap().clone(),
            )
        })
    }

    /// Compares every slope of a network with a central difference.
    fn compare(value: ValueHead, which: usize) {
        let reppo = reppo(value);
        let (mut state, rollout) = begin(&reppo);
        let (_, gradient) = losses(&reppo, &mut state, &rollout)[which].clone();
        let h = 1e-2_f32;
        let mut seen = 0;
        for (i, exact) in gradient.iter().enumerate() {
            let mut loss_after = |by: f32| {
                let network = match which {
                    0 => &mut state.actor,
                    _ => &mut state.critic,
                };
                network.mlp.update(|weights| weights[i] += by);
                losses(&reppo, &mut state, &rollout)[which].0
            };
            let (above, below) = (loss_after(h), loss_after(-2.0 * h));
            loss_after(h);
            let slope = (above - below) / f64::from(2.0 * h);
            let apart = (slope - f64::from(*exact)).abs();
            assert!(apart < 2e-3 + 0.02 * slope.abs(), "{i}: {slope} {exact}");
            seen += usize::from(slope.abs() > 0.005);
        }
        assert!(seen > 5, "slopes that are not zero were compared");
    }

    const HISTOGRAM: ValueHead = ValueHead::Histogram {
        bins: 9,
        reach: 2.0,
    };

    #[test]
    fn the_slope_through_critic_and_action_is_that_of_finite_differences() {
        compare(ValueHead::Scalar, 0);
        compare(HISTOGRAM, 0);
    }

    #[test]
    fn gradients_of_the_critic_are_those_of_finite_differences() {
        compare(ValueHead::Scalar, 1);
        compare(HISTOGRAM, 1);
    }

    #[test]
    fn half_of_the_samples_are_led_back() {
        let reppo = reppo(ValueHead::Scalar);
        let (mut state, rollout) = begin(&reppo);
        losses(&reppo, &mut state, &rollout);
        let desk = reppo.actor_chunks[0].desk.lock().unwrap();
        assert_eq!(desk.followed, [0, 1]);
        assert_eq!(desk.sums.led_back, 2.0);
    }

    #[test]
    fn multipliers_follow_what_is_lacking() {
        // Less undecided than ln 2 of each entry would be, and on the mean further away than 0.25.
        let mut reppo = reppo(ValueHead::Scalar);
        reppo.settings.target_entropy = std::f32::consts::LN_2;
        let (mut state, rollout) = begin(&reppo);
        let (temperature, restraint) = (state.temperature.value(), state.restraint.value());
        step(&reppo, &mut state, &batch(&rollout)).unwrap();
        assert!(state.temperature.value() > temperature);
        assert!(state.restraint.value() > restraint);
    }

    fn step(reppo: &Reppo, state: &mut ReppoState, batch: &Batch) -> Result<Row, Refusal> {
        let bench = Bench::new(reppo, state, batch);
        let draws = Seed::new(5).stream("test");
        let minibatch: &[u32] = &ROWS;
        WorkerPool::new(1)
            .run(|worker| bench.pass(worker, [minibatch].into_iter(), draws, || false));
        bench.close()
    }

    #[test]
    fn what_is_not_finite_is_not_learnt_from() {
        let reppo = reppo(ValueHead::Scalar);
        let (mut state, mut rollout) = begin(&reppo);
        let mut unsound = batch(&rollout);
        unsound.targets[1] = f32::INFINITY;
        let before = state.critic.mlp.clone();
        let refused = step(&reppo, &mut state, &unsound).unwrap_err();
        assert_eq!(refused, Refusal::Gradient("critic"));
        assert_eq!(state.critic.mlp, before);
        rollout.outputs[0] = 1e30; // The divergence is infinite.
        let before = state.actor.mlp.clone();
        let refused = step(&reppo, &mut state, &batch(&rollout)).unwrap_err();
        assert_eq!(refused, Refusal::Gradient("actor"));
        assert_eq!(state.actor.mlp, before);
    }
}
