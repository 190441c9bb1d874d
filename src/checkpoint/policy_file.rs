//! A policy as a safetensors file that other tools can read.
//!
//! Tensors (f32): `network.<layer>.weight` `[in, out]`, `network.<layer>.bias` `[out]`, and where observations are normalised
//! `observation.shift` and `observation.factor` `[O]`. The head gets the network of `clip((x - shift) * factor, -10, 10)`, each
//! layer being `x W + b` with the activation between layers. Metadata `sinew`: a JSON object with `format`, `activation`,
//! `normalized` (whether each row of a layer is brought to mean 0 and variance 1 before the activation, 1e-5 being added to the
//! variance), `head`, and in `spaces` the names of the entries of observations and actions.
//!
//! | head | an action without exploration |
//! |---|---|
//! | `Gaussian` | the outputs; the tensor `log_std` `[A]` holds `ln` of the standard deviations |
//! | `Squashed` | tanh of the first half of the outputs |
//! | `Categorical` | the index of the largest output |

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

use crate::nn::{Activation, Layout, Mlp};
use crate::policy::normalize::Normalizer;
use crate::policy::{Head, Policy};
use crate::step::Spaces;

/// What a version of the format is called in the file.
const FORMAT: &str = "sinew policy ";
/// The version that is written, and the oldest that is read.
const VERSION: u32 = 2;
const OLDEST: u32 = 2;
const KEY: &str = "sinew";

#[derive(Serialize, Deserialize)]
struct About {
    format: String,
    activation: Activation,
    #[serde(default)]
    normalized: bool,
    head: HeadKind,
    spaces: Spaces,
}

/// A [`Head`] without its tensors.
#[derive(Serialize, Deserialize)]
enum HeadKind {
    Gaussian,
    Squashed { correlation: f32 },
    Categorical,
}

/// The file's bytes.
pub fn to_bytes(policy: &Policy) -> Vec<u8> {
    let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
    let mut put = |name: String, shape: Vec<usize>, numbers: &[f32]| {
        let bytes = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        tensors.push((name, shape, bytes));
    };
    let parameters = policy.network.parameters();
    for (i, layer) in policy.network.layout().layers().enumerate() {
        let shape = vec![layer.inputs, layer.outputs];
        let weight = &parameters[layer.weights];
        put(format!("network.{i}.weight"), shape, weight);
        let bias = &parameters[layer.bias];
        put(format!("network.{i}.bias"), vec![layer.outputs], bias);
    }
    let head = match &policy.head {
        Head::Gaussian { log_std } => {
            put("log_std".into(), vec![log_std.len()], log_std);
            HeadKind::Gaussian
        }
        &Head::Squashed { correlation } => HeadKind::Squashed { correlation },
        Head::Categorical => HeadKind::Categorical,
    };
    let (shift, factor) = policy.normalizer.parts();
    if !shift.is_empty() {
        put("observation.shift".into(), vec![shift.len()], shift);
        put("observation.factor".into(), vec![factor.len()], factor);
    }
    let about = About {
        format: format!("{FORMAT}{VERSION}"),
        activation: policy.network.layout().activation(),
        normalized: policy.network.layout().is_normalized(),
        head,
        spaces: policy.spaces.clone(),
    };
    let about = serde_json::to_string(&about).expect("plain data is JSON");
    // One entry, because several would be written in any order.
    let metadata = HashMap::from([(KEY.to_owned(), about)]);
    let views = tensors.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytes);
        (name, view.expect("the bytes fit the shape"))
    });
    safetensors::serialize(views, Some(metadata)).expect("names are unique")
}

/// Reads a policy from a file's bytes.
///
/// # Errors
/// Says what is missing or does not fit together.
pub fn from_bytes(bytes: &[u8]) -> Result<Policy, String> {
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| error.to_string())?;
    let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let about = header.metadata().as_ref().and_then(|all| all.get(KEY));
    let about = about.ok_or_else(|| format!("no metadata `{KEY}`"))?;
    let about: About =
        serde_json::from_str(about).map_err(|error| format!("metadata `{KEY}`: {error}"))?;
    check_format(&about.format)?;
    let About {
        spaces,
        activation,
        normalized,
        head,
        ..
    } = about;
    let (sizes, parameters) = layers(&file, spaces.observations())?;
    let head = match head {
        HeadKind::Gaussian => Head::Gaussian {
            log_std: numbers(&file, "log_std", spaces.actions())?,
        },
        HeadKind::Squashed { correlation } => Head::Squashed { correlation },
        HeadKind::Categorical => Head::Categorical,
    };
    let outputs = sizes.get(1..).and_then(<[_]>::last);
    let leads = outputs.is_some() && outputs.copied() == head.parameters(&spaces.action);
    if !leads || spaces.observations() == 0 {
        return Err("its layer sizes do not match its observations and actions".to_owned());
    }
    let observed = spaces.observations();
    let normalizer = if file.tensor("observation.shift").is_ok() {
        Normalizer::from_parts(
            numbers(&file, "observation.shift", observed)?,
            numbers(&file, "observation.factor", observed)?,
        )
    } else {
        Normalizer::identity()
    };
    let mut layout = Layout::new(sizes, activation);
    if normalized {
        layout = layout.normalized();
    }
    let policy = Policy {
        normalizer,
        network: Mlp::from_parameters(layout, parameters),
        head,
        spaces,
    };
    if policy.is_finite() {
        Ok(policy)
    } else {
        Err("a number in it is not finite".to_owned())
    }
}

fn check_format(format: &str) -> Result<(), String> {
    let version: Option<u32> = (format.strip_prefix(FORMAT)).and_then(|text| text.parse().ok());
    match version {
        Some(OLDEST..=VERSION) => Ok(()),
        Some(newer) if newer > VERSION => Err(format!(
            "its format is `{format}`, and this sinew reads `{FORMAT}{VERSION}`: a newer sinew is needed"
        )),
        _ => Err(format!("format `{format}`, expected `{FORMAT}{VERSION}`")),
    }
}

/// Sizes and parameters of the layers in the file.
fn layers(file: &SafeTensors, inputs: usize) -> Result<(Vec<usize>, Vec<f32>), String> {
    let mut sizes = vec![inputs];
    let mut parameters = Vec::new();
    while let Ok(weight) = file.tensor(&format!("network.{}.weight", sizes.len() - 1)) {
        let layer = sizes.len() - 1;
        let inputs = sizes[layer];
        let name = format!("network.{layer}.weight");
        let &[rows, outputs] = weight.shape() else {
            return Err(format!("{name} is not a matrix"));
        };
        if rows != inputs || outputs == 0 {
            return Err(format!("{name} has {rows} rows, expected {inputs}"));
        }
        parameters.extend(numbers(file, &name, rows * outputs)?);
        let bias = format!("network.{layer}.bias");
        parameters.extend(numbers(file, &bias, outputs)?);
        sizes.push(outputs);
    }
    Ok((sizes, parameters))
}

fn numbers(file: &SafeTensors, name: &str, count: usize) -> Result<Vec<f32>, String> {
    let tensor = file.tensor(name).map_err(|error| error.to_string())?;
    if tensor.dtype() != Dtype::F32 || tensor.data().len() != 4 * count {
        return Err(format!("{name} does not hold {count} numbers of type f32"));
    }
    let bytes = tensor.data().chunks_exact(4);
    Ok(bytes
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect())
}
