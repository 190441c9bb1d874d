//! `Rays`: how far it is to what is around.

use serde::Serialize;

use super::{Sensing, SensorTerm};
use crate::model::check::{length, positive};
use crate::model::file::Triple;
use crate::model::robot::Robot;
use crate::readings::{Needs, RayPattern};
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::{Context, each};
use crate::task::entry_names;
use crate::task::sensor_fields::sensor_fields;

/// Most rays of one term.
pub(super) const MAX_RAYS: usize = 1024;

/// How far it is to what is around the robot, along rays from a place on a link (m), never at links of its own robot.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rays {
    /// Which link.
    pub link: usize,
    /// Where they begin, in the link's frame (m).
    pub at: [f32; 3],
    /// Their directions in the link's frame, unit vectors.
    pub directions: Vec<[f32; 3]>,
    /// What is read where nothing is nearer (m), above 0.
    pub range: f32,
}

sensor_fields! { link: String, at: Triple, directions: Vec<Triple>, range: f32 }

impl SensorTerm for Rays {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Rays(link, at, directions, range)",
        meaning: "how far it is to what is around, along rays from a place on a link; `range` where nothing is nearer",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        let directions_at = at.field("directions");
        if !(1..=MAX_RAYS).contains(&written.directions.len()) {
            let what = "the number of rays is out of its range";
            return Err(
                Diagnostic::new(directions_at, what).help(format!("1 to {MAX_RAYS} directions"))
            );
        }
        Ok(Self {
            link: context.link(&written.link, at)?,
            at: written.at,
            directions: each(&written.directions, &directions_at, unit)?,
            range: positive(written.range, at, "range", "m")?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        entry_names::numbered(robot, self.link, "ray", self.directions.len())
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        entries.extend(now.rays.first().into_iter().flatten());
    }

    fn needs(&self) -> Needs {
        let pattern = RayPattern::Fan {
            link: self.link,
            at: self.at,
            directions: self.directions.clone(),
            range: self.range,
        };
        Needs {
            rays: vec![pattern],
            ..Needs::default()
        }
    }

    fn is_selectable(&self) -> bool {
        false
    }
}

fn unit(direction: &Triple, at: &Path) -> Result<Triple, Diagnostic> {
    let length = length(*direction);
    if length < 1e-6 {
        return Err(Diagnostic::new(at.clone(), "a direction must not be zero")
            .help("like (1, 0, 0), straight ahead; its length does not matter"));
    }
    Ok(direction.map(|x| (f64::from(x) / length) as f32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{read, robot};

    #[test]
    fn its_entries_are_numbered() {
        let rays = Rays {
            link: 0,
            at: [0.0; 3],
            directions: vec![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
            range: 3.0,
        };
        assert_eq!(rays.names(&robot()), ["cart.ray.1", "cart.ray.2"]);
        assert_eq!(read(&rays), [0.5, 1.5]);
        assert_eq!(
            unit(&[0.0, 0.0, -4.0], &Path::default()).ok(),
            Some([0.0, 0.0, -1.0])
        );
        assert!(unit(&[0.0; 3], &Path::default()).is_err());
    }
}
