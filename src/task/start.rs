//! How an episode starts.

use serde::{Deserialize, Serialize};

use crate::model::check::not_negative;
use crate::model::file::Triple;
use crate::model::robot::Robot;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Entries;
use crate::ron_tree::Path;
use crate::ron_tree::{index_of, unique};

/// How an episode starts, besides the joints' home.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Start {
    /// Positions are uniform within plus or minus this of home, clamped to the range (rad, or m); 0 or more.
    pub angle: f32,
    /// Speeds are uniform within plus or minus this (rad/s, or m/s); 0 or more.
    pub speed: f32,
    /// How far from its origin a floating link or an object starts, in the order of the file.
    pub free: Vec<StartRange>,
}

/// Where something that nothing holds starts: uniform around its origin.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StartRange {
    /// Which link.
    pub link: usize,
    /// Within plus or minus this along the world's axes (m), 0 or more.
    pub xyz: [f32; 3],
    /// Roll, pitch and yaw, within plus or minus this, before those of its origin (rad), 0 or more.
    pub rpy: [f32; 3],
}

/// The state of a robot at the start of an episode.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StartState {
    /// One per joint (rad, or m).
    pub angles: Vec<f32>,
    /// One per joint (rad/s, or m/s).
    pub speeds: Vec<f32>,
    /// Which links are away from their origins: how far along the world's axes (m), and roll, pitch and yaw (rad).
    pub free: Vec<(usize, [f32; 3], [f32; 3])>,
}

impl StartState {
    /// Exactly at home, at rest.
    pub fn home(robot: &Robot) -> Self {
        Self {
            angles: robot.joints.iter().map(|joint| joint.home).collect(),
            speeds: vec![0.0; robot.joints.len()],
            free: Vec::new(),
        }
    }
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename = "Start")]
pub(crate) struct StartWritten {
    angle: f32,
    speed: f32,
    #[serde(default)]
    free: Entries<RangeWritten>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename = "StartRange")]
struct RangeWritten {
    #[serde(default)]
    xyz: Triple,
    #[serde(default)]
    rpy: Triple,
}

impl StartWritten {
    /// What is written at `at`, checked.
    pub(super) fn check(&self, robot: &Robot, at: &Path) -> Result<Start, Diagnostic> {
        let free_at = at.field("free");
        let names = self.free.0.iter().map(|(name, _)| name.as_str());
        unique("link", &free_at, names, Path::key)?;
        let free = self.free.0.iter().enumerate();
        let free = free.map(|(i, (name, range))| range.check(name, robot, &free_at.nth(i)));
        let free = free.collect::<Result<_, _>>()?;
        Ok(Start {
            angle: not_negative(self.angle, at, "angle", "rad, or m")?,
            speed: not_negative(self.speed, at, "speed", "rad/s, or m/s")?,
            free,
        })
    }
}

impl RangeWritten {
    fn check(&self, name: &str, robot: &Robot, at: &Path) -> Result<StartRange, Diagnostic> {
        let known = robot.links.iter().map(|link| link.name.as_str());
        let link = index_of("link", name, known, at.clone().key())?;
        if !robot.links[link].floats {
            return Err(Diagnostic::new(at.clone().key(), format!("`{name}` is held by a joint"))
                .help("only a floating body has a start pose: an object, or a link with a joint of kind Free"));
        }
        for (field, values) in [("xyz", self.xyz), ("rpy", self.rpy)] {
            if values.iter().any(|x| x.is_nan() || *x < 0.0) {
                return Err(Diagnostic::new(
                    at.field(field),
                    format!("`{field}` must not be negative"),
                )
                .help("how far it starts from its origin, either way"));
            }
        }
        Ok(StartRange {
            link,
            xyz: self.xyz,
            rpy: self.rpy,
        })
    }
}
