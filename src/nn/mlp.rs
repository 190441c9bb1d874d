//! The network itself: forward and backward over blocks of rows that stay in the cache.

use super::aligned::Aligned;
use super::layer::{Ends, Layer, ROWS, copy_rows};
use super::orthogonal::orthogonal;
use super::product::padded;
use super::{Layout, arch};
use pulp::{Arch, Simd, WithSimd};
use serde::{Deserialize, Serialize};
use std::{fmt, mem};

/// A dense network: its [`Layout`] and its parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Mlp {
    layout: Layout,
    #[serde(with = "crate::floats")]
    parameters: Vec<f32>,
    #[serde(skip)]
    layers: Vec<Layer>,
    /// The parameters again, as the kernel reads them: padded, in strips, and transposed for the way back.
    #[serde(skip)]
    packed: Aligned,
}

impl Mlp {
    /// Whether every parameter is finite.
    pub fn is_finite(&self) -> bool {
        self.parameters.iter().all(|x| x.is_finite())
    }

    /// Orthogonal weights (arXiv:1312.6120) of gain `sqrt 2` in hidden layers and `head_gain` in the last one; biases 0.
    pub fn orthogonal(layout: Layout, head_gain: f32, rng: &mut impl rand::Rng) -> Self {
        let mut parameters = vec![0.0; layout.parameters()];
        let head = layout.layers().count() - 1;
        for (index, layer) in layout.layers().enumerate() {
            let gain = if index == head {
                head_gain
            } else {
                std::f32::consts::SQRT_2
            };
            parameters[layer.weights].copy_from_slice(&orthogonal(
                layer.inputs,
                layer.outputs,
                gain,
                rng,
            ));
        }
        Self::from_parameters(layout, parameters)
    }

    /// The network with these parameters, in the order that [`Layout`] tells.
    ///
    /// # Panics
    /// If there are not exactly [`Layout::parameters`] of them.
    pub fn from_parameters(layout: Layout, parameters: Vec<f32>) -> Self {
        assert_eq!(
            parameters.len(),
            layout.parameters(),
            "parameters do not fit the layout"
        );
        let mut ends = Ends::default();
        let layers = layout
            .layers()
            .enumerate()
            .map(|(index, shape)| Layer::new(shape, index == 0, &mut ends))
            .collect();
        let mut packed = Aligned::default();
        packed.grow(ends.packed);
        let mut mlp = Self {
            layout,
            parameters,
            layers,
            packed,
        };
        mlp.pack();
        mlp
    }

    /// Shape of the network.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The parameters, in the order that [`Layout`] tells.
    pub fn parameters(&self) -> &[f32] {
        &self.parameters
    }

    /// Lets `change` rewrite the parameters and renews what is derived from them.
    pub fn update(&mut self, change: impl FnOnce(&mut [f32])) {
        change(&mut self.parameters);
        self.pack();
    }

    fn pack(&mut self) {
        for layer in &self.layers {
            layer.pack(&self.parameters, &mut self.packed);
        }
    }

