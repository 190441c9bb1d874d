//! `Progress`: how much nearer to the goal a point has come.

use serde::{Deserialize, Serialize};

use super::{RewardTerm, Transition};
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::context::Context;
use crate::task::{Reference, Target, Within};

/// `d` before the step less `d` after it, whatever `at` says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Progress {
    /// Which point.
    pub point: usize,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    point: String,
}

impl RewardTerm for Progress {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Progress(point)",
        meaning: "`d` before the step less `d` after it",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            point: context.goal_point(&written.point, at)?,
        })
    }

    fn value(&self, step: &Transition) -> f32 {
        step.before.distance(self.point) - step.after.distance(self.point)
    }

    fn target(&self) -> Option<Target> {
        Some(Target {
            point: self.point,
            within: Within::Unsaid,
            grows_with_distance: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::When;
    use crate::task::example::value;

    #[test]
    fn a_step_towards_the_goal_counts() {
        assert_eq!(value(&Progress { point: 0 }, When::After), 1.0);
    }
}
