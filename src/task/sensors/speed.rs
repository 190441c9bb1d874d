//! `Speed`: joint speeds.

use serde::Serialize;

use super::{Sensing, SensorTerm};
use crate::model::robot::Robot;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;
use crate::task::entry_names;
use crate::task::sensor_fields::sensor_fields;

/// Joint speeds (rad/s, or m/s).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Speed {
    /// Which joints.
    pub joints: Vec<usize>,
}

sensor_fields! { joints: Option<Vec<String>> }

impl SensorTerm for Speed {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Speed(joints?)",
        meaning: "joint speeds",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            joints: context.joints(&written.joints, at)?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        entry_names::of_joints(robot, &self.joints, "speed")
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        let speeds = &now.moment.readings.speeds;
        entries.extend(self.joints.iter().map(|&joint| speeds[joint]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{read, robot};

    #[test]
    fn speeds_have_signs() {
        let speed = Speed { joints: vec![0, 1] };
        assert_eq!(speed.names(&robot()), ["rail.speed", "elbow.speed"]);
        assert_eq!(read(&speed), [3.0, -4.0]);
    }
}
