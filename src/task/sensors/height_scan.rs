//! `HeightScan`: how far below a link the ground is.

use serde::Serialize;

use super::rays::MAX_RAYS;
use super::{Sensing, SensorTerm};
use crate::model::check::positive;
use crate::model::robot::Robot;
use crate::readings::{Needs, RayPattern};
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;
use crate::task::entry_names;
use crate::task::sensor_fields::sensor_fields;

/// How far below a link the ground or what stands on it is (m): rays straight down from the height of the link, on a grid that turns
/// with the link about the vertical.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeightScan {
    /// Which link.
    pub link: usize,
    /// Places along the link's x and along its y, 1 or more of each.
    pub cells: [usize; 2],
    /// From the first place to the last, along each (m); the link is in the middle.
    pub size: [f32; 2],
    /// What is read where nothing is nearer (m), above 0. What is higher than the link, at most by this, is read as less than 0.
    pub range: f32,
}

sensor_fields! { link: String, cells: [u32; 2], size: [f32; 2], range: f32 }

impl SensorTerm for HeightScan {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "HeightScan(link, cells, size, range)",
        meaning: "how far below a link the ground is, on a grid of `cells: (along, across)` and `size: (along, across)` that turns with it about the vertical",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        let cells = written.cells.map(|n| n as usize);
        let is_few = |&n: &usize| (1..=MAX_RAYS).contains(&n);
        if !cells.iter().all(is_few) || cells[0] * cells[1] > MAX_RAYS {
            let what = "the number of cells is out of its range";
            return Err(Diagnostic::new(at.field("cells"), what).help(format!(
                "(along, across), 1 or more of each and {MAX_RAYS} in all"
            )));
        }
        if !written.size.iter().all(|&size| size >= 0.0) {
            let what = "a size must not be negative";
            return Err(Diagnostic::new(at.field("size"), what)
                .help("(along, across) in metres, between the outermost cells"));
        }
        Ok(Self {
            link: context.link(&written.link, at)?,
            cells,
            size: written.size,
            range: positive(written.range, at, "range", "m")?,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        let [along, across] = self.cells;
        entry_names::numbered(robot, self.link, "height", along * across)
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        entries.extend(now.rays.first().into_iter().flatten());
    }

    fn needs(&self) -> Needs {
        let pattern = RayPattern::Down {
            link: self.link,
            places: self.places().collect(),
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

impl HeightScan {
    /// Where the places are, along x and y from the link (m): those of the least x first, in each from the least y on.
    fn places(&self) -> impl Iterator<Item = [f32; 2]> + '_ {
        let [along, across] = self.cells;
        let place = |axis: usize, i: usize| match self.cells[axis] {
            1 => 0.0,
            n => self.size[axis] * (i as f32 / (n - 1) as f32 - 0.5),
        };
        (0..along).flat_map(move |i| (0..across).map(move |j| [place(0, i), place(1, j)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{read, robot};

    #[test]
    fn places_are_around_the_link() {
        let scan = |cells, size| HeightScan {
            link: 0,
            cells,
            size,
            range: 2.0,
        };
        let places = |cells, size| scan(cells, size).places().collect::<Vec<_>>();
        assert_eq!(places([1, 1], [1.0, 1.0]), [[0.0, 0.0]]);
        let corners = [[-0.5, -0.25], [-0.5, 0.25], [0.5, -0.25], [0.5, 0.25]];
        assert_eq!(places([2, 2], [1.0, 0.5]), corners);
        let scan = scan([2, 1], [1.0, 0.0]);
        assert_eq!(scan.names(&robot()), ["cart.height.1", "cart.height.2"]);
        assert_eq!(read(&scan), [0.5, 1.5]);
    }
}
