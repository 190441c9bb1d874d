//! Gradient descent of one network over minibatches, by one group of threads.
//!
//! A minibatch is cut into chunks of [`CHUNK`] rows whatever the number of threads. Each chunk's gradient is summed by
//! one thread, row by row, and chunks are summed in their order, so bits do not depend on who did what.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, RwLock};

use super::Batch;
use crate::metrics::{Metric, Row};
use crate::nn::{Workspace, add, scale, squared_norm};
use crate::team::Member;

/// Rows of a minibatch that one thread takes at once.
pub(super) const CHUNK: usize = 128;

/// A network with a loss.
pub(super) trait Descent: Send + Sync {
    /// The number of its parameters.
    fn parameters(&self) -> usize;

    /// Adds the loss of `rows`, whose normalised observations are `chunk.inputs`, to `chunk.sums`, and `share` times its
    /// gradient to `chunk.gradient`.
    fn differentiate(&self, batch: &Batch, rows: &[u32], share: f32, chunk: &mut Chunk);

    /// Takes a step against the gradient of a minibatch.
    fn step(&mut self, batch: &Batch, gradient: &[f32], sums: &Sums);
}

/// One thread's work on some rows of a minibatch, and the memory for it.
#[derive(Default)]
pub(super) struct Chunk {
    pub(super) inputs: Vec<f32>,
    /// Of the loss with respect to the network's outputs.
    pub(super) slopes: Vec<f32>,
    pub(super) workspace: Workspace,
    /// Of the loss with respect to the network's parameters.
    pub(super) gradient: Vec<f32>,
    pub(super) sums: Sums,
}

/// Sums over samples, of what is reported and of what steers the rate.
#[derive(Clone, Copy, Default)]
pub(super) struct Sums {
    pub(super) samples: f32,
    pub(super) loss: f32,
    pub(super) approximate_divergence: f32,
    pub(super) divergence: f32,
    pub(super) clipped: f32,
}

/// One network's way down, shared by the members of a group.
pub(super) struct Work<'a, D> {
    network: RwLock<&'a mut D>,
    batch: &'a Batch<'a>,
    minibatches: &'a [&'a [u32]],
    chunks: &'a [Mutex<Chunk>],
    report: Mutex<Report>,
    is_over: AtomicBool,
}

impl<'a, D: Descent> Work<'a, D> {
    /// `chunks` has room for a whole minibatch.
    pub(super) fn new(
        network: &'a mut D,
        batch: &'a Batch<'a>,
        minibatches: &'a [&'a [u32]],
        chunks: &'a [Mutex<Chunk>],
    ) -> Self {
        Self {
            network: RwLock::new(network),
            batch,
            minibatches,
            chunks,
            report: Mutex::default(),
            is_over: AtomicBool::new(false),
        }
    }

    /// Goes through the minibatches; every member of the group calls it. Ends early when `stop` says so, which then must
    /// never take it back, or when a number is not finite.
    pub(super) fn descend(&self, member: &Member, stop: impl Fn() -> bool) {
        for minibatch in self.minibatches {
            let chunks = &self.chunks[..minibatch.len().div_ceil(CHUNK)];
            for i in member.share(chunks.len()) {
                if stop() {
                    break;
                }
                let rows = minibatch.chunks(CHUNK).nth(i).expect("i is in range");
                let mut chunk = chunks[i].lock().expect("each chunk has one worker");
                self.differentiate(rows, 1.0 / minibatch.len() as f32, &mut chunk);
            }
            member.wait();
            if member.index == 0 {
                // Whoever left its chunks undone has seen the stop that is seen here too.
                let goes_on = !stop() && self.step(chunks);
                self.is_over.store(!goes_on, Ordering::Relaxed);
            }
            member.wait();
            if self.is_over.load(Ordering::Relaxed) {
                return;
            }
        }
    }

    /// What became of it.
    pub(super) fn report(self) -> Report {
        self.report.into_inner().expect("nobody panicked")
    }

    fn differentiate(&self, rows: &[u32], share: f32, chunk: &mut Chunk) {
        let network = self.network.read().expect("nobody panicked");
        chunk.begin(self.batch, rows, network.parameters());
        network.differentiate(self.batch, rows, share, chunk);
    }

    /// Sums the chunks and takes the step; refuses to, and says so, if a number is not finite.
    fn step(&self, chunks: &[Mutex<Chunk>]) -> bool {
        let mut first = chunks[0].lock().expect("nobody panicked");
        let first = &mut *first;
        for chunk in &chunks[1..] {
            let chunk = chunk.lock().expect("nobody panicked");
            add(&mut first.gradient, &chunk.gradient);
            first.sums.add(&chunk.sums);
        }
        let mut report = self.report.lock().expect("nobody panicked");
        let norm = squared_norm(&first.gradient).sqrt();
        if !norm.is_finite() || !first.sums.are_finite() {
            report.is_refused = true;
            return false;
        }
        let most = self.batch.settings.max_gradient_norm;
        if norm > most {
            scale(&mut first.gradient, most / norm);
        }
        let mut network = self.network.write().expect("nobody panicked");
        network.step(self.batch, &first.gradient, &first.sums);
        report.minibatches += 1.0;
        report.norms += f64::from(norm);
        report.sums.add(&first.sums);
        true
    }
}

impl Chunk {
    /// Gathers the rows' inputs and forgets the last sums.
    pub(super) fn begin(&mut self, batch: &Batch, rows: &[u32], parameters: usize) {
        let entries = batch.inputs.len() / batch.rollout.samples();
        self.inputs.clear();
        for &row in rows {
            let input = &batch.inputs[row as usize * entries..][..entries];
            self.inputs.extend_from_slice(input);
        }
        self.gradient.clear();
        self.gradient.resize(parameters, 0.0);
        self.sums = Sums {
            samples: rows.len() as f32,
            ..Sums::default()
        };
    }
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.samples += other.samples;
        self.loss += other.loss;
        self.approximate_divergence += other.approximate_divergence;
        self.divergence += other.divergence;
        self.clipped += other.clipped;
    }

    fn are_finite(&self) -> bool {
        self.loss.is_finite() && self.divergence.is_finite()
    }
}

/// What became of all minibatches.
#[derive(Default)]
pub(super) struct Report {
    minibatches: f64,
    /// A number was not finite: whatever the network is now, it must not stay.
    pub(super) is_refused: bool,
    norms: f64,
    sums: Sums,
}

impl Report {
    pub(super) fn note_actor(&self, row: &mut Row) {
        if self.minibatches > 0.0 {
            row.set(Metric::ActorLoss, self.mean(self.sums.loss));
            row.set(Metric::Kl, self.mean(self.sums.approximate_divergence));
            row.set(Metric::ClipFraction, self.mean(self.sums.clipped));
            row.set(Metric::GradientNorm, self.norms / self.minibatches);
        }
    }

    pub(super) fn note_critic(&self, row: &mut Row) {
        if self.minibatches > 0.0 {
            row.set(Metric::CriticLoss, self.mean(self.sums.loss));
        }
    }

    fn mean(&self, sum: f32) -> f64 {
        f64::from(sum / self.sums.samples)
    }
}
