//! `JointSpeedAbove`: a joint is too fast.

use serde::{Deserialize, Serialize};

use super::EndCondition;
use crate::model::check::positive;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::context::Context;
use crate::task::{Moment, Reference};

/// Some joint is faster than `speed`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointSpeedAbove {
    /// In either direction (rad/s, or m/s), above 0.
    pub speed: f32,
}

impl EndCondition for JointSpeedAbove {
    type Written = Self;
    const REFERENCE: Reference = Reference {
        form: "JointSpeedAbove(speed)",
        meaning: "some joint is faster",
    };

    fn check(written: &Self::Written, _: &Context, at: &Path) -> Result<Self, Diagnostic> {
        let speed = positive(written.speed, at, "speed", "rad/s, or m/s")?;
        Ok(Self { speed })
    }

    fn holds(&self, moment: &Moment) -> Option<bool> {
        let mut speeds = moment.readings.speeds.iter();
        Some(speeds.any(|speed| speed.abs() > self.speed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{after, moment};

    #[test]
    fn either_direction_counts() {
        let after = after();
        let moment = moment(&after, &[0.0, 0.0], 25);
        let above = |speed| JointSpeedAbove { speed }.holds(&moment);
        // The elbow turns at -4 rad/s.
        assert_eq!([above(4.0), above(3.5)], [Some(false), Some(true)]);
    }
}
