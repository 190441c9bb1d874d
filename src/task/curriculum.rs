//! When a task counts as solved, and when a level of its curriculum does.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::ron_tree::Diagnostic;
use crate::ron_tree::Entries;
use crate::ron_tree::Path;
use crate::step::curriculum::{Curriculum, Solved};

/// Episodes that a level of a curriculum may ask for.
const MAX_EPISODES: u32 = 10_000;

/// When the task, or a level of it, counts as solved, as written.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename = "Solved")]
pub(crate) enum SolvedWritten {
    Success(f32),
    Return(f32),
}

impl SolvedWritten {
    /// What is written at `at` in a field of this name, checked.
    pub(super) fn check(
        self,
        field: &str,
        has_success: bool,
        at: &Path,
    ) -> Result<Solved, Diagnostic> {
        match self {
            Self::Return(mean) => Ok(Solved::Return(mean)),
            Self::Success(_) if !has_success => Err(Diagnostic::new(
                at.clone(),
                format!("`{field}` counts successes, but the task has no `success`"),
            )
            .help(format!(
                "add `success: Within(point: .., distance: ..)`, or use `{field}: Return(..)`"
            ))),
            Self::Success(share) if share > 0.0 && share <= 1.0 => Ok(Solved::Success(share)),
            Self::Success(_) => Err(Diagnostic::new(
                at.nth(0),
                "a share of successes must be above 0 and at most 1",
            )
            .help("0.95 means 95 % of the episodes")),
        }
    }
}

/// As written. The values of a level are read where they have been put.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename = "Curriculum")]
pub(crate) struct CurriculumWritten {
    pass: SolvedWritten,
    #[serde(default = "two_hundred")]
    episodes: u32,
    /// What is other at each level, the first one first, as values by path.
    pub(crate) levels: Vec<Entries<IgnoredAny>>,
}

fn two_hundred() -> u32 {
    200
}

impl CurriculumWritten {
    /// What is written at `at`, checked.
    pub(super) fn check(&self, has_success: bool, at: &Path) -> Result<Curriculum, Diagnostic> {
        if !(1..=MAX_EPISODES).contains(&self.episodes) {
            return Err(
                Diagnostic::new(at.field("episodes"), "`episodes` is out of its range")
                    .help(format!("use 1 to {MAX_EPISODES} episodes")),
            );
        }
        Ok(Curriculum {
            pass: self.pass.check("pass", has_success, &at.field("pass"))?,
            episodes: self.episodes as usize,
            levels: self.levels.len() as u32,
        })
    }
}
