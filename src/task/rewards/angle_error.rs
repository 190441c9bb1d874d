//! `AngleError`: how far a joint is from where it should be.

use serde::{Deserialize, Serialize};

use super::{RewardTerm, Transition};
use crate::formula::wrap;
use crate::model::robot::JointKind;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;

/// The square of the joint's position less `target`, wrapped to plus or minus pi when it turns.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AngleError {
    /// Which joint.
    pub joint: usize,
    /// Where it should be (rad, or m).
    pub target: f32,
    /// Whether the joint turns, so that a full turn is no difference.
    pub turns: bool,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    joint: String,
    target: f32,
}

impl RewardTerm for AngleError {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "AngleError(joint, target)",
        meaning: "squared distance of a joint from a position, turns wrapped",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        let joint = context.joint(&written.joint, at.field("joint"))?;
        Ok(Self {
            joint,
            target: written.target,
            turns: context.robot.joints[joint].kind == JointKind::Revolute,
        })
    }

    fn value(&self, step: &Transition) -> f32 {
        let apart = step.state.readings.angles[self.joint] - self.target;
        let error = if self.turns { wrap(apart) } else { apart };
        error * error
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::When;
    use crate::task::example::value;

    #[test]
    fn only_a_hinge_comes_round() {
        let error = |joint, target, turns| {
            let term = AngleError {
                joint,
                target,
                turns,
            };
            value(&term, When::After)
        };
        // 0.5 - 0.25
        assert_eq!(error(0, 0.25, false), 0.0625);
        let turn = std::f32::consts::TAU;
        assert!(error(1, 2.5 - turn, true) < 1e-10);
        assert!((error(1, 2.5 - turn, false) - turn * turn).abs() < 1e-4);
    }
}
