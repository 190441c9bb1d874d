//! How good a policy is: fresh episodes with the mean action.

use serde::Serialize;
use std::ops::Range;
use std::sync::Arc;

use crate::pod::{Decider, Environment, FinishedEpisode, Pod, PodError, Purpose};
use crate::policy::Policy;
use crate::scene::task::Solved;
use crate::seed::Seed;
use crate::team::Team;

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
        }
    }

    /// Whether this is good enough.
    pub fn meets(&self, solved: &Solved) -> bool {
        match *solved {
            Solved::Success(share) => self.success.is_some_and(|s| s >= f64::from(share)),
            Solved::Return(least) => self.return_mean >= f64::from(least),
        }
    }
}

/// Plays the evaluation episodes of these numbers. None if the team was asked to stop. A broken episode is a failure.
///
/// # Errors
/// The environment's systems do not fit together.
pub fn evaluate(
    environment: &dyn Environment,
    policy: &Arc<Policy>,
    seed: Seed,
    episodes: Range<u64>,
    team: &Team,
) -> Result<Option<Evaluation>, PodError> {
    // Small pods, so that members who are done early find more to do.
    let parts = (4 * team.threads() as u64).max(episodes.end.saturating_sub(episodes.start) / 64);
    let mut pods = split(episodes, parts)
        .map(|range| {
            Ok((
                Pod::new(environment, seed, Purpose::Evaluation, range)?,
                Vec::new(),
            ))
        })
        .collect::<Result<Vec<_>, PodError>>()?;
    team.for_each(&mut pods, |(pod, finished)| {
        *finished =
            pod.play_one_episode_each(Decider::Mean(policy.clone()), &|| team.is_stopping());
    });
    let finished: Vec<FinishedEpisode> = pods
        .into_iter()
        .flat_map(|(_, finished)| finished)
        .collect();
    Ok((!team.is_stopping() && !finished.is_empty()).then(|| Evaluation::of(&finished)))
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
        assert!(evaluation.meets(&Solved::Return(2.0)) && !evaluation.meets(&Solved::Return(2.5)));
    }

    #[test]
    fn a_range_is_cut_without_gaps() {
        let parts: Vec<_> = split(10..20, 3).collect();
        assert_eq!(parts, [10..13, 13..16, 16..20]);
        assert_eq!(split(0..2, 8).count(), 2);
    }
}
