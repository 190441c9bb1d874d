//! `GravityDirection`: where down is.

use bevy::math::Vec3;
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

/// Where down is, as a link sees it: the unit vector along gravity, in the link's frame.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct GravityDirection {
    /// Which link.
    pub link: usize,
}

sensor_fields! { link: String }

impl SensorTerm for GravityDirection {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "GravityDirection(link)",
        meaning: "where down is, as the link sees it: a unit vector",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        context.gravity(at)?;
        Ok(Self {
            link: context.link(&written.link, at)?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        entry_names::of_link(robot, self.link, "gravity", &[0, 1, 2])
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        let [x, y, z] = now.task.gravity;
        let down = Vec3::new(x, y, z).normalize();
        let link = &now.moment.readings.links[self.link];
        entries.extend_from_slice(&link.to_local(down.into()));
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
    fn an_upright_link_sees_it_below() {
        let down = GravityDirection { link: 0 };
        assert_eq!(
            down.names(&robot()),
            ["cart.gravity.x", "cart.gravity.y", "cart.gravity.z"]
        );
        let [x, y, z] = read(&down)[..] else {
            panic!("it has three entries");
        };
        assert!(x == 0.0 && y == 0.0 && (z + 1.0).abs() < 1e-6);
    }
}
