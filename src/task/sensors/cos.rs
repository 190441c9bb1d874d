//! `Cos`: cosines of joint positions, which have no jump at a full turn.

use serde::Serialize;

use super::{Sensing, SensorTerm};
use crate::model::robot::Robot;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;
use crate::task::entry_names;
use crate::task::sensor_fields::sensor_fields;

/// Cosines of joint positions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cos {
    /// Which joints.
    pub joints: Vec<usize>,
}

sensor_fields! { joints: Option<Vec<String>> }

impl SensorTerm for Cos {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Cos(joints?)",
        meaning: "their cosines: no jump at a full turn",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            joints: context.joints(&written.joints, at)?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        entry_names::of_joints(robot, &self.joints, "cos")
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        let angles = &now.moment.readings.angles;
        entries.extend(self.joints.iter().map(|&joint| libm::cosf(angles[joint])));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{read, robot};

    #[test]
    fn it_is_the_cosine() {
        let cos = Cos { joints: vec![0] };
        assert_eq!(cos.names(&robot()), ["rail.cos"]);
        assert!((read(&cos)[0] - 0.877_582_55).abs() < 1e-6);
    }
}
