//! Ground that goes up and down: heights at the corners of cells, of a formula or as they are written.

use crate::model::{file::Triple, robot::Surface, world::Heights};
use crate::ron_tree::{Diagnostic, Path};

/// The height (m) at a position `[x, y]` (m).
pub(crate) type HeightAt = Box<dyn Fn([f32; 2]) -> f32>;
/// Compiles a formula of `x` and `y`, which stands at the path. The language of formulas is for the caller to say.
pub(crate) type HeightFormula = dyn Fn(&str, &Path) -> Result<HeightAt, Diagnostic>;

/// Cells of a scene.
const MAX_CELLS: usize = 1 << 16;
/// How far up and down heights may go (m).
const HIGHEST: f32 = 10_000.0;

/// What heights have besides the heights.
pub(super) struct Place {
    pub(super) center: Triple,
    pub(super) yaw: f32,
    pub(super) size: [f32; 2],
    pub(super) surface: Surface,
}

/// The heights that a formula gives; `others` are those that the scene has already.
pub(super) fn of_formula(
    text: &str,
    compile: &HeightFormula,
    cells: [u32; 2],
    place: Place,
    others: &[Heights],
    at: &Path,
) -> Result<Heights, Diagnostic> {
    let size = sizes(place.size, at)?;
    let cells = cells.map(|count| count as usize);
    count(cells, others, &at.field("cells"))?;
    let at = at.field("z");
    let height_at = compile(text, &at)?;
    let height = |[x, y]: [f32; 2]| {
        let height = height_at([x, y]);
        if is_height(height) {
            return Ok(height);
        }
        Err(
            Diagnostic::new(at.clone(), format!("no height at x = {x}, y = {y}"))
                .label(format!("gives {height} there"))
                .help(range()),
        )
    };
    let heights: Result<Vec<f32>, Diagnostic> = Heights::places(size, cells).map(height).collect();
    Ok(place.with(cells, heights?))
}

/// The heights that are written, each `height` times as high; the first row is that of the greatest y.
pub(super) fn of_rows(
    rows: &[Vec<f32>],
    height: f32,
    place: Place,
    others: &[Heights],
    at: &Path,
) -> Result<Heights, Diagnostic> {
    sizes(place.size, at)?;
    let list = at.field("rows");
    let width = rows.first().map_or(0, Vec::len);
    if let Some(odd) = rows.iter().position(|row| row.len() != width) {
        let title = "the rows of a grid differ in length";
        return Err(Diagnostic::new(list.nth(odd), title).label(format!(
            "{} heights; the first row has {width}",
            rows[odd].len()
        )));
    }
    let cells = [width.saturating_sub(1), rows.len().saturating_sub(1)];
    count(cells, others, &list)?;
    for (i, row) in rows.iter().enumerate() {
        let is_out = |share: &f32| !is_height(share * height);
        if let Some(j) = row.iter().position(is_out) {
            let at = list.nth(i).nth(j);
            return Err(Diagnostic::new(at, "too high, or too low")
                .label(format!("{} m", row[j] * height))
                .help(range()));
        }
    }
    let upwards = rows.iter().rev().flatten();
    Ok(place.with(cells, upwards.map(|share| share * height).collect()))
}

impl Place {
    fn with(self, cells: [usize; 2], heights: Vec<f32>) -> Heights {
        let Place {
            center,
            yaw,
            size,
            surface,
        } = self;
        Heights {
            center,
            yaw,
            size,
            cells,
            heights,
            surface,
        }
    }
}

fn sizes(size: [f32; 2], at: &Path) -> Result<[f32; 2], Diagnostic> {
    if size.iter().all(|length| *length > 0.0) {
        return Ok(size);
    }
    Err(
        Diagnostic::new(at.field("size"), "the sizes of heights must be above 0")
            .help("the lengths along x and y (m)"),
    )
}

/// Whether there may be so many cells, with those of others.
fn count(cells: [usize; 2], others: &[Heights], at: &Path) -> Result<(), Diagnostic> {
    let [along_x, along_y] = cells;
    if along_x == 0 || along_y == 0 {
        let title = "heights need a cell along x and along y";
        let help = "like `cells: (100, 40)`; in a grid, two heights make one";
        return Err(Diagnostic::new(at.clone(), title).help(help));
    }
    let known: usize = others
        .iter()
        .map(|other| other.cells[0] * other.cells[1])
        .sum();
    let count = along_x.saturating_mul(along_y).saturating_add(known);
    if count > MAX_CELLS {
        return Err(
            Diagnostic::new(at.clone(), "the terrain has too many cells")
                .label(format!("with these, {count}"))
                .help(format!("at most {MAX_CELLS} in a scene")),
        );
    }
    Ok(())
}

/// Whether it is one: what is not a number is none.
fn is_height(z: f32) -> bool {
    z.abs() <= HIGHEST
}

fn range() -> String {
    format!("a number from -{HIGHEST} to {HIGHEST} (m) everywhere")
}
