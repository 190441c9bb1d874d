//! Rollouts: what a group of environments did under one frozen policy.

use std::borrow::Cow;

use super::{Spaces, StepEnd};

/// `N` environments times `T` steps, environment by environment: sample `i = n T + t`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rollout {
    /// `N`.
    pub envs: usize,
    /// `T`.
    pub horizon: usize,
    /// Observations as the policy got them, `[N, T, O]`, not normalised.
    pub observations: Vec<f32>,
    /// Its actions, not clamped, `[N, T, A]`.
    pub actions: Vec<f32>,
    /// Outputs of its network, the parameters of its distribution, `[N, T, P]`.
    pub outputs: Vec<f32>,
    /// `ln p(action)`, `[N, T]`.
    pub log_probabilities: Vec<f32>,
    /// `[N, T]`.
    pub rewards: Vec<f32>,
    /// `[N, T]`.
    pub ends: Vec<StepEnd>,
    /// The observation after the last step, `[N, O]`: the first of a new episode where one ended.
    pub next_observations: Vec<f32>,
}

impl Rollout {
    /// Room for `envs` environments and `horizon` steps of a policy whose network has `outputs` outputs (`P`).
    pub fn new(envs: usize, horizon: usize, spaces: &Spaces, outputs: usize) -> Self {
        let samples = envs * horizon;
        Self {
            envs,
            horizon,
            observations: vec![0.0; samples * spaces.observations()],
            actions: vec![0.0; samples * spaces.actions()],
            outputs: vec![0.0; samples * outputs],
            log_probabilities: vec![0.0; samples],
            rewards: vec![0.0; samples],
            ends: vec![StepEnd::Running; samples],
            next_observations: vec![0.0; envs * spaces.observations()],
        }
    }

    /// `N T`.
    pub fn samples(&self) -> usize {
        self.envs * self.horizon
    }

    /// The numbers of the samples whose step did not break: those that may be learnt from.
    pub fn unbroken(&self) -> Vec<u32> {
        (0..self.samples() as u32)
            .filter(|&i| self.ends[i as usize] != StepEnd::Broken)
            .collect()
    }

    /// The observations of steps that did not break, row by row.
    pub fn sound_observations(&self) -> Cow<'_, [f32]> {
        let is_sound = |end: &StepEnd| *end != StepEnd::Broken;
        if self.ends.iter().all(is_sound) {
            return Cow::Borrowed(&self.observations);
        }
        let rows = self
            .observations
            .chunks(self.observations.len() / self.samples());
        let sound = rows.zip(&self.ends).filter(|(_, end)| is_sound(end));
        sound.flat_map(|(row, _)| row).copied().collect()
    }

    /// The observations that no step of the rollout begins with: those after it, `[N, O]`, and the last ones at time limits.
    pub fn last_observations(&self) -> Vec<f32> {
        let mut lasts = self.next_observations.clone();
        for end in &self.ends {
            if let StepEnd::TimeLimit { last } = end {
                lasts.extend_from_slice(last);
            }
        }
        lasts
    }

    /// The value of the state after each step, `[N, T]`, from `values` of all steps and those of the [`Rollout::last_observations`].
    /// Termination has no future value; truncation bootstraps from the value of the last observation.
    pub fn next_values(&self, values: &[f32], lasts: &[f32]) -> Vec<f32> {
        let (after_rollout, at_limits) = lasts.split_at(self.envs);
        let mut at_limits = at_limits.iter();
        let next_value = |(i, end): (usize, &StepEnd)| match end {
            StepEnd::Running if (i + 1) % self.horizon == 0 => after_rollout[i / self.horizon],
            StepEnd::Running => values[i + 1],
            StepEnd::TimeLimit { .. } => *at_limits.next().expect("one value per limit"),
            StepEnd::Terminated | StepEnd::Broken => 0.0,
        };
        self.ends.iter().enumerate().map(next_value).collect()
    }

    /// Ends every episode that goes on after the rollout, as at a time limit: what comes next is in another world.
    pub fn end_episodes(&mut self) {
        let observed = self.next_observations.len() / self.envs.max(1);
        for row in 0..self.envs {
            if let Some(end @ StepEnd::Running) = self.ends.get_mut((row + 1) * self.horizon - 1) {
                let last = self.next_observations[row * observed..][..observed].to_vec();
                *end = StepEnd::TimeLimit { last };
            }
        }
    }

    /// Whether every number is finite.
    pub fn is_finite(&self) -> bool {
        let lasts = self.ends.iter().filter_map(|end| match end {
            StepEnd::TimeLimit { last } => Some(last),
            _ => None,
        });
        [
            &self.observations,
            &self.actions,
            &self.outputs,
            &self.log_probabilities,
            &self.rewards,
            &self.next_observations,
        ]
        .into_iter()
        .chain(lasts)
        .all(|numbers| numbers.iter().all(|x| x.is_finite()))
    }

    /// Adds the environments of `other`, which follow those already here. Both have the same horizon.
    pub fn append(&mut self, other: &Self) {
        self.envs += other.envs;
        self.horizon = other.horizon;
        self.observations.extend_from_slice(&other.observations);
        self.actions.extend_from_slice(&other.actions);
        self.outputs.extend_from_slice(&other.outputs);
        self.log_probabilities
            .extend_from_slice(&other.log_probabilities);
        self.rewards.extend_from_slice(&other.rewards);
        self.ends.extend_from_slice(&other.ends);
        self.next_observations
            .extend_from_slice(&other.next_observations);
    }

    /// Empties it and keeps its memory.
    pub fn clear(&mut self) {
        self.envs = 0;
        self.observations.clear();
        self.actions.clear();
        self.outputs.clear();
        self.log_probabilities.clear();
        self.rewards.clear();
        self.ends.clear();
        self.next_observations.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_after_a_step() {
        // Two environments, three steps.
        let limit = || StepEnd::TimeLimit { last: vec![7.0] };
        let rollout = Rollout {
            envs: 2,
            horizon: 3,
            ends: vec![
                StepEnd::Running,
                limit(),
                StepEnd::Running,
                StepEnd::Terminated,
                limit(),
                StepEnd::Broken,
            ],
            next_observations: vec![5.0, 6.0],
            ..Rollout::default()
        };
        assert_eq!(rollout.last_observations(), [5.0, 6.0, 7.0, 7.0]);
        let values = [1.0, 2.0, 3.0, 4.0, 8.0, 9.0];
        let next = rollout.next_values(&values, &[0.5, 0.25, -1.0, -2.0]);
        assert_eq!(next, [2.0, -1.0, 0.5, 0.0, -2.0, 0.0]);
    }

    #[test]
    fn an_episode_that_goes_on_is_ended_with_what_is_seen_next() {
        let ends = [StepEnd::Running, StepEnd::Running, StepEnd::Terminated];
        let mut rollout = Rollout {
            envs: 3,
            horizon: 2,
            ends: ends.iter().chain(&ends).cloned().collect(),
            next_observations: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            ..Rollout::default()
        };
        rollout.end_episodes();
        let limit = |last: [f32; 2]| StepEnd::TimeLimit { last: last.into() };
        let expected = [
            [StepEnd::Running, limit([1.0, 2.0])],
            [StepEnd::Terminated, limit([3.0, 4.0])],
            [StepEnd::Running, StepEnd::Terminated],
        ];
        assert_eq!(rollout.ends, expected.concat());
    }
}
