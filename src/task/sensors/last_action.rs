//! `LastAction`: what the motors were told.

use serde::Serialize;

use super::{Sensing, SensorTerm};
use crate::model::robot::Robot;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;
use crate::task::entry_names;
use crate::task::sensor_fields::sensor_fields;

/// The previous action, clamped, one entry per motor; 0 at the start.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LastAction {
    /// Of which motors.
    pub motors: Vec<usize>,
}

sensor_fields! { joints: Option<Vec<String>> }

impl SensorTerm for LastAction {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "LastAction(joints?)",
        meaning: "the previous action",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            motors: context.motors(&written.joints, at)?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        entry_names::of_motors(robot, &self.motors, "last_action")
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        let action = now.moment.action;
        entries.extend(self.motors.iter().map(|&motor| action[motor]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{read, robot};

    #[test]
    fn motors_are_read_in_their_order() {
        let last = LastAction { motors: vec![1, 0] };
        assert_eq!(
            last.names(&robot()),
            ["elbow.last_action", "rail.last_action"]
        );
        assert_eq!(read(&last), [0.5, 1.0]);
    }
}
