//! `Angle`: joint positions.

use serde::Serialize;

use super::{Sensing, SensorTerm};
use crate::model::robot::Robot;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;
use crate::task::entry_names;
use crate::task::sensor_fields::sensor_fields;

/// Joint positions (rad, or m).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Angle {
    /// Which joints.
    pub joints: Vec<usize>,
}

sensor_fields! { joints: Option<Vec<String>> }

impl SensorTerm for Angle {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Angle(joints?)",
        meaning: "joint positions",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            joints: context.joints(&written.joints, at)?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        entry_names::of_joints(robot, &self.joints, "angle")
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        let angles = &now.moment.readings.angles;
        entries.extend(self.joints.iter().map(|&joint| angles[joint]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{read, robot};

    #[test]
    fn joints_are_read_in_their_order() {
        let angle = Angle { joints: vec![1, 0] };
        assert_eq!(angle.names(&robot()), ["elbow.angle", "rail.angle"]);
        assert_eq!(read(&angle), [2.5, 0.5]);
    }
}
