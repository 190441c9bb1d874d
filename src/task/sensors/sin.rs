//! `Sin`: sines of joint positions, which have no jump at a full turn.

use serde::Serialize;

use super::{Sensing, SensorTerm};
use crate::model::robot::Robot;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;
use crate::task::entry_names;
use crate::task::sensor_fields::sensor_fields;

/// Sines of joint positions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sin {
    /// Which joints.
    pub joints: Vec<usize>,
}

sensor_fields! { joints: Option<Vec<String>> }

impl SensorTerm for Sin {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Sin(joints?)",
        meaning: "their sines",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            joints: context.joints(&written.joints, at)?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        entry_names::of_joints(robot, &self.joints, "sin")
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        let angles = &now.moment.readings.angles;
        entries.extend(self.joints.iter().map(|&joint| libm::sinf(angles[joint])));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{read, robot};

    #[test]
    fn it_is_the_sine() {
        let sin = Sin { joints: vec![0] };
        assert_eq!(sin.names(&robot()), ["rail.sin"]);
        assert!((read(&sin)[0] - 0.479_425_54).abs() < 1e-6);
    }
}
