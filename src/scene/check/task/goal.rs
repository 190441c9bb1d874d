//! Where goals are drawn from.

use super::not_negative;
use crate::scene::{
    error::Diagnostic,
    file::{self, Triple},
    locate::Path,
    task::Goal,
};

/// The goal at `at`; there is a place that it can be.
pub(super) fn goal(written: &file::Goal, at: &Path) -> Result<Goal, Diagnostic> {
    use file::Goal as G;

    match *written {
        G::Shell {
            center,
            radius,
            min_z,
        } => {
            let [inner, outer] = radius;
            if inner < 0.0 || inner > outer {
                return Err(Diagnostic::new(
                    at.field("radius"),
                    "no distance is within this shell",
                )
                .help("(inner, outer), with 0 <= inner <= outer (m)"));
            }
            if let Some(min_z) = min_z {
                let share = share_above(center, radius, min_z);
                if share < 0.001 {
                    let top = center[2] + outer;
                    let what = match share {
                        0.0 => "the whole shell is below `min_z`",
                        _ => "almost all of the shell is below `min_z`",
                    };
                    return Err(Diagnostic::new(at.field("min_z"), what).help(format!(
                        "the shell reaches up to {top}; at least 1 place in 1000 must be above"
                    )));
                }
            }
            Ok(Goal::Shell {
                center,
                radius,
                min_z,
            })
        }
        G::Disc { center, radius } => {
            not_negative(radius, at, "radius", "m")?;
            Ok(Goal::Disc { center, radius })
        }
        G::Box { min, max } => {
            if (0..3).any(|axis| min[axis] > max[axis]) {
                return Err(
                    Diagnostic::new(at.field("max"), "the box ends before it begins")
                        .help("in x, y and z, `max` must not be below `min` (m)"),
                );
            }
            Ok(Goal::Box { min, max })
        }
        G::Fixed { at } => Ok(Goal::Fixed { at }),
    }
}

/// The share of a shell that is at least as high as `min_z`, when direction and distance are uniform.
///
/// By Archimedes' theorem the height on a sphere is uniform, so `(1 - (min_z - z) / r) / 2` at each distance `r`.
fn share_above(center: Triple, radius: [f32; 2], min_z: f32) -> f64 {
    const SAMPLES: u32 = 256;
    let [inner, outer] = radius.map(f64::from);
    let height = f64::from(min_z) - f64::from(center[2]);
    let at_distance = |i: u32| {
        let distance = inner + (outer - inner) * (f64::from(i) + 0.5) / f64::from(SAMPLES);
        match height {
            _ if height <= -distance => 1.0,
            _ if height >= distance => 0.0,
            _ => (1.0 - height / distance) / 2.0,
        }
    };
    (0..SAMPLES).map(at_distance).sum::<f64>() / f64::from(SAMPLES)
}
