//! `LinkVelocity`: how a link moves.

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

/// How fast the origin of a link's frame moves in the world, along the axes of a frame (m/s).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LinkVelocity {
    /// Which link.
    pub link: usize,
    /// Along the axes of which link; `None`: the world's.
    pub frame: Option<usize>,
    /// Which coordinates.
    pub axes: Vec<usize>,
}

sensor_fields! { link: String, frame: Option<String>, axes: Option<Vec<Axis>> }

impl SensorTerm for LinkVelocity {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "LinkVelocity(link, frame?, axes?)",
        meaning: "how fast it moves in the world, along the axes of a link, or the world's",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            link: context.link(&written.link, at)?,
            frame: context.frame(&written.frame, at)?,
            axes: axes(&written.axes, at)?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        entry_names::of_link(robot, self.link, "velocity", &self.axes)
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        let links = &now.moment.readings.links;
        let velocity = links[self.link].velocity;
        let along = |frame: usize| links[frame].to_local(velocity);
        push_axes(entries, &self.axes, self.frame.map_or(velocity, along));
    }

    fn needs(&self) -> Needs {
        Needs {
            links: true,
            ..Needs::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{read, robot};

    #[test]
    fn it_can_be_told_along_the_axes_of_a_link() {
        let velocity = |frame| LinkVelocity {
            link: 1,
            frame,
            axes: vec![0, 2],
        };
        assert_eq!(
            velocity(None).names(&robot()),
            ["arm.velocity.x", "arm.velocity.z"]
        );
        assert_eq!(read(&velocity(None)), [1.0, 3.0]);
        // The x of the cart is the world's y.
        let seen = read(&velocity(Some(0)));
        assert!((seen[0] - 2.0).abs() < 1e-6 && (seen[1] - 3.0).abs() < 1e-6);
    }
}
