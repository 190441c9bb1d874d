//! sinew: robots that learn. Bevy ECS systems step Rapier robots, a policy turns observations into joint torques, and a
//! learner makes the policy better, on a server or in front of you in a 3D window.
//!
//! Headless and windowed training are the same Bevy [`App`](bevy::app::App) with other plugins:
//!
//! ```
//! use bevy::app::{App, ScheduleRunnerPlugin};
//! use sinew::scene::Scene;
//! use sinew::train::{Job, plugin::LearnerPlugin};
//! use std::{sync::Arc, time::Duration};
//!
//! # fn main() -> Result<(), sinew::scene::SceneError> {
//! let scene = Scene::open_with("reach", None, &["learner.steps=4096".into()])?;
//! let learner = LearnerPlugin::new(Job::new(&Arc::new(scene), None, 1)?);
//! let viewer = learner.viewer();
//! App::new()
//!     .add_plugins(ScheduleRunnerPlugin::run_loop(Duration::from_millis(10)))
//!     .add_plugins(learner)
//!     .run();
//! let result = viewer.result().expect("the app ends with the training");
//! assert_eq!(result.map(|result| result.steps), Ok(4096));
//! # Ok(())
//! # }
//! ```
//!
//! The rooms, from those that know nothing to those that know all, are described in `ARCHITECTURE.md`. To bring an
//! environment of your own, implement [`pod::Environment`] and hand it to [`cli::train_environment`], which is a whole program.

pub mod bench;
pub mod checkpoint;
pub mod cli;
pub mod compare;
pub mod doctor;
pub mod files;
pub mod floats;
pub mod formula;
mod import;
pub mod learn;
pub mod lesson;
pub mod meaning;
pub mod metrics;
pub mod model;
pub mod nn;
pub mod panics;
pub mod pod;
pub mod policy;
pub mod presets;
pub mod readings;
pub mod ron_tree;
pub mod scene;
pub mod seed;
pub mod sim;
pub mod step;
pub mod task;
pub mod train;
#[cfg(feature = "window")]
pub mod window;
pub mod worker_pool;
