//! Robots and objects as written.

use serde::{Deserialize, de::IgnoredAny};

use super::{Entries, Triple};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) struct Robot {
    /// These three have given way to links and joints before this is read.
    #[serde(default, rename = "urdf")]
    _urdf: Option<IgnoredAny>,
    #[serde(default, rename = "mjcf")]
    _mjcf: Option<IgnoredAny>,
    #[serde(default, rename = "overrides")]
    _overrides: Option<IgnoredAny>,
    pub(in crate::scene) links: Vec<Link>,
    pub(in crate::scene) joints: Vec<Joint>,
    #[serde(default)]
    pub(in crate::scene) home: Entries<f32>,
    #[serde(default)]
    pub(in crate::scene) points: Entries<Point>,
    #[serde(default)]
    pub(in crate::scene) collide: bool,
    #[serde(default)]
    pub(in crate::scene) friction: Option<f32>,
    #[serde(default)]
    pub(in crate::scene) restitution: Option<f32>,
    #[serde(default)]
    pub(in crate::scene) compensate_gravity: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) struct Link {
    pub(in crate::scene) name: String,
    #[serde(default)]
    pub(in crate::scene) shapes: Vec<Shape>,
    #[serde(default)]
    pub(in crate::scene) inertia: Option<Inertia>,
}

/// Something that a robot can push about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) struct Object {
    pub(in crate::scene) name: String,
    #[serde(default)]
    pub(in crate::scene) shapes: Vec<Shape>,
    #[serde(default)]
    pub(in crate::scene) inertia: Option<Inertia>,
    pub(in crate::scene) origin: Origin,
    #[serde(default)]
    pub(in crate::scene) friction: Option<f32>,
    #[serde(default)]
    pub(in crate::scene) restitution: Option<f32>,
}

/// Declares the shapes: each has fields of its own, and those that all of them have.
macro_rules! shapes {
    ($($(#[$about:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty,)* })*) => {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(in crate::scene) enum Shape {
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
            pub(in crate::scene) fn stuff(&self) -> Stuff {
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
pub(in crate::scene) struct Stuff {
    pub(in crate::scene) mass: Option<f32>,
    pub(in crate::scene) density: Option<f32>,
    pub(in crate::scene) friction: Option<f32>,
    pub(in crate::scene) restitution: Option<f32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) struct Inertia {
    pub(in crate::scene) mass: f32,
    pub(in crate::scene) center: Triple,
    pub(in crate::scene) principal: Triple,
    #[serde(default)]
    pub(in crate::scene) rpy: Triple,
}

/// What only a moving joint has is optional here, because a fixed one must not have it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) struct Joint {
    pub(in crate::scene) name: String,
    pub(in crate::scene) kind: Kind,
    pub(in crate::scene) parent: String,
    pub(in crate::scene) child: String,
    pub(in crate::scene) origin: Origin,
    #[serde(default)]
    pub(in crate::scene) axis: Option<Triple>,
    #[serde(default)]
    pub(in crate::scene) range: Option<[f32; 2]>,
    #[serde(default)]
    pub(in crate::scene) torque: Option<f32>,
    #[serde(default)]
    pub(in crate::scene) gear: Option<f32>,
    #[serde(default)]
    pub(in crate::scene) servo: Option<Servo>,
    #[serde(default)]
    pub(in crate::scene) damping: Option<f32>,
    #[serde(default)]
    pub(in crate::scene) armature: Option<f32>,
    #[serde(default)]
    pub(in crate::scene) spring: Option<Spring>,
    #[serde(default)]
    pub(in crate::scene) friction: Option<f32>,
    #[serde(default)]
    pub(in crate::scene) max_speed: Option<f32>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) struct Spring {
    pub(in crate::scene) stiffness: f32,
    #[serde(default)]
    pub(in crate::scene) rest: f32,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) enum Servo {
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
pub(in crate::scene) enum Kind {
    Revolute,
    Prismatic,
    Fixed,
    Free,
    Ball,
    Universal,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) struct Origin {
    pub(in crate::scene) xyz: Triple,
    #[serde(default)]
    pub(in crate::scene) rpy: Triple,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) struct Point {
    pub(in crate::scene) link: String,
    pub(in crate::scene) at: Triple,
}
