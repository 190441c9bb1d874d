//! The network itself: forward and backward over blocks of rows that stay in the cache.

use super::aligned::Aligned;
use super::orthogonal::orthogonal;
use super::product::{BLOCK, Left, Product, Right, Start, pack, pack_transposed, packed_len, padded};
use super::{LayerShape, Layout, arch};
use pulp::{Arch, Simd, WithSimd};
use serde::{Deserialize, Serialize};
use std::{fmt, mem, ops::Range};

/// Rows that pass through all layers before the next ones do: whole tiles, and few enough for the first-level cache.
const ROWS: usize = 64;

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
    /// Where the gradient of the weights is summed in [`Workspace::sums`], padded.
    weight_sums: Range<usize>,
    bias_sums: Range<usize>,
    /// A layer with few outputs is summed as `dy^T x`, which fills the vectors.
    sums_transposed: bool,
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
        let (mut packed_end, mut sums_end) = (0, 0);
        let take = |end: &mut usize, len| {
            let start = *end;
            *end += len;
            start..*end
        };
        let layers = layout
            .layers()
            .enumerate()
            .map(|(index, shape)| {
                let LayerShape { inputs, outputs, .. } = shape;
                let sums_transposed = index > 0 && outputs < BLOCK;
                let sums = if sums_transposed { outputs * padded(inputs) } else { inputs * padded(outputs) };
                Layer {
                    weights: take(&mut packed_end, packed_len(inputs, outputs)),
                    bias: take(&mut packed_end, padded(outputs)),
                    transposed: take(&mut packed_end, if index == 0 { 0 } else { packed_len(outputs, inputs) }),
                    weight_sums: take(&mut sums_end, sums),
                    bias_sums: take(&mut sums_end, padded(outputs)),
                    sums_transposed,
                    shape,
                }
            })
            .collect();
        let mut packed = Aligned::default();
        packed.grow(packed_end);
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
        for Layer { shape, weights, bias, transposed, .. } in &self.layers {
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
    /// The gradient of the parameters while it is summed, padded.
    sums: Aligned,
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
        self.sums.grow(head.bias_sums.end);
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
            let (outputs, width) = (head.shape.outputs, padded(head.shape.outputs));
            let c = &mut workspace.gradient[..m * width];
            head.forward(simd, mlp, m, a, stride, c, width);
            copy_rows(c, width, &mut workspace.output[first * outputs..][..m * outputs], outputs);
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
        let Workspace { hidden, gradient: dy, next_gradient: dx, sums, .. } = workspace;
        for layer in &mlp.layers {
            layer.load_sums(gradient, sums);
        }
        let outputs = mlp.layout.outputs();
        for first in (0..rows).step_by(ROWS) {
            let m = ROWS.min(rows - first);
            copy_rows(&output_gradient[first * outputs..][..m * outputs], outputs, dy, padded(outputs));
            for (index, layer) in mlp.layers.iter().enumerate().rev() {
                let Some(previous) = index.checked_sub(1) else {
                    let stride = mlp.layout.inputs();
                    layer.add_gradient(simd, m, &input[first * stride..][..m * stride], stride, dy, sums);
                    continue;
                };
                let stride = padded(layer.shape.inputs);
                let x = &hidden[previous][first * stride..][..m * stride];
                layer.add_gradient(simd, m, x, stride, dy, sums);
                let dx_block = &mut dx[..m * stride];
                layer.backward(simd, mlp, m, dy, dx_block);
                mlp.layout.activation().apply_derivative(simd, dx_block, x);
                mem::swap(dy, dx);
            }
        }
        for layer in &mlp.layers {
            layer.store_sums(sums, gradient);
        }
    }
}

impl Layer {
    /// Adds `x^T dy` and the column sums of `dy` to the layer's part of the sums.
    #[inline(always)]
    fn add_gradient<S: Simd>(&self, simd: S, m: usize, x: &[f32], stride: usize, dy: &[f32], sums: &mut [f32]) {
        let width = padded(self.shape.outputs);
        let dy = &dy[..m * width];
        let start = Start::Result;
        simd.vectorize(if self.sums_transposed {
            let (a, b) = (Left::Columns { values: dy, stride: width }, Right::rows(x, stride));
            let c = &mut sums[self.weight_sums.clone()];
            Product { m: self.shape.outputs, k: m, n: stride, a, b, start, c, c_stride: stride }
        } else {
            let (a, b) = (Left::Columns { values: x, stride }, Right::rows(dy, width));
            let c = &mut sums[self.weight_sums.clone()];
            Product { m: self.shape.inputs, k: m, n: width, a, b, start, c, c_stride: width }
        });
        let a = Left::Columns { values: &[1.0; ROWS], stride: 1 };
        let c = &mut sums[self.bias_sums.clone()];
        simd.vectorize(Product { m: 1, k: m, n: width, a, b: Right::rows(dy, width), start, c, c_stride: width });
    }

    /// `dx [m, padded(inputs)] = dy W^T`.
    #[inline(always)]
    fn backward<S: Simd>(&self, simd: S, mlp: &Mlp, m: usize, dy: &[f32], dx: &mut [f32]) {
        let LayerShape { inputs, outputs, .. } = self.shape;
        simd.vectorize(Product {
            m,
            k: outputs,
            n: padded(inputs),
            a: Left::Rows { values: dy, stride: padded(outputs) },
            b: Right::packed(&mlp.packed[self.transposed.clone()], outputs, inputs),
            start: Start::Zero,
            c: dx,
            c_stride: padded(inputs),
        });
    }

    #[inline(always)]
    fn load_sums(&self, gradient: &[f32], sums: &mut [f32]) {
        let LayerShape { inputs, outputs, weights, bias } = self.shape.clone();
        let into = &mut sums[self.weight_sums.clone()];
        if self.sums_transposed {
            for (i, row) in gradient[weights].chunks_exact(outputs).enumerate() {
                for (into, &value) in into.chunks_exact_mut(padded(inputs)).zip(row) {
                    into[i] = value;
                }
            }
        } else {
            copy_rows(&gradient[weights], outputs, into, padded(outputs));
        }
        sums[self.bias_sums.clone()][..outputs].copy_from_slice(&gradient[bias]);
    }

    #[inline(always)]
    fn store_sums(&self, sums: &[f32], gradient: &mut [f32]) {
        let LayerShape { inputs, outputs, weights, bias } = self.shape.clone();
        let from = &sums[self.weight_sums.clone()];
        if self.sums_transposed {
            for (i, row) in gradient[weights].chunks_exact_mut(outputs).enumerate() {
                for (from, value) in from.chunks_exact(padded(inputs)).zip(row) {
                    *value = from[i];
                }
            }
        } else {
            copy_rows(from, padded(outputs), &mut gradient[weights], outputs);
        }
        gradient[bias].copy_from_slice(&sums[self.bias_sums.clone()][..outputs]);
    }
}

/// Copies what fits from rows of one width to rows of another.
#[inline(always)]
fn copy_rows(from: &[f32], from_width: usize, into: &mut [f32], into_width: usize) {
    if from_width == into_width {
        into[..from.len()].copy_from_slice(from);
        return;
    }
    for (from, into) in from.chunks_exact(from_width).zip(into.chunks_exact_mut(into_width)) {
        for (from, into) in from.iter().zip(into) {
            *into = *from;
        }
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
