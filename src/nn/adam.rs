//! Adam (arXiv:1412.6980, algorithm 1).

use super::arch;
use pulp::{Arch, Simd, WithSimd};
use serde::{Deserialize, Serialize};

/// Decay of the mean of gradients.
const BETA_1: f64 = 0.9;
/// Decay of the mean of squared gradients.
const BETA_2: f64 = 0.999;

/// The optimiser's state for one slice of parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adam {
    /// Running mean of gradients, one per parameter.
    #[serde(with = "crate::floats")]
    mean: Vec<f32>,
    /// Running mean of squared gradients, one per parameter.
    #[serde(with = "crate::floats")]
    square: Vec<f32>,
    /// Steps taken.
    step: u64,
    epsilon: f32,
}

impl Adam {
    /// For so many parameters. `epsilon` is added to the root of the mean square and keeps steps finite: 1e-8 in the
    /// paper, 1e-5 in many implementations of PPO.
    pub fn new(parameters: usize, epsilon: f32) -> Self {
        Self {
            mean: vec![0.0; parameters],
            square: vec![0.0; parameters],
            step: 0,
            epsilon,
        }
    }

    /// Whether it belongs to so many parameters and `epsilon`, and every number is finite and in its valid range. For a state that was
    /// read from a file.
    pub fn is_sound(&self, parameters: usize, epsilon: f32) -> bool {
        let finite = |numbers: &[f32]| numbers.iter().all(|x| x.is_finite());
        self.mean.len() == parameters
            && self.square.len() == parameters
            && finite(&self.mean)
            && finite(&self.square)
            && self.square.iter().all(|x| *x >= 0.0)
            && self.step < u64::MAX / 2
            && self.epsilon == epsilon
    }

    /// Moves `parameters` against `gradient` by at most about `learning_rate` each.
    ///
    /// # Panics
    /// If either length is not the one given to [`Adam::new`].
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
            self.mean.len(),
            "not the parameters of this optimiser"
        );
        assert_eq!(
            gradient.len(),
            self.mean.len(),
            "not the gradient of these parameters"
        );
        self.step += 1;
        // theta -= rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon), with both corrections taken out of the loop.
        let mean_correction = 1.0 - power(BETA_1, self.step);
        let root_correction = (1.0 - power(BETA_2, self.step)).sqrt();
        arch.dispatch(Step {
            rate: (f64::from(learning_rate) * root_correction / mean_correction) as f32,
            epsilon: (f64::from(self.epsilon) * root_correction) as f32,
            mean: &mut self.mean,
            square: &mut self.square,
            parameters,
            gradient,
        });
    }
}

/// `base^exponent` by squaring: std's `powi` may round differently from one build to the next.
fn power(mut base: f64, mut exponent: u64) -> f64 {
    let mut result = 1.0;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result *= base;
        }
        base *= base;
        exponent >>= 1;
    }
    result
}

struct Step<'a> {
    rate: f32,
    epsilon: f32,
    mean: &'a mut [f32],
    square: &'a mut [f32],
    parameters: &'a mut [f32],
    gradient: &'a [f32],
}

impl WithSimd for Step<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (means, mean_rest) = S::as_mut_simd_f32s(self.mean);
        let (squares, square_rest) = S::as_mut_simd_f32s(self.square);
        let (parameters, parameter_rest) = S::as_mut_simd_f32s(self.parameters);
        let (gradients, gradient_rest) = S::as_simd_f32s(self.gradient);
        let formula = Formula::new(simd, self.rate, self.epsilon);

        for (((m, v), theta), &g) in means.iter_mut().zip(squares).zip(parameters).zip(gradients) {
            (*m, *v, *theta) = formula.apply(simd, *m, *v, *theta, g);
        }
        if !gradient_rest.is_empty() {
            let (m, v, theta) = formula.apply(
                simd,
                simd.partial_load_f32s(mean_rest),
                simd.partial_load_f32s(square_rest),
                simd.partial_load_f32s(parameter_rest),
                simd.partial_load_f32s(gradient_rest),
            );
            simd.partial_store_f32s(mean_rest, m);
            simd.partial_store_f32s(square_rest, v);
            simd.partial_store_f32s(parameter_rest, theta);
        }
    }
}

