//! `Near`: how near a point is to the goal, felt from afar.

use serde::{Deserialize, Serialize};

use super::{RewardTerm, Transition};
use crate::model::check::positive;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::context::Context;
use crate::task::{Reference, Target, Within};

/// `1 - tanh(d / width)`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Near {
    /// Which point.
    pub point: usize,
    /// Where it has fallen to 0.24 (m), above 0.
    pub width: f32,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    point: String,
    width: f32,
}

impl RewardTerm for Near {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Near(point, width)",
        meaning: "`1 - tanh(d / width)`",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            point: context.goal_point(&written.point, at)?,
            width: positive(written.width, at, "width", "m")?,
        })
    }

    fn value(&self, step: &Transition) -> f32 {
        1.0 - libm::tanhf(step.state.distance(self.point) / self.width)
    }

    fn target(&self) -> Option<Target> {
        Some(Target {
            point: self.point,
            within: Within::About(self.width),
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
    fn it_falls_with_the_distance() {
        // 1 - tanh(1)
        let at_its_width = value(
            &Near {
                point: 0,
                width: 2.0,
            },
            When::After,
        );
        assert!((at_its_width - 0.238_405_84).abs() < 1e-6);
    }
}
