//! The presets that are compiled in, so that a copied binary works anywhere.

use std::sync::LazyLock;

use super::Preset;
use crate::learn::{LearnerKind, LearnerSettings};
use crate::ron_tree::{Document, Source, read};

/// The preset that is used where none is named.
const DEFAULT: &str = "ppo";

/// Names and texts of the presets; the first is the default.
fn texts() -> Vec<(&'static str, &'static str)> {
    let all = LearnerKind::ALL.iter().flat_map(|kind| kind.presets);
    let mut all: Vec<_> = all.copied().collect();
    all.sort_by_key(|(name, _)| *name != DEFAULT);
    all
}

/// The presets, read.
pub(super) fn presets() -> &'static [Preset] {
    static READ: LazyLock<Vec<Preset>> = LazyLock::new(|| {
        let read = |(name, text): (&str, &str)| {
            let document = Document::parse(&Source::text(name, text));
            let settings: LearnerSettings =
                read::read(&document).expect("a test reads every shipped preset");
            (name.to_string(), settings)
        };
        texts().into_iter().map(read).collect()
    });
    &READ
}

/// The text of a preset; empty if there is none of that name.
pub(super) fn preset(name: &str) -> &'static str {
    let found = texts().into_iter().find(|(other, _)| *other == name);
    found.map_or("", |(_, text)| text)
}
