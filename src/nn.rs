//! Dense networks on the CPU, in `f32`: forward, backward, Adam and `RMSProp`, orthogonal initialisation.
//!
//! Every result has **the same bits everywhere**. An element of a product is one chain of fused multiply-adds in the
//! order of the summed index, and every other formula is made of operations that IEEE 754 rounds exactly. So neither
//! the vector width, nor the number of rows in a batch, nor the tile that an element falls into can change a bit, and
//! a CPU without any vector unit agrees with one that has AVX-512.

mod activation;
mod adam;
mod aligned;
mod layer;
mod layer_norm;
mod layout;
mod mlp;
mod orthogonal;
mod packing;
mod product;
mod rms_prop;
mod vector;

pub use activation::Activation;
pub use adam::Adam;
pub use layout::{InvalidLayout, LayerShape, Layout};
pub use mlp::{InvalidMlp, Mlp, Workspace};
pub use product::{Left, Right, Start, product};
pub use rms_prop::RmsProp;
pub use vector::{add, scale, squared_norm};

use pulp::Arch;
use std::sync::LazyLock;

/// The widest vector instructions of this CPU.
fn arch() -> Arch {
    static ARCH: LazyLock<Arch> = LazyLock::new(Arch::new);
    *ARCH
}

/// Every instruction set that this CPU can run, so that tests compare them by bits.
#[cfg(test)]
fn arches() -> Vec<Arch> {
    let mut arches = vec![Arch::Scalar];
    #[cfg(target_arch = "x86_64")]
    {
        arches.extend(pulp::x86::V3::try_new().map(Arch::V3));
        arches.extend(pulp::x86::V4::try_new().map(Arch::V4));
    }
    arches.push(Arch::new());
    arches
}

/// A network with the same parameters every time.
#[cfg(test)]
fn network(layout: Layout) -> Mlp {
    use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};
    Mlp::orthogonal(layout, 0.5, &mut Xoshiro256PlusPlus::seed_from_u64(7))
}

/// Numbers in [-1, 1] without a pattern.
#[cfg(test)]
fn noise(len: usize) -> Vec<f32> {
    (0..len)
        .map(|i| ((i * 37 + i / 7) % 101) as f32 / 50.0 - 1.0)
        .collect()
}

/// For comparisons in which -0 is not 0, and NaN is itself.
#[cfg(test)]
fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}
