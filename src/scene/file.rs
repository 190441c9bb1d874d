//! The scene as its author writes it: names instead of indices, nothing checked but the types.
//!
//! These types are the format. `check` turns them into what [`super::Scene`] holds, whose docs give meaning, unit and range of every
//! field.

mod variant;

use serde::Deserialize;

pub(super) use variant::Variant;

use crate::learn::LearnerSettings;
use crate::model::file::{Object, Robot, World};
use crate::ron_tree::Entries;
use crate::ron_tree::read::Format;
use crate::task::TaskWritten;

impl Format for Scene {
    const NAME: &'static str = "scene";
    const FORM: &'static str =
        "a scene is `(robot: .., task: .., learners: ..)`; copy `scenes/reach.ron` to begin";
    const VERSION: Option<u32> = Some(1);
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
    pub(super) task: TaskWritten,
    #[serde(default)]
    pub(super) learners: Entries<LearnerSettings>,
}
