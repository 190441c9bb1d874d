//! Gradient descent by the workers of a pool, with the same bits for any number of them.
//!
//! A minibatch is cut into chunks of a fixed number of rows. One worker sums a chunk's gradient, row by row; then the chunks are added
//! in their order. No chunk knows how many workers there are, and no sum runs over workers.
//!
//! In call order: `policy_gradient` has a `Training` of each network, which joins a [`Descent`], a [`Trained`] and the chunks (SAC and
//! REPPO join them themselves; A3C, which has no barrier, uses the [`Report`] alone). For each minibatch [`Descent::sum_over_chunks`] lets
//! workers fill each chunk's [`ChunkSum`], then calls [`Trained::step`], in which the [`Report`] adds the chunks up to a [`MinibatchSum`],
//! from which the learner makes its step. At the end [`Descent::finish`] says whether the update may stay, and [`Trained::into_report`] what
//! is to be reported.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard};

use super::refusal::Refusal;
use crate::nn::{add, scale, squared_norm};
use crate::worker_pool::{Worker, WorkerPool};

/// Sums over samples: what is reported, and what learning rates and multipliers follow. A learner leaves what it does not measure at 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sums {
    pub(super) samples: f32,
    pub(super) loss: f32,
    /// Entropy of the policy, or `-ln p(a)` of a sampled action, whose mean it is (nat).
    pub(super) entropy: f32,
    /// `(r - 1) - ln r` of the probability ratio (nat).
    pub(super) approximate_kl: f32,
    /// `KL(old || new)` (nat).
    pub(super) kl: f32,
    /// Samples beyond the range in which the objective is followed.
    pub(super) clipped: f32,
    /// Standard deviation of the policy, summed over the entries of an action.
    pub(super) std: f32,
    pub(super) value: f32,
}

impl Sums {
    pub(super) fn add(&mut self, other: &Self) {
        self.samples += other.samples;
        self.loss += other.loss;
        self.entropy += other.entropy;
        self.approximate_kl += other.approximate_kl;
        self.kl += other.kl;
        self.clipped += other.clipped;
        self.std += other.std;
        self.value += other.value;
    }

    fn are_finite(&self) -> bool {
        self.loss.is_finite() && self.kl.is_finite() && self.entropy.is_finite()
    }
}

/// What one worker has found of one network's loss on the rows of a chunk.
#[derive(Debug, Default)]
pub(super) struct ChunkSum {
    /// Of the loss with respect to the parameters.
    pub(super) gradient: Vec<f32>,
    pub(super) sums: Sums,
}

impl ChunkSum {
    /// Starts from 0, for so many rows and parameters.
    pub(super) fn begin(&mut self, rows: usize, parameters: usize) {
        self.gradient.clear();
        self.gradient.resize(parameters, 0.0);
        self.sums = Sums {
            samples: rows as f32,
            ..Sums::default()
        };
    }
}

/// Memory for the chunks of the largest minibatch. It keeps nothing from one update to the next.
pub(super) fn memory<C: Default>(batch: usize, rows_of_a_chunk: usize) -> Vec<C> {
    let mut chunks = Vec::new();
    chunks.resize_with(batch.div_ceil(rows_of_a_chunk), C::default);
    chunks
}

/// Locks what one worker at a time has.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no worker panicked")
}

/// Why a network makes no further gradient steps in this update.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stop {
    /// The network has moved as far as it should in one update, or the pool is stopping.
    Enough,
    /// A number was not finite, so the update must be rolled back.
    Refused(Refusal),
}

/// Minibatches under way, shared by the workers who go through them.
pub(super) struct Descent<'a> {
    pool: &'a WorkerPool,
    is_over: AtomicBool,
    /// With the number of the network it is of.
    refusal: Mutex<Option<(usize, Refusal)>>,
}

impl<'a> Descent<'a> {
    pub(super) fn new(pool: &'a WorkerPool) -> Self {
        Self {
            pool,
            is_over: AtomicBool::new(false),
            refusal: Mutex::default(),
        }
    }

    /// One minibatch: `sum` is called for each of `chunks`, by one worker each; when all are done, `step` for each of `networks`, by
    /// one worker each. Every worker calls this and returns when all steps are done. False when there is to be no further minibatch: the
    /// pool is stopping, or a step says so.
    pub(super) fn sum_over_chunks(
        &self,
        worker: &Worker,
        chunks: usize,
        sum: impl Fn(usize),
        networks: usize,
        step: impl Fn(usize) -> Result<(), Stop>,
    ) -> bool {
        // Read before any worker can be at a step, so that all read the same.
        if self.is_over() {
            return false;
        }
        for chunk in worker.share(chunks) {
            if self.pool.is_stopping() {
                break;
            }
            sum(chunk);
        }
        worker.wait();
        for network in worker.share(networks) {
            // A worker that left chunks undone has seen a stop that is never taken back, so it is seen here too.
            let stepped = match self.pool.is_stopping() {
                true => Err(Stop::Enough),
                false => step(network),
            };
            if let Err(stop) = stepped {
                self.end(network, stop);
            }
        }
        worker.wait();
        !self.is_over()
    }

