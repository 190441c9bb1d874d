//! Heights of the ground by a formula of its coordinates.

use super::coordinates::{Coordinate, Coordinates};
use crate::formula::{Kind, Reader, formula};
use crate::model::check::HeightAt;
use crate::ron_tree::{Diagnostic, Path};

/// The position at which a formula is evaluated (m).
struct Position {
    x: f32,
    y: f32,
}

impl Reader<Coordinate> for Position {
    fn read(&self, coordinate: &Coordinate) -> f32 {
        match coordinate {
            Coordinate::X => self.x,
            Coordinate::Y => self.y,
        }
    }
}

/// The height (m) as a function of `x` and `y` (m), compiled from the formula that stands at `at`.
pub(in crate::scene) fn height_formula(text: &str, at: &Path) -> Result<HeightAt, Diagnostic> {
    let formula = formula(text, Kind::Number, Coordinates, at)?;
    Ok(Box::new(move |[x, y]| formula.value(&Position { x, y })))
}
