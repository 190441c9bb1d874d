//! What a link is made of: shapes with a weight, or mass properties given outright.

use bevy::math::DVec3;

use super::{distance, positive, surface};
use crate::model::{
    file::{self, Triple},
    hull,
    robot::{Form, Inertia, Shape, Surface, Weight},
};
use crate::ron_tree::{Diagnostic, Path};

/// Points of a hull.
const MAX_CORNERS: usize = 256;

/// Mass properties as they are written, which some body must have.
pub(super) fn inertia(written: Inertia, at: &Path) -> Result<Inertia, Diagnostic> {
    positive(written.mass, at, "mass", "kg")?;
    let [a, b, c] = written.principal;
    if !(a > 0.0 && b > 0.0 && c > 0.0) {
        return Err(
            Diagnostic::new(at.field("principal"), "moments of inertia must be above 0")
                .help("three numbers above 0 (kg m^2)"),
        );
    }
    // A flat body's largest moment is the sum of the others, which rounding may exceed.
    let largest = a.max(b).max(c);
    if largest > (a + b + c - largest) * 1.0001 {
        return Err(Diagnostic::new(
            at.field("principal"),
            "no body has these moments of inertia",
        )
        .help("none may be larger than the sum of the other two"));
    }
    Ok(written)
}

/// The half sizes of a box, each above 0.
pub(super) fn half_sizes(half: Triple, at: &Path) -> Result<(), Diagnostic> {
    if half.iter().all(|half| *half > 0.0) {
        return Ok(());
    }
    Err(
        Diagnostic::new(at.field("half"), "the half sizes of a box must be above 0")
            .help("half of its width, depth and height (m)"),
    )
}

/// The body that points span.
fn hull(points: &[Triple], at: &Path) -> Result<Form, Diagnostic> {
    let at = at.field("points");
    if !(4..=MAX_CORNERS).contains(&points.len()) {
        return Err(
            Diagnostic::new(at, "a hull has too few points, or too many")
                .label(format!("{} points", points.len()))
                .help(format!("4 to {MAX_CORNERS}")),
        );
    }
    let places: Vec<DVec3> = points
        .iter()
        .map(|&at| DVec3::from(at.map(f64::from)))
        .collect();
    let Some(hull) = hull::hull(&places, MAX_CORNERS) else {
        return Err(Diagnostic::new(at, "a hull must not be flat")
            .label("these lie in a plane")
            .help("at least four points that are not in a plane"));
    };
    Ok(Form::Hull {
        corners: hull.corners.iter().map(|&corner| points[corner]).collect(),
        faces: hull.faces,
    })
}

/// A shape of a robot whose other shapes touch like `otherwise`.
pub(super) fn shape(
    written: &file::Shape,
    otherwise: Surface,
    at: &Path,
) -> Result<Shape, Diagnostic> {
    use file::Shape as S;

    let radius_at = |radius| positive(radius, at, "radius", "m");
    let ends = |from, to, instead: &str| {
        if distance(from, to) > 0.0 {
            return Ok(());
        }
        Err(
            Diagnostic::new(at.field("to"), "`from` and `to` are the same place")
                .help(format!("two places; {instead}")),
        )
    };
    let form = match *written {
        S::Capsule {
            from, to, radius, ..
        } => {
            ends(from, to, "a capsule without length is a `Sphere`")?;
            let radius = radius_at(radius)?;
            Form::Capsule { from, to, radius }
        }
        S::Cylinder {
            from, to, radius, ..
        } => {
            ends(from, to, "the centres of the two ends")?;
            let radius = radius_at(radius)?;
            Form::Cylinder { from, to, radius }
        }
        S::Sphere { center, radius, .. } => {
            let radius = radius_at(radius)?;
            Form::Sphere { center, radius }
        }
        S::Box {
            center, half, rpy, ..
        } => {
            half_sizes(half, at)?;
            Form::Box { center, half, rpy }
        }
        S::Hull { ref points, .. } => hull(points, at)?,
        S::Mesh { .. } => {
            return Err(
                Diagnostic::new(at.clone(), "a mesh is read from a file beside the scene")
                    .help("a `Hull(points: [..])` says the same in the text"),
            );
        }
    };
    let file::Stuff {
        mass,
        density,
        friction,
        restitution,
    } = written.stuff();
    let weight = match (mass, density) {
        (Some(mass), None) => Weight::Mass(positive(mass, at, "mass", "kg")?),
        (None, Some(density)) => Weight::Density(positive(density, at, "density", "kg/m^3")?),
        (Some(_), Some(_)) => {
            return Err(Diagnostic::new(
                at.field("density"),
                "a shape has both a mass and a density",
            )
            .help("one of them; the other follows from the size"));
        }
        (None, None) => {
            return Err(
                Diagnostic::new(at.clone(), "a shape has neither a mass nor a density")
                    .label("how heavy is it?")
                    .help("add `mass: ..` (kg) or `density: ..` (kg/m^3; water is 1000)"),
            );
        }
    };
    Ok(Shape {
        form,
        weight,
        surface: surface(friction, restitution, otherwise, at)?,
    })
}
