//! `JointSpeed`: how fast the joints move.

use serde::{Deserialize, Serialize};

use super::{RewardTerm, Transition};
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;

/// The sum of the squared joint speeds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointSpeed {}

impl RewardTerm for JointSpeed {
    type Written = Self;
    const REFERENCE: Reference = Reference {
        form: "JointSpeed()",
        meaning: "sum of the squared joint speeds",
    };

    fn check(_: &Self::Written, _: &Context, _: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {})
    }

    fn value(&self, step: &Transition) -> f32 {
        step.state.readings.speeds.iter().map(|s| s * s).sum()
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
    fn speeds_are_squared_and_added() {
        // 3^2 + 4^2
        assert_eq!(value(&JointSpeed {}, When::After), 25.0);
    }
}
