//! The functions between layers, as formulas that every CPU rounds alike.

use super::vector::{map, zip_map};
use pulp::Simd;
use serde::{Deserialize, Serialize};

/// The function that follows every layer but the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Activation {
    /// Hyperbolic tangent: odd, never beyond 1 and exactly 1 above 8, within 3.5e-7 of the true value (all `f32` were
    /// tried). NaN stays NaN.
    Tanh,
    /// `max(x, 0)`.
    Relu,
    /// `x` above 0, `exp(x) - 1` below (arXiv:1511.07289 with alpha = 1), within 2e-7 of the true value.
    Elu,
}

impl Activation {
    /// Replaces every `x` by the function's value.
    #[inline(always)]
    pub(super) fn apply<S: Simd>(self, simd: S, x: &mut [f32]) {
        match self {
            Self::Tanh => map(simd, x, tanh),
            Self::Relu => map(simd, x, relu),
            Self::Elu => map(simd, x, elu),
        }
    }

    /// Multiplies every gradient with respect to the function's value `y` by the derivative, which all three
    /// functions tell from `y` alone.
    #[inline(always)]
    pub(super) fn apply_derivative<S: Simd>(self, simd: S, gradient: &mut [f32], y: &[f32]) {
        match self {
            Self::Tanh => zip_map(simd, gradient, y, tanh_derivative),
            Self::Relu => zip_map(simd, gradient, y, relu_derivative),
            Self::Elu => zip_map(simd, gradient, y, elu_derivative),
        }
    }
}

/// Numerator and denominator of `tanh(x) / x` on [-8.2, 8.2] as polynomials in `x^2`, constant term first: a minimax fit of
/// the relative error (8e-9 before rounding).
const TANH_NUMERATOR: [f32; 5] = [1.0, 0.13432117, 0.0035566795, 2.163716e-5, 1.4840401e-8];
const TANH_DENOMINATOR: [f32; 5] = [1.0, 0.46765444, 0.026108272, 0.00033864297, 8.3705396e-7];
/// Where tanh counts as 1, squared: closer to 1 than rounding can tell, so that no value passes 1.
const TANH_SATURATION_SQUARED: f32 = 64.0;
/// `RECIPROCAL_GUESS - bits(x)` are the bits of `1 / x` within 13 %, for positive `x` of moderate size.
const RECIPROCAL_GUESS: u32 = 0x7EF3_11C7;

#[inline(always)]
fn tanh<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let one = simd.splat_f32s(1.0);
    let square = simd.mul_f32s(x, x);
    let numerator = simd.mul_f32s(x, polynomial(simd, square, &TANH_NUMERATOR));
    let denominator = polynomial(simd, square, &TANH_DENOMINATOR);

    // The quotient without a division, which would take as long as all the rest. With an error `e` of the reciprocal
    // `r`, `r (1 + e + e^2)` is better by the third power: 13 % -> 0.2 % -> nothing.
    let bits = simd.sub_u32s(
        simd.splat_u32s(RECIPROCAL_GUESS),
        simd.transmute_u32s_f32s(denominator),
    );
    let guess = simd.transmute_f32s_u32s(bits);
    let error = simd.negate_mul_add_f32s(denominator, guess, one);
    let reciprocal = simd.mul_add_f32s(guess, simd.mul_add_f32s(error, error, error), guess);
    let error = simd.negate_mul_add_f32s(denominator, reciprocal, one);
    let quotient = simd.mul_f32s(numerator, reciprocal);
    let quotient = simd.mul_add_f32s(quotient, simd.mul_add_f32s(error, error, error), quotient);

    // Comparisons instead of min and max: these drop a NaN or keep it depending on the CPU.
    let sign = simd.and_f32s(x, simd.splat_f32s(-0.0));
    let saturated = simd.greater_than_f32s(square, simd.splat_f32s(TANH_SATURATION_SQUARED));
    simd.select_f32s(saturated, simd.or_f32s(sign, one), quotient)
}

/// `1 - tanh^2`.
#[inline(always)]
fn tanh_derivative<S: Simd>(simd: S, gradient: S::f32s, y: S::f32s) -> S::f32s {
    simd.mul_f32s(
        gradient,
        simd.negate_mul_add_f32s(y, y, simd.splat_f32s(1.0)),
    )
}

#[inline(always)]
fn relu<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let zero = simd.splat_f32s(0.0);
    simd.select_f32s(simd.less_than_f32s(x, zero), zero, x)
}

