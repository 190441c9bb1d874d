//! `VelocityTracking`: whether a point moves as fast as it should.

use serde::{Deserialize, Serialize};

use super::{RewardTerm, Transition, gaussian};
use crate::model::check::positive;
use crate::readings::Needs;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::{Axis, Context};

/// `exp(-((v - target) / width)^2)`, with the velocity `v` of the point along one of the world's axes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct VelocityTracking {
    /// Which point.
    pub point: usize,
    /// Index of x, y, z.
    pub axis: usize,
    /// How fast it should be (m/s).
    pub target: f32,
    /// The difference at which it has fallen to 0.37 (m/s), above 0.
    pub width: f32,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    point: String,
    axis: Axis,
    target: f32,
    width: f32,
}

impl RewardTerm for VelocityTracking {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "VelocityTracking(point, axis, target, width)",
        meaning: "`exp(-((v - target) / width)^2)`",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            point: context.point(&written.point, at)?,
            axis: written.axis as usize,
            target: written.target,
            width: positive(written.width, at, "width", "m/s")?,
        })
    }

    fn value(&self, step: &Transition) -> f32 {
        let velocity = step.state.readings.velocities[self.point][self.axis];
        gaussian(velocity - self.target, self.width)
    }

    fn needs(&self) -> Needs {
        Needs {
            point_motion: true,
            ..Needs::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::When;
    use crate::task::example::value;

    #[test]
    fn it_is_1_at_its_target() {
        let tracking = |axis, target, width| {
            let term = VelocityTracking {
                point: 0,
                axis,
                target,
                width,
            };
            value(&term, When::After)
        };
        // The tip moves at (1.5, 2, 0).
        assert_eq!(tracking(0, 1.5, 0.125), 1.0);
        assert!((tracking(1, 1.0, 1.0) - (-1.0_f32).exp()).abs() < 1e-6);
    }
}
