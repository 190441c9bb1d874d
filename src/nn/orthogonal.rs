//! Orthogonal initialisation (arXiv:1312.6120).

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

/// A matrix `[inputs, outputs]`, row by row, whose rows (or columns, whichever are fewer) are orthogonal and of length
/// `gain`, uniformly drawn from all such matrices.
pub(super) fn orthogonal(inputs: usize, outputs: usize, gain: f32, rng: &mut impl Rng) -> Vec<f32> {
    let (count, length) = (inputs.min(outputs), inputs.max(outputs));
    let mut basis: Vec<Vec<f64>> = Vec::with_capacity(count);
    while basis.len() < count {
        let mut vector: Vec<f64> = StandardNormal.sample_iter(&mut *rng).take(length).collect();
        // Once more, because rounding leaves a rest of what the first pass takes away.
        for _ in 0..2 {
            for other in &basis {
                let overlap = dot(&vector, other);
                vector
                    .iter_mut()
                    .zip(other)
                    .for_each(|(x, y)| *x -= overlap * y);
            }
        }
        let norm = dot(&vector, &vector).sqrt();
        vector.iter_mut().for_each(|x| *x /= norm);
        basis.push(vector);
    }
    let element = |row: usize, column: usize| {
        if inputs <= outputs {
            basis[row][column]
        } else {
            basis[column][row]
        }
    };
    (0..inputs * outputs)
        .map(|i| (f64::from(gain) * element(i / outputs, i % outputs)) as f32)
        .collect()
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};

    #[test]
    fn the_shorter_side_is_orthogonal() {
        for (inputs, outputs) in [(5, 5), (3, 8), (8, 3), (24, 64), (64, 1)] {
            let matrix = orthogonal(
                inputs,
                outputs,
                1.5,
                &mut Xoshiro256PlusPlus::seed_from_u64(1),
            );
            let vector = |i: usize| -> Vec<f64> {
                let (first, step) = if inputs <= outputs {
                    (i * outputs, 1)
                } else {
                    (i, outputs)
                };
                matrix[first..]
                    .iter()
                    .step_by(step)
                    .take(inputs.max(outputs))
                    .map(|&x| f64::from(x))
                    .collect()
            };
            for i in 0..inputs.min(outputs) {
                for j in 0..=i {
                    let expected = if i == j { 2.25 } else { 0.0 };
                    assert!(
                        (dot(&vector(i), &vector(j)) - expected).abs() < 1e-6,
                        "{inputs}x{outputs}: {i}, {j}"
                    );
                }
            }
        }
    }
}
