//! `Box`: anywhere in a box.

use serde::{Deserialize, Serialize};

use super::{GoalSampler, between};
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::seed::Rng;
use crate::task::context::Context;
use crate::task::{OutlineLine, Reference};

/// Uniform over a box.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Box {
    /// Least corner.
    pub min: [f32; 3],
    /// Greatest corner.
    pub max: [f32; 3],
}

impl GoalSampler for Box {
    type Written = Self;
    const REFERENCE: Reference = Reference {
        form: "Box(min, max)",
        meaning: "in a box",
    };

    fn check(written: &Self::Written, _: &Context, at: &Path) -> Result<Self, Diagnostic> {
        if (0..3).any(|axis| written.min[axis] > written.max[axis]) {
            let what = "`max` is below `min`";
            return Err(Diagnostic::new(at.field("max"), what)
                .help("in x, y and z, `max` must not be below `min` (m)"));
        }
        Ok(*written)
    }

    fn draw(&self, rng: &mut Rng) -> [f32; 3] {
        std::array::from_fn(|i| between(rng, self.min[i], self.max[i]))
    }

    fn outline(&self) -> Vec<OutlineLine> {
        let corner = |i: usize| -> [f32; 3] {
            let is_max = |axis: usize| i >> axis & 1 == 1;
            std::array::from_fn(|axis| if is_max(axis) { self.max } else { self.min }[axis])
        };
        let pairs = (0..3).flat_map(|axis| (0..8).map(move |i| (i, i | 1 << axis)));
        let edges = pairs.filter(|(from, to)| from != to);
        let line = |(from, to)| OutlineLine {
            points: vec![corner(from), corner(to)],
            opacity: 0.35,
        };
        edges.map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn it_has_twelve_edges_and_its_places_are_inside() {
        let cuboid = Box {
            min: [0.0, 1.0, 2.0],
            max: [1.0, 1.0, 4.0],
        };
        assert_eq!(cuboid.outline().len(), 12);
        let mut rng = Seed::new(1).stream("test").nth(0);
        for _ in 0..100 {
            let [x, y, z] = cuboid.draw(&mut rng);
            assert!((0.0..1.0).contains(&x) && y == 1.0 && (2.0..4.0).contains(&z));
        }
    }
}
