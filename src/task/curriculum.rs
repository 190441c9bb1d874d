//! When a task counts as solved, and when a level of its curriculum does.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::scene::error::Diagnostic;
use crate::scene::file::Entries;
use crate::scene::locate::Path;

/// Episodes that a level of a curriculum may ask for.
const MAX_EPISODES: u32 = 10_000;

/// When a level of a task has been learnt and the next one begins.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Curriculum {
    /// What the last episodes of the level must show, as they were played in training.
    pub pass: Solved,
    /// How many of them, 1 or more.
    pub episodes: usize,
    /// Levels before the last, which is the task itself; 1 or more.
    pub levels: u32,
}

/// When the task counts as solved, over evaluation episodes with the mean action.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Solved {
    /// At least this share of the episodes are successes, above 0 and at most 1.
    Success(f32),
    /// The mean return is at least this.
    Return(f32),
}

impl Solved {
    /// Whether evaluation episodes with this share of successes and this mean return are good enough.
    pub fn is_met_by(&self, success: Option<f64>, return_mean: f64) -> bool {
        match *self {
            // Compared as the file's numbers are kept: 160 of 200 are 0.8.
            Self::Success(share) => success.is_some_and(|success| success as f32 >= share),
            Self::Return(least) => return_mean >= f64::from(least),
        }
    }

    /// What is written at `at` in a field of this name, checked.
    pub(super) fn check(
        self,
        field: &str,
        has_success: bool,
        at: &Path,
    ) -> Result<Self, Diagnostic> {
        match self {
            Self::Return(_) => Ok(self),
            Self::Success(_) if !has_success => Err(Diagnostic::new(
                at.clone(),
                format!("`{field}` counts successes, but the task has no `success`"),
            )
            .help(format!(
                "add `success: Within(point: .., distance: ..)`, or use `{field}: Return(..)`"
            ))),
            Self::Success(share) if share > 0.0 && share <= 1.0 => Ok(self),
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
    pass: Solved,
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
                    .help(format!("1 to {MAX_EPISODES} episodes")),
            );
        }
        Ok(Curriculum {
            pass: self.pass.check("pass", has_success, &at.field("pass"))?,
            episodes: self.episodes as usize,
            levels: self.levels.len() as u32,
        })
    }
}
