//! The one kernel: a product of matrices, tile by tile in registers.

use super::{BLOCK, Left, Product, STRIP, Start};
use pulp::{Simd, WithSimd};

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        assert!(
            self.b.stride.is_multiple_of(BLOCK),
            "rows of the right operand are not padded"
        );
        match self.a {
            Left::Rows { values, stride } => self.strips(simd, Rows { values, stride }),
            Left::Columns { values, stride } => self.strips(simd, Columns { values, stride }),
        }
    }
}

impl Product<'_> {
    #[inline(always)]
    fn strips<S: Simd>(mut self, simd: S, a: impl Operand) {
        for strip in 0..self.n.div_ceil(STRIP) {
            let first = strip * STRIP;
            let columns = (self.n - first).min(STRIP);
            // The widest tile of which the accumulators, one row of B and one element of A fit the registers.
            if S::F32_LANES == BLOCK {
                match columns.div_ceil(BLOCK) {
                    4 => self.rows::<S, _, 6, 4>(simd, a, strip, 0),
                    3 => self.rows::<S, _, 6, 3>(simd, a, strip, 0),
                    2 => self.rows::<S, _, 6, 2>(simd, a, strip, 0),
                    _ => self.rows::<S, _, 8, 1>(simd, a, strip, 0),
                }
            } else {
                for column in (0..columns).step_by(2 * S::F32_LANES) {
                    self.rows::<S, _, 6, 2>(simd, a, strip, column);
                }
            }
        }
    }

    /// All rows of `V` vectors of columns, in tiles of `R` rows and smaller ones for the rest.
    #[inline(always)]
    fn rows<S: Simd, A: Operand, const R: usize, const V: usize>(
        &mut self,
        simd: S,
        a: A,
        strip: usize,
        column: usize,
    ) {
        let mut row = 0;
        while row < self.m {
            let left = self.m - row;
            // Two tiles of 4 beat one of 6 and one of 2, which has too few sums to hide the latency of an addition.
            row += if left >= R && left != R + 2 {
                self.tile::<S, A, R, V>(simd, a, row, strip, column);
                R
            } else if left >= 4 {
                self.tile::<S, A, 4, V>(simd, a, row, strip, column);
                4
            } else if left >= 2 {
                self.tile::<S, A, 2, V>(simd, a, row, strip, column);
                2
            } else {
                self.tile::<S, A, 1, V>(simd, a, row, strip, column);
                1
            };
        }
    }

    /// `R` rows of `V` vectors, of which the last columns may be padding that the result has no room for.
    #[inline(always)]
    fn tile<S: Simd, A: Operand, const R: usize, const V: usize>(
        &mut self,
        simd: S,
        a: A,
        row: usize,
        strip: usize,
        column: usize,
    ) {
        let first = strip * STRIP + column;
        let columns = (self.n - first).min(V * S::F32_LANES);
        let b = RowsOf {
            values: &self.b.values[strip * self.b.strip + column..],
            stride: self.b.stride,
        };
        let start = match self.start {
            Start::Row(values) => Start::Row(&values[first..]),
            start => start,
        };
        let c = &mut self.c[row * self.c_stride + first..];
        if columns == V * S::F32_LANES {
            whole_tile::<S, A, R, V>(simd, a, row, self.k, b, start, c, self.c_stride);
        } else {
            let mut padded = [[0.0; STRIP]; R];
            for (padded, c) in padded.iter_mut().zip(c.chunks(self.c_stride)) {
                padded[..columns].copy_from_slice(&c[..columns]);
            }
            whole_tile::<S, A, R, V>(
                simd,
                a,
                row,
                self.k,
                b,
                start,
                padded.as_flattened_mut(),
                STRIP,
            );
            for (padded, c) in padded.iter().zip(c.chunks_mut(self.c_stride)) {
                c[..columns].copy_from_slice(&padded[..columns]);
            }
        }
    }
}

