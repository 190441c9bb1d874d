//! When a task is learnt: the bound that evaluations are held to, and the levels before the task itself.

use serde::Serialize;

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
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
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
}