    /// `input [rows, in]` row by row -> `output [rows, out]`, borrowed from the workspace, which also keeps the
    /// activations that [`Mlp::backward`] needs. A row's output has the same bits whatever the other rows are.
    ///
    /// # Panics
    /// If `input` does not hold `rows` rows.
    pub fn forward<'w>(
        &self,
        rows: usize,
        input: &[f32],
        workspace: &'w mut Workspace,
    ) -> &'w [f32] {
        self.forward_on(arch(), rows, input, workspace)
    }

    fn forward_on<'w>(
        &self,
        arch: Arch,
        rows: usize,
        input: &[f32],
        workspace: &'w mut Workspace,
    ) -> &'w [f32] {
        assert_eq!(
            input.len(),
            rows * self.layout.inputs(),
            "the input does not hold {rows} rows"
        );
        workspace.grow(self, rows);
        arch.dispatch(Forward {
            mlp: self,
            rows,
            input,
            workspace,
        });
        &workspace.output[..rows * self.layout.outputs()]
    }

    /// Adds `d loss / d parameters`, laid out as the parameters, to `gradient` for `output_gradient [rows, out]`,
    /// which is `d loss / d output`. Comes after [`Mlp::forward`] with the same rows, input and workspace.
    ///
    /// The terms are added to what `gradient` holds one row after another, so two calls with halves of a batch leave the
    /// same bits as one call with all of it.
    ///
    /// # Panics
    /// If a length does not fit `rows` and the layout, or the workspace has never seen so many rows.
    pub fn backward(
        &self,
        rows: usize,
        input: &[f32],
        output_gradient: &[f32],
        workspace: &mut Workspace,
        gradient: &mut [f32],
    ) {
        self.backward_on(arch(), rows, input, output_gradient, workspace, gradient);
    }

    fn backward_on(
        &self,
        arch: Arch,
        rows: usize,
        input: &[f32],
        output_gradient: &[f32],
        workspace: &mut Workspace,
        gradient: &mut [f32],
    ) {
        assert_eq!(
            input.len(),
            rows * self.layout.inputs(),
            "the input does not hold {rows} rows"
        );
        assert_eq!(
            output_gradient.len(),
            rows * self.layout.outputs(),
            "the gradient does not hold {rows} rows"
        );
        assert_eq!(
            gradient.len(),
            self.parameters.len(),
            "the result does not fit the parameters"
        );
        arch.dispatch(Backward {
            mlp: self,
            rows,
            input,
            output_gradient,
            workspace,
            gradient,
        });
    }
}

/// Scratch memory that grows to the largest batch seen and is reused.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// `[rows, padded(out)]` of every hidden layer.
    hidden: Vec<Aligned>,
    /// `[rows, out]` of the last layer.
    output: Vec<f32>,
    /// Gradient with respect to a layer's output, `[ROWS, padded(out)]`.
    gradient: Aligned,
    /// The same for the layer before it.
    next_gradient: Aligned,
    /// The gradient of the parameters while it is summed, padded.
    sums: Aligned,
}

impl Workspace {
    fn grow(&mut self, mlp: &Mlp, rows: usize) {
        let (head, hidden) = mlp
            .layers
            .split_last()
            .expect("a layout has at least one layer");
        self.hidden
            .resize_with(hidden.len().max(self.hidden.len()), Aligned::default);
        for (values, layer) in self.hidden.iter_mut().zip(hidden) {
            values.grow(rows * padded(layer.shape.outputs));
        }
        self.output
            .resize(self.output.len().max(rows * head.shape.outputs), 0.0);
        let widest = mlp
            .layers
            .iter()
            .map(|layer| padded(layer.shape.outputs))
            .max()
            .unwrap_or_default();
        self.gradient.grow(ROWS * widest);
        self.next_gradient.grow(ROWS * widest);
        self.sums.grow(head.sums_end());
    }
}

struct Forward<'a> {
    mlp: &'a Mlp,
    rows: usize,
    input: &'a [f32],
    workspace: &'a mut Workspace,
}

impl WithSimd for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            mlp,
            rows,
            input,
            workspace,
        } = self;
        let (head, hidden) = mlp
            .layers
            .split_last()
            .expect("a layout has at least one layer");
        for first in (0..rows).step_by(ROWS) {
            let m = ROWS.min(rows - first);
            let mut stride = mlp.layout.inputs();
            let mut a = &input[first * stride..][..m * stride];
            for (layer, values) in hidden.iter().zip(&mut workspace.hidden) {
                let width = padded(layer.shape.outputs);
                let c = &mut values[first * width..][..m * width];
                layer.forward(simd, &mlp.packed, m, a, stride, c, width);
                mlp.layout.activation().apply(simd, c);
                (a, stride) = (c, width);
            }
            let (outputs, width) = (head.shape.outputs, padded(head.shape.outputs));
            let c = &mut workspace.gradient[..m * width];
            head.forward(simd, &mlp.packed, m, a, stride, c, width);
            copy_rows(
                c,
                width,
                &mut workspace.output[first * outputs..][..m * outputs],
                outputs,
            );
        }
    }
}

