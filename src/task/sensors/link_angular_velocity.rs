//! `LinkAngularVelocity`: how a link turns.

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

/// How fast a link turns in the world, about the axes of a frame (rad/s).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LinkAngularVelocity {
    /// Which link.
    pub link: usize,
    /// About the axes of which link; `None`: the world's.
    pub frame: Option<usize>,
    /// Which coordinates.
    pub axes: Vec<usize>,
}

sensor_fields! { link: String, frame: Option<String>, axes: Option<Vec<Axis>> }

impl SensorTerm for LinkAngularVelocity {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "LinkAngularVelocity(link, frame?, axes?)",
        meaning: "how fast it turns in the world, about the axes of a link, or the world's",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            link: context.link(&written.link, at)?,
            frame: context.frame(&written.frame, at)?,
            axes: axes(&written.axes, at)?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        entry_names::of_link(robot, self.link, "angular_velocity", &self.axes)
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        let links = &now.moment.readings.links;
        let velocity = links[self.link].angular_velocity;
        let about = |frame: usize| links[frame].to_local(velocity);
        push_axes(entries, &self.axes, self.frame.map_or(velocity, about));
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
    fn it_can_be_told_about_the_axes_of_a_link() {
        let velocity = |frame| LinkAngularVelocity {
            link: 1,
            frame,
            axes: vec![0, 2],
        };
        let names = ["x", "z"].map(|axis| format!("arm.angular_velocity.{axis}"));
        assert_eq!(velocity(None).names(&robot()), names);
        assert_eq!(read(&velocity(None)), [0.5, 4.0]);
        // The x of the cart is the world's y.
        let seen = read(&velocity(Some(0)));
        assert!((seen[0] - 0.25).abs() < 1e-6 && (seen[1] - 4.0).abs() < 1e-6);
    }
}
