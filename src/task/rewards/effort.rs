//! `Effort`: what the motors give.

use serde::{Deserialize, Serialize};

use super::{RewardTerm, Transition};
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;

/// The sum over the motors of `e^2`, `e` being the share of its limit that a motor has given in the step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effort {}

impl RewardTerm for Effort {
    type Written = Self;
    const REFERENCE: Reference = Reference {
        form: "Effort()",
        meaning: "sum over motors of (torque / limit)^2",
    };

    fn check(_: &Self::Written, _: &Context, _: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {})
    }

    fn value(&self, step: &Transition) -> f32 {
        // What motors do belongs to the step, not to a moment: it is what led to `after`.
        step.after.efforts.iter().map(|a| a * a).sum()
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
    fn shares_are_squared_and_added() {
        // 1^2 + 0.5^2, whatever side is asked for.
        assert_eq!(value(&Effort {}, When::After), 1.25);
        assert_eq!(value(&Effort {}, When::Before), 1.25);
    }
}
