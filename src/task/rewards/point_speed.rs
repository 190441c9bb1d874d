//! `PointSpeed`: how fast a point moves.

use serde::{Deserialize, Serialize};

use super::{RewardTerm, Transition};
use crate::readings::Needs;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;
use crate::task::moment::norm;

/// Speed of a point (m/s).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PointSpeed {
    /// Which point.
    pub point: usize,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    point: String,
}

impl RewardTerm for PointSpeed {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "PointSpeed(point)",
        meaning: "speed of a point",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            point: context.point(&written.point, at)?,
        })
    }

    fn value(&self, step: &Transition) -> f32 {
        norm(step.state.readings.velocities[self.point])
    }

    fn needs(&self) -> Needs {
        Needs {
            point_motion: true,
            ..Needs::default()
        }
    }

    fn is_cost(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::When;
    use crate::task::example::value;

    #[test]
    fn it_is_the_length_of_the_velocity() {
        // (1.5, 2, 0)
        assert_eq!(value(&PointSpeed { point: 0 }, When::After), 2.5);
    }
}
