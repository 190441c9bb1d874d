//! `GravityLoad`: what gravity asks of the motors.

use serde::Serialize;

use super::{Sensing, SensorTerm};
use crate::model::robot::Robot;
use crate::readings::Needs;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;
use crate::task::entry_names;
use crate::task::sensor_fields::sensor_fields;

/// The share of each motor's limit that holding the pose against gravity takes; 1 when it is just enough.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GravityLoad {
    /// Which motors.
    pub motors: Vec<usize>,
}

sensor_fields! { joints: Option<Vec<String>> }

impl SensorTerm for GravityLoad {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "GravityLoad(joints?)",
        meaning: "share of each motor's limit that holding the pose takes",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            motors: context.motors(&written.joints, at)?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        entry_names::of_motors(robot, &self.motors, "gravity_load")
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        let loads = &now.moment.readings.gravity_loads;
        entries.extend(self.motors.iter().map(|&motor| loads[motor]));
    }

    fn needs(&self) -> Needs {
        Needs {
            gravity_loads: true,
            ..Needs::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{read, robot};

    #[test]
    fn motors_are_called_like_their_joints() {
        let load = GravityLoad { motors: vec![1] };
        assert_eq!(load.names(&robot()), ["elbow.gravity_load"]);
        assert_eq!(read(&load), [0.75]);
    }
}
