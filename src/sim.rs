//! Robots in Rapier: a validated [`Robot`](crate::scene::robot::Robot) becomes one multibody, actions become joint
//! torques, what is around it becomes what it can touch, and the state becomes
//! [`Readings`]. Knows no rewards and no learners.
//!
//! One physics world per environment, made as a clone of a template ([`Plant`]). One Rapier step per control step,
//! with as many solver iterations as the scene wants substeps: Rapier rebuilds mass matrix and accelerations in each.

pub mod actuate;
pub mod energy;
pub mod overlaps;
mod plane;
pub mod plant;
mod rays;
pub mod readings;
pub mod reset;
pub mod shapes;
mod step;
mod surroundings;
pub mod variation;

pub use crate::readings::Readings;
pub use crate::task::Variation;
pub use actuate::Actuators;
pub use plant::{Physics, Plant};
