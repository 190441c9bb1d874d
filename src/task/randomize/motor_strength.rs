//! `MotorStrength`: how strong motors are.

use serde::{Deserialize, Serialize};

use super::Randomization;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::seed::Rng;
use crate::task::context::Context;
use crate::task::{Distribution, Reference, Task, Variation};

/// What motors give of what they should, a factor for each.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MotorStrength {
    /// Which motors.
    pub motors: Vec<usize>,
    /// The factor.
    pub scale: Distribution,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    joints: Option<Vec<String>>,
    scale: Distribution,
}

impl Randomization for MotorStrength {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "MotorStrength(joints?, scale)",
        meaning: "factor on the torque of each motor",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            motors: context.motors(&written.joints, at)?,
            scale: written.scale.check_factor(at)?,
        })
    }

    fn draw(&self, _: &Task, rng: &mut Rng, variation: &mut Variation) {
        let strengths = self.scale.draw_each(&self.motors, rng);
        variation.strengths.extend(strengths);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;
    use crate::task::example::task;

    #[test]
    fn each_motor_has_its_factor() {
        let mut variation = Variation::default();
        let mut rng = Seed::new(1).stream("test").nth(0);
        let scale = Distribution::Uniform(0.5, 0.5);
        MotorStrength {
            motors: vec![1],
            scale,
        }
        .draw(&task(), &mut rng, &mut variation);
        assert_eq!(variation.strengths, [(1, 0.5)]);
    }
}
