//! Evaluation of a policy: fresh episodes with the mean action.

use serde::Serialize;
use std::ops::Range;
use std::sync::Arc;

use super::Trainer;
use crate::checkpoint::policy_file;
use crate::metrics::{Metric, Row};
use crate::pod::guarded::GuardedPod;
use crate::pod::{CrashedEpisode, Decider, Environment, FinishedEpisode, Level, PodError, Purpose};
use crate::policy::Policy;
use crate::seed::Seed;
use crate::step::curriculum::Solved;
use crate::worker_pool::WorkerPool;

/// Most environments in one pod of an evaluation.
const MOST_AT_ONCE: u64 = 128;
/// Episodes of an evaluation.
pub const EVALUATION_EPISODES: u64 = 200;

/// The result of an evaluation, as `eval --json` prints it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// Number of episodes.
    pub episodes: u64,
    /// Share of successes; `None` for a task without a success condition.
    pub success: Option<f64>,
    /// Mean undiscounted return.
    pub return_mean: f64,
    /// Standard deviation of the return.
    pub return_std: f64,
    /// Mean length (control steps).
    pub length_mean: f64,
    /// Episodes in which the environment broke. Breaking it must not be rewarded: these episodes are no successes, are excluded
    /// from the means, and keep the task from counting as solved.
    #[serde(skip)]
    pub crashes: Vec<CrashedEpisode>,
}

impl Evaluation {
    fn of(episodes: &[FinishedEpisode]) -> Self {
        let sound = || episodes.iter().filter(|episode| episode.crash.is_none());
        let mean = |value: &dyn Fn(&FinishedEpisode) -> f64| {
            sound().map(value).sum::<f64>() / sound().count() as f64
        };
        let return_mean = mean(&|episode| episode.total_reward);
        let variance = mean(&|episode| (episode.total_reward - return_mean).powi(2));
        let knows_success = episodes.iter().any(|episode| episode.success.is_some());
        let successes = sound().filter(|e| e.success == Some(true)).count();
        Self {
            episodes: episodes.len() as u64,
            success: knows_success.then(|| successes as f64 / episodes.len() as f64),
            return_mean,
            return_std: variance.sqrt(),
            length_mean: mean(&|episode| f64::from(episode.length)),
            crashes: episodes
                .iter()
                .filter_map(|episode| episode.crash.as_deref().cloned())
                .collect(),
        }
    }

    /// Whether the task counts as solved.
    pub fn meets(&self, solved: &Solved) -> bool {
        solved.is_met_by(self.success, self.return_mean) && self.crashes.is_empty()
    }
}

/// Plays the episodes with these numbers. `None` if the pool was asked to stop.
///
/// # Errors
/// The environment cannot be built.
pub fn evaluate(
    environment: &Arc<dyn Environment>,
    policy: &Arc<Policy>,
    seed: Seed,
    purpose: Purpose,
    episodes: Range<u64>,
    pool: &WorkerPool,
) -> Result<Option<Evaluation>, PodError> {
    // As many pods as workers, or more, to bound the memory of each.
    let least = (episodes.end - episodes.start).div_ceil(MOST_AT_ONCE);
    let threads = pool.threads() as u64;
    let mut parts: Vec<_> = split(episodes, least.next_multiple_of(threads).max(threads))
        .map(|range| (range, Ok(Vec::new())))
        .collect();
    pool.for_each(&mut parts, |(range, finished)| {
        let stop = || pool.is_stopping();
        if !stop() {
            let decider = Decider::Mean(policy.clone());
            *finished = GuardedPod::new(environment, seed, purpose, range.clone())
                .and_then(|mut pod| pod.play_one_episode_each(&decider, &stop));
        }
    });
    let mut all = Vec::new();
    for (_, finished) in parts {
        all.append(&mut finished?);
    }
    Ok((!pool.is_stopping() && !all.is_empty()).then(|| Evaluation::of(&all)))
}

