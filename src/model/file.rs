//! Robot and world as their author writes them: names instead of indices, nothing checked but the types.
//!
//! These types are the format. `check` turns them into [`super::robot`] and [`super::world`], whose docs give meaning, unit and
//! range of every field.

mod robot;
mod world;

pub(crate) use robot::{Joint, Kind, Link, Object, Robot, Servo, Shape, Stuff};
pub(crate) use world::{Terrain, World};

/// `(x, y, z)` in metres, or roll, pitch, yaw in radians.
pub(crate) type Triple = [f32; 3];
