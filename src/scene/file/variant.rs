//! A scene as changes of another, as written.

use serde::{Deserialize, de::IgnoredAny};

use super::Entries;
use crate::ron_tree::read::Format;

/// The values of `set` and `add` are read where they have been put.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scene) struct Variant {
    /// Looked at before the rest is read.
    #[serde(default, rename = "version")]
    _version: Option<u32>,
    pub(in crate::scene) base: String,
    #[serde(default)]
    pub(in crate::scene) set: Entries<IgnoredAny>,
    #[serde(default)]
    pub(in crate::scene) add: Entries<IgnoredAny>,
    #[serde(default)]
    pub(in crate::scene) remove: Vec<String>,
}

impl Format for Variant {
    const NAME: &'static str = "scene";
    const FORM: &'static str =
        "a scene that changes another is `(base: \"reach\", set: {..}, add: {..}, remove: [..])`";
    const VERSION: Option<u32> = Some(1);
}
