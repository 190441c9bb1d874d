//! `ToGoal`: the way from a point to the goal.

use serde::Serialize;

use super::{Sensing, SensorTerm, push_axes};
use crate::model::robot::Robot;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::{Axis, Context, axes};
use crate::task::entry_names;
use crate::task::moment::difference;
use crate::task::sensor_fields::sensor_fields;

/// The goal's position less the point's (m).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ToGoal {
    /// Which point.
    pub point: usize,
    /// Which coordinates.
    pub axes: Vec<usize>,
}

sensor_fields! { point: String, axes: Option<Vec<Axis>> }

impl SensorTerm for ToGoal {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "ToGoal(point, axes?)",
        meaning: "goal minus point",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            point: context.goal_point(&written.point, at)?,
            axes: axes(&written.axes, at)?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        entry_names::of_point(robot, self.point, ".to_goal", &self.axes)
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        let to = difference(now.moment.goal, now.moment.readings.points[self.point]);
        push_axes(entries, &self.axes, to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{read, robot};

    #[test]
    fn it_points_at_the_goal() {
        let to_goal = ToGoal {
            point: 0,
            axes: vec![2],
        };
        assert_eq!(to_goal.names(&robot()), ["tip.to_goal.z"]);
        assert_eq!(read(&to_goal), [-2.0]);
    }
}
