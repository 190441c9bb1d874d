//! Gradient descent of one network over minibatches, by one group of threads.
//!
//! A minibatch is cut into chunks of [`CHUNK`] rows whatever the number of threads. Each chunk's gradient is summed by
//! one thread, row by row, and chunks are summed in their order, so bits do not depend on who did what.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, RwLock};

use super::Batch;
use crate::metrics::{Metric, Row};
use crate::nn::{Workspace, add, scale, squared_norm};
use crate::worker_pool::Worker;

/// Rows of a minibatch that one thread takes at once.
pub(in crate::learn) const CHUNK: usize = 128;

/// A network with a loss.
pub(in crate::learn) trait Descent: Send + Sync {
    /// The number of its parameters.
    fn parameters(&self) -> usize;

    /// Adds the loss of `rows`, whose normalised observations are `chunk.inputs`, to `chunk.sums`, and `share` times its
    /// gradient to `chunk.gradient`.
    fn differentiate(&self, batch: &Batch, rows: &[u32], share: f32, chunk: &mut Chunk);

    /// Takes a step against the gradient of a minibatch.
    fn step(&mut self, batch: &Batch, gradient: &[f32], sums: &Sums);

    /// Whether a minibatch shows that it has moved as far as it should in one update.
    fn has_moved_enough(&self, _: &Batch, _: &Sums) -> bool {
        false
    }
}

/// One thread's work on some rows of a minibatch, and the memory for it.
#[derive(Default)]
pub(in crate::learn) struct Chunk {
    pub(in crate::learn) inputs: Vec<f32>,
    /// Of the loss with respect to the network's outputs.
    pub(in crate::learn) slopes: Vec<f32>,
    pub(in crate::learn) workspace: Workspace,
    /// Of the loss with respect to the network's parameters.
    pub(in crate::learn) gradient: Vec<f32>,
    pub(in crate::learn) sums: Sums,
}

/// Sums over samples, of what is reported and of what steers the rate.
#[derive(Clone, Copy, Default)]
pub(in crate::learn) struct Sums {
    pub(in crate::learn) samples: f32,
    pub(in crate::learn) loss: f32,
    pub(in crate::learn) approximate_divergence: f32,
    pub(in crate::learn) divergence: f32,
    pub(in crate::learn) clipped: f32,
    pub(in crate::learn) entropy: f32,
}

/// One network's way down, shared by the workers of a group.
pub(in crate::learn) struct Work<'a, D> {
    network: RwLock<&'a mut D>,
    batch: &'a Batch<'a>,
    minibatches: &'a [&'a [u32]],
    chunks: &'a [Mutex<Chunk>],
    report: Mutex<Report>,
    is_over: AtomicBool,
}

impl<'a, D: Descent> Work<'a, D> {
    /// `chunks` has room for a whole minibatch.
    pub(in crate::learn) fn new(
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

    /// Goes through the minibatches; every worker of the group calls it. Ends early when `stop` says so, which then must
    /// never take it back, or when a number is not finite.
    pub(in crate::learn) fn descend(&self, worker: &Worker, stop: impl Fn() -> bool) {
        for minibatch in self.minibatches {
            let chunks = &self.chunks[..minibatch.len().div_ceil(CHUNK)];
            for i in worker.share(chunks.len()) {
                if stop() {
                    break;
                }
                let rows = minibatch.chunks(CHUNK).nth(i).expect("i is in range");
                let mut chunk = chunks[i].lock().expect("each chunk has one worker");
                self.differentiate(rows, 1.0 / minibatch.len() as f32, &mut chunk);
            }
            worker.wait();
            if worker.rank == 0 {
                // Whoever left its chunks undone has seen the stop that is seen here too.
                let goes_on = !stop() && self.step(chunks);
                self.is_over.store(!goes_on, Ordering::Relaxed);
            }
            worker.wait();
            if self.is_over.load(Ordering::Relaxed) {
                return;
            }
        }
    }

    /// What became of it.
    pub(in crate::learn) fn report(self) -> Report {
        self.report.into_inner().expect("nobody panicked")
    }

    fn differentiate(&self, rows: &[u32], share: f32, chunk: &mut Chunk) {
        let network = self.network.read().expect("nobody panicked");
        chunk.begin(self.batch, rows, network.parameters());
        network.differentiate(self.batch, rows, share, chunk);
    }

    /// Sums the chunks and takes the step. False if that was the last one.
    fn step(&self, chunks: &[Mutex<Chunk>]) -> bool {
        let (mut sum, variance) = summed(chunks);
        let mut network = self.network.write().expect("nobody panicked");
        let mut report = self.report.lock().expect("nobody panicked");
        report.step(&mut **network, self.batch, &mut sum, variance)
    }
}

/// Adds all chunks to the first one, in their order. Besides, the variance of the sum of their gradients, added up over the
/// parameters, as far as the differences between chunks show it: with `K` chunks of `m_k` of `M` rows, whose gradients `G_k`
/// add up to `G`, it is `(sum (M / m_k) |G_k|^2 - |G|^2) / (K - 1)`. None for a single chunk.
fn summed(chunks: &[Mutex<Chunk>]) -> (MutexGuard<'_, Chunk>, Option<f32>) {
    let mut first = chunks[0].lock().expect("nobody panicked");
    let mut weighted = squared_norm(&first.gradient) / first.sums.samples;
    for chunk in &chunks[1..] {
        let chunk = chunk.lock().expect("nobody panicked");
        weighted += squared_norm(&chunk.gradient) / chunk.sums.samples;
        add(&mut first.gradient, &chunk.gradient);
        first.sums.add(&chunk.sums);
    }
    let apart = weighted * first.sums.samples - squared_norm(&first.gradient);
    let variance = (chunks.len() > 1).then(|| apart / (chunks.len() - 1) as f32);
    (first, variance)
}

impl Chunk {
    /// Gathers the rows' inputs and forgets the last sums.
    pub(in crate::learn) fn begin(&mut self, batch: &Batch, rows: &[u32], parameters: usize) {
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
        self.entropy += other.entropy;
    }