#[inline(always)]
fn relu_derivative<S: Simd>(simd: S, gradient: S::f32s, y: S::f32s) -> S::f32s {
    let zero = simd.splat_f32s(0.0);
    simd.select_f32s(simd.less_than_or_equal_f32s(y, zero), zero, gradient)
}

/// Below this, `exp(x) - 1` is -1 in `f32`.
const ELU_SATURATION: f32 = -20.0;
/// `1.5 * 2^23`: adding it rounds to the nearest integer, which then fills the low bits.
const ROUNDER: f32 = 12_582_912.0;
/// `ln 2` in two parts, of which the first has so few bits that its multiples are exact.
const LN_2: (f32, f32) = (0.693_359_4, -2.121_944_4e-4);
/// `(exp(r) - 1 - r) / r^2` for `|r| <= ln(2) / 2`, constant term first: a minimax fit.
const EXP_TAIL: [f32; 5] = [
    0.5,
    0.166_666_67,
    0.041_666_67,
    0.008_333_334,
    0.001_388_889,
];

#[inline(always)]
fn elu<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let zero = simd.splat_f32s(0.0);
    let one = simd.splat_f32s(1.0);
    let limit = simd.splat_f32s(ELU_SATURATION);
    let below = simd.select_f32s(simd.less_than_f32s(x, limit), limit, x);
    let below = simd.select_f32s(simd.greater_than_f32s(below, zero), zero, below);

    // exp(x) - 1 = 2^n (exp(r) - 1) + (2^n - 1) with x = n ln 2 + r.
    let rounder = simd.splat_f32s(ROUNDER);
    let shifted = simd.mul_add_f32s(below, simd.splat_f32s(std::f32::consts::LOG2_E), rounder);
    let n = simd.sub_f32s(shifted, rounder);
    let r = simd.negate_mul_add_f32s(n, simd.splat_f32s(LN_2.0), below);
    let r = simd.negate_mul_add_f32s(n, simd.splat_f32s(LN_2.1), r);
    let tail = simd.mul_f32s(r, polynomial(simd, r, &EXP_TAIL));
    let exp_r = simd.mul_add_f32s(r, tail, r);
    let exponent = simd.add_u32s(simd.transmute_u32s_f32s(shifted), simd.splat_u32s(127));
    let power = simd.transmute_f32s_u32s(simd.wrapping_dyn_shl_u32s(exponent, simd.splat_u32s(23)));
    let value = simd.mul_add_f32s(power, exp_r, simd.sub_f32s(power, one));

    simd.select_f32s(simd.greater_than_f32s(x, zero), x, value)
}

#[inline(always)]
fn elu_derivative<S: Simd>(simd: S, gradient: S::f32s, y: S::f32s) -> S::f32s {
    let one = simd.splat_f32s(1.0);
    let below = simd.add_f32s(y, one);
    let is_above = simd.greater_than_f32s(y, simd.splat_f32s(0.0));
    simd.mul_f32s(gradient, simd.select_f32s(is_above, one, below))
}

