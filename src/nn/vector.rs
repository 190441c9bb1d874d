//! Element by element over slices: what optimisers and the sums of gradients need.

use super::arch;
use pulp::{Arch, Simd, WithSimd};

/// Partial sums of every sum over a slice, whatever the CPU's vectors hold.
pub(super) const PARTIAL_SUMS: usize = 64;

/// `sum of x_i^2`: element `i` goes to partial sum `i mod 64`, and these are added pairwise.
pub fn squared_norm(x: &[f32]) -> f32 {
    squared_norm_on(arch(), x)
}

fn squared_norm_on(arch: Arch, x: &[f32]) -> f32 {
    struct Squares<'a>(&'a [f32]);
    impl WithSimd for Squares<'_> {
        type Output = [f32; PARTIAL_SUMS];
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
            let mut sums = [0.0; PARTIAL_SUMS];
            let (blocks, rest) = self.0.as_chunks::<PARTIAL_SUMS>();
            for block in blocks {
                let (into, _) = S::as_mut_simd_f32s(&mut sums);
                let (block, _) = S::as_simd_f32s(block);
                for (sum, &x) in into.iter_mut().zip(block) {
                    *sum = simd.mul_add_f32s(x, x, *sum);
                }
            }
            for (sum, &x) in sums.iter_mut().zip(rest) {
                *sum = x.mul_add(x, *sum);
            }
            sums
        }
    }
    add_pairwise(arch.dispatch(Squares(x)))
}

/// Adds the second half to the first, until one number is left.
#[inline(always)]
pub(super) fn add_pairwise(mut sums: [f32; PARTIAL_SUMS]) -> f32 {
    let mut half = PARTIAL_SUMS / 2;
    while half > 0 {
        for i in 0..half {
            sums[i] += sums[i + half];
        }
        half /= 2;
    }
    sums[0]
}

/// `x_i := by x_i`.
pub fn scale(x: &mut [f32], by: f32) {
    struct Scale<'a>(&'a mut [f32], f32);
    impl WithSimd for Scale<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Self(x, by) = self;
            map(
                simd,
                x,
                #[inline(always)]
                |simd, x| simd.mul_f32s(x, simd.splat_f32s(by)),
            );
        }
    }
    arch().dispatch(Scale(x, by));
}

/// `into_i := into_i + x_i`, to sum the gradients of chunks in order.
///
/// # Panics
/// If the lengths differ.
pub fn add(into: &mut [f32], x: &[f32]) {
    struct Add<'a>(&'a mut [f32], &'a [f32]);
    impl WithSimd for Add<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Self(into, x) = self;
            zip_map(
                simd,
                into,
                x,
                #[inline(always)]
                |simd, into, x| simd.add_f32s(into, x),
            );
        }
    }
    assert_eq!(into.len(), x.len(), "lengths differ");
    arch().dispatch(Add(into, x));
}

/// `x_i := x_i + share (y_i - x_i)`.
///
/// # Panics
/// If the lengths differ.
pub(super) fn approach(x: &mut [f32], y: &[f32], share: f32) {
    approach_on(arch(), x, y, share);
}

fn approach_on(arch: Arch, x: &mut [f32], y: &[f32], share: f32) {
    struct Approach<'a>(&'a mut [f32], &'a [f32], f32);
    impl WithSimd for Approach<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Self(x, y, share) = self;
            zip_map(
                simd,
                x,
                y,
                #[inline(always)]
                |simd, x, y| simd.mul_add_f32s(simd.splat_f32s(share), simd.sub_f32s(y, x), x),
            );
        }
    }
    assert_eq!(x.len(), y.len(), "lengths differ");
    arch.dispatch(Approach(x, y, share));
}

/// `x_i := f(x_i)`, by vectors and a partial one for the rest.
#[inline(always)]
pub(super) fn map<S: Simd>(simd: S, x: &mut [f32], f: impl Fn(S, S::f32s) -> S::f32s) {
    let (vectors, rest) = S::as_mut_simd_f32s(x);
    for x in vectors {
        *x = f(simd, *x);
    }
    if !rest.is_empty() {
        let x = f(simd, simd.partial_load_f32s(rest));
        simd.partial_store_f32s(rest, x);
    }
}

/// `x_i := f(x_i, y_i)` for slices of one length, by vectors and a partial one for the rest.
#[inline(always)]
pub(super) fn zip_map<S: Simd>(
    simd: S,
    x: &mut [f32],
    y: &[f32],
    f: impl Fn(S, S::f32s, S::f32s) -> S::f32s,
) {
    let (vectors, rest) = S::as_mut_simd_f32s(x);
    let (y_vectors, y_rest) = S::as_simd_f32s(y);
    for (x, &y) in vectors.iter_mut().zip(y_vectors) {
        *x = f(simd, *x, y);
    }
    if !rest.is_empty() {
        let x = f(
            simd,
            simd.partial_load_f32s(rest),
            simd.partial_load_f32s(y_rest),
        );
        simd.partial_store_f32s(rest, x);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{arches, bits, noise};
    use super::*;

    #[test]
    fn sums_of_squares() {
        assert_eq!(squared_norm(&[]), 0.0);
        assert_eq!(squared_norm(&[3.0, 4.0]), 25.0);
        assert_eq!(squared_norm(&[2.0; 1000]), 4000.0);
    }

    #[test]
    fn every_cpu_sums_the_same_bits() {
        for len in [1, 15, 16, 63, 64, 65, 1000] {
            let x: Vec<f32> = (0..len).map(|i| (i % 41) as f32 / 7.0 - 2.5).collect();
            for arch in arches() {
                let expected = squared_norm_on(Arch::Scalar, &x);
                assert_eq!(
                    squared_norm_on(arch, &x).to_bits(),
                    expected.to_bits(),
                    "{arch:?}, {len} elements"
                );
            }
        }
    }

    #[test]
    fn scaling_and_adding_reach_the_last_element() {
        for len in [1, 16, 37] {
            let mut x = vec![1.5; len];
            scale(&mut x, 2.0);
            assert_eq!(x, vec![3.0; len]);
            add(&mut x, &vec![0.25; len]);
            assert_eq!(x, vec![3.25; len]);
        }
    }
    #[test]
    fn every_cpu_approaches_with_the_same_bits() {
        let (x, y) = (noise(37), noise(57));
        for arch in arches() {
            let run = |arch| {
                let mut x = x.clone();
                approach_on(arch, &mut x, &y[20..], 0.005);
                bits(&x)
            };
            assert_eq!(run(arch), run(Arch::Scalar), "{arch:?}");
        }
    }
}
