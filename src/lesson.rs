//! Lessons: the way from the policy gradient to what trains robots, in steps small enough to be followed with a pencil.
//!
//! | lesson | file | what it shows |
//! |---|---|---|
//! | `softmax` | [`softmax`] | one step of the policy gradient as arithmetic, and then as many as it takes |
//! | `rock-paper-scissors` | [`rock_paper_scissors`] | two learners circle, their average does not; whoever is greedy is read like a book |
//! | `variance` | [`variance`] | the same gradient from the same rollouts, estimated in three ways: how much noise each one has |
//! | `ladder` | [`ladder`] | REINFORCE, A2C, PPO and SAC on one robot, with the same seeds |
//!
//! A lesson computes with the code that trains, and tells what it found as text and as numbers. One more is a file with a type
//! that has both, and a row in [`LESSONS`].

pub mod ladder;
pub mod rock_paper_scissors;
pub mod softmax;
pub mod variance;

use serde::Serialize;
use std::fmt::Display;
use std::sync::Arc;

use crate::compare::picture::Chart;
use crate::scene::{Scene, SceneError};
use crate::seed::Seed;
use crate::train::{Job, TrainError};
use variance::Plan;

/// A lesson that can be asked for.
pub struct Lesson {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it shows, in a phrase.
    pub about: &'static str,
    /// Gives it.
    pub tell: fn(&Terms) -> Result<Told, TrainError>,
}

/// What is left open in a lesson.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Where all randomness comes from.
    pub seed: Seed,
    /// Threads to use; what is told does not depend on it.
    pub threads: usize,
}

/// What a lesson tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// To be read; ends with a line break.
    pub text: String,
    /// The numbers in it, and those left out, as one JSON object.
    pub json: String,
    /// The same as a picture, of lessons that have one.
    pub picture: Option<Chart>,
}

/// All lessons, the simplest first.
pub const LESSONS: [Lesson; 4] = [
    Lesson {
        name: "softmax",
        about: "one step of REINFORCE as arithmetic, and then as many as a two-armed bandit takes",
        tell: |terms| Ok(told(&softmax::Softmax::new(terms.seed))),
    },
    Lesson {
        name: "rock-paper-scissors",
        about: "self-play: policies circle, their average finds the balance, and a greedy player is read like a book",
        tell: |terms| {
            let lesson = rock_paper_scissors::RockPaperScissors::new(terms.seed);
            Ok(told(&lesson))
        },
    },
    Lesson {
        name: "variance",
        about: "how noisy the policy gradient of a robot is: rewards to go, less a baseline, and with a critic",
        tell: |terms| {
            let lesson = variance::Variance::measure(&Plan::lesson(), terms)?;
            Ok(Told {
                picture: Some(lesson.picture()),
                ..told(&lesson)
            })
        },
    },
    Lesson {
        name: "ladder",
        about: "REINFORCE, A2C, PPO and SAC on one robot with the same seeds: what each rung adds",
        tell: |terms| {
            let lesson = ladder::Ladder::climb(&ladder::RUNGS, ladder::SEEDS, terms)?;
            Ok(Told {
                picture: Some(lesson.picture()),
                ..told(&lesson)
            })
        },
    },
];

/// The lesson of this name.
pub fn find(name: &str) -> Option<&'static Lesson> {
    LESSONS.iter().find(|lesson| lesson.name == name)
}

/// A training of so many steps, on one thread.
fn job(scene: &Arc<Scene>, learner: &str, steps: u64, seed: u64) -> Result<Job, SceneError> {
    let job = Job::new(scene, Some(learner), seed)?;
    Ok(Job {
        learner: job.learner.with_steps(steps),
        // Asking whether it is solved would only take time.
        solved: None,
        threads: 1,
        ..job
    })
}

fn told(lesson: &(impl Display + Serialize)) -> Told {
    Told {
        text: lesson.to_string(),
        json: serde_json::to_string(lesson).expect("plain data is JSON"),
        picture: None,
    }
}

/// Rows below their heads, each column as wide as its widest cell, numbers under one another.
fn table<const COLUMNS: usize>(
    heads: [&str; COLUMNS],
    rows: impl IntoIterator<Item = [String; COLUMNS]>,
) -> String {
    let heads = heads.map(str::to_owned);
    let rows: Vec<_> = std::iter::once(heads).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max();
    let widths: Vec<usize> = (0..COLUMNS).filter_map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(&widths);
        let cells = cells.map(|(cell, &width)| format!("{cell:>width$}"));
        text += cells.collect::<Vec<_>>().join("  ").trim_end();
        text.push('\n');
    }
    text
}

/// With at most four decimals, none of them for nothing.
fn short(x: f32) -> String {
    let rounded = (f64::from(x) * 1e4).round() / 1e4;
    // Without the sign of a negative zero.
    format!("{}", rounded + 0.0)
}

/// `(0.5, -0.5)`.
fn vector(numbers: &[f32]) -> String {
    let numbers: Vec<String> = numbers.iter().map(|&x| short(x)).collect();
    format!("({})", numbers.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_decimals_for_nothing() {
        assert_eq!(
            vector(&[0.1, -0.5, 0.549_834, -0.000_01]),
            "(0.1, -0.5, 0.5498, 0)"
        );
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["1", "0.5"], ["100", "2"]].map(|row| row.map(str::to_owned));
        assert_eq!(
            table(["step", "pi"], rows),
            "step   pi\n   1  0.5\n 100    2\n"
        );
    }

    #[test]
    fn every_lesson_is_found_by_its_name() {
        for lesson in &LESSONS {
            assert_eq!(
                find(lesson.name).map(|found| found.about),
                Some(lesson.about)
            );
        }
        assert!(find("algebra").is_none());
    }
}
