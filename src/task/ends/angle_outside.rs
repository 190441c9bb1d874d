//! `AngleOutside`: a joint is where it should not be.

use serde::{Deserialize, Serialize};

use super::EndCondition;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::context::Context;
use crate::task::{Moment, Reference};

/// The joint's position is below or above `range`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AngleOutside {
    /// Which joint.
    pub joint: usize,
    /// Lowest and highest (rad, or m), the lower first.
    pub range: [f32; 2],
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    joint: String,
    range: [f32; 2],
}

impl EndCondition for AngleOutside {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "AngleOutside(joint, range)",
        meaning: "the joint is not in its range `(low, high)`",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        let [low, high] = written.range;
        if low >= high {
            let what = "a range must go from low to high";
            return Err(Diagnostic::new(at.field("range"), what)
                .help("(lowest, highest) position of the joint (rad, or m)"));
        }
        Ok(Self {
            joint: context.joint(&written.joint, at.field("joint"))?,
            range: written.range,
        })
    }

    fn holds(&self, moment: &Moment) -> Option<bool> {
        let [low, high] = self.range;
        Some(!(low..=high).contains(&moment.readings.angles[self.joint]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{after, moment};

    #[test]
    fn its_ends_are_inside() {
        let after = after();
        let moment = moment(&after, &[0.0, 0.0], 25);
        let outside = |range| AngleOutside { joint: 0, range }.holds(&moment);
        assert_eq!(outside([0.0, 0.5]), Some(false));
        assert_eq!(outside([0.75, 1.0]), Some(true));
    }
}
