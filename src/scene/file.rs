//! The scene as its author writes it: names instead of indices, nothing checked but the types.
//!
//! These types are the format. [`super::check`] turns them into [`super::world`] and [`super::robot`], whose docs
//! give meaning, unit and range of every field.

mod robot;
mod variant;
mod world;

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor},
};

pub(super) use robot::{
    Inertia, Joint, Kind, Link, Object, Origin, Robot, Servo, Shape, Spring, Stuff,
};
pub(super) use variant::Variant;
pub(super) use world::{Terrain, World};

use crate::learn::LearnerSettings;
use crate::task::TaskWritten;

/// `(x, y, z)` in metres, or roll, pitch, yaw in radians.
pub(crate) type Triple = [f32; 3];

/// A kind of text.
pub(super) trait Written: DeserializeOwned {
    /// What errors call it.
    const NAME: &'static str;
    /// What it looks like.
    const FORM: &'static str;
    /// The newest version of its format, for texts that may say of which one they are in a field `version`.
    const VERSION: Option<u32> = None;
}

impl Written for Scene {
    const NAME: &'static str = "scene";
    const FORM: &'static str =
        "a scene is `(robot: .., task: .., learners: ..)`; copy `scenes/reach.ron` to begin";
    const VERSION: Option<u32> = Some(1);
}

impl Written for Presets {
    const NAME: &'static str = "preset file";
    const FORM: &'static str = "a preset file is `(learners: {\"name\": ..})`";
}

impl Written for LearnerSettings {
    const NAME: &'static str = "preset";
    const FORM: &'static str = "a preset is the name of a learner and its settings, `Ppo(..)`";
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

/// What has no scene has presets alone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Presets {
    #[serde(default)]
    pub(super) learners: Entries<LearnerSettings>,
}

/// A map with text keys that keeps its order and its duplicates, so that a check can point at them.
#[derive(Clone, Debug)]
pub(crate) struct Entries<T>(pub(crate) Vec<(String, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for InOrder<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a map like {\"name\": value}")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(InOrder(PhantomData))
    }
}
