//! Gradients: of the parameters, to descend, and of the input, for whatever is before the network.

use super::super::layer::{ROWS, copy_rows};
use super::super::packing::packed_len;
use super::super::product::padded;
use super::super::{arch, layer_norm};
use super::{Mlp, Normalized, Workspace};
use pulp::{Arch, Simd, WithSimd};
use std::mem;

impl Mlp {
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
        let wanted = Wanted::Parameters { input, gradient };
        self.backward_on(arch(), rows, output_gradient, workspace, wanted);
    }

    /// Writes `d loss / d input [rows, in]` to `input_gradient` for `output_gradient [rows, out]`, which is
    /// `d loss / d output`: how an action changes its value. Comes after [`Mlp::forward`] with the same rows and workspace,
    /// before or after a [`Mlp::backward`]. A row's gradient has the same bits whatever the other rows are.
    ///
    /// # Panics
    /// If a length does not fit `rows` and the layout, or the workspace has never seen so many rows.
    pub fn backward_to_input(
        &self,
        rows: usize,
        output_gradient: &[f32],
        workspace: &mut Workspace,
        input_gradient: &mut [f32],
    ) {
        let wanted = Wanted::Input(input_gradient);
        self.backward_on(arch(), rows, output_gradient, workspace, wanted);
    }

    fn backward_on(
        &self,
        arch: Arch,
        rows: usize,
        output_gradient: &[f32],
        workspace: &mut Workspace,
        wanted: Wanted<'_>,
    ) {
        assert_eq!(
            output_gradient.len(),
            rows * self.layout.outputs(),
            "the gradient does not hold {rows} rows"
        );
        let inputs = rows * self.layout.inputs();
        match &wanted {
            Wanted::Parameters { input, gradient } => {
                assert_eq!(input.len(), inputs, "the input does not hold {rows} rows");
                assert_eq!(
                    gradient.len(),
                    self.parameters.len(),
                    "the result does not fit the parameters"
                );
            }
            Wanted::Input(gradient) => {
                assert_eq!(
                    gradient.len(),
                    inputs,
                    "the result does not hold {rows} rows"
                );
                self.reach_input(workspace);
            }
        }
        arch.dispatch(Backward {
            mlp: self,
            rows,
            output_gradient,
            workspace,
            wanted,
        });
    }

    /// Makes ready what only the gradient of the input needs. The first layer's transposed weights are not kept beside the
    /// others: most networks never need them, and to transpose them is little beside the product of a few rows.
    fn reach_input(&self, workspace: &mut Workspace) {
        let first = &self.layers[0];
        let (inputs, outputs) = (first.shape.inputs, first.shape.outputs);
        workspace.gradient.grow(ROWS * padded(inputs));
        workspace.next_gradient.grow(ROWS * padded(inputs));
        workspace.transposed.grow(packed_len(outputs, inputs));
        first.pack_transposed(&self.parameters, &mut workspace.transposed);
    }
}

/// What a backward pass is for.
enum Wanted<'a> {
    Parameters {
        input: &'a [f32],
        gradient: &'a mut [f32],
    },
    Input(&'a mut [f32]),
}

struct Backward<'a> {
    mlp: &'a Mlp,
    rows: usize,
    output_gradient: &'a [f32],
    workspace: &'a mut Workspace,
    wanted: Wanted<'a>,
}

