//! Statistics of the rollouts of the scripted policies.

use super::scripted_policy::ScriptedPolicy;
use crate::pod::scene::spaces;
use crate::scene::Scene;

/// Fewer steps say nothing about rewards and observations.
pub(super) const ENOUGH_STEPS: u64 = 200;
/// Fewer episodes say nothing about how episodes go.
pub(super) const ENOUGH_EPISODES: usize = 8;
/// A number whose range is smaller than this fraction of its magnitude (or of 1) is constant.
pub(super) const CONSTANT: f64 = 1e-6;

/// Statistics of the rollouts of all scripted policies.
pub struct Evidence {
    /// In the order of [`ScriptedPolicy::ALL`].
    pub by_policy: Vec<PolicyEvidence>,
    /// Per entry of the observation, over all policies.
    pub observation: Vec<RunningStatistics>,
    /// A sample of the observations at equal intervals, `[rows, O]`.
    pub(super) rows: Vec<f32>,
    /// Control steps per second on one thread. The only number here that differs between two checks of a scene.
    pub steps_per_s: f64,
}

/// Statistics of the rollouts of one scripted policy.
pub struct PolicyEvidence {
    /// The policy.
    pub policy: ScriptedPolicy,
    /// Control steps that did not break, over all environments.
    pub steps: u64,
    /// Finished episodes.
    pub episodes: Vec<EpisodeSummary>,
    /// Reward per step.
    pub reward: RunningStatistics,
    /// Reward per step of each reward term, weight included.
    pub terms: Vec<RunningStatistics>,
    /// Per motor, the settled steps in which the commanded torque was at or above its limit.
    pub(super) saturated: Vec<u64>,
    /// Steps after the robot had time to settle.
    pub(super) settled: u64,
}

/// A finished episode.
#[derive(Clone, Debug, PartialEq)]
pub struct EpisodeSummary {
    /// Control steps.
    pub length: u32,
    /// Undiscounted return.
    pub total_reward: f64,
    /// Whether it was a success; `None` for tasks without a success condition.
    pub success: Option<bool>,
    /// How it ended.
    pub end: EpisodeEnd,
}

/// How an episode ended.
#[derive(Clone, Debug, PartialEq)]
pub enum EpisodeEnd {
    /// Terminated by this end condition of the task.
    Condition(usize),
    /// Truncated at the time limit.
    TimeLimit,
    /// The environment broke, with the reason.
    Broken(String),
}

impl PolicyEvidence {
    pub(super) fn new(policy: ScriptedPolicy, terms: usize, motors: usize) -> Self {
        Self {
            policy,
            steps: 0,
            episodes: Vec::new(),
            reward: RunningStatistics::default(),
            terms: vec![RunningStatistics::default(); terms],
            saturated: vec![0; motors],
            settled: 0,
        }
    }

    /// The episodes that did not break.
    pub fn unbroken(&self) -> impl Iterator<Item = &EpisodeSummary> + Clone {
        let is_broken = |episode: &&EpisodeSummary| matches!(episode.end, EpisodeEnd::Broken(_));
        self.episodes
            .iter()
            .filter(move |episode| !is_broken(episode))
    }

    /// Mean return of the unbroken episodes; `None` without any.
    pub fn return_mean(&self) -> Option<f64> {
        mean(self.unbroken().map(|episode| episode.total_reward))
    }

    /// Mean length of the unbroken episodes (control steps).
    pub fn length_mean(&self) -> Option<f64> {
        mean(self.unbroken().map(|episode| f64::from(episode.length)))
    }

    /// Success rate of the unbroken episodes.
    pub fn success(&self) -> Option<f64> {
        let successes = self.unbroken().filter_map(|episode| episode.success);
        mean(successes.map(|success| f64::from(u8::from(success))))
    }
}

impl Evidence {
    /// Without any rollout.
    pub(super) fn empty(scene: &Scene) -> Self {
        Self {
            by_policy: Vec::new(),
            observation: vec![RunningStatistics::default(); spaces(scene).observations()],
            rows: Vec::new(),
            steps_per_s: 0.0,
        }
    }

    /// Control steps over all policies.
    pub fn steps(&self) -> u64 {
        self.by_policy.iter().map(|evidence| evidence.steps).sum()
    }

    /// The unbroken episodes of all policies.
    pub(super) fn unbroken(&self) -> impl Iterator<Item = &EpisodeSummary> + Clone {
        self.by_policy.iter().flat_map(PolicyEvidence::unbroken)
    }

