//! One update of SAC, by all workers of a pool: a minibatch is cut into chunks of [`CHUNK`] samples whatever the number of threads,
//! each chunk's gradients are summed by one thread, and chunks are added in their order, so bits do not depend on who did what.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, RwLock};

use super::{Sac, SacState, Temperature, loss};
use crate::learn::network::{self, CHUNK, Network, draw_noise, join};
use crate::learn::replay::Replay;
use crate::learn::replay::sample::Samples;
use crate::learn::student::Refusal;
use crate::metrics::{Metric, Row};
use crate::nn::{Mlp, Workspace};
use crate::policy::normalize::Normalizer;
use crate::policy::squashed;
use crate::worker_pool::Worker;

/// One thread's work on some samples of a minibatch, and the memory for it. In parts, so that the gradients of two networks can be
/// summed at once.
#[derive(Default)]
pub(super) struct Chunk {
    desk: Mutex<Desk>,
    critics: [Mutex<Vec<f32>>; 2],
    actor: Mutex<Vec<f32>>,
}

/// What a chunk works with.
#[derive(Default)]
struct Desk {
    samples: Samples,
    /// Standard normal, for the action that is drawn now, `[B, A]`.
    noise: Vec<f32>,
    /// The action that is drawn, `[B, A]`.
    drawn: Vec<f32>,
    /// `ln p` of it, `[B]`.
    log_probabilities: Vec<f32>,
    /// Observation and action side by side, `[B, O + A]`.
    joined: Vec<f32>,
    /// What the critics should say, `[B]`.
    targets: Vec<f32>,
    /// Of a loss with respect to a network's outputs.
    slopes: Vec<f32>,
    /// Of the actor's loss with respect to what each critic saw, `[B, O + A]`.
    to_inputs: [Vec<f32>; 2],
    actor_workspace: Workspace,
    workspaces: [Workspace; 2],
    sums: Sums,
}

/// Sums over samples, of what is reported and of what steers the temperature.
#[derive(Clone, Copy, Default)]
struct Sums {
    samples: f32,
    critic_loss: f32,
    /// Of those that the actor has learnt from.
    drawn: f32,
    actor_loss: f32,
    log_probability: f32,
    value: f32,
}

/// What became of all updates.
#[derive(Default)]
struct Report {
    refused: Option<&'static str>,
    sums: Sums,
    actor_norms: f64,
    actor_steps: f64,
}