struct Backward<'a> {
    mlp: &'a Mlp,
    rows: usize,
    input: &'a [f32],
    output_gradient: &'a [f32],
    workspace: &'a mut Workspace,
    gradient: &'a mut [f32],
}

impl WithSimd for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            mlp,
            rows,
            input,
            output_gradient,
            workspace,
            gradient,
        } = self;
        let Workspace {
            hidden,
            gradient: dy,
            next_gradient: dx,
            sums,
            ..
        } = workspace;
        for layer in &mlp.layers {
            layer.load_sums(gradient, sums);
        }
        let outputs = mlp.layout.outputs();
        for first in (0..rows).step_by(ROWS) {
            let m = ROWS.min(rows - first);
            copy_rows(
                &output_gradient[first * outputs..][..m * outputs],
                outputs,
                dy,
                padded(outputs),
            );
            for (index, layer) in mlp.layers.iter().enumerate().rev() {
                let Some(previous) = index.checked_sub(1) else {
                    let stride = mlp.layout.inputs();
                    layer.add_gradient(
                        simd,
                        m,
                        &input[first * stride..][..m * stride],
                        stride,
                        dy,
                        sums,
                    );
                    continue;
                };
                let stride = padded(layer.shape.inputs);
                let x = &hidden[previous][first * stride..][..m * stride];
                layer.add_gradient(simd, m, x, stride, dy, sums);
                let dx_block = &mut dx[..m * stride];
                layer.backward(simd, &mlp.packed, m, dy, dx_block);
                mlp.layout.activation().apply_derivative(simd, dx_block, x);
                mem::swap(dy, dx);
            }
        }
        for layer in &mlp.layers {
            layer.store_sums(sums, gradient);
        }
    }
}

/// An [`Mlp`] as it was stored.
#[derive(Deserialize)]
struct Unchecked {
    layout: Layout,
    #[serde(with = "crate::floats")]
    parameters: Vec<f32>,
}

impl TryFrom<Unchecked> for Mlp {
    type Error = InvalidMlp;

    fn try_from(Unchecked { layout, parameters }: Unchecked) -> Result<Self, InvalidMlp> {
        if parameters.len() == layout.parameters() {
            Ok(Self::from_parameters(layout, parameters))
        } else {
            Err(InvalidMlp {
                expected: layout.parameters(),
                found: parameters.len(),
            })
        }
    }
}

/// A number of parameters that is not that of the layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidMlp {
    /// What the layout asks for.
    pub expected: usize,
    /// What was there.
    pub found: usize,
}

impl fmt::Display for InvalidMlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the layout asks for {} parameters, but there are {}",
            self.expected, self.found
        )
    }
}

impl std::error::Error for InvalidMlp {}

