//! Layer normalisation (arXiv:1607.06450) without gain and bias, which the next layer's weights can stand in for.
//!
//! A matrix `[rows, width]` holds `columns` numbers in each row and zeros behind them, in and out.

use super::vector::{PARTIAL_SUMS, add_pairwise};
use pulp::Simd;

/// Added to the variance, so that a row of equal numbers stays finite.
const EPSILON: f32 = 1e-5;

/// `x := (x - mean) / sqrt(variance + epsilon)` in every row. Also writes the reciprocal of each row's root.
#[inline(always)]
pub(super) fn normalize<S: Simd>(
    simd: S,
    x: &mut [f32],
    width: usize,
    columns: usize,
    reciprocals: &mut [f32],
) {
    for (x, reciprocal) in x.chunks_exact_mut(width).zip(reciprocals) {
        let mean = sum(simd, x, x, first) / columns as f32;
        each(
            simd,
            x,
            #[inline(always)]
            |x| simd.sub_f32s(x, simd.splat_f32s(mean)),
        );
        x[columns..].fill(0.0);
        let variance = sum(simd, x, x, product) / columns as f32;
        *reciprocal = 1.0 / (variance + EPSILON).sqrt();
        let factor = simd.splat_f32s(*reciprocal);
        each(
            simd,
            x,
            #[inline(always)]
            |x| simd.mul_f32s(x, factor),
        );
    }
}

/// Turns gradients with respect to `y`, which [`normalize`] made of `x`, into those with respect to `x`:
/// `dx = (dy - mean(dy) - y mean(dy y)) / sqrt(variance + epsilon)` in every row.
#[inline(always)]
pub(super) fn derive<S: Simd>(
    simd: S,
    gradient: &mut [f32],
    y: &[f32],
    width: usize,
    columns: usize,
    reciprocals: &[f32],
) {
    let rows = gradient
        .chunks_exact_mut(width)
        .zip(y.chunks_exact(width))
        .zip(reciprocals);
    for ((gradient, y), &reciprocal) in rows {
        let mean = sum(simd, gradient, gradient, first) / columns as f32;
        let mean_product = sum(simd, gradient, y, product) / columns as f32;
        let (mean, mean_product) = (simd.splat_f32s(mean), simd.splat_f32s(mean_product));
        let factor = simd.splat_f32s(reciprocal);
        let (vectors, _) = S::as_mut_simd_f32s(gradient);
        let (y, _) = S::as_simd_f32s(y);
        for (g, &y) in vectors.iter_mut().zip(y) {
            let rest = simd.negate_mul_add_f32s(y, mean_product, simd.sub_f32s(*g, mean));
            *g = simd.mul_f32s(rest, factor);
        }
        gradient[columns..].fill(0.0);
    }
}

/// A term of [`sum`] that leaves the second number out.
#[inline(always)]
fn first<S: Simd>(simd: S, sum: S::f32s, x: S::f32s, _: S::f32s) -> S::f32s {
    simd.add_f32s(sum, x)
}

#[inline(always)]
fn product<S: Simd>(simd: S, sum: S::f32s, x: S::f32s, y: S::f32s) -> S::f32s {
    simd.mul_add_f32s(x, y, sum)
}

/// The sum over a row, in the order of [`squared_norm`](super::squared_norm): element `i` goes to partial sum `i mod 64`, and these
/// are added pairwise.
#[inline(always)]
fn sum<S: Simd>(
    simd: S,
    x: &[f32],
    y: &[f32],
    add: impl Fn(S, S::f32s, S::f32s, S::f32s) -> S::f32s,
) -> f32 {
    let mut sums = [0.0; PARTIAL_SUMS];
    let (into, _) = S::as_mut_simd_f32s(&mut sums);
    for (x, y) in x.chunks(PARTIAL_SUMS).zip(y.chunks(PARTIAL_SUMS)) {
        let ((x, _), (y, _)) = (S::as_simd_f32s(x), S::as_simd_f32s(y));
        for ((sum, &x), &y) in into.iter_mut().zip(x).zip(y) {
            *sum = add(simd, *sum, x, y);
        }
    }
    add_pairwise(sums)
}

