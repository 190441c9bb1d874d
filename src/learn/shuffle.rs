//! The order in which samples are gone through.

use rand::seq::SliceRandom;

use crate::seed::Seed;
use crate::worker_pool::WorkerPool;

/// `samples`, shuffled for each of `epochs`, which are numbered from `first` over the whole run.
pub(super) fn shuffled(
    samples: &[u32],
    first: u64,
    epochs: usize,
    seed: Seed,
    pool: &WorkerPool,
) -> Vec<Vec<u32>> {
    let shuffles = seed.stream("minibatch shuffles");
    let mut orders: Vec<(u64, Vec<u32>)> = (first..first + epochs as u64)
        .map(|epoch| (epoch, samples.to_vec()))
        .collect();
    pool.for_each(&mut orders, |(epoch, order)| {
        order.shuffle(&mut shuffles.nth(*epoch));
    });
    orders.into_iter().map(|(_, order)| order).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_epoch_has_its_own_order_of_all_samples() {
        let (samples, seed) = (Vec::from_iter(0..100), Seed::new(1));
        let orders = shuffled(&samples, 5, 2, seed, &WorkerPool::new(2));
        assert_ne!(orders[0], orders[1]);
        for order in &orders {
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, samples);
        }
        let later = shuffled(&samples, 6, 1, seed, &WorkerPool::new(1));
        assert_eq!(later[0], orders[1], "numbered over the whole run");
    }
}
