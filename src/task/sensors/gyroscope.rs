//! `Gyroscope`: how a link turns about its own axes.

use serde::Serialize;

use super::{Sensing, SensorTerm};
use crate::model::robot::Robot;
use crate::readings::Needs;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;
use crate::task::entry_names;
use crate::task::sensor_fields::sensor_fields;

/// How fast a link turns about its own axes (rad/s).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Gyroscope {
    /// Which link.
    pub link: usize,
}

sensor_fields! { link: String }

impl SensorTerm for Gyroscope {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Gyroscope(link)",
        meaning: "how fast the link turns about its own axes",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            link: context.link(&written.link, at)?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        entry_names::of_link(robot, self.link, "gyroscope", &[0, 1, 2])
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        let link = &now.moment.readings.links[self.link];
        entries.extend_from_slice(&link.to_local(link.angular_velocity));
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
    fn it_turns_with_the_link() {
        let gyroscope = Gyroscope { link: 0 };
        assert_eq!(gyroscope.names(&robot())[2], "cart.gyroscope.z");
        // The world's y is the x of the cart, the world's x is its -y.
        let seen = read(&gyroscope);
        for (seen, expected) in seen.iter().zip([0.25, -0.5, 4.0]) {
            assert!((seen - expected).abs() < 1e-6, "{seen}");
        }
    }
}
