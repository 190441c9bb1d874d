//! Robots in Rapier: a validated [`Robot`](crate::model::robot::Robot) becomes one multibody, ground and terrain become
//! colliders, actions become joint torques, and the state becomes readings. Knows no rewards and no learners.
//!
//! Each environment has a physics world of its own, a clone of a template ([`Plant`]). A control step is one Rapier step with
//! a solver iteration per substep: Rapier rebuilds mass matrix and accelerations in each.

pub mod actuate;
pub mod energy;
mod handles;
mod joints;
mod out_of_plane;
pub mod overlaps;
pub mod plant;
mod rays;
pub mod readings;
pub mod reset;
pub mod shapes;
mod step;
mod terrain;
pub mod variation;

pub use crate::readings::Readings;
pub use crate::task::Variation;
pub use actuate::Actuators;
pub use plant::{Physics, Plant};