/// `x := f(x)` for a row of whole vectors.
#[inline(always)]
fn each<S: Simd>(_: S, x: &mut [f32], f: impl Fn(S::f32s) -> S::f32s) {
    let (vectors, _) = S::as_mut_simd_f32s(x);
    for x in vectors {
        *x = f(*x);
    }
}

#[cfg(test)]
mod tests {
    use super::super::product::padded;
    use super::super::{arches, bits, noise};
    use super::*;
    use pulp::{Arch, WithSimd};

    struct Both<'a> {
        x: &'a mut [f32],
        gradient: &'a mut [f32],
        width: usize,
        columns: usize,
        reciprocals: &'a mut [f32],
    }

    impl WithSimd for Both<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Self {
                x,
                gradient,
                width,
                columns,
                reciprocals,
            } = self;
            normalize(simd, x, width, columns, reciprocals);
            derive(simd, gradient, x, width, columns, reciprocals);
        }
    }

    /// What becomes of rows of so many columns and of gradients, both padded.
    fn both(arch: Arch, x: &[f32], gradient: &[f32], columns: usize) -> [Vec<f32>; 2] {
        let width = padded(columns);
        let pad = |rows: &[f32]| -> Vec<f32> {
            let row = |row: &[f32]| [row, &vec![0.0; width - columns]].concat();
            rows.chunks_exact(columns).flat_map(row).collect()
        };
        let (mut x, mut gradient) = (pad(x), pad(gradient));
        let mut reciprocals = vec![0.0; x.len() / width];
        arch.dispatch(Both {
            x: &mut x,
            gradient: &mut gradient,
            width,
            columns,
            reciprocals: &mut reciprocals,
        });
        [x, gradient]
    }

    #[test]
    fn four_numbers_by_hand() {
        // Mean 512 and deviation 1024, beside which epsilon vanishes.
        let x = [-512.0, -512.0, 1536.0, 1536.0];
        // The mean of dy is 1 and that of dy y is -1, so 1024 dx = dy - 1 + y.
        let gradient = [4.0, 0.0, 0.0, 0.0];
        let [y, dx] = both(Arch::new(), &x, &gradient, 4);
        assert_eq!(y[..4], [-1.0, -1.0, 1.0, 1.0]);
        assert_eq!(dx[..4], [2.0, -2.0, 0.0, 0.0].map(|dx| dx / 1024.0));
        assert_eq!([&y[4..], &dx[4..]], [[0.0; 12]; 2], "padding stays 0");
    }

    #[test]
    fn equal_numbers_become_zero() {
        let [y, dx] = both(Arch::new(), &[3.0; 20], &[1.0; 20], 20);
        assert_eq!([y, dx], [[0.0; 32]; 2]);
    }

    #[test]
    fn a_row_has_mean_0_and_variance_1() {
        let [y, _] = both(Arch::new(), &noise(300), &[0.0; 300], 100);
        for row in y.chunks_exact(padded(100)) {
            let mean = row.iter().sum::<f32>() / 100.0;
            let variance = row.iter().map(|y| y * y).sum::<f32>() / 100.0;
            assert!(mean.abs() < 1e-6, "mean {mean}");
            assert!((variance - 1.0).abs() < 1e-4, "variance {variance}");
        }
    }

    #[test]
    fn every_cpu_gives_the_same_bits() {
        for columns in [1, 15, 16, 17, 64, 70, 256] {
            let (x, gradient) = (noise(3 * columns), noise(5 * columns));
            let expected = both(Arch::Scalar, &x, &gradient[2 * columns..], columns);
            for arch in arches() {
                let found = both(arch, &x, &gradient[2 * columns..], columns);
                for (found, expected) in found.iter().zip(&expected) {
                    assert!(bits(found) == bits(expected), "{arch:?}, {columns} columns");
                }
            }
        }
    }
}
