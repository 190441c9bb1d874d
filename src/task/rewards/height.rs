//! `Height`: whether a point is as high as it should be.

use serde::{Deserialize, Serialize};

use super::{RewardTerm, Transition, gaussian};
use crate::model::check::positive;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;

/// `exp(-((z - target) / width)^2)`, with the height `z` of the point.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Height {
    /// Which point.
    pub point: usize,
    /// How high it should be (m).
    pub target: f32,
    /// The difference at which it has fallen to 0.37 (m), above 0.
    pub width: f32,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    point: String,
    target: f32,
    width: f32,
}

impl RewardTerm for Height {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Height(point, target, width)",
        meaning: "`exp(-((z - target) / width)^2)`",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            point: context.point(&written.point, at)?,
            target: written.target,
            width: positive(written.width, at, "width", "m")?,
        })
    }

    fn value(&self, step: &Transition) -> f32 {
        let height = step.state.readings.points[self.point][2];
        gaussian(height - self.target, self.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::When;
    use crate::task::example::value;

    #[test]
    fn it_is_1_at_its_target() {
        let height = |target, width| {
            value(
                &Height {
                    point: 0,
                    target,
                    width,
                },
                When::After,
            )
        };
        assert_eq!(height(2.0, 0.125), 1.0);
        assert!((height(2.5, 0.5) - (-1.0_f32).exp()).abs() < 1e-6);
    }
}
