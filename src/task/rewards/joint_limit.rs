//! `JointLimit`: how near joints are to the ends of their ranges.

use serde::{Deserialize, Serialize};

use super::{RewardTerm, Transition};
use crate::model::check::positive;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;

/// How far joints are into the margins of their ranges: the sum of `max(0, 1 - s / margin)` over the joints that have a range, with
/// the way `s` from the joint to the nearer end of it. 0 outside of the margins, 1 for a joint at an end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JointLimit {
    /// Width of the margin (rad, or m), above 0.
    pub margin: f32,
    /// The joints that have a range; never empty.
    pub ranges: Vec<(usize, [f32; 2])>,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    margin: f32,
}

impl RewardTerm for JointLimit {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "JointLimit(margin)",
        meaning: "how far joints are into the margins of their ranges: the sum of `max(0, 1 - s / margin)`, `s` being the way to the nearer end",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        let margin = positive(written.margin, at, "margin", "rad, or m")?;
        let joints = context.robot.joints.iter().enumerate();
        let ranges = joints.filter_map(|(i, joint)| Some((i, joint.range?)));
        let ranges: Vec<_> = ranges.collect();
        if ranges.is_empty() {
            let what = "this needs a joint with a range, and there is none";
            return Err(Diagnostic::new(at.clone(), what)
                .help("give a joint its `range: (lowest, highest)`"));
        }
        Ok(Self { margin, ranges })
    }

    fn value(&self, step: &Transition) -> f32 {
        let depth = |&(joint, [low, high]): &(usize, [f32; 2])| {
            let angle = step.state.readings.angles[joint];
            (1.0 - (angle - low).min(high - angle) / self.margin).max(0.0)
        };
        self.ranges.iter().map(depth).sum()
    }

    fn is_cost(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::When;
    use crate::task::example::{context, robot, value};

    #[test]
    fn only_the_margin_counts() {
        let limit = |margin, at| {
            let robot = robot();
            let term = JointLimit::check(&Written { margin }, &context(&robot), &Path::default());
            value(&term.expect("the rail has a range"), at)
        };
        // 0.5 m from the end, half of the margin; a quarter of a metre beyond the end; not yet in the margin. The elbow has no range.
        assert_eq!(limit(1.0, When::After), 0.5);
        assert_eq!(limit(1.0, When::Before), 1.25);
        assert_eq!(limit(0.25, When::After), 0.0);
    }
}
