//! `Contact`: whether links are touched.

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

/// 1 where something presses on a link, else 0.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contact {
    /// Which links.
    pub links: Vec<usize>,
}

sensor_fields! { links: Option<Vec<String>> }

impl SensorTerm for Contact {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Contact(links?)",
        meaning: "1 where something presses on a link, else 0",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            links: context.links(&written.links, at)?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        entry_names::of_links(robot, &self.links, "contact")
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        let forces = &now.moment.readings.contact_forces;
        let is_touched = |&link: &usize| f32::from(forces[link] > 0.0);
        entries.extend(self.links.iter().map(is_touched));
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
    fn any_force_is_a_contact() {
        let contact = Contact { links: vec![0, 1] };
        assert_eq!(contact.names(&robot()), ["cart.contact", "arm.contact"]);
        assert_eq!(read(&contact), [0.0, 1.0]);
    }
}
