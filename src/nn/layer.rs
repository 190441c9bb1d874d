//! One layer as products: where its padded copies lie, and which product is which.

use super::LayerShape;
use super::packing::{pack, pack_transposed, packed_len};
use super::product::{BLOCK, Left, Product, Right, Start, padded};
use pulp::Simd;
use std::ops::Range;

/// Rows that pass through all layers before the next ones do: whole tiles, and few enough for the first-level cache.
pub(super) const ROWS: usize = 64;

/// A layer and where its parts lie in the packed parameters of its network.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layer {
    pub(super) shape: LayerShape,
    weights: Range<usize>,
    bias: Range<usize>,
    /// Empty for the first layer, behind which a gradient is seldom asked for.
    transposed: Range<usize>,
    /// Where the gradient of the weights is summed in a padded copy of the gradient.
    weight_sums: Range<usize>,
    bias_sums: Range<usize>,
    /// A layer with few outputs is summed as `dy^T x`, which fills the vectors.
    sums_transposed: bool,
}

/// How far the layers so far reach.
#[derive(Default)]
pub(super) struct Ends {
    /// In the packed parameters.
    pub(super) packed: usize,
    /// In the sums.
    pub(super) sums: usize,
}

impl Layer {
    /// The next layer after those that reach up to `ends`.
    pub(super) fn new(shape: LayerShape, is_first: bool, ends: &mut Ends) -> Self {
        let (inputs, outputs) = (shape.inputs, shape.outputs);
        let take = |end: &mut usize, len| {
            let start = *end;
            *end += len;
            start..*end
        };
        let sums_transposed = !is_first && outputs < BLOCK;
        let sums = if sums_transposed {
            outputs * padded(inputs)
        } else {
            inputs * padded(outputs)
        };
        let transposed = if is_first {
            0
        } else {
            packed_len(outputs, inputs)
        };
        Self {
            shape,
            weights: take(&mut ends.packed, packed_len(inputs, outputs)),
            bias: take(&mut ends.packed, padded(outputs)),
            transposed: take(&mut ends.packed, transposed),
            weight_sums: take(&mut ends.sums, sums),
            bias_sums: take(&mut ends.sums, padded(outputs)),
            sums_transposed,
        }
    }

    /// Renews the layer's part of the packed parameters.
    pub(super) fn pack(&self, parameters: &[f32], packed: &mut [f32]) {
        let LayerShape {
            outputs,
            weights,
            bias,
            ..
        } = self.shape.clone();
        pack(
            &parameters[weights],
            outputs,
            &mut packed[self.weights.clone()],
        );
        packed[self.bias.clone()][..outputs].copy_from_slice(&parameters[bias]);
        if !self.transposed.is_empty() {
            self.pack_transposed(parameters, &mut packed[self.transposed.clone()]);
        }
    }

    /// Writes the transpose of the weights as [`Layer::backward`] reads it.
    pub(super) fn pack_transposed(&self, parameters: &[f32], into: &mut [f32]) {
        let weights = &parameters[self.shape.weights.clone()];
        pack_transposed(weights, self.shape.outputs, into);
    }

    /// The transpose of the weights among the packed parameters, unless this is the first layer.
    pub(super) fn transposed<'a>(&self, packed: &'a [f32]) -> &'a [f32] {
        &packed[self.transposed.clone()]
    }

    /// Length of the sums of this layer and all before it.
    pub(super) fn sums_end(&self) -> usize {
        self.bias_sums.end
    }

    /// `c [m, width] = bias + a W`.
    #[inline(always)]
    pub(super) fn forward<S: Simd>(
        &self,
        simd: S,
        packed: &[f32],
        m: usize,
        a: &[f32],
        stride: usize,
        c: &mut [f32],
        width: usize,
    ) {
        let LayerShape {
            inputs, outputs, ..
        } = self.shape;
        simd.vectorize(Product {
            m,
            k: inputs,
            n: width,
            a: Left::Rows { values: a, stride },
            b: Right::packed(&packed[self.weights.clone()], inputs, outputs),
            start: Start::Row(&packed[self.bias.clone()]),
            c,
            c_stride: width,
        });
    }

    /// Adds `x^T dy` and the column sums of `dy` to the layer's part of the sums.
    #[inline(always)]
    pub(super) fn add_gradient<S: Simd>(
        &self,
        simd: S,
        m: usize,
        x: &[f32],
        stride: usize,
        dy: &[f32],
        sums: &mut [f32],
    ) {
        let width = padded(self.shape.outputs);
        let dy = &dy[..m * width];
        let start = Start::Result;
        simd.vectorize(if self.sums_transposed {
            let (a, b) = (
                Left::Columns {
                    values: dy,
                    stride: width,
                },
                Right::rows(x, stride),
            );
            let c = &mut sums[self.weight_sums.clone()];
            Product {
                m: self.shape.outputs,
                k: m,
                n: stride,
                a,
                b,
                start,
                c,
                c_stride: stride,
            }
        } else {
            let (a, b) = (Left::Columns { values: x, stride }, Right::rows(dy, width));
            let c = &mut sums[self.weight_sums.clone()];
            Product {
                m: self.shape.inputs,
                k: m,
                n: width,
                a,
                b,
                start,
                c,
                c_stride: width,
            }
        });
        let a = Left::Columns {
            values: &[1.0; ROWS],
            stride: 1,
        };
        let c = &mut sums[self.bias_sums.clone()];
        simd.vectorize(Product {
            m: 1,
            k: m,
            n: width,
            a,
            b: Right::rows(dy, width),
            start,
            c,
            c_stride: width,
        });
    }

    /// `dx [m, padded(inputs)] = dy W^T` with what [`Layer::pack_transposed`] made of `W`.
    #[inline(always)]
    pub(super) fn backward<S: Simd>(
        &self,
        simd: S,
        transposed: &[f32],
        m: usize,
        dy: &[f32],
        dx: &mut [f32],
    ) {
        let LayerShape {
            inputs, outputs, ..
        } = self.shape;
        simd.vectorize(Product {
            m,
            k: outputs,
            n: padded(inputs),
            a: Left::Rows {
                values: dy,
                stride: padded(outputs),
            },
            b: Right::packed(transposed, outputs, inputs),
            start: Start::Zero,
            c: dx,
            c_stride: padded(inputs),
        });
    }

    /// Fetches the layer's part of the gradient, to add to it.
    #[inline(always)]
    pub(super) fn load_sums(&self, gradient: &[f32], sums: &mut [f32]) {
        let LayerShape {
            inputs,
            outputs,
            weights,
            bias,
        } = self.shape.clone();
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

    /// Writes the layer's part of the gradient back.
    #[inline(always)]
    pub(super) fn store_sums(&self, sums: &[f32], gradient: &mut [f32]) {
        let LayerShape {
            inputs,
            outputs,
            weights,
            bias,
        } = self.shape.clone();
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
pub(super) fn copy_rows(from: &[f32], from_width: usize, into: &mut [f32], into_width: usize) {
    if from_width == into_width {
        into[..from.len()].copy_from_slice(from);
        return;
    }
    for (from, into) in from
        .chunks_exact(from_width)
        .zip(into.chunks_exact_mut(into_width))
    {
        for (from, into) in from.iter().zip(into) {
            *into = *from;
        }
    }
}
