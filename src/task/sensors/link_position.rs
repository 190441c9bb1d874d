//! `LinkPosition`: where a link is.

use serde::Serialize;

use super::{Sensing, SensorTerm, push_axes};
use crate::model::robot::Robot;
use crate::readings::Needs;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::{Axis, Context, axes};
use crate::task::entry_names;
use crate::task::moment::difference;
use crate::task::sensor_fields::sensor_fields;

/// Where the origin of a link's frame is (m).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LinkPosition {
    /// Which link.
    pub link: usize,
    /// In the frame of which link; `None`: the world's.
    pub frame: Option<usize>,
    /// Which coordinates.
    pub axes: Vec<usize>,
}

sensor_fields! { link: String, frame: Option<String>, axes: Option<Vec<Axis>> }

impl SensorTerm for LinkPosition {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "LinkPosition(link, frame?, axes?)",
        meaning: "where a link's frame is, in the frame of another link, or in the world",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            link: context.link(&written.link, at)?,
            frame: context.frame(&written.frame, at)?,
            axes: axes(&written.axes, at)?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        entry_names::of_link(robot, self.link, "position", &self.axes)
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        let links = &now.moment.readings.links;
        let position = links[self.link].position;
        let position = self.frame.map_or(position, |frame| {
            let frame = &links[frame];
            frame.to_local(difference(position, frame.position))
        });
        push_axes(entries, &self.axes, position);
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
    fn it_can_be_told_in_the_frame_of_a_link() {
        let position = |frame| LinkPosition {
            link: 1,
            frame,
            axes: vec![0, 1, 2],
        };
        assert_eq!(
            position(None).names(&robot()),
            ["arm.position.x", "arm.position.y", "arm.position.z"]
        );
        assert_eq!(read(&position(None)), [1.0, 3.0, 1.0]);
        // 2 m along the world's y, which is the x of the cart.
        let seen = read(&position(Some(0)));
        assert!((seen[0] - 2.0).abs() < 1e-6 && seen[1].abs() < 1e-6 && seen[2] == 0.0);
    }
}
