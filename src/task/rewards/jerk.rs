//! `Jerk`: how much the change of the action changes.

use serde::{Deserialize, Serialize};

use super::{RewardTerm, Transition};
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;

/// The sum over the motors of `(a - 2 a' + a'')^2`, with the action `a` of the step, `a'` of the step before it and `a''` of the one
/// before that, each clamped to -1..1; 0 in the first two steps of an episode.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jerk {}

impl RewardTerm for Jerk {
    type Written = Self;
    const REFERENCE: Reference = Reference {
        form: "Jerk()",
        meaning: "sum of the squared changes of the action's change, `a - 2 a' + a''` over the last three actions; 0 in the first two steps",
    };

    fn check(_: &Self::Written, _: &Context, _: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {})
    }

    fn value(&self, step: &Transition) -> f32 {
        let Transition { before, after, .. } = step;
        // Until there were three actions.
        if after.step <= 2 {
            return 0.0;
        }
        let actions = after.action.iter().zip(before.action);
        let actions = actions.zip(before.previous_action);
        let changes = actions.map(|((now, last), previous)| now - 2.0 * last + previous);
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
    use crate::task::example::{after, moment, value};

    #[test]
    fn changes_of_changes_are_squared_and_added() {
        // Actions (0.25, 0.5), (0.5, -0.5), (1, 0.5): (1 - 1 + 0.25)^2 + (0.5 + 1 + 0.5)^2.
        assert_eq!(value(&Jerk {}, When::After), 4.0625);
    }

    #[test]
    fn it_takes_three_actions() {
        let readings = after();
        let jerk = |steps: u32| {
            let before = moment(&readings, &[0.5, -0.5], steps - 1);
            let after = moment(&readings, &[1.0, 0.5], steps);
            Jerk {}.value(&Transition {
                before: &before,
                after: &after,
                state: &after,
            })
        };
        assert_eq!([jerk(1), jerk(2), jerk(3)], [0.0, 0.0, 4.0625]);
    }
}