    fn end(&self, network: usize, stop: Stop) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Stop::Refused(refusal) = stop {
            let mut noted = lock(&self.refusal);
            if noted.as_ref().is_none_or(|(before, _)| network < *before) {
                *noted = Some((network, refusal));
            }
        }
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    /// Whether what was learnt may stay.
    ///
    /// # Errors
    /// A number was not finite.
    pub(super) fn finish(self) -> Result<(), Refusal> {
        match self.refusal.into_inner().expect("no worker panicked") {
            Some((_, refusal)) => Err(refusal),
            None => Ok(()),
        }
    }
}

/// A network that workers train together: read while chunks are summed, changed between minibatches.
pub(super) struct Trained<'a, N> {
    network: RwLock<&'a mut N>,
    report: Mutex<Report>,
}

impl<'a, N> Trained<'a, N> {
    /// A refused gradient is reported under `name`.
    pub(super) fn new(name: &'static str, network: &'a mut N) -> Self {
        Self {
            network: RwLock::new(network),
            report: Mutex::new(Report::new(name)),
        }
    }

    /// The same, which reports the gradient's variance.
    pub(super) fn with_variance(name: &'static str, network: &'a mut N) -> Self {
        let trained = Self::new(name, network);
        lock(&trained.report).measures_variance = true;
        trained
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, &'a mut N> {
        self.network.read().expect("no worker panicked")
    }

    /// Adds the chunks of a minibatch and lets `change` make a step of their sum.
    ///
    /// # Errors
    /// The sum is not finite, or `change` says that it was enough.
    pub(super) fn step<'c>(
        &self,
        chunks: impl Iterator<Item = &'c Mutex<ChunkSum>>,
        change: impl FnOnce(&mut N, &mut MinibatchSum) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let mut sum = lock(&self.report).sum(chunks)?;
        let mut network = self.network.write().expect("no worker panicked");
        change(&mut network, &mut sum)
    }

    pub(super) fn into_report(self) -> Report {
        self.report.into_inner().expect("no worker panicked")
    }
}

/// The sum of a minibatch's chunks, held in the memory of the first chunk.
pub(super) struct MinibatchSum<'c> {
    first: MutexGuard<'c, ChunkSum>,
    norm: f32,
}

impl MinibatchSum<'_> {
    /// Of the mean loss, if each row was weighted with `1 / rows`.
    pub(super) fn gradient(&self) -> &[f32] {
        &self.first.gradient
    }

    pub(super) fn sums(&self) -> &Sums {
        &self.first.sums
    }

    /// Mean of one of the sums over the samples.
    pub(super) fn mean(&self, of: impl Fn(&Sums) -> f32) -> f32 {
        of(self.sums()) / self.sums().samples
    }

    /// Scales the gradient down to the norm `most` if it is longer.
    pub(super) fn clip(&mut self, most: f32) {
        if self.norm > most {
            scale(&mut self.first.gradient, most / self.norm);
        }
    }
}

/// What became of one network in all minibatches of an update.
#[derive(Debug)]
pub(super) struct Report {
    name: &'static str,
    measures_variance: bool,
    pub(super) minibatches: f64,
    /// Sum of the gradients' norms before clipping.
    norms: f64,
    variances: f64,
    variances_measured: f64,
    pub(super) sums: Sums,
}

impl Report {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            measures_variance: false,
            minibatches: 0.0,
            norms: 0.0,
            variances: 0.0,
            variances_measured: 0.0,
            sums: Sums::default(),
        }
    }

    /// Adds the chunks of a minibatch in their order, to the first of them.
    ///
    /// # Errors
    /// The sum is not finite.
    pub(super) fn sum<'c>(
        &mut self,
        chunks: impl Iterator<Item = &'c Mutex<ChunkSum>>,
    ) -> Result<MinibatchSum<'c>, Stop> {
        let (first, variance) = summed(chunks, self.measures_variance);
        let norm = squared_norm(&first.gradient).sqrt();
        if !norm.is_finite() || !first.sums.are_finite() {
            return Err(Stop::Refused(Refusal::Gradient(self.name)));
        }
        self.minibatches += 1.0;
        self.norms += f64::from(norm);
        self.sums.add(&first.sums);
        if let Some(variance) = variance {
            self.variances += f64::from(variance);
            self.variances_measured += 1.0;
        }
        Ok(MinibatchSum { first, norm })
    }

    /// Mean norm of the gradients before clipping; NaN if there was none.
    pub(super) fn mean_norm(&self) -> f64 {
        self.norms / self.minibatches
    }

    /// Mean variance of the gradients, where it was measured.
    pub(super) fn mean_variance(&self) -> Option<f64> {
        (self.variances_measured > 0.0).then(|| self.variances / self.variances_measured)
    }
}

