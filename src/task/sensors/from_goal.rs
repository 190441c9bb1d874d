//! `FromGoal`: the way from the goal to a point.

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

/// The point's position less the goal's (m).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FromGoal {
    /// Which point.
    pub point: usize,
    /// Which coordinates.
    pub axes: Vec<usize>,
}

sensor_fields! { point: String, axes: Option<Vec<Axis>> }

impl SensorTerm for FromGoal {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "FromGoal(point, axes?)",
        meaning: "point minus goal",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            point: context.goal_point(&written.point, at)?,
            axes: axes(&written.axes, at)?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        entry_names::of_point(robot, self.point, ".from_goal", &self.axes)
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        let from = difference(now.moment.readings.points[self.point], now.moment.goal);
        push_axes(entries, &self.axes, from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{read, robot};

    #[test]
    fn it_points_away_from_the_goal() {
        let from_goal = FromGoal {
            point: 0,
            axes: vec![2],
        };
        assert_eq!(from_goal.names(&robot()), ["tip.from_goal.z"]);
        assert_eq!(read(&from_goal), [2.0]);
    }
}
