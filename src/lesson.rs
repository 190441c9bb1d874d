//! Lessons: from the policy gradient to the algorithms that train robots, in steps small enough to follow with a pencil.
//!
//! | lesson | file | what it shows |
//! |---|---|---|
//! | `softmax` | [`softmax`] | one step of REINFORCE as arithmetic, then a whole run on a two-armed bandit |
//! | `rock-paper-scissors` | [`rock_paper_scissors`] | self-play circles around the equilibrium, its average converges; a greedy player is exploited |
//! | `variance` | [`variance`] | the variance of three estimates of the same policy gradient |
//! | `ladder` | [`ladder`] | REINFORCE, A2C, PPO and SAC on one robot, with the same seeds |
//!
//! A lesson computes with the code that trains, and outputs text and JSON. A new one is a file with a type that implements
//! `Display` and `Serialize`, and an entry in [`LESSONS`].

pub mod ladder;
pub mod rock_paper_scissors;
mod settings;
pub mod softmax;
mod text;
pub mod variance;

pub use settings::LessonSettings;

use serde::Serialize;
use std::fmt::Display;

use crate::compare::chart::Chart;
use crate::train::TrainError;
use variance::Plan;

/// A lesson.
pub struct Lesson {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it shows, in a phrase.
    pub about: &'static str,
    /// Computes it.
    pub run: fn(&LessonSettings) -> Result<LessonOutput, TrainError>,
}

/// The output of a lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct LessonOutput {
    /// Text for people; ends with a line break.
    pub text: String,
    /// All numbers, also those that the text leaves out, as one JSON object.
    pub json: String,
    /// The numbers as a chart, for lessons that have one.
    pub picture: Option<Chart>,
}

/// All lessons, the simplest first.
pub const LESSONS: [Lesson; 4] = [
    Lesson {
        name: "softmax",
        about: "one step of REINFORCE as arithmetic, then a whole run on a two-armed bandit",
        run: |settings| Ok(output(&softmax::Softmax::new(settings.seed))),
    },
    Lesson {
        name: "rock-paper-scissors",
        about: "self-play: policies circle around the equilibrium, their average converges to it, and a greedy player is exploited",
        run: |settings| {
            let lesson = rock_paper_scissors::RockPaperScissors::new(settings.seed);
            Ok(output(&lesson))
        },
    },
    Lesson {
        name: "variance",
        about: "the variance of the policy gradient of a robot: rewards-to-go, with a baseline, with a critic",
        run: |settings| {
            let lesson = variance::Variance::measure(&Plan::lesson(), settings)?;
            Ok(LessonOutput {
                picture: Some(lesson.picture()),
                ..output(&lesson)
            })
        },
    },
    Lesson {
        name: "ladder",
        about: "REINFORCE, A2C, PPO and SAC on one robot with the same seeds: what each one adds",
        run: |settings| {
            let lesson = ladder::Ladder::climb(&ladder::RUNGS, ladder::SEEDS, settings)?;
            Ok(LessonOutput {
                picture: Some(lesson.picture()),
                ..output(&lesson)
            })
        },
    },
];

/// The lesson of this name.
pub fn find(name: &str) -> Option<&'static Lesson> {
    LESSONS.iter().find(|lesson| lesson.name == name)
}

fn output(lesson: &(impl Display + Serialize)) -> LessonOutput {
    LessonOutput {
        text: lesson.to_string(),
        json: serde_json::to_string(lesson).expect("plain data is JSON"),
        picture: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
