//! Running mean and variance: of observations (shifted and scaled) and of returns (scaled only).

use serde::{Deserialize, Serialize};

use crate::worker_pool::WorkerPool;

/// Largest size of a normalised number.
const CLIP: f32 = 10.0;
/// Added to a variance before its root.
const EPSILON: f64 = 1e-8;

/// Mean and variance of a stream of numbers, merged batch by batch (Chan, Golub, LeVeque 1979).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    count: f64,
    mean: f64,
    /// Sum of squared distances from the mean.
    squares: f64,
}

impl Moments {
    /// Moments of one batch, summed in its order.
    pub fn of(batch: impl Iterator<Item = f64> + Clone) -> Self {
        let count = batch.clone().count() as f64;
        if count == 0.0 {
            return Self::default();
        }
        let mean = batch.clone().sum::<f64>() / count;
        let squares = batch.map(|x| (x - mean) * (x - mean)).sum();
        Self {
            count,
            mean,
            squares,
        }
    }

    /// Moments of both streams together.
    pub fn merge(&mut self, other: &Self) {
        let count = self.count + other.count;
        if count == 0.0 {
            return;
        }
        let apart = other.mean - self.mean;
        self.squares += other.squares + apart * apart * self.count * other.count / count;
        self.mean += apart * other.count / count;
        self.count = count;
    }

    /// Whether every number is finite and in its valid range.
    pub fn is_sound(&self) -> bool {
        let counts = |x: f64| x.is_finite() && x >= 0.0;
        counts(self.count) && self.mean.is_finite() && counts(self.squares)
    }

    /// 0 before anything was seen.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Population variance; 1 before anything was seen.
    pub fn variance(&self) -> f64 {
        if self.count == 0.0 {
            1.0
        } else {
            self.squares / self.count
        }
    }

    /// The standard deviation, `sqrt(variance + 1e-8)`.
    pub fn std(&self) -> f64 {
        (self.variance() + EPSILON).sqrt()
    }
}

/// Brings each entry of an observation to mean 0 and variance 1, clipped to ±10. Fixed while a rollout is collected, and
/// with on-policy learners while it is learnt from; SAC merges its statistics before it learns. Frozen in evaluation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Normalizer {
    /// One per entry of an observation; empty where observations are taken as they are.
    moments: Vec<Moments>,
    /// What `apply` uses, derived from `moments`.
    shift: Vec<f32>,
    factor: Vec<f32>,
}

impl Normalizer {
    /// A normaliser that has seen nothing and changes nothing but the clip, for observations of `entries` numbers.
    pub fn new(entries: usize) -> Self {
        Self {
            moments: vec![Moments::default(); entries],
            shift: vec![0.0; entries],
            factor: vec![1.0; entries],
        }
    }

    /// A normaliser that never changes anything.
    pub fn identity() -> Self {
        Self::new(0)
    }

    /// From the numbers of a policy file: an observation becomes `(x - shift) * factor`.
    pub fn from_parts(shift: Vec<f32>, factor: Vec<f32>) -> Self {
        Self {
            moments: vec![Moments::default(); shift.len()],
            shift,
            factor,
        }
    }

    /// Shift and factor of each entry; both empty where observations are taken as they are.
    pub fn parts(&self) -> (&[f32], &[f32]) {
        (&self.shift, &self.factor)
    }

    /// Normalises rows of observations in place.
    pub fn apply(&self, rows: &mut [f32]) {
        if self.moments.is_empty() {
            return;
        }
        for row in rows.chunks_exact_mut(self.moments.len()) {
            for ((x, shift), factor) in row.iter_mut().zip(&self.shift).zip(&self.factor) {
                *x = ((*x - shift) * factor).clamp(-CLIP, CLIP);
            }
        }
    }

    /// Normalises rows of observations in place, each thread some of them.
    pub fn apply_by(&self, rows: &mut [f32], pool: &WorkerPool) {
        let entries = self.moments.len();
        if entries == 0 {
            return;
        }
        let share = (rows.len() / entries).div_ceil(pool.threads()).max(1);
        let mut parts: Vec<_> = rows.chunks_mut(share * entries).collect();
        pool.for_each(&mut parts, |rows| self.apply(rows));
    }

    /// Whether it is for observations of `entries` numbers (0 for one that changes nothing) and every number is one that a run
    /// can lead to. For statistics that were read from a file.
    pub fn is_sound(&self, entries: usize) -> bool {
        let finite = |numbers: &[f32]| {
            numbers.len() == self.moments.len() && numbers.iter().all(|x| x.is_finite())
        };
        self.moments.len() == entries
            && self.moments.iter().all(Moments::is_sound)
            && finite(&self.shift)
            && finite(&self.factor)
    }

    /// Merges rows of observations, in their order, into the statistics; each entry has one worker.
    pub fn observe(&mut self, rows: &[f32], pool: &WorkerPool) {
        let entries = self.moments.len();
        let mut columns: Vec<_> = self.moments.iter_mut().enumerate().collect();
        pool.for_each(&mut columns, |(entry, moments)| {
            let column = rows.iter().skip(*entry).step_by(entries);
            moments.merge(&Moments::of(column.map(|&x| f64::from(x))));
        });
        for (entry, moments) in self.moments.iter().enumerate() {
            self.shift[entry] = moments.mean as f32;
            self.factor[entry] = (1.0 / moments.std()) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_merge_to_the_moments_of_the_whole() {
        let whole = [1.0, 2.0, 3.0, 6.0]; // mean 3, squares 4 + 1 + 0 + 9
        let mut merged = Moments::of(whole[..1].iter().copied());
        merged.merge(&Moments::of(whole[1..].iter().copied()));
        assert_eq!(merged.mean, 3.0);
        assert_eq!(merged.variance(), 3.5);
    }

    #[test]
    fn rows_are_shifted_scaled_and_clipped() {
        let mut normalizer = Normalizer::new(2);
        normalizer.observe(&[1.0, 10.0, 3.0, 10.0], &WorkerPool::new(2)); // means 2 and 10, stds 1 and 0
        let mut rows = [4.0, 10.0, 2.0, 11.0];
        normalizer.apply(&mut rows);
        assert_eq!(rows, [2.0, 0.0, 0.0, 10.0]);
    }
}
