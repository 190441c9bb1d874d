//! `ActionRate`: how much the action changes.

use serde::{Deserialize, Serialize};

use super::{RewardTerm, Transition};
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;

/// The sum over the motors of `(a - a')^2`, with the action `a` of the step and `a'` of the step before it, each clamped to -1..1;
/// 0 before the first step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionRate {}

impl RewardTerm for ActionRate {
    type Written = Self;
    const REFERENCE: Reference = Reference {
        form: "ActionRate()",
        meaning: "sum of the squared changes of the action since the last step",
    };

    fn check(_: &Self::Written, _: &Context, _: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {})
    }

    fn value(&self, step: &Transition) -> f32 {
        let actions = step.after.action.iter().zip(step.before.action);
        let changes = actions.map(|(a, b)| a - b);
        changes.map(|change| change * change).sum()
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
    fn changes_are_squared_and_added() {
        // 0.5^2 + 1^2
        assert_eq!(value(&ActionRate {}, When::After), 1.25);
    }
}
