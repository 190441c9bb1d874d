//! The presets that are compiled in, so that a copied binary works anywhere.

use std::sync::LazyLock;

use super::Preset;
use crate::learn::LearnerSettings;
use crate::ron_tree::{Document, Source, read};

/// Names and texts of the presets; the first is the default.
const PRESETS: [(&str, &str); 9] = [
    ("ppo", include_str!("../../assets/learners/ppo.ron")),
    (
        "reinforce",
        include_str!("../../assets/learners/reinforce.ron"),
    ),
    (
        "reinforce-baseline",
        include_str!("../../assets/learners/reinforce-baseline.ron"),
    ),
    (
        "actor-critic",
        include_str!("../../assets/learners/actor-critic.ron"),
    ),
    ("a2c", include_str!("../../assets/learners/a2c.ron")),
    ("a3c", include_str!("../../assets/learners/a3c.ron")),
    ("sac", include_str!("../../assets/learners/sac.ron")),
    ("reppo", include_str!("../../assets/learners/reppo.ron")),
    ("sac-cpu", include_str!("../../assets/learners/sac-cpu.ron")),
];

/// The presets, read.
pub(super) fn presets() -> &'static [Preset] {
    static READ: LazyLock<Vec<Preset>> = LazyLock::new(|| {
        let read = |(name, text): &(&str, &str)| {
            let document = Document::parse(&Source::text(*name, *text));
            let settings: LearnerSettings =
                read::read(&document).expect("a test reads every shipped preset");
            (name.to_string(), settings)
        };
        PRESETS.iter().map(read).collect()
    });
    &READ
}

/// The text of a preset; empty if there is none of that name.
pub(super) fn preset(name: &str) -> &'static str {
    PRESETS
        .iter()
        .find(|(other, _)| *other == name)
        .map_or("", |(_, text)| text)
}
