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
                vector.iter_mut().zip(other).for_each(|(x, y)| *x -= overlap * y);
            }
        }
        let norm = dot(&vector, &vector).sqrt();
        vector.iter_mut().for_each(|x| *x /= norm);
        basis.push(vector);
    }
    let element = |row: usize, column: usize| if inputs <= outputs { basis[row][column] } else { basis[column][row] };
    (0..inputs * outputs).map(|i| (f64::from(gain) * element(i / outputs, i % outputs)) as f32).collect()
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}
