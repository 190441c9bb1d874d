//! `Speed`: how fast a joint moves, and which way.

use serde::{Deserialize, Serialize};

use super::{RewardTerm, Transition};
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;

/// Speed of a joint, with its sign (rad/s, or m/s).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Speed {
    /// Which joint.
    pub joint: usize,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    joint: String,
}

impl RewardTerm for Speed {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Speed(joint)",
        meaning: "speed of a joint",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            joint: context.joint(&written.joint, at.field("joint"))?,
        })
    }

    fn value(&self, step: &Transition) -> f32 {
        step.state.readings.speeds[self.joint]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::When;
    use crate::task::example::value;

    #[test]
    fn it_has_a_sign() {
        assert_eq!(value(&Speed { joint: 1 }, When::After), -4.0);
    }
}
