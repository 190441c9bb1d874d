//! The network itself: forward and backward over blocks of rows that stay in the cache.

use super::aligned::Aligned;
use super::orthogonal::orthogonal;
use super::product::{Left, Product, Right, Start, pack, pack_transposed, packed_len, padded};
use super::{LayerShape, Layout, arch};
use pulp::{Arch, Simd, WithSimd};
use serde::{Deserialize, Serialize};
use std::{fmt, mem, ops::Range};

/// Rows that pass through all layers before the next ones do: whole tiles, and few enough for the first-level cache.
const ROWS: usize = 48;

/// A dense network: its [`Layout`] and its parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Mlp {
    layout: Layout,
    parameters: Vec<f32>,
    #[serde(skip)]
    layers: Vec<Layer>,
    /// The parameters again, as the kernel reads them: padded, in strips, and transposed for the way back.
    #[serde(skip)]
    packed: Aligned,
}

/// A layer and where its parts lie in [`Mlp::packed`].
#[derive(Clone, Debug, PartialEq)]
struct Layer {
    shape: LayerShape,
    weights: Range<usize>,
    bias: Range<usize>,
    /// Empty for the first layer, behind which no gradient is asked for.
    transposed: Range<usize>,
}

impl Mlp {
    /// Orthogonal weights (arXiv:1312.6120) of gain `sqrt 2` in hidden layers and `head_gain` in the last one; biases 0.
    pub fn orthogonal(layout: Layout, head_gain: f32, rng: &mut impl rand::Rng) -> Self {
        let mut parameters = vec![0.0; layout.parameters()];
        let head = layout.layers().count() - 1;
        for (index, layer) in layout.layers().enumerate() {
            let gain = if index == head { head_gain } else { std::f32::consts::SQRT_2 };
            parameters[layer.weights].copy_from_slice(&orthogonal(layer.inputs, layer.outputs, gain, rng));
        }
        Self::from_parameters(layout, parameters)
    }

    /// The network with these parameters, in the order that [`Layout`] tells.
    ///
    /// # Panics
    /// If there are not exactly [`Layout::parameters`] of them.
    pub fn from_parameters(layout: Layout, parameters: Vec<f32>) -> Self {
        assert_eq!(parameters.len(), layout.parameters(), "parameters do not fit the layout");
        let mut end = 0;
        let mut take = |len| {
            let start = end;
            end += len;
            start..end
        };
        let layers = layout
            .layers()
            .enumerate()
            .map(|(index, shape)| Layer {
                weights: take(packed_len(shape.inputs, shape.outputs)),
                bias: take(padded(shape.outputs)),
                transposed: take(if index == 0 { 0 } else { packed_len(shape.outputs, shape.inputs) }),
                shape,
            })
            .collect();
        let mut packed = Aligned::default();
        packed.grow(end);
        let mut mlp = Self { layout, parameters, layers, packed };
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
        for Layer { shape, weights, bias, transposed } in &self.layers {
            let matrix = &self.parameters[shape.weights.clone()];
            pack(matrix, shape.outputs, &mut self.packed[weights.clone()]);
            self.packed[bias.clone()][..shape.outputs].copy_from_slice(&self.parameters[shape.bias.clone()]);
            if !transposed.is_empty() {
                pack_transposed(matrix, shape.outputs, &mut self.packed[transposed.clone()]);
            }
        }
    }

    /// `input [rows, in]` row by row -> `output [rows, out]`, borrowed from the workspace, which also keeps the
    /// activations that [`Mlp::backward`] needs. A row's output has the same bits whatever the other rows are.
    ///
    /// # Panics
    /// If `input` does not hold `rows` rows.
    pub fn forward<'w>(&self, rows: usize, input: &[f32], workspace: &'w mut Workspace) -> &'w [f32] {
        self.forward_on(arch(), rows, input, workspace)
    }

    fn forward_on<'w>(&self, arch: Arch, rows: usize, input: &[f32], workspace: &'w mut Workspace) -> &'w [f32] {
        assert_eq!(input.len(), rows * self.layout.inputs(), "the input does not hold {rows} rows");
        workspace.grow(self, rows);
        arch.dispatch(Forward { mlp: self, rows, input, workspace });
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
        assert_eq!(input.len(), rows * self.layout.inputs(), "the input does not hold {rows} rows");
        assert_eq!(output_gradient.len(), rows * self.layout.outputs(), "the gradient does not hold {rows} rows");
        assert_eq!(gradient.len(), self.parameters.len(), "the result does not fit the parameters");
        arch.dispatch(Backward { mlp: self, rows, input, output_gradient, workspace, gradient });
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
}