    fn are_finite(&self) -> bool {
        self.loss.is_finite() && self.divergence.is_finite()
    }
}

/// What became of all minibatches.
#[derive(Default)]
pub(in crate::learn) struct Report {
    minibatches: f64,
    /// A number was not finite: whatever the network is now, it must not stay.
    pub(in crate::learn) is_refused: bool,
    /// It moved as far as it should in one update.
    pub(in crate::learn) has_moved_enough: bool,
    norms: f64,
    variances: f64,
    variances_measured: f64,
    sums: Sums,
}

impl Report {
    /// Takes the step that a minibatch's chunk says. False, and noted, if a number is not finite or the network has moved enough.
    pub(in crate::learn) fn step(
        &mut self,
        network: &mut impl Descent,
        batch: &Batch,
        chunk: &mut Chunk,
        variance: Option<f32>,
    ) -> bool {
        let norm = squared_norm(&chunk.gradient).sqrt();
        if !norm.is_finite() || !chunk.sums.are_finite() {
            self.is_refused = true;
            return false;
        }
        self.minibatches += 1.0;
        self.norms += f64::from(norm);
        self.sums.add(&chunk.sums);
        if let Some(variance) = variance {
            self.variances += f64::from(variance);
            self.variances_measured += 1.0;
        }
        if network.has_moved_enough(batch, &chunk.sums) {
            self.has_moved_enough = true;
            return false;
        }
        let most = batch.recipe.max_gradient_norm;
        if norm > most {
            scale(&mut chunk.gradient, most / norm);
        }
        network.step(batch, &chunk.gradient, &chunk.sums);
        true
    }

    /// Adds what became of later minibatches.
    pub(in crate::learn) fn add(&mut self, later: &Self) {
        self.minibatches += later.minibatches;
        self.is_refused |= later.is_refused;
        self.has_moved_enough |= later.has_moved_enough;
        self.norms += later.norms;
        self.variances += later.variances;
        self.variances_measured += later.variances_measured;
        self.sums.add(&later.sums);
    }

    /// `unit` is what one of the advantages is in scaled rewards.
    pub(in crate::learn) fn note_actor(&self, unit: f64, row: &mut Row) {
        if self.minibatches == 0.0 {
            return;
        }
        row.set(Metric::ActorLoss, self.mean(self.sums.loss));
        row.set(Metric::Kl, self.mean(self.sums.approximate_divergence));
        row.set(Metric::ClipFraction, self.mean(self.sums.clipped));
        row.set(Metric::GradientNorm, self.norms / self.minibatches);
        if self.variances_measured > 0.0 {
            let variance = self.variances / self.variances_measured;
            row.set(Metric::GradientVariance, variance * unit * unit);
        }
        if self.sums.entropy > 0.0 {
            row.set(Metric::Entropy, self.mean(self.sums.entropy));
        }
    }

    pub(in crate::learn) fn note_critic(&self, row: &mut Row) {
        if self.minibatches > 0.0 {
            row.set(Metric::CriticLoss, self.mean(self.sums.loss));
        }
    }

    fn mean(&self, sum: f32) -> f64 {
        f64::from(sum / self.sums.samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(gradient: f32, samples: f32) -> Mutex<Chunk> {
        Mutex::new(Chunk {
            gradient: vec![gradient],
            sums: Sums {
                samples,
                ..Sums::default()
            },
            ..Chunk::default()
        })
    }

    #[test]
    fn equal_chunks_show_no_variance() {
        // Halves of a minibatch of 4, each adding 1: both means are 2.
        let halves = [chunk(1.0, 2.0), chunk(1.0, 2.0)];
        let (sum, variance) = summed(&halves);
        assert_eq!((sum.gradient[0], variance), (2.0, Some(0.0)));
        // A chunk of 3 rows and one of 1 row, with 1 per row.
        assert_eq!(summed(&[chunk(3.0, 3.0), chunk(1.0, 1.0)]).1, Some(0.0));
        assert_eq!(summed(&[chunk(3.0, 3.0)]).1, None);
    }

    #[test]
    fn the_variance_of_a_mean_by_hand() {
        // Two samples with gradients 4 and 0, of which the mean is 2: chunks add 2 and 0. Their variance is 8, and that of the mean
        // of two is half of it.
        let chunks = [chunk(2.0, 1.0), chunk(0.0, 1.0)];
        let (sum, variance) = summed(&chunks);
        assert_eq!((sum.gradient[0], variance), (2.0, Some(4.0)));
    }
}