/// Horner's scheme, constant term first.
#[inline(always)]
fn polynomial<S: Simd, const N: usize>(simd: S, x: S::f32s, coefficients: &[f32; N]) -> S::f32s {
    let mut value = simd.splat_f32s(coefficients[N - 1]);
    for &coefficient in coefficients.iter().rev().skip(1) {
        value = simd.mul_add_f32s(value, x, simd.splat_f32s(coefficient));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::super::arches;
    use super::*;
    use pulp::{Arch, WithSimd};

    struct Apply<'a>(Activation, &'a mut [f32]);

    impl WithSimd for Apply<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            self.0.apply(simd, self.1);
        }
    }

    struct Derivative<'a>(Activation, &'a mut [f32], &'a [f32]);

    impl WithSimd for Derivative<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            self.0.apply_derivative(simd, self.1, self.2);
        }
    }

    fn apply(arch: Arch, activation: Activation, x: &[f32]) -> Vec<f32> {
        let mut y = x.to_vec();
        arch.dispatch(Apply(activation, &mut y));
        y
    }

    /// Values of every magnitude from 1e-38 to 1e38, each sign in turn, in increasing magnitude.
    fn magnitudes() -> Vec<f32> {
        let bits = (0x0080_0000..0x7F00_0000_u32).step_by(9973);
        bits.flat_map(|bits| [f32::from_bits(bits), -f32::from_bits(bits)])
            .collect()
    }

    #[test]
    fn tanh_is_close_to_the_true_value() {
        let x = magnitudes();
        for (x, y) in x.iter().zip(apply(Arch::new(), Activation::Tanh, &x)) {
            let error = f64::from(y) - f64::from(*x).tanh();
            assert!(error.abs() <= 3.5e-7, "tanh({x}) = {y}, off by {error:e}");
        }
    }

    #[test]
    fn tanh_is_odd_and_saturates_at_one() {
        let x = magnitudes();
        let y = apply(Arch::new(), Activation::Tanh, &x);
        for (x, y) in x.as_chunks::<2>().0.iter().zip(y.as_chunks::<2>().0) {
            assert_eq!(y[0], -y[1], "tanh is not odd at {}", x[0]);
            assert!(y[0] <= 1.0, "tanh({}) = {}", x[0], y[0]);
            assert!(x[0] <= 8.0 || y[0] == 1.0, "tanh({}) = {}", x[0], y[0]);
        }
        let limits = apply(
            Arch::new(),
            Activation::Tanh,
            &[f32::INFINITY, f32::NEG_INFINITY, 0.0],
        );
        assert_eq!(limits, [1.0, -1.0, 0.0]);
    }

    #[test]
    fn tanh_rises_up_to_rounding() {
        let x: Vec<f32> = (0..200_000).map(|i| i as f32 * 5e-5).collect();
        let mut highest = 0.0_f32;
        for (x, y) in x.iter().zip(apply(Arch::new(), Activation::Tanh, &x)) {
            assert!(y >= highest - 6e-7, "tanh falls at {x}");
            highest = highest.max(y);
        }
    }

    #[test]
    fn elu_is_close_to_the_true_value() {
        let x = magnitudes();
        for (x, y) in x.iter().zip(apply(Arch::new(), Activation::Elu, &x)) {
            let expected = if *x > 0.0 {
                f64::from(*x)
            } else {
                f64::from(*x).exp_m1()
            };
            assert!(
                (f64::from(y) - expected).abs() <= 2e-7,
                "elu({x}) = {y}, not {expected}"
            );
        }
    }

    #[test]
    fn relu_keeps_the_positive() {
        assert_eq!(
            apply(Arch::new(), Activation::Relu, &[-2.0, -0.5, 0.0, 0.5, 2.0]),
            [0.0, 0.0, 0.0, 0.5, 2.0]
        );
    }

    #[test]
    fn derivatives_come_from_the_value() {
        for (activation, y, derivative) in [
            (Activation::Tanh, 0.5, 0.75),
            (Activation::Tanh, -0.5, 0.75),
            (Activation::Tanh, 1.0, 0.0),
            (Activation::Relu, 0.0, 0.0),
            (Activation::Relu, 3.0, 1.0),
            (Activation::Elu, -0.75, 0.25),
            (Activation::Elu, 3.0, 1.0),
        ] {
            let mut gradient = [2.0];
            Arch::new().dispatch(Derivative(activation, &mut gradient, &[y]));
            assert_eq!(gradient, [2.0 * derivative], "{activation:?} at {y}");
        }
    }

    #[test]
    fn nan_stays_nan() {
        for arch in arches() {
            for activation in [Activation::Tanh, Activation::Relu, Activation::Elu] {
                assert!(
                    apply(arch, activation, &[f32::NAN; 17])
                        .iter()
                        .all(|y| y.is_nan()),
                    "{arch:?} {activation:?}"
                );
            }
        }
    }

    #[test]
    fn every_cpu_gives_the_same_bits() {
        let x = magnitudes();
        for activation in [Activation::Tanh, Activation::Relu, Activation::Elu] {
            let scalar = apply(Arch::Scalar, activation, &x);
            for arch in arches() {
                let y = apply(arch, activation, &x);
                assert!(
                    scalar
                        .iter()
                        .zip(&y)
                        .all(|(a, b)| a.to_bits() == b.to_bits()),
                    "{arch:?} {activation:?}"
                );
                // The tail of a slice goes another way than its vectors.
                for (i, y) in y.iter().enumerate().take(40) {
                    assert_eq!(
                        apply(arch, activation, &x[i..=i])[0].to_bits(),
                        y.to_bits(),
                        "{arch:?} {activation:?}"
                    );
                }
            }
        }
    }
}