#[cfg(test)]
mod tests {
    use super::super::{Activation, arches};
    use super::*;
    use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};
    use std::ops::Range;

    fn network(sizes: &[usize], activation: Activation) -> Mlp {
        let layout = Layout::new(sizes.to_vec(), activation);
        Mlp::orthogonal(layout, 0.5, &mut Xoshiro256PlusPlus::seed_from_u64(7))
    }

    fn noise(len: usize) -> Vec<f32> {
        (0..len)
            .map(|i| ((i * 37 + i / 7) % 101) as f32 / 50.0 - 1.0)
            .collect()
    }

    fn bits(values: &[f32]) -> Vec<u32> {
        values.iter().map(|value| value.to_bits()).collect()
    }

    #[test]
    fn one_unit_by_hand() {
        // Weights 2 and 3, biases 0.5 and -1, relu: x = 1 gives h = 2.5 and y = 6.5, x = -1 gives h = 0 and y = -1.
        let layout = Layout::new(vec![1, 1, 1], Activation::Relu);
        let mlp = Mlp::from_parameters(layout, vec![2.0, 0.5, 3.0, -1.0]);
        let mut workspace = Workspace::default();
        assert_eq!(mlp.forward(2, &[1.0, -1.0], &mut workspace), [6.5, -1.0]);
        // With d loss / d y = 2 for the first and 10 for the second row, only the last bias sees the second:
        // dW1 = 2 * 3 * 1, db1 = 2 * 3, dW2 = 2 * 2.5, db2 = 2 + 10. The gradient held 1 before.
        let mut gradient = [1.0; 4];
        mlp.backward(2, &[1.0, -1.0], &[2.0, 10.0], &mut workspace, &mut gradient);
        assert_eq!(gradient, [7.0, 7.0, 6.0, 13.0]);
    }

    #[test]
    fn an_update_reaches_forward_and_backward() {
        let layout = Layout::new(vec![1, 1, 1], Activation::Relu);
        let mut mlp = Mlp::from_parameters(layout, vec![0.0; 4]);
        mlp.update(|parameters| parameters.copy_from_slice(&[2.0, 0.5, 3.0, -1.0]));
        let mut workspace = Workspace::default();
        assert_eq!(mlp.forward(1, &[1.0], &mut workspace), [6.5]);
        let mut gradient = [0.0; 4];
        mlp.backward(1, &[1.0], &[2.0], &mut workspace, &mut gradient);
        assert_eq!(gradient, [6.0, 6.0, 5.0, 2.0]);
    }

    /// The loss `sum of g_i y_i`, summed in f64 so that only the network rounds.
    fn loss(mlp: &Mlp, rows: usize, input: &[f32], output_gradient: &[f32]) -> f64 {
        let mut workspace = Workspace::default();
        let output = mlp.forward(rows, input, &mut workspace);
        output
            .iter()
            .zip(output_gradient)
            .map(|(&y, &g)| f64::from(y) * f64::from(g))
            .sum()
    }

    #[test]
    fn backward_agrees_with_finite_differences() {
        let rows = 5;
        for (sizes, activation) in [
            (&[3, 7, 5, 2][..], Activation::Tanh),
            (&[3, 7, 5, 2], Activation::Elu),
            (&[3, 7, 5, 2], Activation::Relu),
            (&[4, 18, 3], Activation::Tanh),
            (&[4, 70, 17], Activation::Tanh),
            (&[4, 3], Activation::Tanh),
        ] {
            let mut mlp = network(sizes, activation);
            // Biases off zero, so that no unit of relu sits at its kink.
            mlp.update(|parameters| {
                parameters
                    .iter_mut()
                    .zip(noise(2000))
                    .for_each(|(x, n)| *x += 0.1 * n);
            });
            let (input, output_gradient) =
                (noise(rows * sizes[0]), noise(rows * mlp.layout().outputs()));
            let mut workspace = Workspace::default();
            mlp.forward(rows, &input, &mut workspace);
            let mut gradient = vec![0.0; mlp.parameters().len()];
            mlp.backward(
                rows,
                &input,
                &output_gradient,
                &mut workspace,
                &mut gradient,
            );
            let step = 1.0 / 512.0;
            for (i, &analytic) in gradient.iter().enumerate() {
                let mut moved = |by: f32| {
                    mlp.update(|parameters| parameters[i] += by);
                    let loss = loss(&mlp, rows, &input, &output_gradient);
                    mlp.update(|parameters| parameters[i] -= by);
                    loss
                };
                let numeric = (moved(step) - moved(-step)) / (2.0 * f64::from(step));
                // Rounding of the outputs over twice the step, and the third derivative times the step squared.
                let error = (f64::from(analytic) - numeric).abs();
                assert!(
                    error < 5e-4,
                    "{sizes:?} {activation:?}, parameter {i}: {analytic} instead of {numeric}"
                );
            }
        }
    }

    #[test]
    fn a_row_has_the_same_bits_in_any_batch_on_any_cpu() {
        let mlp = network(&[24, 64, 50, 6], Activation::Tanh);
        let input = noise(256 * 24);
        let run = |arch, rows: usize| {
            bits(mlp.forward_on(arch, rows, &input[..rows * 24], &mut Workspace::default()))
        };
        let all = run(Arch::Scalar, 256);
        for arch in arches() {
            for rows in 0..=256 {
                assert!(
                    run(arch, rows) == all[..rows * 6],
                    "{arch:?} with {rows} rows"
                );
            }
        }
    }

    #[test]
    fn the_gradient_has_the_same_bits_on_any_cpu_and_however_the_batch_is_cut() {
        for activation in [Activation::Tanh, Activation::Relu, Activation::Elu] {
            let mlp = network(&[10, 64, 50, 2], activation);
            let (input, output_gradient) = (noise(200 * 10), noise(200 * 2));
            let run = |arch, rows_per_call: usize| {
                let (mut workspace, mut gradient) =
                    (Workspace::default(), vec![0.0; mlp.parameters().len()]);
                for (x, g) in input
                    .chunks(rows_per_call * 10)
                    .zip(output_gradient.chunks(rows_per_call * 2))
                {
                    let rows = x.len() / 10;
                    mlp.forward_on(arch, rows, x, &mut workspace);
                    mlp.backward_on(arch, rows, x, g, &mut workspace, &mut gradient);
                }
                bits(&gradient)
            };
            let expected = run(Arch::Scalar, 200);
            for arch in arches() {
                for rows_per_call in [200, 128, 64, 33, 1] {
                    assert!(
                        run(arch, rows_per_call) == expected,
                        "{arch:?} {activation:?} by {rows_per_call}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_used_workspace_changes_nothing() {
        let (large, small) = (
            network(&[9, 70, 33, 20], Activation::Elu),
            network(&[5, 18, 3], Activation::Elu),
        );
        let run = |workspace: &mut Workspace| {
            let mut gradient = vec![0.0; small.parameters().len()];
            let output = small.forward(40, &noise(200), workspace).to_vec();
            small.backward(40, &noise(200), &noise(120), workspace, &mut gradient);
            (output, gradient)
        };
        let fresh = run(&mut Workspace::default());
        let mut workspace = Workspace::default();
        let mut gradient = vec![0.0; large.parameters().len()];
        large.forward(100, &noise(900), &mut workspace);
        large.backward(
            100,
            &noise(900),
            &[f32::NAN; 2000],
            &mut workspace,
            &mut gradient,
        );
        assert_eq!(run(&mut workspace), fresh);
    }

    #[test]
    fn biases_start_at_zero_and_the_head_is_small() {
        let mlp = network(&[4, 8, 2], Activation::Tanh);
        let layers: Vec<_> = mlp.layout().layers().collect();
        for layer in &layers {
            assert!(
                mlp.parameters()[layer.bias.clone()]
                    .iter()
                    .all(|&bias| bias == 0.0)
            );
        }
        let squares =
            |range: Range<usize>| mlp.parameters()[range].iter().map(|w| w * w).sum::<f32>();
        assert!((squares(layers[0].weights.clone()) - 4.0 * 2.0).abs() < 1e-5);
        assert!((squares(layers[1].weights.clone()) - 2.0 * 0.25).abs() < 1e-5);
    }

    #[test]
    fn stored_parameters_are_checked() {
        let layout = Layout::new(vec![1, 1], Activation::Tanh);
        let stored = Unchecked {
            layout,
            parameters: vec![0.0; 3],
        };
        assert_eq!(
            Mlp::try_from(stored),
            Err(InvalidMlp {
                expected: 2,
                found: 3
            })
        );
    }
}