impl WithSimd for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            mlp,
            rows,
            output_gradient,
            workspace,
            mut wanted,
        } = self;
        let Workspace {
            hidden,
            normalized,
            gradient: dy,
            next_gradient: dx,
            sums,
            transposed,
            ..
        } = workspace;
        if let Wanted::Parameters { gradient, .. } = &wanted {
            for layer in &mlp.layers {
                layer.load_sums(gradient, sums);
            }
        }
        let (inputs, outputs) = (mlp.layout.inputs(), mlp.layout.outputs());
        for first in (0..rows).step_by(ROWS) {
            let m = ROWS.min(rows - first);
            copy_rows(
                &output_gradient[first * outputs..][..m * outputs],
                outputs,
                dy,
                padded(outputs),
            );
            for (index, layer) in mlp.layers.iter().enumerate().skip(1).rev() {
                let stride = padded(layer.shape.inputs);
                let x = &hidden[index - 1][first * stride..][..m * stride];
                if let Wanted::Parameters { .. } = wanted {
                    layer.add_gradient(simd, m, x, stride, dy, sums);
                }
                let dx_block = &mut dx[..m * stride];
                layer.backward(simd, layer.transposed(&mlp.packed), m, dy, dx_block);
                mlp.layout.activation().apply_derivative(simd, dx_block, x);
                if mlp.layout.is_normalized() {
                    let Normalized {
                        values,
                        reciprocals,
                    } = &normalized[index - 1];
                    let y = &values[first * stride..][..m * stride];
                    let reciprocals = &reciprocals[first..first + m];
                    let columns = layer.shape.inputs;
                    layer_norm::derive(simd, dx_block, y, stride, columns, reciprocals);
                }
                mem::swap(dy, dx);
            }
            let layer = &mlp.layers[0];
            match &mut wanted {
                Wanted::Parameters { input, .. } => {
                    let x = &input[first * inputs..][..m * inputs];
                    layer.add_gradient(simd, m, x, inputs, dy, sums);
                }
                Wanted::Input(gradient) => {
                    let dx = &mut dx[..m * padded(inputs)];
                    layer.backward(simd, transposed, m, dy, dx);
                    let into = &mut gradient[first * inputs..][..m * inputs];
                    copy_rows(dx, padded(inputs), into, inputs);
                }
            }
        }
        if let Wanted::Parameters { gradient, .. } = wanted {
            for layer in &mlp.layers {
                layer.store_sums(sums, gradient);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Activation, Layout, arches, bits, network, noise};
    use super::*;

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
    fn the_input_of_one_unit_by_hand() {
        // The same network: x = 1 is multiplied with 2, then 3, so 2 at the output is 12 at the input; relu hides x = -1.
        let layout = Layout::new(vec![1, 1, 1], Activation::Relu);
        let mlp = Mlp::from_parameters(layout, vec![2.0, 0.5, 3.0, -1.0]);
        let mut workspace = Workspace::default();
        mlp.forward(2, &[1.0, -1.0], &mut workspace);
        let mut gradient = [f32::NAN; 2];
        mlp.backward_to_input(2, &[2.0, 10.0], &mut workspace, &mut gradient);
        assert_eq!(gradient, [12.0, 0.0]);
        // Without a hidden layer every row is W g.
        let layout = Layout::new(vec![2, 1], Activation::Relu);
        let mlp = Mlp::from_parameters(layout, vec![5.0, 7.0, 1.0]);
        mlp.forward(2, &[0.0; 4], &mut workspace);
        let mut gradient = [f32::NAN; 4];
        mlp.backward_to_input(2, &[2.0, -1.0], &mut workspace, &mut gradient);
        assert_eq!(gradient, [10.0, 14.0, -5.0, -7.0]);
    }

    #[test]
    fn four_normalised_units_by_hand() {
        // x = 1 gives h = (1024, 1024, -1024, -1024), normalised (1, 1, -1, -1), and y = 4 + 0 + 0.5 after relu.
        let layout = Layout::new(vec![1, 4, 1], Activation::Relu).normalized();
        let first = [1024.0, 1024.0, -1024.0, -1024.0, 0.0, 0.0, 0.0, 0.0];
        let mlp = Mlp::from_parameters(layout, [&first[..], &[4.0, 0.0, 8.0, 8.0, 0.5]].concat());
        let mut workspace = Workspace::default();
        assert_eq!(mlp.forward(1, &[1.0], &mut workspace), [4.5]);
        // Before relu the gradient is (4, 0, 0, 0): its mean is 1, and so is the mean of its product with (1, 1, -1, -1).
        // So 1024 dh = (4 - 1 - 1, 0 - 1 - 1, 0 - 1 + 1, 0 - 1 + 1).
        let mut gradient = [0.0; 13];
        mlp.backward(1, &[1.0], &[1.0], &mut workspace, &mut gradient);
        let dh = [2.0, -2.0, 0.0, 0.0].map(|dh| dh / 1024.0);
        assert_eq!([&gradient[..4], &gradient[4..8]], [dh; 2]);
        assert_eq!(gradient[8..], [1.0, 1.0, 0.0, 0.0, 1.0]);
        let mut input_gradient = [f32::NAN];
        mlp.backward_to_input(1, &[1.0], &mut workspace, &mut input_gradient);
        assert_eq!(input_gradient, [0.0], "longer h, same direction");
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

    /// Networks with biases off zero, so that no unit of relu sits at its kink.
    fn networks() -> Vec<Mlp> {
        let layout = |sizes: &[usize], activation| Layout::new(sizes.to_vec(), activation);
        let layouts = [
            layout(&[3, 7, 5, 2], Activation::Tanh),
            layout(&[3, 7, 5, 2], Activation::Elu),
            layout(&[3, 7, 5, 2], Activation::Relu),
            layout(&[4, 18, 3], Activation::Tanh),
            layout(&[4, 70, 17], Activation::Tanh),
            layout(&[20, 5, 1], Activation::Tanh),
            layout(&[4, 3], Activation::Tanh),
            layout(&[3, 7, 5, 2], Activation::Tanh).normalized(),
            layout(&[3, 7, 5, 2], Activation::Elu).normalized(),
            layout(&[3, 7, 5, 2], Activation::Relu).normalized(),
            layout(&[4, 70, 17], Activation::Tanh).normalized(),
        ];
        let shift = |parameters: &mut [f32]| {
            for (parameter, noise) in parameters.iter_mut().zip(noise(2000)) {
                *parameter += 0.1 * noise;
            }
        };
        let shifted = |layout| {
            let mut mlp = network(layout);
            mlp.update(shift);
            mlp
        };
        layouts.map(shifted).into()
    }

    const STEP: f32 = 1.0 / 512.0;

    /// Half the difference of the losses at either side, by the step. Rounding of the outputs over twice the step, and the
    /// third derivative times the step squared, are its error.
    fn assert_derivative(analytic: f32, loss: impl FnMut(f32) -> f64, what: &str) {
        let [above, below] = [STEP, -STEP].map(loss);
        let numeric = (above - below) / (2.0 * f64::from(STEP));
        assert!(
            (f64::from(analytic) - numeric).abs() < 5e-4,
            "{what}: {analytic} instead of {numeric}"
        );
    }

    #[test]
    fn both_ways_back_agree_with_finite_differences() {
        let rows = 5;
        for mut mlp in networks() {
            let layout = mlp.layout().clone();
            let mut input = noise(rows * layout.inputs());
            let output_gradient = noise(rows * layout.outputs());
            let mut workspace = Workspace::default();
            mlp.forward(rows, &input, &mut workspace);
            let mut input_gradient = vec![f32::NAN; input.len()];
            mlp.backward_to_input(rows, &output_gradient, &mut workspace, &mut input_gradient);
            let mut gradient = vec![0.0; mlp.parameters().len()];
            mlp.backward(
                rows,
                &input,
                &output_gradient,
                &mut workspace,
                &mut gradient,
            );
            for (i, &analytic) in gradient.iter().enumerate() {
                let moved = |by: f32| {
                    mlp.update(|parameters| parameters[i] += by);
                    let loss = loss(&mlp, rows, &input, &output_gradient);
                    mlp.update(|parameters| parameters[i] -= by);
                    loss
                };
                assert_derivative(analytic, moved, &format!("{layout:?}, parameter {i}"));
            }
            for (i, &analytic) in input_gradient.iter().enumerate() {
                let moved = |by: f32| {
                    let here = input[i];
                    input[i] += by;
                    let loss = loss(&mlp, rows, &input, &output_gradient);
                    input[i] = here;
                    loss
                };
                assert_derivative(analytic, moved, &format!("{layout:?}, input {i}"));
            }
        }
    }

    #[test]
    fn the_gradient_has_the_same_bits_on_any_cpu_and_however_the_batch_is_cut() {
        let layout = |activation| Layout::new(vec![10, 64, 50, 2], activation);
        for layout in [
            layout(Activation::Tanh),
            layout(Activation::Relu),
            layout(Activation::Elu),
            layout(Activation::Relu).normalized(),
        ] {
            let mlp = network(layout.clone());
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
                    let wanted = Wanted::Parameters {
                        input: x,
                        gradient: &mut gradient,
                    };
                    mlp.backward_on(arch, rows, g, &mut workspace, wanted);
                }
                bits(&gradient)
            };
            let expected = run(Arch::Scalar, 200);
            for arch in arches() {
                for rows_per_call in [200, 128, 64, 33, 1] {
                    assert!(
                        run(arch, rows_per_call) == expected,
                        "{arch:?} {layout:?} by {rows_per_call}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_row_of_the_input_gradient_has_the_same_bits_in_any_batch_on_any_cpu() {
        let layout = Layout::new(vec![20, 64, 50, 2], Activation::Elu);
        for layout in [layout.clone(), layout.normalized()] {
            let mlp = network(layout);
            let (input, output_gradient) = (noise(200 * 20), noise(200 * 2));
            let run = |arch, rows: usize| {
                let (mut workspace, mut gradient) =
                    (Workspace::default(), vec![f32::NAN; rows * 20]);
                mlp.forward_on(arch, rows, &input[..rows * 20], &mut workspace);
                let wanted = Wanted::Input(&mut gradient);
                let output_gradient = &output_gradient[..rows * 2];
                mlp.backward_on(arch, rows, output_gradient, &mut workspace, wanted);
                bits(&gradient)
            };
            let all = run(Arch::Scalar, 200);
            for arch in arches() {
                for rows in [0, 1, 2, 5, 16, 63, 64, 65, 128, 200] {
                    assert!(
                        run(arch, rows) == all[..rows * 20],
                        "{arch:?} with {rows} rows"
                    );
                }
            }
        }
    }

    #[test]
    fn a_used_workspace_changes_nothing() {
        let (large, small) = (
            network(Layout::new(vec![9, 70, 33, 20], Activation::Elu)),
            network(Layout::new(vec![5, 18, 3], Activation::Elu)),
        );
        let run = |workspace: &mut Workspace| {
            let mut gradient = vec![0.0; small.parameters().len()];
            let output = small.forward(40, &noise(200), workspace).to_vec();
            small.backward(40, &noise(200), &noise(120), workspace, &mut gradient);
            let mut input_gradient = vec![f32::NAN; 200];
            small.backward_to_input(40, &noise(120), workspace, &mut input_gradient);
            (output, gradient, input_gradient)
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
        large.backward_to_input(100, &[f32::NAN; 2000], &mut workspace, &mut [0.0; 900]);
        assert_eq!(run(&mut workspace), fresh);
    }
}
