//! sinew: a robot-learning sandbox.
pub mod seed;
pub mod metrics;
pub mod team;
pub mod step;
pub mod nn;
pub mod policy;
pub mod learn;
pub mod scene;
pub mod sim;
pub mod task;
pub mod pod;
pub mod checkpoint;
pub mod train;
#[cfg(feature = "window")]
pub mod window;
