//! `Damping`: how much joints are damped.

use serde::{Deserialize, Serialize};

use super::Randomization;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::seed::Rng;
use crate::task::context::Context;
use crate::task::{Distribution, Reference, Task, Variation};

/// Damping of joints, a factor for each.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Damping {
    /// Which joints.
    pub joints: Vec<usize>,
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

impl Randomization for Damping {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Damping(joints?, scale)",
        meaning: "of joints",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            joints: context.joints(&written.joints, at)?,
            scale: written.scale.check_factor(at)?,
        })
    }

    fn draw(&self, _: &Task, rng: &mut Rng, variation: &mut Variation) {
        let dampings = self.scale.draw_each(&self.joints, rng);
        variation.dampings.extend(dampings);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;
    use crate::task::example::task;

    #[test]
    fn each_joint_has_its_factor() {
        let mut variation = Variation::default();
        let mut rng = Seed::new(1).stream("test").nth(0);
        let scale = Distribution::Uniform(0.5, 0.5);
        Damping {
            joints: vec![0, 1],
            scale,
        }
        .draw(&task(), &mut rng, &mut variation);
        assert_eq!(variation.dampings, [(0, 0.5), (1, 0.5)]);
    }
}
