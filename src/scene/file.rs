//! The scene as its author writes it: names instead of indices, nothing checked but the types.
//!
//! These types are the format. [`super::check`] turns them into [`super::world`], [`super::robot`] and [`super::task`], whose docs
//! give meaning, unit and range of every field.

mod variant;
mod world;

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor},
};

pub(super) use variant::Variant;
pub(super) use world::{Terrain, World};

use crate::learn::LearnerSettings;

/// `(x, y, z)` in metres, or roll, pitch, yaw in radians.
pub(super) type Triple = [f32; 3];

/// A kind of text.
pub(super) trait Written: DeserializeOwned {
    /// What errors call it.
    const NAME: &'static str;
    /// What it looks like.
    const FORM: &'static str;
    /// The newest version of its format, for texts that may say of which one they are in a field `version`.
    const VERSION: Option<u32> = None;
}

impl Written for Scene {
    const NAME: &'static str = "scene";
    const FORM: &'static str =
        "a scene is `(robot: .., task: .., learners: ..)`; copy `scenes/reach.ron` to begin";
    const VERSION: Option<u32> = Some(1);
}

impl Written for Presets {
    const NAME: &'static str = "preset file";
    const FORM: &'static str = "a preset file is `(learners: {\"name\": ..})`";
}

impl Written for LearnerSettings {
    const NAME: &'static str = "preset";
    const FORM: &'static str = "a preset is the name of a learner and its settings, `Ppo(..)`";
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scene {
    /// Looked at before the rest is read.
    #[serde(default, rename = "version")]
    _version: Option<u32>,
    #[serde(default)]
    pub(super) world: World,
    pub(super) robot: Robot,
    #[serde(default)]
    pub(super) objects: Vec<Object>,
    pub(super) task: Task,
    #[serde(default)]
    pub(super) learners: Entries<LearnerSettings>,
}

/// What has no scene has presets alone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Presets {
    #[serde(default)]
    pub(super) learners: Entries<LearnerSettings>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Robot {
    /// These three have given way to links and joints before this is read.
    #[serde(default, rename = "urdf")]
    _urdf: Option<IgnoredAny>,
    #[serde(default, rename = "mjcf")]
    _mjcf: Option<IgnoredAny>,
    #[serde(default, rename = "overrides")]
    _overrides: Option<IgnoredAny>,
    pub(super) links: Vec<Link>,
    pub(super) joints: Vec<Joint>,
    #[serde(default)]
    pub(super) home: Entries<f32>,
    #[serde(default)]
    pub(super) points: Entries<Point>,
    #[serde(default)]
    pub(super) collide: bool,
    #[serde(default)]
    pub(super) friction: Option<f32>,
    #[serde(default)]
    pub(super) restitution: Option<f32>,
    #[serde(default)]
    pub(super) compensate_gravity: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Link {
    pub(super) name: String,
    #[serde(default)]
    pub(super) shapes: Vec<Shape>,
    #[serde(default)]
    pub(super) inertia: Option<Inertia>,
}

/// Something that a robot can push about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Object {
    pub(super) name: String,
    #[serde(default)]
    pub(super) shapes: Vec<Shape>,
    #[serde(default)]
    pub(super) inertia: Option<Inertia>,
    pub(super) origin: Origin,
    #[serde(default)]
    pub(super) friction: Option<f32>,
    #[serde(default)]
    pub(super) restitution: Option<f32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) enum Shape {
    Capsule {
        from: Triple,
        to: Triple,
        radius: f32,
        #[serde(default)]
        mass: Option<f32>,
        #[serde(default)]
        density: Option<f32>,
        #[serde(default)]
        friction: Option<f32>,
        #[serde(default)]
        restitution: Option<f32>,
    },
    Sphere {
        center: Triple,
        radius: f32,
        #[serde(default)]
        mass: Option<f32>,
        #[serde(default)]
        density: Option<f32>,
        #[serde(default)]
        friction: Option<f32>,
        #[serde(default)]
        restitution: Option<f32>,
    },
    Box {
        center: Triple,
        half: Triple,
        #[serde(default)]
        rpy: Triple,
        #[serde(default)]
        mass: Option<f32>,
        #[serde(default)]
        density: Option<f32>,
        #[serde(default)]
        friction: Option<f32>,
        #[serde(default)]
        restitution: Option<f32>,
    },
    Cylinder {
        from: Triple,
        to: Triple,
        radius: f32,
        #[serde(default)]
        mass: Option<f32>,
        #[serde(default)]
        density: Option<f32>,
        #[serde(default)]
        friction: Option<f32>,
        #[serde(default)]
        restitution: Option<f32>,
    },
    Hull {
        points: Vec<Triple>,
        #[serde(default)]
        mass: Option<f32>,
        #[serde(default)]
        density: Option<f32>,
        #[serde(default)]
        friction: Option<f32>,
        #[serde(default)]
        restitution: Option<f32>,
    },
    /// Has given way to a hull before this is read, unless it names no file.
    Mesh {
        #[serde(rename = "file")]
        _file: IgnoredAny,
        #[serde(default, rename = "scale")]
        _scale: Option<IgnoredAny>,
        #[serde(default, rename = "at")]
        _at: Option<IgnoredAny>,
        #[serde(default, rename = "rpy")]
        _rpy: Option<IgnoredAny>,
        #[serde(default, rename = "mass")]
        _mass: Option<IgnoredAny>,
        #[serde(default, rename = "density")]
        _density: Option<IgnoredAny>,
        #[serde(default, rename = "friction")]
        _friction: Option<IgnoredAny>,
        #[serde(default, rename = "restitution")]
        _restitution: Option<IgnoredAny>,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Inertia {
    pub(super) mass: f32,
    pub(super) center: Triple,
    pub(super) principal: Triple,
    #[serde(default)]
    pub(super) rpy: Triple,
}

/// What only a moving joint has is optional here, because a fixed one must not have it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Joint {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) parent: String,
    pub(super) child: String,
    pub(super) origin: Origin,
    #[serde(default)]
    pub(super) axis: Option<Triple>,
    #[serde(default)]
    pub(super) range: Option<[f32; 2]>,
    #[serde(default)]
    pub(super) torque: Option<f32>,
    #[serde(default)]
    pub(super) gear: Option<f32>,
    #[serde(default)]
    pub(super) servo: Option<Servo>,
    #[serde(default)]
    pub(super) damping: Option<f32>,
    #[serde(default)]
    pub(super) armature: Option<f32>,
    #[serde(default)]
    pub(super) spring: Option<Spring>,
    #[serde(default)]
    pub(super) friction: Option<f32>,
    #[serde(default)]
    pub(super) max_speed: Option<f32>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spring {
    pub(super) stiffness: f32,
    #[serde(default)]
    pub(super) rest: f32,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) enum Servo {
    Position {
        stiffness: f32,
        damping: f32,
        reach: f32,
    },
    Velocity {
        gain: f32,
        speed: f32,
    },
}

/// `Ball` and `Universal` are here so that they can be refused with a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Kind {
    Revolute,
    Prismatic,
    Fixed,
    Free,
    Ball,
    Universal,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Origin {
    pub(super) xyz: Triple,
    #[serde(default)]
    pub(super) rpy: Triple,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Point {
    pub(super) link: String,
    pub(super) at: Triple,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Task {
    pub(super) episode_s: f32,
    pub(super) control_hz: f32,
    pub(super) physics_hz: f32,
    #[serde(default = "earth")]
    pub(super) gravity: Triple,
    pub(super) start: Start,
    #[serde(default)]
    pub(super) goal: Option<Goal>,
    #[serde(default)]
    pub(super) commands: Entries<[f32; 2]>,
    #[serde(default)]
    pub(super) randomize: Vec<Randomize>,
    #[serde(default)]
    pub(super) curriculum: Option<Curriculum>,
    #[serde(default)]
    pub(super) action: Action,
    pub(super) observe: Vec<Observe>,
    pub(super) reward: Vec<Reward>,
    #[serde(default)]
    pub(super) end: Vec<End>,
    pub(super) max_joint_speed: f32,
    #[serde(default)]
    pub(super) success: Option<Success>,
    #[serde(default)]
    pub(super) solved: Option<Solved>,
}

fn earth() -> Triple {
    [0.0, 0.0, -9.81]
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Start {
    pub(super) angle: f32,
    pub(super) speed: f32,
    #[serde(default)]
    pub(super) free: Entries<Around>,
}

/// How far from its origin something that nothing holds starts.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Around {
    #[serde(default)]
    pub(super) xyz: Triple,
    #[serde(default)]
    pub(super) rpy: Triple,
}

/// The values of a level are read where they have been put.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Curriculum {
    pub(super) pass: Solved,
    #[serde(default = "two_hundred")]
    pub(super) episodes: u32,
    pub(super) levels: Vec<Entries<IgnoredAny>>,
}

fn two_hundred() -> u32 {
    200
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) enum Randomize {
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
pub(super) enum Distribution {
    Uniform(f32, f32),
    Normal(f32, f32),
    LogUniform(f32, f32),
}

/// What happens to actions on their way to the motors.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Action {
    #[serde(default)]
    pub(super) delay: u32,
    #[serde(default)]
    pub(super) smoothing: f32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) enum Goal {
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

/// Declares the terms of an observation: each has fields of its own, and the options that all of them have.
macro_rules! observe {
    ($($name:ident { $($field:ident: $type:ty),* })*) => {
        /// A left-out list means all joints, or all three axes.
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) enum Observe {
            $($name {
                $($field: $type,)*
                #[serde(default = "one")]
                scale: f32,
                #[serde(default)]
                noise: f32,
                #[serde(default)]
                clip: Option<[f32; 2]>,
                #[serde(default)]
                delay: u32,
                #[serde(default = "now_alone")]
                history: u32,
            },)*
        }

        impl Observe {
            /// What does not depend on the kind of term.
            pub(super) fn options(&self) -> Options {
                match *self {
                    $(Observe::$name { scale, noise, clip, delay, history, .. })|* => Options {
                        scale,
                        noise,
                        clip,
                        delay,
                        history,
                    },
                }
            }
        }
    };
}

observe! {
    Angle { joints: Option<Vec<String>> }
    Cos { joints: Option<Vec<String>> }
    Sin { joints: Option<Vec<String>> }
    Speed { joints: Option<Vec<String>> }
    Goal { axes: Option<Vec<Axis>> }
    Point { point: String, axes: Option<Vec<Axis>> }
    ToGoal { point: String, axes: Option<Vec<Axis>> }
    FromGoal { point: String, axes: Option<Vec<Axis>> }
    PointVelocity { point: String, axes: Option<Vec<Axis>> }
    Pull { point: String }
    GravityLoad {}
    LinkPosition { link: String, frame: Option<String>, axes: Option<Vec<Axis>> }
    LinkOrientation { link: String, frame: Option<String> }
    LinkVelocity { link: String, frame: Option<String>, axes: Option<Vec<Axis>> }
    LinkAngularVelocity { link: String, frame: Option<String>, axes: Option<Vec<Axis>> }
    GravityDirection { link: String }
    Gyroscope { link: String }
    Accelerometer { link: String }
    ContactForce { links: Option<Vec<String>> }
    Contact { links: Option<Vec<String>> }
    Rays { link: String, at: Triple, directions: Vec<Triple>, range: f32 }
    HeightScan { link: String, cells: [u32; 2], size: [f32; 2], range: f32 }
    Command { names: Option<Vec<String>> }
    LastAction {}
    TimeLeft {}
    Phase { period_s: f32 }
}

/// The options of a term of the observation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    pub(super) scale: f32,
    pub(super) noise: f32,
    pub(super) clip: Option<[f32; 2]>,
    pub(super) delay: u32,
    pub(super) history: u32,
}

fn now_alone() -> u32 {
    1
}

fn one() -> f32 {
    1.0
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Axis {
    X,
    Y,
    Z,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reward {
    pub(super) weight: f32,
    pub(super) of: Term,
    #[serde(default)]
    pub(super) at: When,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) enum When {
    Before,
    #[default]
    After,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) enum Term {
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
pub(super) enum End {
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
pub(super) enum Success {
    Within { point: String, distance: f32 },
    When(String),
}

#[derive(Debug, Deserialize)]
pub(super) enum Solved {
    Success(f32),
    Return(f32),
}

/// A map with text keys that keeps its order and its duplicates, so that a check can point at them.
#[derive(Clone, Debug)]
pub(super) struct Entries<T>(pub(super) Vec<(String, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for InOrder<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a map like {\"name\": value}")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(InOrder(PhantomData))
    }
}
