//! `Inside`: whether a point is at the goal.

use serde::{Deserialize, Serialize};

use super::{RewardTerm, Transition};
use crate::model::check::positive;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::context::Context;
use crate::task::{Reference, Target};

/// 1 when `d` is at most `distance`, else 0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Inside {
    /// Which point.
    pub point: usize,
    /// Largest distance that counts (m), above 0.
    pub distance: f32,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    point: String,
    distance: f32,
}

impl RewardTerm for Inside {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Inside(point, distance)",
        meaning: "1 where `d` is at most `distance`, else 0",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            point: context.goal_point(&written.point, at)?,
            distance: positive(written.distance, at, "distance", "m")?,
        })
    }

    fn value(&self, step: &Transition) -> f32 {
        f32::from(step.state.distance(self.point) <= self.distance)
    }

    fn target(&self) -> Option<Target> {
        Some(Target::at(self.point, self.distance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::When;
    use crate::task::example::value;

    #[test]
    fn the_edge_counts() {
        let inside = |distance| value(&Inside { point: 0, distance }, When::After);
        assert_eq!([inside(2.0), inside(1.5)], [1.0, 0.0]);
    }
}
