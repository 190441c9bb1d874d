//! `Fixed`: always the same place.

use serde::{Deserialize, Serialize};

use super::GoalSampler;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::seed::Rng;
use crate::task::Reference;
use crate::task::context::Context;

/// Always the same place.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixed {
    /// That place.
    pub at: [f32; 3],
}

impl GoalSampler for Fixed {
    type Written = Self;
    const REFERENCE: Reference = Reference {
        form: "Fixed(at)",
        meaning: "always there",
    };

    fn check(written: &Self::Written, _: &Context, _: &Path) -> Result<Self, Diagnostic> {
        Ok(*written)
    }

    fn draw(&self, _: &mut Rng) -> [f32; 3] {
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn nothing_is_drawn() {
        let mut rng = Seed::new(1).stream("test").nth(0);
        let fixed = Fixed {
            at: [1.0, 2.0, 3.0],
        };
        assert_eq!(fixed.draw(&mut rng), [1.0, 2.0, 3.0]);
    }
}
