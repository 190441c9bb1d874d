//! What differs from episode to episode, so that a policy that has learnt is at home in more than one world. Each thing that differs
//! is a file of its own, and a line in the list below.

use super::context::Context;
use super::terms::{Reference, terms};
use super::{Task, Variation};
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::seed::Rng;

/// Something that every episode draws anew. A scale is a factor on what the file says.
pub(crate) trait Randomization: Sized {
    /// Its fields as written.
    type Written;
    /// Its row in `scenes/README.md`.
    const REFERENCE: Reference;

    /// What is written at `at`, checked.
    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic>;

    /// Draws it for an episode of a task.
    fn draw(&self, task: &Task, rng: &mut Rng, variation: &mut Variation);
}

terms! {
    /// One thing that every episode draws anew. A scale is a factor on what the file says.
    Randomize: Randomization {
        /// Draws it for an episode of a task.
        fn draw(&self, task: &Task, rng: &mut Rng, variation: &mut Variation);
    }
    RandomizeWritten = [
        mass::Mass,
        friction::Friction,
        damping::Damping,
        motor_strength::MotorStrength,
        gravity::Gravity,
        sensor_noise::SensorNoise,
        push::Push,
    ]
}
