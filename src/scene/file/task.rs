//! Tasks as written.

use serde::{Deserialize, de::IgnoredAny};

use super::{Axis, Entries, Observe, Triple};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) struct Task {
    pub(in crate::scene) episode_s: f32,
    pub(in crate::scene) control_hz: f32,
    pub(in crate::scene) physics_hz: f32,
    #[serde(default = "earth")]
    pub(in crate::scene) gravity: Triple,
    pub(in crate::scene) start: Start,
    #[serde(default)]
    pub(in crate::scene) goal: Option<Goal>,
    #[serde(default)]
    pub(in crate::scene) commands: Entries<[f32; 2]>,
    #[serde(default)]
    pub(in crate::scene) randomize: Vec<Randomize>,
    #[serde(default)]
    pub(in crate::scene) curriculum: Option<Curriculum>,
    #[serde(default)]
    pub(in crate::scene) action: Action,
    pub(in crate::scene) observe: Vec<Observe>,
    pub(in crate::scene) reward: Vec<Reward>,
    #[serde(default)]
    pub(in crate::scene) end: Vec<End>,
    pub(in crate::scene) max_joint_speed: f32,
    #[serde(default)]
    pub(in crate::scene) success: Option<Success>,
    #[serde(default)]
    pub(in crate::scene) solved: Option<Solved>,
}

fn earth() -> Triple {
    [0.0, 0.0, -9.81]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) struct Start {
    pub(in crate::scene) angle: f32,
    pub(in crate::scene) speed: f32,
    #[serde(default)]
    pub(in crate::scene) free: Entries<Around>,
}

/// How far from its origin something that nothing holds starts.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) struct Around {
    #[serde(default)]
    pub(in crate::scene) xyz: Triple,
    #[serde(default)]
    pub(in crate::scene) rpy: Triple,
}

/// The values of a level are read where they have been put.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) struct Curriculum {
    pub(in crate::scene) pass: Solved,
    #[serde(default = "two_hundred")]
    pub(in crate::scene) episodes: u32,
    pub(in crate::scene) levels: Vec<Entries<IgnoredAny>>,
}

fn two_hundred() -> u32 {
    200
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) enum Randomize {
    Mass {
        links: Option<Vec<String>>,
        scale: Distribution,
    },
    Friction {
        links: Option<Vec<String>>,
        scale: Distribution,
    },
    Damping {
        joints: Option<Vec<String>>,
        scale: Distribution,
    },
    MotorStrength {
        joints: Option<Vec<String>>,
        scale: Distribution,
    },
    Gravity {
        scale: Distribution,
    },
    SensorNoise {
        scale: Distribution,
    },
    Push {
        link: String,
        force: Distribution,
        every_s: [f32; 2],
        lasts_s: f32,
    },
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(in crate::scene) enum Distribution {
    Uniform(f32, f32),
    Normal(f32, f32),
    LogUniform(f32, f32),
}

/// What happens to actions on their way to the motors.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) struct Action {
    #[serde(default)]
    pub(in crate::scene) delay: u32,
    #[serde(default)]
    pub(in crate::scene) smoothing: f32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) enum Goal {
    Shell {
        center: Triple,
        radius: [f32; 2],
        #[serde(default)]
        min_z: Option<f32>,
    },
    Disc {
        center: Triple,
        radius: f32,
    },
    Box {
        min: Triple,
        max: Triple,
    },
    Fixed {
        at: Triple,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) struct Reward {
    pub(in crate::scene) weight: f32,
    pub(in crate::scene) of: Term,
    #[serde(default)]
    pub(in crate::scene) at: When,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(in crate::scene) enum When {
    Before,
    #[default]
    After,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) enum Term {
    Distance {
        point: String,
    },
    Near {
        point: String,
        width: f32,
    },
    Gauss {
        point: String,
        width: f32,
    },
    Inside {
        point: String,
        distance: f32,
    },
    Progress {
        point: String,
    },
    Effort {},
    JointSpeed {},
    PointSpeed {
        point: String,
    },
    AngleError {
        joint: String,
        target: f32,
    },
    Speed {
        joint: String,
    },
    Alive {},
    ActionRate {},
    Energy {},
    JointLimit {
        margin: f32,
    },
    VelocityTracking {
        point: String,
        axis: Axis,
        target: f32,
        width: f32,
    },
    Height {
        point: String,
        target: f32,
        width: f32,
    },
    Expr(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) enum End {
    PointBelow { point: String, z: f32 },
    PointAbove { point: String, z: f32 },
    JointSpeedAbove { speed: f32 },
    AngleOutside { joint: String, range: [f32; 2] },
    Touches { link: String },
    Inside { point: String, distance: f32 },
    When(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) enum Success {
    Within { point: String, distance: f32 },
    When(String),
}

#[derive(Debug, Deserialize)]
pub(in crate::scene) enum Solved {
    Success(f32),
    Return(f32),
}
