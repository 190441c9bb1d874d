//! Policies: read, and asked for an action.

use sinew::checkpoint::policy_file;
use sinew::nn::{Activation, Layout, Mlp};
use sinew::policy::normalize::Normalizer;
use sinew::policy::{Head, Policy, Scratch};
use sinew::seed::Seed;
use sinew::step::{ActionSpace, Spaces};
use sinew::worker_pool::WorkerPool;

use super::{Loader, Seal, repeated};

pub(super) fn loader() -> Loader {
    let files = [policy(vec![3, 5, 2], true), policy(vec![3, 2], false)];
    let files = files.map(|policy| policy_file::to_bytes(&policy));
    Loader {
        words: &WORDS,
        large: [
            ("{\"network.0.weight\":", "[", ""),
            (
                "{\"network.0.weight\":{\"dtype\":\"F32\",\"shape\":[",
                "0,",
                "0]}}",
            ),
            ("{\"__metadata__\":{\"sinew\":\"", "[", "\"}}"),
            (
                "{\"__metadata__\":{\"sinew\":\"",
                "{\\\"format\\\":",
                "\"}}",
            ),
            ("{\"__metadata__\":{", "\"a\":\"b\",", "}}"),
        ]
        .map(|(start, piece, end)| with_header(repeated(start, piece, end)))
        .into(),
        seal: Some(Seal {
            // The header, before which its length stands.
            open: |file| {
                let length = u64::from_le_bytes(file.first_chunk::<8>().copied()?);
                file.get(8..)?
                    .get(..usize::try_from(length).ok()?)
                    .map(<[u8]>::to_vec)
            },
            close: |file, header| {
                let old = u64::from_le_bytes(*file.first_chunk().unwrap()) as usize;
                let length = (header.len() as u64).to_le_bytes();
                [&length[..], &header, &file[8 + old..]].concat()
            },
        }),
        ..Loader::new("policy", files.into(), |bytes| {
            let Ok(policy) = policy_file::from_bytes(bytes) else {
                return false;
            };
            let observation = vec![1.0; policy.spaces.observations()];
            let mut scratch = Scratch::default();
            let action = policy.outputs(1, &observation, &mut scratch);
            assert_eq!(action.len(), policy.spaces.actions());
            true
        })
    }
}

/// A file of nothing but its header and the length of it.
fn with_header(mut header: Vec<u8>) -> Vec<u8> {
    header.splice(0..0, (header.len() as u64).to_le_bytes());
    header
}

fn policy(sizes: Vec<usize>, normalizes: bool) -> Policy {
    let mut normalizer = Normalizer::new(3);
    normalizer.observe(&[1.0, 2.0, 3.0, 4.0, 6.0, 8.0], &WorkerPool::new(1));
    let (shift, factor) = normalizer.parts();
    let normalizer = match normalizes {
        true => Normalizer::from_parts(shift.to_vec(), factor.to_vec()),
        false => Normalizer::identity(),
    };
    let rng = &mut Seed::new(1).stream("test").nth(0);
    Policy {
        spaces: Spaces {
            observation: vec!["a".into(), "b".into(), "c".into()],
            action: ActionSpace::Continuous(vec!["x".into(), "y".into()]),
        },
        normalizer,
        network: Mlp::orthogonal(Layout::new(sizes, Activation::Tanh), 0.5, rng),
        head: Head::Gaussian {
            log_std: vec![-0.5, 0.25],
        },
    }
}

const WORDS: [&str; 22] = [
    "network.0.weight",
    "network.1.weight",
    "network.0.bias",
    "log_std",
    "observation.shift",
    "observation.factor",
    "F32",
    "F64",
    "F4",
    "U8",
    "dtype",
    "shape",
    "data_offsets",
    "[0,0]",
    "[1]",
    "[]",
    "null",
    "{}",
    "sinew policy 1",
    "__metadata__",
    "Continuous",
    "\\\"",
];
