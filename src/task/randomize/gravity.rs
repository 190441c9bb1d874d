//! `Gravity`: how strong gravity is.

use serde::{Deserialize, Serialize};

use super::Randomization;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::seed::Rng;
use crate::task::context::Context;
use crate::task::{Distribution, Reference, Task, Variation};

/// Gravity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gravity {
    /// The factor.
    pub scale: Distribution,
}

impl Randomization for Gravity {
    type Written = Self;
    const REFERENCE: Reference = Reference {
        form: "Gravity(scale)",
        meaning: "one factor",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        context.gravity(at)?;
        Ok(Self {
            scale: written.scale.check_factor(at)?,
        })
    }

    fn draw(&self, _: &Task, rng: &mut Rng, variation: &mut Variation) {
        variation.gravity *= self.scale.draw(rng);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;
    use crate::task::example::task;

    #[test]
    fn factors_multiply() {
        let mut variation = Variation::default();
        let mut rng = Seed::new(1).stream("test").nth(0);
        let scale = Distribution::Uniform(0.5, 0.5);
        Gravity { scale }.draw(&task(), &mut rng, &mut variation);
        assert_eq!(variation.gravity, 0.5);
    }
}
