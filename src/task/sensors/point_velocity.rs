//! `PointVelocity`: how a point moves.

use serde::Serialize;

use super::{Sensing, SensorTerm, push_axes};
use crate::model::robot::Robot;
use crate::readings::Needs;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::{Axis, Context, axes};
use crate::task::entry_names;
use crate::task::sensor_fields::sensor_fields;

/// A point's velocity (m/s).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PointVelocity {
    /// Which point.
    pub point: usize,
    /// Which coordinates.
    pub axes: Vec<usize>,
}

sensor_fields! { point: String, axes: Option<Vec<Axis>> }

impl SensorTerm for PointVelocity {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "PointVelocity(point, axes?)",
        meaning: "how fast a point moves",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            point: context.point(&written.point, at)?,
            axes: axes(&written.axes, at)?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        entry_names::of_point(robot, self.point, ".velocity", &self.axes)
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        push_axes(
            entries,
            &self.axes,
            now.moment.readings.velocities[self.point],
        );
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
    fn it_is_in_the_world() {
        let velocity = PointVelocity {
            point: 0,
            axes: vec![0, 1],
        };
        assert_eq!(
            velocity.names(&robot()),
            ["tip.velocity.x", "tip.velocity.y"]
        );
        assert_eq!(read(&velocity), [1.5, 2.0]);
    }
}
