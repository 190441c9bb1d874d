//! `Energy`: the power that the motors give or take.

use serde::{Deserialize, Serialize};

use super::{RewardTerm, Transition};
use crate::model::robot::Motor;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;

/// The power that the motors give or take (W): the sum of `|torque * speed|`, with the mean torque of the step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Energy {
    /// All of them, in the order of actions.
    pub motors: Vec<Motor>,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {}

impl RewardTerm for Energy {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Energy()",
        meaning: "sum of the motors' powers, each without its sign (W)",
    };

    fn check(_: &Self::Written, context: &Context, _: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            motors: context.robot.motors.clone(),
        })
    }

    fn value(&self, step: &Transition) -> f32 {
        let power = |(motor, effort): (&Motor, &f32)| {
            (effort * motor.torque * step.state.readings.speeds[motor.joint]).abs()
        };
        self.motors.iter().zip(step.after.efforts).map(power).sum()
    }

    fn is_cost(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::When;
    use crate::task::example::{context, robot, value};

    #[test]
    fn powers_are_added_without_their_signs() {
        let robot = robot();
        let term = Energy::check(&Written {}, &context(&robot), &Path::default());
        let term = term.expect("the robot has motors");
        // |1 * 20 N * 3 m/s| + |0.5 * 2 N m * -4 rad/s|
        assert_eq!(value(&term, When::After), 64.0);
        // |1 * 20 * 1| + |0.5 * 2 * -1|
        assert_eq!(value(&term, When::Before), 21.0);
    }
}