/// The constants of a step, once per lane.
struct Formula<S: Simd> {
    beta_1: S::f32s,
    one_minus_beta_1: S::f32s,
    beta_2: S::f32s,
    one_minus_beta_2: S::f32s,
    rate: S::f32s,
    epsilon: S::f32s,
}

impl<S: Simd> Formula<S> {
    #[inline(always)]
    fn new(simd: S, rate: f32, epsilon: f32) -> Self {
        Self {
            beta_1: simd.splat_f32s(BETA_1 as f32),
            one_minus_beta_1: simd.splat_f32s((1.0 - BETA_1) as f32),
            beta_2: simd.splat_f32s(BETA_2 as f32),
            one_minus_beta_2: simd.splat_f32s((1.0 - BETA_2) as f32),
            rate: simd.splat_f32s(rate),
            epsilon: simd.splat_f32s(epsilon),
        }
    }

    #[inline(always)]
    fn apply(
        &self,
        simd: S,
        m: S::f32s,
        v: S::f32s,
        theta: S::f32s,
        g: S::f32s,
    ) -> (S::f32s, S::f32s, S::f32s) {
        let m = simd.mul_add_f32s(self.beta_1, m, simd.mul_f32s(self.one_minus_beta_1, g));
        let v = simd.mul_add_f32s(
            self.beta_2,
            v,
            simd.mul_f32s(simd.mul_f32s(self.one_minus_beta_2, g), g),
        );
        let root = simd.add_f32s(simd.sqrt_f32s(v), self.epsilon);
        let step = simd.div_f32s(simd.mul_f32s(self.rate, m), root);
        (m, v, simd.sub_f32s(theta, step))
    }
}

#[cfg(test)]
mod tests {
    use super::super::arches;
    use super::*;

    #[test]
    fn the_first_step_moves_by_the_rate_whatever_the_gradient() {
        // Both means are then the gradient and its square, times their corrections: rate * g / |g|.
        let mut parameters = [1.0, 1.0, 1.0, 1.0];
        Adam::new(4, 0.0).step(&mut parameters, &[2.0, -0.5, 1e-6, 1e6], 0.25);
        for (parameter, expected) in parameters.into_iter().zip([0.75, 1.25, 0.75, 0.75]) {
            assert!(
                (parameter - expected).abs() < 1e-6,
                "{parameter} instead of {expected}"
            );
        }
    }

    #[test]
    fn a_gradient_of_zero_moves_nothing() {
        let mut parameters = [1.0, -2.0];
        Adam::new(2, 1e-8).step(&mut parameters, &[0.0, 0.0], 0.25);
        assert_eq!(parameters, [1.0, -2.0]);
    }

    #[test]
    fn a_constant_gradient_moves_by_the_rate_at_every_step() {
        let (mut adam, mut parameter) = (Adam::new(1, 0.0), [0.0]);
        for _ in 0..100 {
            adam.step(&mut parameter, &[3.0], 0.5);
        }
        assert!((parameter[0] + 50.0).abs() < 1e-3, "{}", parameter[0]);
    }

    #[test]
    fn epsilon_is_compared_with_the_corrected_root() {
        // |g| = epsilon halves the step.
        let mut parameter = [1.0];
        Adam::new(1, 0.5).step(&mut parameter, &[0.5], 0.25);
        assert!((parameter[0] - 0.875).abs() < 1e-6, "{}", parameter[0]);
    }

    #[test]
    fn every_cpu_gives_the_same_bits() {
        let gradients: Vec<f32> = (0..101)
            .map(|i| ((i * 37) % 23) as f32 / 7.0 - 1.5)
            .collect();
        let run = |arch| {
            let (mut adam, mut parameters) = (Adam::new(101, 1e-8), vec![0.5; 101]);
            for step in 1..20 {
                let gradient: Vec<f32> = gradients.iter().map(|g| g / step as f32).collect();
                adam.step_on(arch, &mut parameters, &gradient, 3e-4);
            }
            (parameters, adam)
        };
        for arch in arches() {
            assert_eq!(run(Arch::Scalar), run(arch), "{arch:?}");
        }
    }
}
