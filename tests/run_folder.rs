//! Promise: what a run writes is read back exactly, and what somebody broke is refused in words.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its own data fails"
)]

use proptest::prelude::*;
use sinew::checkpoint::policy_file::{from_bytes, to_bytes};
use sinew::nn::{Activation, Layout, Mlp};
use sinew::policy::normalize::Normalizer;
use sinew::policy::{Head, Policy};
use sinew::seed::Seed;
use sinew::step::{ActionSpace, Spaces};
use sinew::worker_pool::WorkerPool;

fn policy() -> Policy {
    let layout = Layout::new(vec![3, 5, 2], Activation::Tanh);
    let mut normalizer = Normalizer::new(3);
    normalizer.observe(&[1.0, 2.0, 3.0, 4.0, 6.0, 8.0], &WorkerPool::new(1));
    let (shift, factor) = normalizer.parts();
    Policy {
        spaces: Spaces {
            observation: vec!["a".into(), "b".into(), "c".into()],
            action: ActionSpace::Continuous(vec!["x".into(), "y".into()]),
        },
        normalizer: Normalizer::from_parts(shift.to_vec(), factor.to_vec()),
        network: Mlp::orthogonal(layout, 0.5, &mut Seed::new(1).stream("test").nth(0)),
        head: Head::Gaussian {
            log_std: vec![-0.5, 0.25],
        },
    }
}

#[test]
fn a_policy_comes_back_bit_for_bit() {
    assert_eq!(from_bytes(&to_bytes(&policy())), Ok(policy()));
}

#[test]
fn a_normalised_network_comes_back_as_one() {
    let layout = Layout::new(vec![3, 5, 4], Activation::Elu).normalized();
    let normalized = Policy {
        network: Mlp::orthogonal(layout, 0.5, &mut Seed::new(1).stream("test").nth(0)),
        head: Head::Squashed { correlation: 0.5 },
        ..policy()
    };
    assert_eq!(from_bytes(&to_bytes(&normalized)), Ok(normalized));
}

#[test]
fn other_tools_find_tensors_by_name_and_shape() {
    let bytes = to_bytes(&policy());
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let shape = |name: &str| file.tensor(name).unwrap().shape().to_vec();
    assert_eq!(shape("network.0.weight"), [3, 5]);
    assert_eq!(shape("network.1.bias"), [2]);
    assert_eq!(shape("log_std"), [2]);
    assert_eq!(shape("observation.factor"), [3]);
}

#[test]
fn a_number_that_is_not_finite_is_refused() {
    let mut broken = policy();
    broken.head = Head::Gaussian {
        log_std: vec![f32::NAN, 0.25],
    };
    let (shift, factor) = (vec![f32::INFINITY; 3], vec![1.0; 3]);
    let normalizer = Normalizer::from_parts(shift, factor);
    let unsound = Policy {
        normalizer,
        ..policy()
    };
    assert!(from_bytes(&to_bytes(&unsound)).is_err());
    assert!(
        from_bytes(&to_bytes(&broken))
            .unwrap_err()
            .contains("not finite")
    );
}

proptest! {
    #[test]
    fn broken_bytes_never_panic(at in 0usize..2000, byte: u8, cut in 0usize..2000) {
        let mut bytes = to_bytes(&policy());
        let length = bytes.len();
        bytes[at % length] = byte;
        let _ = from_bytes(&bytes);
        let _ = from_bytes(&bytes[..cut % length]);
    }
}
