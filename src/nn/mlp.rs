//! The network itself: over blocks of rows that stay in the cache, forward and backward.

mod backward;

use super::aligned::Aligned;
use super::layer::{Ends, Layer, ROWS, copy_rows};
use super::orthogonal::orthogonal;
use super::product::padded;
use super::vector::approach;
use super::{Layout, arch, layer_norm};
use pulp::{Arch, Simd, WithSimd};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A dense network: its [`Layout`] and its parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Mlp {
    layout: Layout,
    #[serde(with = "crate::floats")]
    parameters: Vec<f32>,
    #[serde(skip)]
    layers: Vec<Layer>,
    /// The parameters again, as the kernel reads them: padded, in strips, and transposed for the backward pass.
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

    /// Moves every parameter by `share` of its distance to that of `other`: how a target network follows (arXiv:1509.02971).
    /// 0 moves nothing; 1 arrives up to rounding.
    ///
    /// # Panics
    /// If the layouts differ.
    pub fn approach(&mut self, other: &Self, share: f32) {
        assert_eq!(self.layout, other.layout, "networks of different layouts");
        self.update(|parameters| approach(parameters, &other.parameters, share));
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
}

/// Scratch memory that grows to the largest batch seen and is reused.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// `[rows, padded(out)]` of every hidden layer.
    hidden: Vec<Aligned>,
    /// The same before the activation, where that is normalised.
    normalized: Vec<Normalized>,
    /// `[rows, out]` of the last layer.
    output: Vec<f32>,
    /// Gradient with respect to a layer's output, `[ROWS, padded(out)]`.
    gradient: Aligned,
    /// The same for the layer before it.
    next_gradient: Aligned,
    /// The gradient of the parameters while it is summed, padded.
    sums: Aligned,
    /// The first layer's weights for the backward pass to the input, where that is asked for.
    transposed: Aligned,
}

/// What the backward pass through a layer normalisation needs.
#[derive(Clone, Debug, Default)]
struct Normalized {
    /// `[rows, padded(out)]`.
    values: Aligned,
    /// What each row was multiplied with, `[rows]`.
    reciprocals: Vec<f32>,
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
        if mlp.layout.is_normalized() {
            self.normalized
                .resize_with(self.hidden.len(), Normalized::default);
            for (normalized, layer) in self.normalized.iter_mut().zip(hidden) {
                normalized.values.grow(rows * padded(layer.shape.outputs));
                let len = normalized.reciprocals.len().max(rows);
                normalized.reciprocals.resize(len, 0.0);
            }
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
            for (index, (layer, values)) in hidden.iter().zip(&mut workspace.hidden).enumerate() {
                let (outputs, width) = (layer.shape.outputs, padded(layer.shape.outputs));
                let c = &mut values[first * width..][..m * width];
                layer.forward(simd, &mlp.packed, m, a, stride, c, width);
                if mlp.layout.is_normalized() {
                    let Normalized {
                        values,
                        reciprocals,
                    } = &mut workspace.normalized[index];
                    let reciprocals = &mut reciprocals[first..first + m];
                    layer_norm::normalize(simd, c, width, outputs, reciprocals);
                    values[first * width..][..m * width].copy_from_slice(c);
                }
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
    use super::super::{Activation, arches, bits, network, noise};
    use super::*;
    use std::ops::Range;

    #[test]
    fn a_row_has_the_same_bits_in_any_batch_on_any_cpu() {
        let layout = Layout::new(vec![24, 64, 50, 6], Activation::Tanh);
        for layout in [layout.clone(), layout.normalized()] {
            let mlp = network(layout);
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
    }

    #[test]
    fn biases_start_at_zero_and_the_head_is_small() {
        let mlp = network(Layout::new(vec![4, 8, 2], Activation::Tanh));
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
    fn a_network_approaches_another() {
        let layout = Layout::new(vec![1, 1, 1], Activation::Relu);
        let network =
            |parameters: [f32; 4]| Mlp::from_parameters(layout.clone(), parameters.to_vec());
        let mut target = network([0.0, 4.0, -8.0, 1.0]);
        target.approach(&network([8.0, 0.0, 8.0, 1.0]), 0.25);
        // A quarter of the way, in what is derived from the parameters too.
        assert_eq!(target, network([2.0, 3.0, -4.0, 1.0]));
        target.approach(&network([8.0, 0.0, 8.0, 1.0]), 0.0);
        assert_eq!(target, network([2.0, 3.0, -4.0, 1.0]));
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
