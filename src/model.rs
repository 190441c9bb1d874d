//! The model: the robot and the world of a scene, checked. It knows neither tasks nor files of other formats.
//!
//! What an author writes is in `file`, what has been validated in [`robot`] and [`world`]; `check` makes the second of the first.

pub(crate) mod check;
pub(crate) mod file;
pub(crate) mod hull;
pub mod robot;
pub mod world;
