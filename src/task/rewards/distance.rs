//! `Distance`: how far a point is from the goal.

use serde::{Deserialize, Serialize};

use super::{RewardTerm, Transition};
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::context::Context;
use crate::task::{Reference, Target, Within};

/// `d`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Distance {
    /// Which point.
    pub point: usize,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    point: String,
}

impl RewardTerm for Distance {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Distance(point)",
        meaning: "`d`",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            point: context.goal_point(&written.point, at)?,
        })
    }

    fn value(&self, step: &Transition) -> f32 {
        step.state.distance(self.point)
    }

    fn target(&self) -> Option<Target> {
        Some(Target {
            point: self.point,
            within: Within::Unsaid,
            grows_with_distance: true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::When;
    use crate::task::example::value;

    #[test]
    fn it_is_the_way_to_the_goal() {
        let term = Distance { point: 0 };
        assert_eq!(value(&term, When::After), 2.0);
        assert_eq!(value(&term, When::Before), 3.0);
    }
}
