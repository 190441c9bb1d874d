//! `PointBelow`: a point is too low.

use serde::{Deserialize, Serialize};

use super::EndCondition;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::context::Context;
use crate::task::{Moment, Reference};

/// The point is lower than `z`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PointBelow {
    /// Which point.
    pub point: usize,
    /// Height (m).
    pub z: f32,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    point: String,
    z: f32,
}

impl EndCondition for PointBelow {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "PointBelow(point, z)",
        meaning: "the point is lower than `z`",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            point: context.point(&written.point, at)?,
            z: written.z,
        })
    }

    fn holds(&self, moment: &Moment) -> Option<bool> {
        Some(moment.readings.points[self.point][2] < self.z)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{after, moment};

    #[test]
    fn the_height_itself_is_not_below() {
        let after = after();
        let moment = moment(&after, &[0.0, 0.0], 25);
        let below = |z| PointBelow { point: 0, z }.holds(&moment);
        assert_eq!([below(2.0), below(2.5)], [Some(false), Some(true)]);
    }
}
