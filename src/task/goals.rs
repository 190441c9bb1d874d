//! Where goals are drawn from. Each region is a file of its own, and a line in the list below.

use super::context::Context;
use super::terms::{Reference, terms};
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::seed::Rng;

/// A region that goals are drawn from, in the world's frame (m).
pub(crate) trait GoalSampler: Sized {
    /// Its fields as written.
    type Written;
    /// Its row in `scenes/README.md`.
    const REFERENCE: Reference;

    /// What is written at `at`, checked: there is a place that the goal can be.
    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic>;

    /// A place for the goal (m, world).
    fn draw(&self, rng: &mut Rng) -> [f32; 3];

    /// Whether all of its places are at one height.
    fn is_flat(&self) -> bool {
        false
    }

    /// Lines along its edges, for pictures.
    fn outline(&self) -> Vec<OutlineLine> {
        Vec::new()
    }
}

terms! {
    /// Where a goal is drawn from, in the world's frame (m).
    Goal: GoalSampler {
        /// A place for the goal (m, world).
        fn draw(&self, rng: &mut Rng) -> [f32; 3];
        /// Whether all of its places are at one height.
        fn is_flat(&self) -> bool;
        /// Lines along its edges, for pictures.
        fn outline(&self) -> Vec<OutlineLine>;
    }
    GoalWritten = [
        shell::Shell,
        disc::Disc,
        cuboid::Box,
        fixed::Fixed,
    ]
}

/// A line along the edge of a region.
#[derive(Clone, Debug, PartialEq)]
pub struct OutlineLine {
    /// From point to point (m, world).
    pub points: Vec<[f32; 3]>,
    /// How plainly it is to be seen, from 0 to 1.
    pub opacity: f32,
}

/// A horizontal circle.
fn circle(center: [f32; 3], radius: f32, opacity: f32) -> OutlineLine {
    const CORNERS: u32 = 96;
    let point = |i| {
        let angle = std::f32::consts::TAU * i as f32 / CORNERS as f32;
        let [x, y, z] = center;
        [
            x + radius * libm::cosf(angle),
            y + radius * libm::sinf(angle),
            z,
        ]
    };
    OutlineLine {
        points: (0..=CORNERS).map(point).collect(),
        opacity,
    }
}

/// A number in between.
fn between(rng: &mut Rng, low: f32, high: f32) -> f32 {
    use rand::RngExt;
    low + (high - low) * rng.random::<f32>()
}