/// `R` rows of `V` vectors: the whole sum over `k` stays in registers.
#[inline(always)]
fn whole_tile<S: Simd, A: Operand, const R: usize, const V: usize>(
    simd: S,
    a: A,
    row: usize,
    k: usize,
    b: RowsOf<'_>,
    start: Start<'_>,
    c: &mut [f32],
    c_stride: usize,
) {
    let mut sums = [[simd.splat_f32s(0.0); V]; R];
    match start {
        Start::Zero => {}
        Start::Row(values) => sums = [vectors(simd, values); R],
        Start::Result => {
            for (i, sums) in sums.iter_mut().enumerate() {
                *sums = vectors(simd, &c[i * c_stride..]);
            }
        }
    }
    a.accumulate(simd, row, k, b, &mut sums);
    for (i, sums) in sums.iter().enumerate() {
        let (c, _) = S::as_mut_simd_f32s(&mut c[i * c_stride..][..V * S::F32_LANES]);
        for (c, sum) in c.iter_mut().zip(sums) {
            *c = *sum;
        }
    }
}

/// Rows of the right operand, from the first column of a tile on.
#[derive(Clone, Copy)]
struct RowsOf<'a> {
    values: &'a [f32],
    stride: usize,
}

/// How the innermost loop walks the left operand.
trait Operand: Copy {
    /// Adds `A[row + i, j] B[j, ..]` to `sums[i]` for all `j < k` in order.
    fn accumulate<S: Simd, const R: usize, const V: usize>(
        self,
        simd: S,
        row: usize,
        k: usize,
        b: RowsOf<'_>,
        sums: &mut [[S::f32s; V]; R],
    );
}

#[derive(Clone, Copy)]
struct Rows<'a> {
    values: &'a [f32],
    stride: usize,
}

impl Operand for Rows<'_> {
    #[inline(always)]
    fn accumulate<S: Simd, const R: usize, const V: usize>(
        self,
        simd: S,
        row: usize,
        k: usize,
        b: RowsOf<'_>,
        sums: &mut [[S::f32s; V]; R],
    ) {
        let mut a = [self.values; R];
        for (i, a) in a.iter_mut().enumerate() {
            *a = &self.values[(row + i) * self.stride..][..k];
        }
        let mut rest = b.values;
        for j in 0..k {
            let b_row = vectors::<S, V>(simd, rest);
            rest = rest.get(b.stride..).unwrap_or_default();
            for (sums, a) in sums.iter_mut().zip(a) {
                let a = simd.splat_f32s(a[j]);
                for (sum, b) in sums.iter_mut().zip(b_row) {
                    *sum = simd.mul_add_f32s(a, b, *sum);
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Columns<'a> {
    values: &'a [f32],
    stride: usize,
}

impl Operand for Columns<'_> {
    #[inline(always)]
    fn accumulate<S: Simd, const R: usize, const V: usize>(
        self,
        simd: S,
        row: usize,
        k: usize,
        b: RowsOf<'_>,
        sums: &mut [[S::f32s; V]; R],
    ) {
        let mut rest = b.values;
        let mut a_rest = &self.values[row..];
        for _ in 0..k {
            let a = &a_rest[..R];
            a_rest = a_rest.get(self.stride..).unwrap_or_default();
            let b_row = vectors::<S, V>(simd, rest);
            rest = rest.get(b.stride..).unwrap_or_default();
            for (sums, &a) in sums.iter_mut().zip(a) {
                let a = simd.splat_f32s(a);
                for (sum, b) in sums.iter_mut().zip(b_row) {
                    *sum = simd.mul_add_f32s(a, b, *sum);
                }
            }
        }
    }
}

/// The first `V` vectors.
#[inline(always)]
fn vectors<S: Simd, const V: usize>(simd: S, values: &[f32]) -> [S::f32s; V] {
    let (values, _) = S::as_simd_f32s(&values[..V * S::F32_LANES]);
    let mut vectors = [simd.splat_f32s(0.0); V];
    for (vector, value) in vectors.iter_mut().zip(values) {
        *vector = *value;
    }
    vectors
}
