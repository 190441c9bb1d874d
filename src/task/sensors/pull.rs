//! `Pull`: which way joints would bring a point to the goal.

use serde::Serialize;

use super::{Sensing, SensorTerm};
use crate::model::robot::Robot;
use crate::readings::Needs;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;
use crate::task::entry_names;
use crate::task::moment::difference;
use crate::task::sensor_fields::sensor_fields;

/// What the joints would feel of a spring of 1 N/m between the point and the goal: the point's Jacobian, transposed,
/// times the way to the goal (N m, or N), one entry per joint.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pull {
    /// Which point.
    pub point: usize,
    /// Which joints.
    pub joints: Vec<usize>,
}

sensor_fields! { point: String, joints: Option<Vec<String>> }

impl SensorTerm for Pull {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Pull(point, joints?)",
        meaning: "what each joint would feel of a spring of 1 N/m from point to goal",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            point: context.goal_point(&written.point, at)?,
            joints: context.joints(&written.joints, at)?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        let what = format!("pull_of_{}", robot.points[self.point].name);
        entry_names::of_joints(robot, &self.joints, &what)
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        let readings = now.moment.readings;
        let way = difference(now.moment.goal, readings.points[self.point]);
        let jacobian = &readings.jacobians[self.point];
        entries.extend(self.joints.iter().map(|&joint| {
            let column = jacobian[joint];
            column[0] * way[0] + column[1] * way[1] + column[2] * way[2]
        }));
    }

    fn needs(&self) -> Needs {
        Needs {
            point_motion: true,
            ..Needs::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{read, robot};

    #[test]
    fn only_a_joint_that_lifts_the_point_is_pulled() {
        // The tip is 2 m above the goal, and only the elbow lifts it: 2 m/rad.
        let pull = Pull {
            point: 0,
            joints: vec![0, 1],
        };
        assert_eq!(
            pull.names(&robot()),
            ["rail.pull_of_tip", "elbow.pull_of_tip"]
        );
        assert_eq!(read(&pull), [0.0, -4.0]);
    }
}
