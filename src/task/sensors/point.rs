//! `Point`: where a point is.

use serde::Serialize;

use super::{Sensing, SensorTerm, push_axes};
use crate::model::robot::Robot;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::{Axis, Context, axes};
use crate::task::entry_names;
use crate::task::sensor_fields::sensor_fields;

/// A point's position (m).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Which point.
    pub point: usize,
    /// Which coordinates.
    pub axes: Vec<usize>,
}

sensor_fields! { point: String, axes: Option<Vec<Axis>> }

impl SensorTerm for Point {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Point(point, axes?)",
        meaning: "where a point is",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            point: context.point(&written.point, at)?,
            axes: axes(&written.axes, at)?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        entry_names::of_point(robot, self.point, "", &self.axes)
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        push_axes(entries, &self.axes, now.moment.readings.points[self.point]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{read, robot};

    #[test]
    fn it_is_in_the_world() {
        let point = Point {
            point: 0,
            axes: vec![0, 2],
        };
        assert_eq!(point.names(&robot()), ["tip.x", "tip.z"]);
        assert_eq!(read(&point), [1.0, 2.0]);
    }
}