impl Workspace {
    fn grow(&mut self, mlp: &Mlp, rows: usize) {
        let (head, hidden) = mlp.layers.split_last().expect("a layout has at least one layer");
        self.hidden.resize_with(hidden.len().max(self.hidden.len()), Aligned::default);
        for (values, layer) in self.hidden.iter_mut().zip(hidden) {
            values.grow(rows * padded(layer.shape.outputs));
        }
        self.output.resize(self.output.len().max(rows * head.shape.outputs), 0.0);
        let widest = mlp.layers.iter().map(|layer| padded(layer.shape.outputs)).max().unwrap_or_default();
        self.gradient.grow(ROWS * widest);
        self.next_gradient.grow(ROWS * widest);
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
        let Self { mlp, rows, input, workspace } = self;
        let (head, hidden) = mlp.layers.split_last().expect("a layout has at least one layer");
        for first in (0..rows).step_by(ROWS) {
            let m = ROWS.min(rows - first);
            let mut stride = mlp.layout.inputs();
            let mut a = &input[first * stride..][..m * stride];
            for (layer, values) in hidden.iter().zip(&mut workspace.hidden) {
                let width = padded(layer.shape.outputs);
                let c = &mut values[first * width..][..m * width];
                layer.forward(simd, mlp, m, a, stride, c, width);
                mlp.layout.activation().apply(simd, c);
                (a, stride) = (c, width);
            }
            let width = head.shape.outputs;
            let c = &mut workspace.output[first * width..][..m * width];
            head.forward(simd, mlp, m, a, stride, c, width);
        }
    }
}

impl Layer {
    /// `c [m, width] = bias + a W`.
    #[inline(always)]
    fn forward<S: Simd>(
        &self,
        simd: S,
        mlp: &Mlp,
        m: usize,
        a: &[f32],
        stride: usize,
        c: &mut [f32],
        width: usize,
    ) {
        let LayerShape { inputs, outputs, .. } = self.shape;
        simd.vectorize(Product {
            m,
            k: inputs,
            n: width,
            a: Left::Rows { values: a, stride },
            b: Right::packed(&mlp.packed[self.weights.clone()], inputs, outputs),
            start: Start::Row(&mlp.packed[self.bias.clone()]),
            c,
            c_stride: width,
        });
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
        let Self { mlp, rows, input, output_gradient, workspace, gradient } = self;
        let Workspace { hidden, gradient: dy, next_gradient: dx, .. } = workspace;
        let ones = [1.0; ROWS];
        for first in (0..rows).step_by(ROWS) {
            let m = ROWS.min(rows - first);
            pad_rows(&output_gradient[first * mlp.layout.outputs()..], mlp.layout.outputs(), &mut dy[..m * padded(mlp.layout.outputs())]);
            for (index, layer) in mlp.layers.iter().enumerate().rev() {
                let LayerShape { inputs, outputs, .. } = layer.shape;
                let width = padded(outputs);
                let previous = index.checked_sub(1);
                let (x, stride) = match previous {
                    Some(previous) => (&hidden[previous][..], padded(inputs)),
                    None => (input, inputs),
                };
                let x = &x[first * stride..][..m * stride];
                let b = Right::rows(&dy[..m * width], width);
                let start = Start::Result;
                let c = &mut gradient[layer.shape.weights.clone()];
                let a = Left::Columns { values: x, stride };
                simd.vectorize(Product { m: inputs, k: m, n: outputs, a, b, start, c, c_stride: outputs });
                let c = &mut gradient[layer.shape.bias.clone()];
                let a = Left::Columns { values: &ones, stride: 1 };
                simd.vectorize(Product { m: 1, k: m, n: outputs, a, b, start, c, c_stride: outputs });

                if previous.is_some() {
                    let c = &mut dx[..m * stride];
                    simd.vectorize(Product {
                        m,
                        k: outputs,
                        n: stride,
                        a: Left::Rows { values: &dy[..], stride: width },
                        b: Right::packed(&mlp.packed[layer.transposed.clone()], outputs, inputs),
                        start: Start::Zero,
                        c,
                        c_stride: stride,
                    });
                    mlp.layout.activation().apply_derivative(simd, c, x);
                    mem::swap(dy, dx);
                }
            }
        }
    }
}

/// Copies rows of `width` elements to rows of `padded(width)`.
#[inline(always)]
fn pad_rows(from: &[f32], width: usize, into: &mut [f32]) {
    for (into, from) in into.chunks_exact_mut(padded(width)).zip(from.chunks_exact(width)) {
        into[..width].copy_from_slice(from);
    }
}

/// An [`Mlp`] as it was stored.
#[derive(Deserialize)]
struct Unchecked {
    layout: Layout,
    parameters: Vec<f32>,
}

impl TryFrom<Unchecked> for Mlp {
    type Error = InvalidMlp;

    fn try_from(Unchecked { layout, parameters }: Unchecked) -> Result<Self, InvalidMlp> {
        if parameters.len() == layout.parameters() {
            Ok(Self::from_parameters(layout, parameters))
        } else {
            Err(InvalidMlp { expected: layout.parameters(), found: parameters.len() })
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
        write!(f, "the layout asks for {} parameters, but there are {}", self.expected, self.found)
    }
}

impl std::error::Error for InvalidMlp {}
