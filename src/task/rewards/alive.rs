//! `Alive`: a payment for every step.

use serde::{Deserialize, Serialize};

use super::{RewardTerm, Transition};
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;

/// 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alive {}

impl RewardTerm for Alive {
    type Written = Self;
    const REFERENCE: Reference = Reference {
        form: "Alive()",
        meaning: "1",
    };

    fn check(_: &Self::Written, _: &Context, _: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {})
    }

    fn value(&self, _: &Transition) -> f32 {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::When;
    use crate::task::example::value;

    #[test]
    fn a_step_counts_1() {
        assert_eq!(value(&Alive {}, When::After), 1.0);
    }
}
