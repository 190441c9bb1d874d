//! From what is written to what can be run: names become indices, and every number is in its range.

mod coordinates;
mod heights;
mod mass;
mod robot;
mod world;

pub(super) use robot::robot;
pub(super) use world::world;

use std::collections::BTreeSet;

use super::{
    error::Diagnostic,
    file::{Entries, Triple},
    locate::Path,
    robot::Surface,
};
use crate::learn::LearnerSettings;

/// The presets, each with its settings in range.
pub(super) fn learners(
    learners: &Entries<LearnerSettings>,
    at: &Path,
) -> Result<Vec<(String, LearnerSettings)>, Diagnostic> {
    unique(
        "learner",
        at,
        learners.0.iter().map(|(name, _)| name.as_str()),
        Path::key,
    )?;
    for (i, (_, settings)) in learners.0.iter().enumerate() {
        settings.settings().check().map_err(|(field, would_do)| {
            Diagnostic::new(
                at.nth(i).field(field),
                format!("`{field}` is out of its range"),
            )
            .help(format!("it must be {would_do}"))
        })?;
    }
    Ok(learners.0.clone())
}

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

/// Longest name (bytes): names are repeated, in every observation of a joint for one.
const LONGEST_NAME: usize = 256;

/// No name twice, none empty and none too long; `point_at` says what to underline of the element with the second.
pub(crate) fn unique<'a>(
    what: &str,
    list: &Path,
    names: impl Iterator<Item = &'a str>,
    point_at: impl Fn(Path) -> Path,
) -> Result<(), Diagnostic> {
    let mut seen = BTreeSet::new();
    for (i, name) in names.enumerate() {
        let at = || point_at(list.nth(i));
        if name.is_empty() {
            return Err(Diagnostic::new(at(), format!("a {what} has an empty name"))
                .help("a name of at least one letter"));
        }
        if name.len() > LONGEST_NAME {
            let what = format!("the name of a {what} is too long");
            return Err(Diagnostic::new(at(), what)
                .label(format!("{} bytes", name.len()))
                .help(format!("at most {LONGEST_NAME} bytes")));
        }
        if !seen.insert(name) {
            return Err(
                Diagnostic::new(at(), format!("there are two {what}s named `{name}`"))
                    .label("the second one")
                    .help("give each its own name"),
            );
        }
    }
    Ok(())
}

/// The index of a name, or a diagnostic that lists the known ones.
pub(crate) fn index_of<'a>(
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    at: Path,
) -> Result<usize, Diagnostic> {
    known
        .clone()
        .position(|other| other == name)
        .ok_or_else(|| {
            Diagnostic::new(at, format!("there is no {what} `{name}`"))
                .label(format!("unknown {what}"))
                .suggest(&format!("{what}s"), name, known)
        })
}

/// The length of a vector, in a range in which `f32` squares neither vanish nor overflow.
pub(crate) fn length(v: Triple) -> f64 {
    v.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt()
}

fn distance(a: Triple, b: Triple) -> f64 {
    length([a[0] - b[0], a[1] - b[1], a[2] - b[2]])
}
