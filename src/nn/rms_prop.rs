//! `RMSProp` (Tieleman and Hinton, lecture 6.5 of "Neural Networks for Machine Learning", 2012) as `TensorFlow` 1 had it, with
//! which A3C (arXiv:1602.01783) and A2C were tuned: epsilon inside the root, a mean square that starts at 1.

use super::arch;
use pulp::{Arch, Simd, WithSimd};
use serde::{Deserialize, Serialize};

/// The optimiser's state for one slice of parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RmsProp {
    /// Running mean of squared gradients, one per parameter.
    #[serde(with = "crate::floats")]
    square: Vec<f32>,
    epsilon: f32,
    decay: f32,
}

impl RmsProp {
    /// For so many parameters. `epsilon` is added to the mean square, under the root: 1e-5 in most implementations of A2C.
    /// `decay` in [0, 1) is the weight of the old mean square at each step: 0.99 there. It starts at 1, so that first steps
    /// are plain gradient descent where gradients are small.
    pub fn new(parameters: usize, epsilon: f32, decay: f32) -> Self {
        Self {
            square: vec![1.0; parameters],
            epsilon,
            decay,
        }
    }

    /// Whether it belongs to so many parameters, `epsilon` and `decay`, and every number is finite and in its valid range. For a
    /// state that was read from a file.
    pub fn is_sound(&self, parameters: usize, epsilon: f32, decay: f32) -> bool {
        self.square.len() == parameters
            && self.square.iter().all(|x| x.is_finite() && *x >= 0.0)
            && self.epsilon == epsilon
            && self.decay == decay
    }

    /// Moves `parameters` against `gradient`: `theta -= rate g / sqrt(v + epsilon)` with `v := decay v + (1 - decay) g^2`.
    ///
    /// # Panics
    /// If either length is not the one given to [`RmsProp::new`].
    pub fn step(&mut self, parameters: &mut [f32], gradient: &[f32], learning_rate: f32) {
        self.step_on(arch(), parameters, gradient, learning_rate);
    }

    fn step_on(
        &mut self,
        arch: Arch,
        parameters: &mut [f32],
        gradient: &[f32],
        learning_rate: f32,
    ) {
        assert_eq!(
            parameters.len(),
            self.square.len(),
            "not the parameters of this optimiser"
        );
        assert_eq!(
            gradient.len(),
            self.square.len(),
            "not the gradient of these parameters"
        );
        arch.dispatch(Step {
            rate: learning_rate,
            epsilon: self.epsilon,
            decay: self.decay,
            square: &mut self.square,
            parameters,
            gradient,
        });
    }
}

struct Step<'a> {
    rate: f32,
    epsilon: f32,
    decay: f32,
    square: &'a mut [f32],
    parameters: &'a mut [f32],
    gradient: &'a [f32],
}

impl WithSimd for Step<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (squares, square_rest) = S::as_mut_simd_f32s(self.square);
        let (parameters, parameter_rest) = S::as_mut_simd_f32s(self.parameters);
        let (gradients, gradient_rest) = S::as_simd_f32s(self.gradient);
        let formula = Formula {
            decay: simd.splat_f32s(self.decay),
            one_minus_decay: simd.splat_f32s(1.0 - self.decay),
            rate: simd.splat_f32s(self.rate),
            epsilon: simd.splat_f32s(self.epsilon),
        };

        for ((v, theta), &g) in squares.iter_mut().zip(parameters).zip(gradients) {
            (*v, *theta) = formula.apply(simd, *v, *theta, g);
        }
        if !gradient_rest.is_empty() {
            let (v, theta) = formula.apply(
                simd,
                simd.partial_load_f32s(square_rest),
                simd.partial_load_f32s(parameter_rest),
                simd.partial_load_f32s(gradient_rest),
            );
            simd.partial_store_f32s(square_rest, v);
            simd.partial_store_f32s(parameter_rest, theta);
        }
    }
}

/// The constants of a step, once per lane.
struct Formula<S: Simd> {
    decay: S::f32s,
    one_minus_decay: S::f32s,
    rate: S::f32s,
    epsilon: S::f32s,
}

impl<S: Simd> Formula<S> {
    #[inline(always)]
    fn apply(&self, simd: S, v: S::f32s, theta: S::f32s, g: S::f32s) -> (S::f32s, S::f32s) {
        let square = simd.mul_f32s(simd.mul_f32s(self.one_minus_decay, g), g);
        let v = simd.mul_add_f32s(self.decay, v, square);
        let root = simd.sqrt_f32s(simd.add_f32s(v, self.epsilon));
        let step = simd.div_f32s(simd.mul_f32s(self.rate, g), root);
        (v, simd.sub_f32s(theta, step))
    }
}

#[cfg(test)]
mod tests {
    use super::super::arches;
    use super::*;

    #[test]
    fn a_first_step_by_hand() {
        // v = 0.75 + 0.25 g^2 begins at 1: g = 1 leaves it there, g = -5 makes it 7, g = 0 makes it 0.75.
        let mut parameters = [1.0, 1.0, 1.0];
        RmsProp::new(3, 0.0, 0.75).step(&mut parameters, &[1.0, -5.0, 0.0], 0.5);
        let expected = [0.5, 1.0 + 2.5 / 7.0_f32.sqrt(), 1.0];
        for (parameter, expected) in parameters.into_iter().zip(expected) {
            assert!(
                (parameter - expected).abs() < 1e-6,
                "{parameter} instead of {expected}"
            );
        }
    }

    #[test]
    fn a_constant_gradient_comes_to_move_by_the_rate() {
        // The 1 that the mean square began with has decayed to nothing.
        let (mut optimiser, mut parameter) = (RmsProp::new(1, 0.0, 0.5), [0.0]);
        for _ in 0..40 {
            optimiser.step(&mut parameter, &[8.0], 0.0);
        }
        optimiser.step(&mut parameter, &[8.0], 0.5);
        assert_eq!(parameter, [-0.5]);
    }

    #[test]
    fn epsilon_is_inside_the_root() {
        // The mean square 1 and epsilon 3 make a root of 2.
        let mut parameter = [1.0];
        RmsProp::new(1, 3.0, 0.5).step(&mut parameter, &[1.0], 0.5);
        assert_eq!(parameter, [0.75]);
    }

    #[test]
    fn a_state_of_others_is_not_sound() {
        let mut optimiser = RmsProp::new(2, 1e-5, 0.99);
        assert!(optimiser.is_sound(2, 1e-5, 0.99));
        assert!(!optimiser.is_sound(3, 1e-5, 0.99));
        assert!(!optimiser.is_sound(2, 1e-8, 0.99));
        assert!(!optimiser.is_sound(2, 1e-5, 0.9));
        optimiser.step(&mut [0.0; 2], &[f32::MAX, 1.0], 0.5);
        assert!(!optimiser.is_sound(2, 1e-5, 0.99), "an infinite square");
    }

    #[test]
    fn every_cpu_gives_the_same_bits() {
        let gradients: Vec<f32> = (0..101)
            .map(|i| ((i * 37) % 23) as f32 / 7.0 - 1.5)
            .collect();
        let run = |arch| {
            let mut optimiser = RmsProp::new(101, 1e-5, 0.99);
            let mut parameters = vec![0.5; 101];
            for step in 1..20 {
                let gradient: Vec<f32> = gradients.iter().map(|g| g / step as f32).collect();
                optimiser.step_on(arch, &mut parameters, &gradient, 7e-4);
            }
            (parameters, optimiser)
        };
        for arch in arches() {
            assert_eq!(run(Arch::Scalar), run(arch), "{arch:?}");
        }
    }
}
