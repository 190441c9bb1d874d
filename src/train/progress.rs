//! Progress of a run: counters and recent episodes. They are part of the state, so they contain no wall-clock time.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

use crate::metrics::{Metric, Row};
use crate::pod::{FinishedEpisode, Level};
use crate::step::curriculum::{Curriculum, Solved};

/// Episodes in the averages of the training curves.
const RECENT: usize = 200;
/// Most episodes of a level that a state may hold, far above what scenes allow.
const MOST_OF_LEVEL: usize = 1 << 20;
/// How far below its threshold the training success rate may be for an evaluation to be due: exploration costs
/// some successes that the mean action has.
const SUCCESS_REACH: f64 = 0.05;
/// The same for a return, as a share of its threshold or of the returns' spread, whichever is larger.
const RETURN_REACH: f64 = 0.15;

/// Counters of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    iteration: u64,
    steps: u64,
    episodes: u64,
    broken: u64,
    recent: VecDeque<Recent>,
    /// Evaluation episodes played: the number of the next one.
    evaluation_episodes: u64,
    next_evaluation: u64,
    solved_step: Option<u64>,
    /// The current level of the curriculum and its recent episodes, for tasks that have one.
    level: u32,
    of_level: VecDeque<Recent>,
    /// The metrics of an iteration that has not been evaluated and logged yet.
    unreported: Option<Row>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Recent {
    total_reward: f64,
    length: u32,
    success: Option<bool>,
}

impl Recent {
    fn of(episode: &FinishedEpisode) -> Self {
        Self {
            total_reward: episode.total_reward,
            length: episode.length,
            success: episode.success,
        }
    }
}

impl Progress {
    /// Iterations (rollouts learnt from).
    pub fn iteration(&self) -> u64 {
        self.iteration
    }

    /// Control steps over all environments.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// When the scene was solved (control steps).
    pub fn solved_step(&self) -> Option<u64> {
        self.solved_step
    }

    /// Counts a rollout.
    pub fn count(&mut self, steps: u64, finished: &[FinishedEpisode]) {
        self.iteration += 1;
        self.steps += steps;
        for episode in finished {
            if episode.crash.is_some() {
                self.broken += 1;
                continue;
            }
            self.episodes += 1;
            if self.recent.len() == RECENT {
                self.recent.pop_front();
            }
            self.recent.push_back(Recent::of(episode));
        }
    }

    /// Advances to the next level of a curriculum if the recent episodes of this one pass. Call once per rollout.
    pub fn advance_level(&mut self, curriculum: &Curriculum, finished: &[FinishedEpisode]) {
        let sound = finished.iter().filter(|episode| episode.crash.is_none());
        for episode in sound.filter(|episode| episode.level == self.level) {
            self.of_level.push_back(Recent::of(episode));
        }
        let older = self.of_level.len().saturating_sub(curriculum.episodes);
        self.of_level.drain(..older);
        let last = || self.of_level.iter();
        if self.level < curriculum.levels
            && self.of_level.len() == curriculum.episodes
            && (curriculum.pass)
                .is_met_by(success(last()), mean(last(), |recent| recent.total_reward))
        {
            self.level += 1;
            self.of_level.clear();
        }
    }

    /// A new version of the scene, with `levels` levels before the last, takes effect: recent episodes and `solved_step` are reset.
    /// The level stays, if the new version has it.
    pub fn begin_version(&mut self, levels: u32) {
        self.level = self.level.min(levels);
        self.recent.clear();
        self.of_level.clear();
        self.solved_step = None;
    }

    /// Which level of the curriculum episodes begin at, from 0.
    pub fn level(&self) -> Level {
        Level(self.level)
    }

    /// Whether the last `episodes` episodes approach the threshold and the last evaluation was long enough ago.
    pub fn is_evaluation_due(&self, solved: &Solved, episodes: usize) -> bool {
        let episodes = episodes.min(RECENT);
        if self.recent.len() < episodes || self.steps < self.next_evaluation {
            return false;
        }
        let last = || self.last(episodes);
        match *solved {
            Solved::Success(share) => {
                success(last()).is_some_and(|found| found >= f64::from(share) - SUCCESS_REACH)
            }
            Solved::Return(least) => {
                let least = f64::from(least);
                let mean_return = mean(last(), |recent| recent.total_reward);
                let variance = mean(last(), |recent| (recent.total_reward - mean_return).powi(2));
                mean_return >= least - RETURN_REACH * least.abs().max(variance.sqrt())
            }
        }
    }

    /// The last `episodes` episodes, the oldest first.
    fn last(&self, episodes: usize) -> impl ExactSizeIterator<Item = &Recent> + Clone {
        let older = self.recent.len().saturating_sub(episodes);
        self.recent.iter().skip(older)
    }

    /// No further evaluation for this many steps.
    pub fn next_evaluation_in(&mut self, steps: u64) {
        self.next_evaluation = self.steps + steps;
    }

    /// Reserves numbers of evaluation episodes, so that each is played once, and returns the first.
    pub fn take_evaluation_episodes(&mut self, count: u64) -> u64 {
        let first = self.evaluation_episodes;
        self.evaluation_episodes += count;
        first
    }

    /// Notes that the scene is solved at the current step.
    pub fn note_solved(&mut self) {
        self.solved_step = Some(self.steps);
    }

