//! From what is written to what can be run: names become indices, and every number is in its range.

mod heights;
mod mass;
mod robot;
mod world;

pub(crate) use heights::{HeightAt, HeightFormula};
pub(crate) use robot::robot;
pub(crate) use world::world;

use super::{file::Triple, robot::Surface};
use crate::ron_tree::{Diagnostic, Path, index_of, unique};

/// A number above 0.
pub(crate) fn positive(
    value: f32,
    at: &Path,
    field: &'static str,
    unit: &str,
) -> Result<f32, Diagnostic> {
    if value > 0.0 {
        return Ok(value);
    }
    Err(
        Diagnostic::new(at.field(field), format!("`{field}` must be above 0"))
            .help(format!("a number above 0 ({unit})")),
    )
}

/// A number of 0 or more.
pub(crate) fn not_negative(
    value: f32,
    at: &Path,
    field: &'static str,
    unit: &str,
) -> Result<f32, Diagnostic> {
    if value >= 0.0 {
        return Ok(value);
    }
    Err(
        Diagnostic::new(at.field(field), format!("`{field}` must not be negative"))
            .help(format!("0 or more ({unit})")),
    )
}

/// How something touches; what is not written is as `otherwise`.
fn surface(
    friction: Option<f32>,
    restitution: Option<f32>,
    otherwise: Surface,
    at: &Path,
) -> Result<Surface, Diagnostic> {
    let restitution = restitution.unwrap_or(otherwise.restitution);
    if !(0.0..=1.0).contains(&restitution) {
        return Err(
            Diagnostic::new(at.field("restitution"), "`restitution` must be from 0 to 1")
                .help("the share of the speed that is left after a bounce"),
        );
    }
    let friction = friction.unwrap_or(otherwise.friction);
    Ok(Surface {
        friction: not_negative(
            friction,
            at,
            "friction",
            "force along a surface per force on it",
        )?,
        restitution,
    })
}

/// The length of a vector, in a range in which `f32` squares neither vanish nor overflow.
pub(crate) fn length(v: Triple) -> f64 {
    v.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt()
}

pub(crate) fn distance(a: Triple, b: Triple) -> f64 {
    length([a[0] - b[0], a[1] - b[1], a[2] - b[2]])
}
