//! `LinkOrientation`: how a link is turned.

use serde::Serialize;

use super::{Sensing, SensorTerm};
use crate::model::robot::Robot;
use crate::readings::Needs;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;
use crate::task::sensor_fields::sensor_fields;

/// How a link is turned, as the unit quaternion `(x, y, z, w)` that takes its axes to those of the frame, `w` not negative.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LinkOrientation {
    /// Which link.
    pub link: usize,
    /// In the frame of which link; `None`: the world's.
    pub frame: Option<usize>,
}

sensor_fields! { link: String, frame: Option<String> }

impl SensorTerm for LinkOrientation {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "LinkOrientation(link, frame?)",
        meaning: "how it is turned, as the quaternion (x, y, z, w), in the frame of another link, or in the world",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            link: context.link(&written.link, at)?,
            frame: context.frame(&written.frame, at)?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        let name = |axis| format!("{}.orientation.{axis}", robot.links[self.link].name);
        ["x", "y", "z", "w"].map(name).to_vec()
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        let links = &now.moment.readings.links;
        let turned = &links[self.link];
        entries.extend_from_slice(&self.frame.map_or(turned.orientation, |frame| {
            let turned = links[frame].rotation().inverse() * turned.rotation();
            // Both signs are the same rotation.
            if turned.w < 0.0 { -turned } else { turned }.to_array()
        }));
    }

    fn needs(&self) -> Needs {
        Needs {
            links: true,
            ..Needs::default()
        }
    }

    fn is_selectable(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{read, robot};

    #[test]
    fn it_can_be_told_in_the_frame_of_a_link() {
        let turned = |frame| LinkOrientation { link: 1, frame };
        let names = ["x", "y", "z", "w"].map(|axis| format!("arm.orientation.{axis}"));
        assert_eq!(turned(None).names(&robot()), names);
        assert_eq!(read(&turned(None)), [0.0, 0.0, 0.0, 1.0]);
        // A quarter back about z.
        let half = std::f32::consts::FRAC_1_SQRT_2;
        assert_eq!(read(&turned(Some(0))), [0.0, 0.0, -half, half]);
    }
}
