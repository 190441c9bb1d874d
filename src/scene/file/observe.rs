//! What the agent sees, as written.

use serde::Deserialize;

use super::Triple;

/// Declares the terms of an observation: each has fields of its own, and the options that all of them have.
macro_rules! observe {
    ($($name:ident { $($field:ident: $type:ty),* })*) => {
        /// A left-out list means all joints, or all three axes.
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(in crate::scene) enum Observe {
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
            pub(in crate::scene) fn options(&self) -> Options {
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
    Pull { point: String, joints: Option<Vec<String>> }
    GravityLoad { joints: Option<Vec<String>> }
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
    LastAction { joints: Option<Vec<String>> }
    TimeLeft {}
    Phase { period_s: f32 }
}

/// The options of a term of the observation.
#[derive(Clone, Copy, Debug)]
pub(in crate::scene) struct Options {
    pub(in crate::scene) scale: f32,
    pub(in crate::scene) noise: f32,
    pub(in crate::scene) clip: Option<[f32; 2]>,
    pub(in crate::scene) delay: u32,
    pub(in crate::scene) history: u32,
}

fn now_alone() -> u32 {
    1
}

fn one() -> f32 {
    1.0
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(in crate::scene) enum Axis {
    X,
    Y,
    Z,
}
