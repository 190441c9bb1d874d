//! The shape of a network and where its parameters lie.

use super::Activation;
use serde::{Deserialize, Serialize};
use std::{fmt, ops::Range};

/// Shape of a network: the sizes `[in, hidden.., out]`, the activation between layers, a linear output.
///
/// Parameters lie in one slice: per layer the weights `[in, out]` row by row, then the bias `[out]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Layout {
    sizes: Vec<usize>,
    activation: Activation,
    is_normalized: bool,
}

/// One layer of a [`Layout`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerShape {
    /// Size of the layer's input.
    pub inputs: usize,
    /// Size of the layer's output.
    pub outputs: usize,
    /// Where the weights `[inputs, outputs]` lie among the parameters.
    pub weights: Range<usize>,
    /// Where the bias `[outputs]` lies among the parameters.
    pub bias: Range<usize>,
}

impl Layout {
    /// The network with these sizes, from the input to the output.
    ///
    /// # Panics
    /// If there are fewer than two sizes, or one of them is 0.
    pub fn new(sizes: Vec<usize>, activation: Activation) -> Self {
        assert!(is_valid(&sizes), "{InvalidLayout}");
        Self {
            sizes,
            activation,
            is_normalized: false,
        }
    }

    /// The same network with layer normalisation (arXiv:1607.06450, no gain, no bias) before every activation. It has no
    /// parameters.
    pub fn normalized(mut self) -> Self {
        self.is_normalized = true;
        self
    }

    /// Number of parameters, weights and biases.
    pub fn parameters(&self) -> usize {
        self.sizes
            .windows(2)
            .map(|pair| (pair[0] + 1) * pair[1])
            .sum()
    }

    /// Number of matrix entries alone.
    pub fn weights(&self) -> usize {
        self.sizes.windows(2).map(|pair| pair[0] * pair[1]).sum()
    }

    /// Size of the input.
    pub fn inputs(&self) -> usize {
        self.sizes[0]
    }

    /// Size of the output.
    pub fn outputs(&self) -> usize {
        self.sizes[self.sizes.len() - 1]
    }

    /// The function between layers.
    pub fn activation(&self) -> Activation {
        self.activation
    }

    /// Whether layer normalisation comes before every activation.
    pub fn is_normalized(&self) -> bool {
        self.is_normalized
    }

    /// The layers from the input to the output.
    pub fn layers(&self) -> impl Iterator<Item = LayerShape> {
        self.sizes.windows(2).scan(0, |next, pair| {
            let (inputs, outputs) = (pair[0], pair[1]);
            let weights = *next..*next + inputs * outputs;
            let bias = weights.end..weights.end + outputs;
            *next = bias.end;
            Some(LayerShape {
                inputs,
                outputs,
                weights,
                bias,
            })
        })
    }
}

fn is_valid(sizes: &[usize]) -> bool {
    sizes.len() >= 2 && sizes.iter().all(|&size| size > 0)
}

/// What a stored layout may have at most, so that counting its parameters cannot overflow.
const MOST_LAYERS: usize = 64;
const LARGEST: usize = 1 << 20;

/// A [`Layout`] as it is stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    sizes: Vec<usize>,
    activation: Between,
}

/// All that comes between two layers.
#[derive(Clone, Copy, Serialize, Deserialize)]
enum Between {
    Tanh,
    Relu,
    Elu,
    NormalizedTanh,
    NormalizedRelu,
    NormalizedElu,
}

impl From<Layout> for Stored {
    fn from(layout: Layout) -> Self {
        Self {
            sizes: layout.sizes,
            activation: match (layout.is_normalized, layout.activation) {
                (false, Activation::Tanh) => Between::Tanh,
                (false, Activation::Relu) => Between::Relu,
                (false, Activation::Elu) => Between::Elu,
                (true, Activation::Tanh) => Between::NormalizedTanh,
                (true, Activation::Relu) => Between::NormalizedRelu,
                (true, Activation::Elu) => Between::NormalizedElu,
            },
        }
    }
}

impl TryFrom<Stored> for Layout {
    type Error = InvalidLayout;

    fn try_from(Stored { sizes, activation }: Stored) -> Result<Self, InvalidLayout> {
        let is_small = sizes.len() <= MOST_LAYERS && sizes.iter().all(|&size| size <= LARGEST);
        if !is_small || !is_valid(&sizes) {
            return Err(InvalidLayout);
        }
        let (is_normalized, activation) = match activation {
            Between::Tanh => (false, Activation::Tanh),
            Between::Relu => (false, Activation::Relu),
            Between::Elu => (false, Activation::Elu),
            Between::NormalizedTanh => (true, Activation::Tanh),
            Between::NormalizedRelu => (true, Activation::Relu),
            Between::NormalizedElu => (true, Activation::Elu),
        };
        Ok(Self {
            sizes,
            activation,
            is_normalized,
        })
    }
}

/// Sizes that are no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidLayout;

impl fmt::Display for InvalidLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a network needs at least an input and an output size, all of them above 0")
    }
}

impl std::error::Error for InvalidLayout {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_follow_one_another() {
        let layout = Layout::new(vec![3, 4, 2], Activation::Tanh);
        let layers: Vec<_> = layout.layers().collect();
        assert_eq!(
            layers[0],
            LayerShape {
                inputs: 3,
                outputs: 4,
                weights: 0..12,
                bias: 12..16
            }
        );
        assert_eq!(
            layers[1],
            LayerShape {
                inputs: 4,
                outputs: 2,
                weights: 16..24,
                bias: 24..26
            }
        );
        assert_eq!((layout.inputs(), layout.outputs()), (3, 2));
        assert_eq!((layout.parameters(), layout.weights()), (26, 20));
    }

    #[test]
    fn stored_sizes_are_checked() {
        for sizes in [vec![], vec![3], vec![3, 0, 2]] {
            assert_eq!(
                Layout::try_from(Stored {
                    sizes,
                    activation: Between::Relu
                }),
                Err(InvalidLayout)
            );
        }
    }
    #[test]
    fn a_stored_layout_comes_back() {
        for (i, activation) in [Activation::Tanh, Activation::Relu, Activation::Elu]
            .into_iter()
            .enumerate()
        {
            let plain = Layout::new(vec![3, 4, 2], activation);
            let normalized = plain.clone().normalized();
            for (layout, between) in [(plain, i), (normalized, i + 3)] {
                let bytes = postcard::to_stdvec(&layout).expect("it is written");
                assert_eq!(bytes, [3, 3, 4, 2, between as u8]);
                assert_eq!(postcard::from_bytes(&bytes), Ok(layout));
            }
        }
    }
}