/// Adds all chunks to the first one, in their order. If asked for, also returns the variance of the summed gradient, totalled over the
/// parameters and estimated from the differences between chunks: with `K` chunks of `m_k` of `M` rows, whose gradients `G_k` add
/// up to `G`, it is `(sum (M / m_k) |G_k|^2 - |G|^2) / (K - 1)`. None for a single chunk.
fn summed<'c>(
    mut chunks: impl Iterator<Item = &'c Mutex<ChunkSum>>,
    measures_variance: bool,
) -> (MutexGuard<'c, ChunkSum>, Option<f32>) {
    let weighted = |chunk: &ChunkSum| match measures_variance {
        true => squared_norm(&chunk.gradient) / chunk.sums.samples,
        false => 0.0,
    };
    let mut first = lock(chunks.next().expect("a minibatch has a chunk"));
    let (mut squares, mut count) = (weighted(&first), 1);
    for chunk in chunks {
        let chunk = lock(chunk);
        squares += weighted(&chunk);
        count += 1;
        add(&mut first.gradient, &chunk.gradient);
        first.sums.add(&chunk.sums);
    }
    if !measures_variance || count == 1 {
        return (first, None);
    }
    let rest = squares * first.sums.samples - squared_norm(&first.gradient);
    (first, Some(rest / (count - 1) as f32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    fn chunk(gradient: f32, samples: f32) -> Mutex<ChunkSum> {
        Mutex::new(ChunkSum {
            gradient: vec![gradient],
            sums: Sums {
                samples,
                ..Sums::default()
            },
        })
    }

    #[test]
    fn equal_chunks_show_no_variance() {
        // Halves of a minibatch of 4, each adding 1: both means are 2.
        let halves = [chunk(1.0, 2.0), chunk(1.0, 2.0)];
        let (sum, variance) = summed(halves.iter(), true);
        assert_eq!((sum.gradient[0], variance), (2.0, Some(0.0)));
        // A chunk of 3 rows and one of 1 row, with 1 per row.
        let parts = [chunk(3.0, 3.0), chunk(1.0, 1.0)];
        assert_eq!(summed(parts.iter(), true).1, Some(0.0));
        assert_eq!(summed([chunk(3.0, 3.0)].iter(), true).1, None);
    }

    #[test]
    fn the_variance_of_a_mean_by_hand() {
        // Two samples with gradients 4 and 0, of which the mean is 2: chunks add 2 and 0. Their variance is 8, and that of the mean
        // of two is half of it.
        let chunks = [chunk(2.0, 1.0), chunk(0.0, 1.0)];
        let (sum, variance) = summed(chunks.iter(), true);
        assert_eq!((sum.gradient[0], variance), (2.0, Some(4.0)));
    }

    #[test]
    fn a_gradient_is_clipped_to_a_norm() {
        let chunks = [chunk(3.0, 1.0), chunk(1.0, 1.0)];
        let mut report = Report::new("actor");
        let mut sum = report.sum(chunks.iter()).expect("it is finite");
        sum.clip(8.0);
        assert_eq!(sum.gradient(), [4.0]);
        sum.clip(2.0);
        assert_eq!(sum.gradient(), [2.0]);
        drop(sum);
        assert_eq!(report.mean_norm(), 4.0, "before clipping");
    }

    #[test]
    fn every_worker_sees_the_same_end() {
        for threads in [1, 2, 3] {
            let pool = WorkerPool::new(threads);
            let (descent, steps) = (Descent::new(&pool), AtomicUsize::new(0));
            pool.run(|worker| {
                let minibatch = || {
                    let step = |network| match steps.fetch_add(1, Ordering::Relaxed) {
                        6.. => Err(Stop::Refused(Refusal::Gradient(
                            ["first", "second"][network],
                        ))),
                        _ => Ok(()),
                    };
                    descent.sum_over_chunks(worker, 5, |_| {}, 2, step)
                };
                while minibatch() {}
                assert!(!minibatch(), "nor later");
            });
            assert_eq!(steps.into_inner(), 8, "the fourth minibatch was the last");
            assert_eq!(descent.finish(), Err(Refusal::Gradient("first")));
        }
    }
}