impl Trainer {
    /// Evaluates the policy when recent training episodes approach the threshold, at a limited rate. False if it was interrupted.
    pub(super) fn evaluate_if_near(&mut self, row: &mut Row) -> bool {
        let unsolved = self.progress.solved_step().is_none();
        let at_the_task = (self.task.curriculum.as_ref())
            .is_none_or(|curriculum| self.progress.level() >= Level(curriculum.levels));
        let Some(solved) = self.task.solved.filter(|_| unsolved && at_the_task) else {
            return true;
        };
        let evaluations = self.job.learner.settings().evaluations();
        if !self.progress.is_evaluation_due(&solved, evaluations.after) {
            return true;
        }
        let policy = self.learner.policy();
        let first = self.progress.take_evaluation_episodes(EVALUATION_EPISODES);
        let Some(evaluation) = self.evaluate(&policy, first) else {
            return self.failure.is_none() && !self.pool.is_stopping();
        };
        self.progress.next_evaluation_in(evaluations.every);
        row.set(Metric::EvaluationReturn, evaluation.return_mean);
        if let Some(success) = evaluation.success {
            row.set(Metric::EvaluationSuccess, success);
        }
        if evaluation.meets(&solved) {
            self.progress.note_solved();
            self.clock.solved_s = Some(self.wall_s());
            self.best = Some(policy_file::to_bytes(&policy));
            self.writer.save_soon();
        }
        true
    }

    /// Evaluates the mean action in fresh episodes from number `first` on; `None` if it was interrupted.
    pub(super) fn evaluate(&mut self, policy: &Arc<Policy>, first: u64) -> Option<Evaluation> {
        let evaluated = evaluate(
            &self.task.environment,
            policy,
            self.job.seed,
            Purpose::Evaluation,
            first..first + EVALUATION_EPISODES,
            &self.pool,
        );
        match evaluated {
            Ok(evaluation) => {
                for crash in evaluation.iter().flat_map(|evaluation| &evaluation.crashes) {
                    self.writer.save_crash_record(crash);
                }
                evaluation
            }
            Err(error) => {
                self.give_up(error.to_string());
                None
            }
        }
    }
}

/// Cuts a range into at most `parts` pieces of nearly equal size.
pub(crate) fn split(range: Range<u64>, parts: u64) -> impl Iterator<Item = Range<u64>> {
    let count = range.end - range.start;
    let parts = parts.clamp(1, count.max(1));
    (0..parts).map(move |i| range.start + count * i / parts..range.start + count * (i + 1) / parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn episode(total_reward: f64, success: bool) -> FinishedEpisode {
        FinishedEpisode {
            environment: 0,
            level: 0,
            at: 0,
            length: 10,
            total_reward,
            success: Some(success),
            crash: None,
        }
    }

    #[test]
    fn means_by_hand() {
        let evaluation = Evaluation::of(&[episode(1.0, true), episode(3.0, false)]);
        assert_eq!(evaluation.success, Some(0.5));
        assert_eq!((evaluation.return_mean, evaluation.return_std), (2.0, 1.0));
        assert!(
            evaluation.meets(&Solved::Success(0.5)) && !evaluation.meets(&Solved::Success(0.75))
        );
        let fours = [true, true, true, true, false].map(|success| episode(0.0, success));
        assert!(Evaluation::of(&fours).meets(&Solved::Success(0.8)));
        let mut broken = episode(3.0, true);
        broken.crash = Some(Box::new(CrashedEpisode {
            purpose: Purpose::Evaluation,
            environment: 0,
            episode: 1,
            level: 0,
            actions: vec![0.0],
            reason: "test".to_owned(),
        }));
        let with_a_broken_one = Evaluation::of(&[episode(3.0, true), broken]);
        assert!(!with_a_broken_one.meets(&Solved::Return(2.0)));
        assert_eq!(with_a_broken_one.success, Some(0.5));
        assert!(evaluation.meets(&Solved::Return(2.0)) && !evaluation.meets(&Solved::Return(2.5)));
    }

    #[test]
    fn a_range_is_cut_without_gaps() {
        let parts: Vec<_> = split(10..20, 3).collect();
        assert_eq!(parts, [10..13, 13..16, 16..20]);
        assert_eq!(split(0..2, 8).count(), 2);
    }
}