/// The state on the bench, shared by the workers of a pool.
pub(super) struct Bench<'a> {
    sac: &'a Sac,
    memory: &'a Replay,
    lr_scale: f32,
    normalizer: &'a Normalizer,
    actor: RwLock<&'a mut Network>,
    critics: [RwLock<&'a mut Network>; 2],
    targets: [RwLock<&'a mut Mlp>; 2],
    temperature: RwLock<&'a mut Temperature>,
    report: Mutex<Report>,
    is_over: AtomicBool,
}

impl<'a> Bench<'a> {
    pub(super) fn new(
        sac: &'a Sac,
        state: &'a mut SacState,
        memory: &'a Replay,
        lr_scale: f32,
    ) -> Self {
        Self {
            sac,
            memory,
            lr_scale,
            normalizer: &state.normalizer,
            actor: RwLock::new(&mut state.actor),
            critics: state.critics.each_mut().map(RwLock::new),
            targets: state.targets.each_mut().map(RwLock::new),
            temperature: RwLock::new(&mut state.temperature),
            report: Mutex::default(),
            is_over: AtomicBool::new(false),
        }
    }

    /// Makes the updates of these numbers; every worker calls it. Ends early when `stop` says so, which then must never take it
    /// back, or when a number is not finite.
    pub(super) fn work(&self, worker: &Worker, numbers: Range<u64>, stop: impl Fn() -> bool) {
        for number in numbers {
            self.update(worker, number);
            if worker.rank == 0 {
                let is_refused = self.report.lock().expect("nobody panicked").refused;
                let is_over = is_refused.is_some() || stop();
                self.is_over.store(is_over, Ordering::Relaxed);
            }
            worker.wait();
            if self.is_over.load(Ordering::Relaxed) {
                return;
            }
        }
    }

    /// One update: the critics learn from remembered steps, the actor from what the critics now say of the actions that it would
    /// take, and the slow copies follow.
    fn update(&self, worker: &Worker, number: u64) {
        let chunks = &self.sac.chunks;
        let moves_actor = number.is_multiple_of(self.sac.settings.policy_delay as u64);
        for i in worker.share(chunks.len()) {
            self.judge(number, i, &chunks[i]);
        }
        worker.wait();
        for critic in worker.share(2) {
            self.step_critic(critic);
        }
        worker.wait();
        if moves_actor {
            for i in worker.share(chunks.len()) {
                self.act(&chunks[i]);
            }
            worker.wait();
        }
        // In an order that gives two workers about the same to do.
        for task in worker.share(3) {
            match task {
                0 => self.follow(0),
                1 if moves_actor => self.step_actor(),
                1 => {}
                _ => self.follow(1),
            }
        }
        worker.wait();
        if worker.rank == 0 {
            self.note();
        }
    }

    /// Samples of a chunk.
    fn rows(&self, chunk: usize) -> usize {
        let batch = self.sac.settings.batch;
        (batch - chunk * CHUNK).min(CHUNK)
    }

    /// Draws remembered steps, and sums the gradients of both critics' losses.
    fn judge(&self, number: u64, index: usize, chunk: &Chunk) {
        let settings = &self.sac.settings;
        let acts = self.sac.spaces.actions();
        let stream = self.sac.seed.stream("replay").child(number);
        let mut rng = stream.nth(index as u64);
        let desk = &mut *chunk.desk.lock().expect("each chunk has one worker");
        let places = self.memory.draw(self.rows(index), &mut rng);
        let samples = &mut desk.samples;
        (self.memory).gather(&places, settings.n_step, settings.gamma, samples);
        self.normalizer.apply(&mut samples.observations);
        self.normalizer.apply(&mut samples.next_observations);
        let rows = samples.returns.len();
        desk.sums = Sums {
            samples: rows as f32,
            ..Sums::default()
        };

        // What comes next, as the slow copies see it.
        draw_noise(&mut rng, rows * acts, &mut desk.noise);
        let actor = self.actor.read().expect("nobody panicked");
        let next = std::mem::take(&mut desk.samples.next_observations);
        desk.draw(&actor.mlp, rows, &next, acts);
        desk.join(rows, &next);
        desk.samples.next_observations = next;
        let values = [0, 1].map(|i| {
            let target = self.targets[i].read().expect("nobody panicked");
            let values = target.forward(rows, &desk.joined, &mut desk.workspaces[i]);
            values.to_vec()
        });
        let temperature = self.temperature.read().expect("nobody panicked").value();
        desk.targets.clear();
        let Samples {
            returns, discounts, ..
        } = &desk.samples;
        for (row, (rewards, discount)) in returns.iter().zip(discounts).enumerate() {
            desk.targets.push(loss::target(
                rewards * settings.reward_scale,
                *discount,
                [values[0][row], values[1][row]],
                temperature,
                desk.log_probabilities[row],
            ));
        }

        let (seen, done) = (&desk.samples.observations, &desk.samples.actions);
        join(&mut desk.joined, rows, seen, done);
        let share = 1.0 / settings.batch as f32;
        for (i, critic) in self.critics.iter().enumerate() {
            let critic = critic.read().expect("nobody panicked");
            let workspace = &mut desk.workspaces[i];
            let values = critic.mlp.forward(rows, &desk.joined, workspace);
            desk.slopes.clear();
            for (value, target) in values.iter().zip(&desk.targets) {
                let (loss, slope) = loss::critic_loss(*value, *target);
                desk.sums.critic_loss += loss / self.critics.len() as f32;
                desk.slopes.push(slope * share);
            }
            let mut gradient = chunk.critics[i].lock().expect("each chunk has one worker");
            gradient.clear();
            gradient.resize(critic.mlp.parameters().len(), 0.0);
            (critic.mlp).backward(rows, &desk.joined, &desk.slopes, workspace, &mut gradient);
        }
        // For the action that is drawn where the critics have just learnt.
        draw_noise(&mut rng, rows * acts, &mut desk.noise);
    }

    /// Draws actions where the critics have just learnt, and sums the gradient of the actor's loss.
    fn act(&self, chunk: &Chunk) {
        let (acts, observed) = (self.sac.spaces.actions(), self.sac.spaces.observations());
        let share = 1.0 / self.sac.settings.batch as f32;
        let temperature = self.temperature.read().expect("nobody panicked").value();
        let actor = self.actor.read().expect("nobody panicked");
        let desk = &mut *chunk.desk.lock().expect("each chunk has one worker");
        let rows = desk.samples.returns.len();
        let seen = std::mem::take(&mut desk.samples.observations);
        let log_stds = desk.draw(&actor.mlp, rows, &seen, acts);
        desk.join(rows, &seen);
        let critics = self.critics.each_ref();
        let critics = critics.map(|critic| critic.read().expect("nobody panicked"));
        let values = [0, 1].map(|i| {
            let workspace = &mut desk.workspaces[i];
            let values = critics[i].mlp.forward(rows, &desk.joined, workspace);
            values.to_vec()
        });
        let mut to_values = [vec![0.0; rows], vec![0.0; rows]];
        desk.sums.drawn = rows as f32;
        for row in 0..rows {
            let values = [values[0][row], values[1][row]];
            let log_probability = desk.log_probabilities[row];
            let (loss, slopes) = loss::actor_loss(temperature, log_probability, values);
            to_values[0][row] = slopes[0] * share;
            to_values[1][row] = slopes[1] * share;
            desk.sums.actor_loss += loss;
            desk.sums.log_probability += log_probability;
            desk.sums.value += values[0].min(values[1]);
        }
        let width = observed + acts;
        for i in 0..2 {
            let to_input = &mut desk.to_inputs[i];
            to_input.resize(rows * width, 0.0);
            let workspace = &mut desk.workspaces[i];
            critics[i]
                .mlp
                .backward_to_input(rows, &to_values[i], workspace, to_input);
        }
        desk.slopes.clear();
        desk.slopes.resize(rows * 2 * acts, 0.0);
        let slopes = desk.slopes.chunks_mut(2 * acts);
        for (row, slopes) in slopes.enumerate() {
            for entry in 0..acts {
                let (place, input) = (row * acts + entry, row * width + observed + entry);
                let log_std = log_stds[place];
                let to_action = desk.to_inputs[0][input] + desk.to_inputs[1][input];
                let (action, noise) = (desk.drawn[place], desk.noise[place]);
                let (to_mean, to_log_std) =
                    squashed::slopes(action, log_std, noise, to_action, temperature * share);
                slopes[entry] = to_mean;
                slopes[acts + entry] = to_log_std * squashed::log_std_slope(log_std);
            }
        }
        let mut gradient = chunk.actor.lock().expect("each chunk has one worker");
        gradient.clear();
        gradient.resize(actor.mlp.parameters().len(), 0.0);
        let workspace = &mut desk.actor_workspace;
        (actor.mlp).backward(rows, &seen, &desk.slopes, workspace, &mut gradient);
        desk.samples.observations = seen;
    }

    fn step_critic(&self, index: usize) {
        let gradients = self.sac.chunks.iter().map(|chunk| &chunk.critics[index]);
        if let Some((gradient, _)) = self.sum(gradients, "critic") {
            let rate = self.sac.settings.critic_rate * self.lr_scale;
            let mut critic = self.critics[index].write().expect("nobody panicked");
            critic.step(&gradient, rate);
        }
    }

    /// Moves the actor and the temperature.
    fn step_actor(&self) {
        let settings = &self.sac.settings;
        let gradients = self.sac.chunks.iter().map(|chunk| &chunk.actor);
        let Some((gradient, norm)) = self.sum(gradients, "actor") else {
            return;
        };
        let mut actor = self.actor.write().expect("nobody panicked");
        actor.step(&gradient, settings.rate * self.lr_scale);
        let (mut drawn, mut log_probability) = (0.0, 0.0);
        for chunk in &self.sac.chunks {
            let desk = chunk.desk.lock().expect("nobody panicked");
            drawn += desk.sums.drawn;
            log_probability += desk.sums.log_probability;
        }
        if settings.temperature_rate > 0.0 {
            let target = settings.target_entropy * self.sac.spaces.actions() as f32;
            let slope = loss::temperature_slope(log_probability / drawn, target);
            let mut temperature = self.temperature.write().expect("nobody panicked");
            temperature.step(slope, settings.temperature_rate * self.lr_scale);
        }
        let mut report = self.report.lock().expect("nobody panicked");
        report.actor_norms += f64::from(norm);
        report.actor_steps += 1.0;
    }

    /// A slow copy follows its critic.
    fn follow(&self, index: usize) {
        let critic = self.critics[index].read().expect("nobody panicked");
        let mut target = self.targets[index].write().expect("nobody panicked");
        target.approach(&critic.mlp, self.sac.settings.tau);
    }

    /// The sum of the chunks' gradients, in their order, in the place of the first, and its norm. None, and noted, if it is not
    /// finite.
    fn sum<'c>(
        &self,
        gradients: impl Iterator<Item = &'c Mutex<Vec<f32>>>,
        of: &'static str,
    ) -> Option<(MutexGuard<'c, Vec<f32>>, f32)> {
        let sum = network::sum(gradients);
        if sum.is_none() {
            let mut report = self.report.lock().expect("nobody panicked");
            report.refused.get_or_insert(of);
        }
        sum
    }

    /// Adds the chunks' sums to the report.
    fn note(&self) {
        let mut report = self.report.lock().expect("nobody panicked");
        for chunk in &self.sac.chunks {
            let desk = chunk.desk.lock().expect("nobody panicked");
            report.sums.add(&desk.sums);
        }
    }

    /// What became of it all.
    pub(super) fn close(self) -> Result<Row, Refusal> {
        let Report {
            refused,
            sums,
            actor_norms,
            actor_steps,
        } = self.report.into_inner().expect("nobody panicked");
        if let Some(of) = refused {
            return Err(Refusal::Gradient(of));
        }
        let mut row = Row::default();
        let temperature = self.temperature.read().expect("nobody panicked").value();
        row.set(Metric::Temperature, f64::from(temperature));
        row.set(
            Metric::Rate,
            f64::from(self.sac.settings.rate * self.lr_scale),
        );
        // What was not measured is no number, and left out.
        let mean = |sum: f32, count: f32| f64::from(sum) / f64::from(count);
        row.set(Metric::CriticLoss, mean(sums.critic_loss, sums.samples));
        row.set(Metric::ActorLoss, mean(sums.actor_loss, sums.drawn));
        row.set(Metric::Entropy, mean(-sums.log_probability, sums.drawn));
        row.set(Metric::Value, mean(sums.value, sums.drawn));
        row.set(Metric::GradientNorm, actor_norms / actor_steps);
        Ok(row)
    }
}

