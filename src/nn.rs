//! Dense networks on the CPU, in `f32`: forward, backward, Adam, orthogonal initialisation.
//!
//! Every result has **the same bits everywhere**. An element of a product is one chain of fused multiply-adds in the
//! order of the summed index, and every other formula is made of operations that IEEE 754 rounds exactly. So neither
//! the vector width, nor the number of rows in a batch, nor the tile that an element falls into can change a bit, and
//! a CPU without any vector unit agrees with one that has AVX-512.

mod activation;
mod adam;
mod aligned;
mod layer;
mod layout;
mod mlp;
mod orthogonal;
mod packing;
mod product;
mod vector;

pub use activation::Activation;
pub use adam::Adam;
pub use layout::{InvalidLayout, LayerShape, Layout};
pub use mlp::{InvalidMlp, Mlp, Workspace};
pub use product::{Left, Right, Start, product};
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
