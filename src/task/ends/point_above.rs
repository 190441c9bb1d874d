//! `PointAbove`: a point is too high.

use serde::{Deserialize, Serialize};

use super::EndCondition;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::context::Context;
use crate::task::{Moment, Reference};

/// The point is higher than `z`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PointAbove {
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

impl EndCondition for PointAbove {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "PointAbove(point, z)",
        meaning: "the point is higher than `z`",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            point: context.point(&written.point, at)?,
            z: written.z,
        })
    }

    fn holds(&self, moment: &Moment) -> Option<bool> {
        Some(moment.readings.points[self.point][2] > self.z)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{after, moment};

    #[test]
    fn the_height_itself_is_not_above() {
        let after = after();
        let moment = moment(&after, &[0.0, 0.0], 25);
        let above = |z| PointAbove { point: 0, z }.holds(&moment);
        assert_eq!([above(2.0), above(1.5)], [Some(false), Some(true)]);
    }
}
