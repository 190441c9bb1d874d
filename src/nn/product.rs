//! Products of matrices: operands, and the call of the one kernel.

mod kernel;

use super::arch;
use pulp::Arch;

/// Columns of [`Right`] and internal rows are padded to multiples of this: the widest vector of any CPU, in `f32`s.
pub(super) const BLOCK: usize = 16;
/// Columns of a strip of [`Right`]: what four of the widest vectors hold.
pub(super) const STRIP: usize = 4 * BLOCK;

/// The smallest multiple of [`BLOCK`] that holds `columns`.
pub(super) const fn padded(columns: usize) -> usize {
    columns.next_multiple_of(BLOCK)
}

/// The left operand `A [m, k]` of a product.
#[derive(Clone, Copy, Debug)]
pub enum Left<'a> {
    /// `A[i, j] = values[i * stride + j]`: rows lie in one piece.
    Rows {
        /// The elements.
        values: &'a [f32],
        /// Distance between rows.
        stride: usize,
    },
    /// `A[i, j] = values[j * stride + i]`: the transpose of what lies in rows.
    Columns {
        /// The elements.
        values: &'a [f32],
        /// Distance between columns.
        stride: usize,
    },
}

/// The right operand `B [k, n]` of a product: strips of 64 columns, each with rows of `stride` elements,
/// a multiple of 16. The columns from `n` up to that multiple exist and do not matter.
#[derive(Clone, Copy, Debug)]
pub struct Right<'a> {
    /// The elements.
    pub values: &'a [f32],
    /// Distance between rows of a strip.
    pub stride: usize,
    /// Distance between strips.
    pub strip: usize,
}

impl<'a> Right<'a> {
    /// A matrix whose rows of `stride` elements lie one after another.
    pub fn rows(values: &'a [f32], stride: usize) -> Self {
        Self {
            values,
            stride,
            strip: STRIP,
        }
    }

    /// What `pack` made of a matrix `[k, n]`.
    pub(super) fn packed(values: &'a [f32], k: usize, n: usize) -> Self {
        let stride = padded(n).min(STRIP);
        Self {
            values,
            stride,
            strip: k * stride,
        }
    }
}

/// What the sums of a product start from.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a> {
    /// Zero.
    Zero,
    /// One value per column, padded like the rows of [`Right`].
    Row(&'a [f32]),
    /// What the result holds: the product is added to it, term by term.
    Result,
}

/// `C [m, n] = start + A B`, where `C[i, j] = c[i * c_stride + j]` and the terms are added in the order of `k`.
///
/// # Panics
/// If a slice is too short for its shape, or the stride of `b` is not a multiple of 16.
pub fn product(
    (m, k, n): (usize, usize, usize),
    a: Left<'_>,
    b: Right<'_>,
    start: Start<'_>,
    c: &mut [f32],
    c_stride: usize,
) {
    product_on(arch(), (m, k, n), a, b, start, c, c_stride);
}

pub(super) fn product_on(
    arch: Arch,
    (m, k, n): (usize, usize, usize),
    a: Left<'_>,
    b: Right<'_>,
    start: Start<'_>,
    c: &mut [f32],
    c_stride: usize,
) {
    arch.dispatch(Product {
        m,
        k,
        n,
        a,
        b,
        start,
        c,
        c_stride,
    });
}

/// A product as the kernel takes it, also within a call that has dispatched already.
pub(super) struct Product<'a> {
    pub(super) m: usize,
    pub(super) k: usize,
    pub(super) n: usize,
    pub(super) a: Left<'a>,
    pub(super) b: Right<'a>,
    pub(super) start: Start<'a>,
    pub(super) c: &'a mut [f32],
    pub(super) c_stride: usize,
}

#[cfg(test)]
mod tests {
    use super::super::arches;
    use super::super::packing::{pack, packed_len};
    use super::*;
    use proptest::prelude::*;

    /// A matrix of halves in [-4, 4], of which sums of products are exact.
    fn halves(rows: usize, columns: usize, seed: usize) -> Vec<f32> {
        (0..rows * columns)
            .map(|i| ((i * 7 + i / 5 + seed) % 17) as f32 * 0.5 - 4.0)
            .collect()
    }

    /// A matrix of values whose products round.
    fn sevenths(rows: usize, columns: usize) -> Vec<f32> {
        (0..rows * columns)
            .map(|i| ((i * 31 + i / 3) % 41) as f32 / 7.0 - 2.5)
            .collect()
    }

    /// The same matrix with rows of another length.
    fn widen(matrix: &[f32], columns: usize, stride: usize) -> Vec<f32> {
        let pad = |row: &[f32]| {
            row.iter()
                .copied()
                .chain(std::iter::repeat(f32::NAN))
                .take(stride)
                .collect::<Vec<_>>()
        };
        matrix.chunks_exact(columns).flat_map(pad).collect()
    }

