//! `Accelerometer`: what a link feels of being moved and held.

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

/// What an accelerometer at the origin of a link's frame feels, along the link's axes (m/s^2): the mean acceleration over the
/// control step, less that of gravity. At rest, and at the start of an episode, it points up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Accelerometer {
    /// Which link.
    pub link: usize,
}

sensor_fields! { link: String }

impl SensorTerm for Accelerometer {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Accelerometer(link)",
        meaning: "acceleration of the link less that of gravity, along its own axes: (0, 0, 9.81) at rest",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            link: context.link(&written.link, at)?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        entry_names::of_link(robot, self.link, "accelerometer", &[0, 1, 2])
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        let link = &now.moment.readings.links[self.link];
        entries.extend_from_slice(&link.to_local(link.felt));
    }

    fn needs(&self) -> Needs {
        Needs {
            links: true,
            accelerations: true,
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
        let accelerometer = Accelerometer { link: 0 };
        assert_eq!(accelerometer.names(&robot())[0], "cart.accelerometer.x");
        // The world's y is the x of the cart.
        let seen = read(&accelerometer);
        assert!(
            (seen[0] - 3.0).abs() < 1e-6 && seen[1].abs() < 1e-6 && (seen[2] - 10.0).abs() < 1e-5
        );
    }
}
