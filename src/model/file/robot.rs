//! Robots and objects as written.

use serde::{Deserialize, de::IgnoredAny};

use super::Triple;
use crate::model::robot::{Inertia, Origin, Spring};
use crate::ron_tree::Entries;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Robot {
    /// These three have given way to links and joints before this is read.
    #[serde(default, rename = "urdf")]
    _urdf: Option<IgnoredAny>,
    #[serde(default, rename = "mjcf")]
    _mjcf: Option<IgnoredAny>,
    #[serde(default, rename = "overrides")]
    _overrides: Option<IgnoredAny>,
    pub(crate) links: Vec<Link>,
    pub(crate) joints: Vec<Joint>,
    #[serde(default)]
    pub(crate) home: Entries<f32>,
    #[serde(default)]
    pub(crate) points: Entries<Point>,
    #[serde(default)]
    pub(crate) collide: bool,
    #[serde(default)]
    pub(crate) friction: Option<f32>,
    #[serde(default)]
    pub(crate) restitution: Option<f32>,
    #[serde(default)]
    pub(crate) compensate_gravity: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Link {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) shapes: Vec<Shape>,
    #[serde(default)]
    pub(crate) inertia: Option<Inertia>,
}

/// Something that a robot can push about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Object {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) shapes: Vec<Shape>,
    #[serde(default)]
    pub(crate) inertia: Option<Inertia>,
    pub(crate) origin: Origin,
    #[serde(default)]
    pub(crate) friction: Option<f32>,
    #[serde(default)]
    pub(crate) restitution: Option<f32>,
}

/// Declares the shapes: each has fields of its own, and those that all of them have.
macro_rules! shapes {
    ($($(#[$about:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty,)* })*) => {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) enum Shape {
            $($(#[$about])* $name {
                $($(#[$attribute])* $field: $type,)*
                #[serde(default)]
                mass: Option<f32>,
                #[serde(default)]
                density: Option<f32>,
                #[serde(default)]
                friction: Option<f32>,
                #[serde(default)]
                restitution: Option<f32>,
            },)*
        }

        impl Shape {
            /// What does not depend on the kind of shape.
            pub(crate) fn stuff(&self) -> Stuff {
                match *self {
                    $(Shape::$name { mass, density, friction, restitution, .. })|* => Stuff {
                        mass,
                        density,
                        friction,
                        restitution,
                    },
                }
            }
        }
    };
}

shapes! {
    Capsule {
        from: Triple,
        to: Triple,
        radius: f32,
    }
    Sphere {
        center: Triple,
        radius: f32,
    }
    Box {
        center: Triple,
        half: Triple,
        #[serde(default)]
        rpy: Triple,
    }
    Cylinder {
        from: Triple,
        to: Triple,
        radius: f32,
    }
    Hull {
        points: Vec<Triple>,
    }
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
    }
}

/// How heavy a shape is, and how it touches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stuff {
    pub(crate) mass: Option<f32>,
    pub(crate) density: Option<f32>,
    pub(crate) friction: Option<f32>,
    pub(crate) restitution: Option<f32>,
}

/// What only a moving joint has is optional here, because a fixed one must not have it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Joint {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) parent: String,
    pub(crate) child: String,
    pub(crate) origin: Origin,
    #[serde(default)]
    pub(crate) axis: Option<Triple>,
    #[serde(default)]
    pub(crate) range: Option<[f32; 2]>,
    #[serde(default)]
    pub(crate) torque: Option<f32>,
    #[serde(default)]
    pub(crate) gear: Option<f32>,
    #[serde(default)]
    pub(crate) servo: Option<Servo>,
    #[serde(default)]
    pub(crate) damping: Option<f32>,
    #[serde(default)]
    pub(crate) armature: Option<f32>,
    #[serde(default)]
    pub(crate) spring: Option<Spring>,
    #[serde(default)]
    pub(crate) friction: Option<f32>,
    #[serde(default)]
    pub(crate) max_speed: Option<f32>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) enum Servo {
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
pub(crate) enum Kind {
    Revolute,
    Prismatic,
    Fixed,
    Free,
    Ball,
    Universal,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Point {
    pub(crate) link: String,
    pub(crate) at: Triple,
}