    fn transpose(matrix: &[f32], columns: usize) -> Vec<f32> {
        (0..columns)
            .flat_map(|j| matrix.iter().skip(j).step_by(columns).copied())
            .collect()
    }

    fn bits(values: &[f32]) -> Vec<u32> {
        values.iter().map(|value| value.to_bits()).collect()
    }

    #[test]
    fn two_by_two() {
        // [1 2; 3 4] [5 6; 7 8] = [19 22; 43 50]
        let b = widen(&[5.0, 6.0, 7.0, 8.0], 2, 16);
        let mut c = [100.0; 4];
        let a = Left::Rows {
            values: &[1.0, 2.0, 3.0, 4.0],
            stride: 2,
        };
        product((2, 2, 2), a, Right::rows(&b, 16), Start::Zero, &mut c, 2);
        assert_eq!(c, [19.0, 22.0, 43.0, 50.0]);
        product((2, 2, 2), a, Right::rows(&b, 16), Start::Result, &mut c, 2);
        assert_eq!(c, [38.0, 44.0, 86.0, 100.0]);
        let mut row = [0.0; 16];
        row[..2].copy_from_slice(&[0.5, -0.5]);
        product(
            (2, 2, 2),
            a,
            Right::rows(&b, 16),
            Start::Row(&row),
            &mut c,
            2,
        );
        assert_eq!(c, [19.5, 21.5, 43.5, 49.5]);
    }

    proptest! {
        #[test]
        fn any_shape_agrees_with_sums_in_f64(m in 1..40_usize, k in 1..40_usize, n in 1..150_usize, stretch in 0..3_usize) {
            let (a, b, c) = (halves(m, k, 1), halves(k, n, 2), halves(m, n, 3));
            let expected: Vec<f32> = (0..m * n)
                .map(|i| {
                    let terms = (0..k).map(|j| f64::from(a[i / n * k + j]) * f64::from(b[j * n + i % n]));
                    (f64::from(c[i]) + terms.sum::<f64>()) as f32
                })
                .collect();
            let (a_stride, c_stride) = (k + stretch, n + stretch);
            let b_stride = padded(n) + BLOCK * stretch;
            let rows = widen(&a, k, a_stride);
            let columns = widen(&transpose(&a, k), m, m + stretch);
            let wide_b = widen(&b, n, b_stride);
            let mut packed_b = vec![0.0; packed_len(k, n)];
            pack(&b, n, &mut packed_b);
            for a in [
                Left::Rows { values: &rows, stride: a_stride },
                Left::Columns { values: &columns, stride: m + stretch },
            ] {
                for b in [Right::rows(&wide_b, b_stride), Right::packed(&packed_b, k, n)] {
                    for arch in arches() {
                        let mut result = widen(&c, n, c_stride);
                        product_on(arch, (m, k, n), a, b, Start::Result, &mut result, c_stride);
                        prop_assert_eq!(bits(&result), bits(&widen(&expected, n, c_stride)));
                    }
                }
            }
        }
    }

    #[test]
    fn a_row_has_the_same_bits_in_any_batch_on_any_cpu() {
        let (k, n) = (37, 85);
        let (a, b) = (sevenths(256, k), widen(&sevenths(k, n), n, padded(n)));
        let run = |arch, m| {
            let mut c = vec![0.0; m * n];
            let a = Left::Rows {
                values: &a,
                stride: k,
            };
            product_on(
                arch,
                (m, k, n),
                a,
                Right::rows(&b, padded(n)),
                Start::Zero,
                &mut c,
                n,
            );
            bits(&c)
        };
        let all = run(Arch::Scalar, 256);
        for arch in arches() {
            for m in 1..=256 {
                assert!(run(arch, m) == all[..m * n], "{arch:?} with {m} rows");
            }
        }
    }

    #[test]
    fn a_transposed_operand_has_the_same_bits() {
        let (m, k, n) = (23, 50, 70);
        let (a, b) = (sevenths(m, k), widen(&sevenths(k, n), n, padded(n)));
        let columns = transpose(&a, k);
        let b = Right::rows(&b, padded(n));
        let (mut c, mut d) = (vec![0.0; m * n], vec![0.0; m * n]);
        product(
            (m, k, n),
            Left::Rows {
                values: &a,
                stride: k,
            },
            b,
            Start::Zero,
            &mut c,
            n,
        );
        product(
            (m, k, n),
            Left::Columns {
                values: &columns,
                stride: m,
            },
            b,
            Start::Zero,
            &mut d,
            n,
        );
        assert_eq!(bits(&c), bits(&d));
    }
}
