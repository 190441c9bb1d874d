//! How good a policy is: fresh episodes with the mean action.

use serde::Serialize;
use std::ops::Range;
use std::sync::Arc;

use crate::pod::{Decider, Environment, FinishedEpisode, Pod, PodError, Purpose};
use crate::policy::Policy;
use crate::scene::task::Solved;
use crate::seed::Seed;
use crate::team::Team;

/// Environments of one pod of an evaluation.
const MOST_AT_ONCE: u64 = 128;
/// Episodes of an evaluation.
pub const EVALUATION_EPISODES: u64 = 200;

/// What evaluation episodes showed, as `eval --json` prints it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// How many were played.
    pub episodes: u64,
    /// Share of successes; none for tasks that do not know success.
    pub success: Option<f64>,
    /// Mean undiscounted return.
    pub return_mean: f64,
    /// Standard deviation of the return.
    pub return_std: f64,
    /// Mean length (control steps).
    pub length_mean: f64,
    /// Episodes in which the simulation broke. It must not pay to break it: with one, nothing is solved.
    #[serde(skip)]
    pub broken: u64,
}

impl Evaluation {
    fn of(episodes: &[FinishedEpisode]) -> Self {
        let mean = |value: &dyn Fn(&FinishedEpisode) -> f64| {
            episodes.iter().map(value).sum::<f64>() / episodes.len() as f64
        };
        let return_mean = mean(&|episode| episode.total_reward);
        let variance = mean(&|episode| (episode.total_reward - return_mean).powi(2));
        let knows_success = episodes.iter().any(|episode| episode.success.is_some());
        Self {
            episodes: episodes.len() as u64,
            success: knows_success
                .then(|| mean(&|episode| f64::from(episode.success == Some(true)))),
            return_mean,
            return_std: variance.sqrt(),
            length_mean: mean(&|episode| f64::from(episode.length)),
            broken: episodes.iter().filter(|episode| episode.broken).count() as u64,
        }
    }

    /// Whether this is good enough.
    pub fn meets(&self, solved: &Solved) -> bool {
        solved.is_met_by(self.success, self.return_mean) && self.broken == 0
    }
}

/// Plays fresh episodes of these numbers. None if the team was asked to stop.
///
/// # Errors
/// The environment's systems do not fit together.
pub fn evaluate(
    environment: &dyn Environment,
    policy: &Arc<Policy>,
    seed: Seed,
    purpose: Purpose,
    episodes: Range<u64>,
    team: &Team,
) -> Result<Option<Evaluation>, PodError> {
    // As many pods as members, but none so large that many episodes need much memory at once.
    let least = (episodes.end - episodes.start).div_ceil(MOST_AT_ONCE);
    let threads = team.threads() as u64;
    let mut parts: Vec<_> = split(episodes, least.next_multiple_of(threads).max(threads))
        .map(|range| (range, Ok(Vec::new())))
        .collect();
    team.for_each(&mut parts, |(range, finished)| {
        let stop = || team.is_stopping();
        if !stop() {
            *finished = Pod::new(environment, seed, purpose, range.clone())
                .map(|mut pod| pod.play_one_episode_each(Decider::Mean(policy.clone()), &stop));
        }
    });
    let mut all = Vec::new();
    for (_, finished) in parts {
        all.append(&mut finished?);
    }
    Ok((!team.is_stopping() && !all.is_empty()).then(|| Evaluation::of(&all)))
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
            at: 0,
            length: 10,
            total_reward,
            success: Some(success),
            broken: false,
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
        broken.broken = true;
        assert!(!Evaluation::of(&[broken]).meets(&Solved::Return(2.0)));
        assert!(evaluation.meets(&Solved::Return(2.0)) && !evaluation.meets(&Solved::Return(2.5)));
    }

    #[test]
    fn a_range_is_cut_without_gaps() {
        let parts: Vec<_> = split(10..20, 3).collect();
        assert_eq!(parts, [10..13, 13..16, 16..20]);
        assert_eq!(split(0..2, 8).count(), 2);
    }
}