impl Desk {
    /// Draws an action for each observation with the noise that is there. Returns `ln s` of each entry, `[B, A]`.
    fn draw(&mut self, actor: &Mlp, rows: usize, observations: &[f32], acts: usize) -> Vec<f32> {
        let outputs = actor.forward(rows, observations, &mut self.actor_workspace);
        self.drawn.clear();
        self.log_probabilities.clear();
        let mut log_stds = Vec::with_capacity(rows * acts);
        for (row, outputs) in outputs.chunks(2 * acts).enumerate() {
            let (means, outputs) = outputs.split_at(acts);
            let mut log_probability = 0.0;
            for (entry, (mean, output)) in means.iter().zip(outputs).enumerate() {
                let log_std = squashed::log_std(*output);
                let draw = squashed::draw(*mean, log_std, self.noise[row * acts + entry]);
                log_probability += draw.log_probability;
                self.drawn.push(draw.action);
                log_stds.push(log_std);
            }
            self.log_probabilities.push(log_probability);
        }
        log_stds
    }

    /// What a critic sees of the observations and the actions that were drawn.
    fn join(&mut self, rows: usize, observations: &[f32]) {
        join(&mut self.joined, rows, observations, &self.drawn);
    }
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.samples += other.samples;
        self.critic_loss += other.critic_loss;
        self.drawn += other.drawn;
        self.actor_loss += other.actor_loss;
        self.log_probability += other.log_probability;
        self.value += other.value;
    }
}
