//! `SensorNoise`: how much sensors err.

use serde::{Deserialize, Serialize};

use super::Randomization;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::seed::Rng;
use crate::task::context::Context;
use crate::task::{Distribution, Reference, Task, Variation};

/// The noise of all sensors.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SensorNoise {
    /// The factor on every `noise` of the observation.
    pub scale: Distribution,
}

impl Randomization for SensorNoise {
    type Written = Self;
    const REFERENCE: Reference = Reference {
        form: "SensorNoise(scale)",
        meaning: "one factor on every `noise`",
    };

    fn check(written: &Self::Written, _: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            scale: written.scale.check_factor(at)?,
        })
    }

    fn draw(&self, _: &Task, rng: &mut Rng, variation: &mut Variation) {
        variation.noise *= self.scale.draw(rng);
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
        SensorNoise { scale }.draw(&task(), &mut rng, &mut variation);
        assert_eq!(variation.noise, 0.5);
    }
}