    /// Adds the counters and the means of the last episodes to a row.
    pub fn report(&self, row: &mut Row) {
        row.set(Metric::Iteration, self.iteration as f64);
        row.set(Metric::Steps, self.steps as f64);
        row.set(Metric::Episodes, self.episodes as f64);
        row.set(Metric::Broken, self.broken as f64);
        if !self.recent.is_empty() {
            let recent = || self.recent.iter();
            row.set(Metric::Return, mean(recent(), |recent| recent.total_reward));
            row.set(
                Metric::Length,
                mean(recent(), |recent| f64::from(recent.length)),
            );
        }
        if let Some(success) = success(self.recent.iter()) {
            row.set(Metric::Success, success);
        }
    }

    /// Keeps the metrics of the iteration until it has been evaluated and logged.
    pub fn set_unreported(&mut self, row: Row) {
        self.unreported = Some(row);
    }

    /// Takes the metrics of an iteration that has not been evaluated and logged.
    pub fn take_unreported(&mut self) -> Option<Row> {
        self.unreported.take()
    }

    /// Serialises everything.
    pub fn save(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("plain data serialises to memory")
    }

    /// What [`Progress::save`] wrote.
    ///
    /// # Errors
    /// The bytes are malformed.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let (progress, rest): (Self, _) =
            postcard::take_from_bytes(bytes).map_err(|error| format!("the counters: {error}"))?;
        if rest.is_empty() && progress.is_sound() {
            Ok(progress)
        } else {
            Err("the counters are inconsistent".to_owned())
        }
    }

    fn is_sound(&self) -> bool {
        let counters = [
            self.iteration,
            self.steps,
            self.episodes,
            self.broken,
            self.evaluation_episodes,
            self.next_evaluation,
            self.solved_step.unwrap_or_default(),
        ];
        counters.iter().all(|counter| *counter < u64::MAX / 4)
            && self.recent.len() <= RECENT
            && self.of_level.len() <= MOST_OF_LEVEL
            && (self.recent.iter())
                .chain(&self.of_level)
                .all(|recent| recent.total_reward.is_finite())
            && self.unreported.as_ref().is_none_or(Row::is_whole)
    }
}

/// The share of successes; `None` for a task without a success condition.
fn success<'a>(episodes: impl ExactSizeIterator<Item = &'a Recent> + Clone) -> Option<f64> {
    let knows = episodes.clone().any(|recent| recent.success.is_some());
    knows.then(|| mean(episodes, |recent| f64::from(recent.success == Some(true))))
}

fn mean<'a>(
    episodes: impl ExactSizeIterator<Item = &'a Recent>,
    value: impl Fn(&Recent) -> f64,
) -> f64 {
    let count = episodes.len() as f64;
    episodes.map(value).sum::<f64>() / count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pod::{CrashedEpisode, Purpose};

    fn episodes(count: usize, successes: usize) -> Vec<FinishedEpisode> {
        (0..count)
            .map(|i| FinishedEpisode {
                environment: i as u64,
                level: 0,
                at: 0,
                length: 1,
                total_reward: 0.0,
                success: Some(i < successes),
                crash: None,
            })
            .collect()
    }

    #[test]
    fn an_evaluation_waits_for_enough_episodes_success_and_steps() {
        let solved = Solved::Success(0.75);
        let mut progress = Progress::default();
        progress.count(1000, &episodes(199, 199));
        assert!(
            !progress.is_evaluation_due(&solved, 200),
            "too few episodes"
        );
        progress.count(1000, &episodes(200, 100));
        assert!(!progress.is_evaluation_due(&solved, 200), "half of them");
        progress.count(1000, &episodes(200, 150));
        assert!(progress.is_evaluation_due(&solved, 200));
        // The last 40 are all failures.
        assert!(!progress.is_evaluation_due(&solved, 40));
        progress.count(1000, &episodes(40, 30));
        assert!(progress.is_evaluation_due(&solved, 40));
        progress.next_evaluation_in(10);
        assert!(!progress.is_evaluation_due(&solved, 40), "just done");
    }

    #[test]
    fn broken_episodes_count_for_nothing_but_their_number() {
        let mut progress = Progress::default();
        let mut one = episodes(1, 1);
        one[0].crash = Some(Box::new(CrashedEpisode {
            purpose: Purpose::Training,
            environment: 0,
            episode: 1,
            level: 0,
            actions: Vec::new(),
            reason: String::new(),
        }));
        progress.count(1, &one);
        let mut row = Row::default();
        progress.report(&mut row);
        assert_eq!(row.get(Metric::Broken), Some(1.0));
        assert_eq!(row.get(Metric::Episodes), Some(0.0));
        assert_eq!(row.get(Metric::Return), None);
    }

    #[test]
    fn another_version_keeps_the_level_as_far_as_there_is_one() {
        let mut progress = Progress::default();
        progress.count(1000, &episodes(200, 200));
        (progress.level, progress.solved_step) = (3, Some(1000));
        progress.begin_version(5);
        assert_eq!((progress.level(), progress.solved_step()), (Level(3), None));
        progress.begin_version(2);
        assert_eq!(progress.level(), Level(2));
        let solved = Solved::Success(0.5);
        assert!(
            !progress.is_evaluation_due(&solved, 200),
            "no episode of this version has been played"
        );
    }
}