    /// Reward per step of each reward term, over all policies.
    pub(super) fn terms(&self) -> Vec<RunningStatistics> {
        let terms = self.by_policy.first().map_or(0, |first| first.terms.len());
        let over_all = |term: usize| {
            let each = self.by_policy.iter().map(|evidence| &evidence.terms[term]);
            each.fold(RunningStatistics::default(), |all, one| all.merged(one))
        };
        (0..terms).map(over_all).collect()
    }

    /// The share of each reward term in the absolute reward of all terms; `None` where that is 0.
    pub fn shares(&self) -> Option<Vec<f64>> {
        shares(&self.terms())
    }
}

/// The share of each term in the sum of absolute values over all terms.
pub(super) fn shares(terms: &[RunningStatistics]) -> Option<Vec<f64>> {
    let all: f64 = terms.iter().map(|term| term.absolute_sum).sum();
    (all > 0.0).then(|| terms.iter().map(|term| term.absolute_sum / all).collect())
}

/// Statistics of a number, updated one value at a time (Welford's algorithm).
#[derive(Clone, Debug, PartialEq)]
pub struct RunningStatistics {
    count: f64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Mean.
    pub mean: f64,
    /// Sum of squared differences from the mean.
    squares: f64,
    /// Sum of absolute values.
    absolute_sum: f64,
}

impl Default for RunningStatistics {
    fn default() -> Self {
        Self {
            count: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            mean: 0.0,
            squares: 0.0,
            absolute_sum: 0.0,
        }
    }
}

impl RunningStatistics {
    /// Adds a value.
    pub(super) fn add(&mut self, x: f32) {
        let x = f64::from(x);
        self.count += 1.0;
        let before = x - self.mean;
        self.mean += before / self.count;
        self.squares += before * (x - self.mean);
        self.min = self.min.min(x);
        self.max = self.max.max(x);
        self.absolute_sum += x.abs();
    }

    /// The statistics of the values of both.
    fn merged(&self, other: &Self) -> Self {
        let count = self.count + other.count;
        if count == 0.0 {
            return Self::default();
        }
        let difference = other.mean - self.mean;
        Self {
            count,
            min: self.min.min(other.min),
            max: self.max.max(other.max),
            mean: self.mean + difference * other.count / count,
            squares: self.squares
                + other.squares
                + difference * difference * self.count * other.count / count,
            absolute_sum: self.absolute_sum + other.absolute_sum,
        }
    }

    /// Standard deviation; 0 without values.
    pub fn std(&self) -> f64 {
        if self.count > 0.0 {
            (self.squares / self.count).sqrt()
        } else {
            0.0
        }
    }

    /// Mean absolute value.
    pub(super) fn absolute_mean(&self) -> f64 {
        self.absolute_sum / self.count.max(1.0)
    }

    /// Largest absolute value.
    pub(super) fn absolute_max(&self) -> f64 {
        self.min.abs().max(self.max.abs())
    }

    /// Whether all values were the same, up to [`CONSTANT`].
    pub(super) fn is_constant(&self) -> bool {
        self.max - self.min <= CONSTANT * self.absolute_max().max(1.0)
    }
}

pub(super) fn mean(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = numbers.fold((0.0, 0.0), |(count, sum), x| (count + 1.0, sum + x));
    (count > 0.0).then(|| sum / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statistics(numbers: &[f32]) -> RunningStatistics {
        let mut statistics = RunningStatistics::default();
        numbers.iter().for_each(|&x| statistics.add(x));
        statistics
    }

    #[test]
    fn statistics_by_hand() {
        // Mean 2; squares 4 + 0 + 4.
        let all = statistics(&[0.0, 2.0, 4.0]);
        assert_eq!(
            (all.min, all.max, all.mean, all.squares),
            (0.0, 4.0, 2.0, 8.0)
        );
        assert_eq!(statistics(&[-1.0, 1.0]).absolute_sum, 2.0);
        assert_eq!(statistics(&[-1.0, 1.0]).std(), 1.0);
        let both = statistics(&[0.0, 2.0]).merged(&statistics(&[4.0]));
        assert!((both.squares - 8.0).abs() < 1e-12 && (both.mean - 2.0).abs() < 1e-12);
        let one = RunningStatistics::default().merged(&statistics(&[3.0]));
        assert_eq!(one.mean, 3.0);
    }
}
