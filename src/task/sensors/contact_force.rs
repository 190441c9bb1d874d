//! `ContactForce`: how hard links are pressed.

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

/// The force that everything which touches a link presses on it with, without friction (N): the sum of the magnitudes,
/// at the end of the step; 0 when nothing touches it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ContactForce {
    /// Which links.
    pub links: Vec<usize>,
}

sensor_fields! { links: Option<Vec<String>> }

impl SensorTerm for ContactForce {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "ContactForce(links?)",
        meaning: "how hard links are pressed (N)",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            links: context.links(&written.links, at)?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        entry_names::of_links(robot, &self.links, "contact_force")
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        let forces = &now.moment.readings.contact_forces;
        entries.extend(self.links.iter().map(|&link| forces[link]));
    }

    fn needs(&self) -> Needs {
        Needs {
            contacts: true,
            ..Needs::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{read, robot};

    #[test]
    fn each_link_has_its_force() {
        let force = ContactForce { links: vec![1, 0] };
        assert_eq!(
            force.names(&robot()),
            ["arm.contact_force", "cart.contact_force"]
        );
        assert_eq!(read(&force), [12.5, 0.0]);
    }
}
