//! `Inside`: a point is at the goal.

use serde::{Deserialize, Serialize};

use super::EndCondition;
use crate::model::check::positive;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::context::Context;
use crate::task::{Moment, Reference, Target};

/// The point is at most `distance` from the goal.
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

impl EndCondition for Inside {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Inside(point, distance)",
        meaning: "the point is at most `distance` from the goal",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            point: context.goal_point(&written.point, at)?,
            distance: positive(written.distance, at, "distance", "m")?,
        })
    }

    fn holds(&self, moment: &Moment) -> Option<bool> {
        Some(moment.distance(self.point) <= self.distance)
    }

    fn target(&self) -> Option<Target> {
        Some(Target::at(self.point, self.distance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{after, moment};

    #[test]
    fn the_edge_counts() {
        let after = after();
        let moment = moment(&after, &[0.0, 0.0], 25);
        let inside = |distance| Inside { point: 0, distance }.holds(&moment);
        assert_eq!([inside(2.0), inside(1.5)], [Some(true), Some(false)]);
    }
}
