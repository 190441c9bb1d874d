//! Returns and advantages from rewards and values.

use crate::policy::normalize::Moments;
use crate::step::StepEnd;

/// A step as an advantage estimate sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValuedStep {
    /// `r_t`.
    pub reward: f32,
    /// `V(s_t)`.
    pub value: f32,
    /// `v'_t`: the value of the true next state; 0 after a terminal step, `V(last)` at a time limit.
    pub next_value: f32,
    /// Whether the next step belongs to the same episode.
    pub goes_on: bool,
}

/// Generalized advantage estimate: `A_t = d_t + gamma lambda A_{t+1}`, cut where an episode ends, with
/// `d_t = r_t + gamma v'_t - v_t` (arXiv:1506.02438, eq. 16). `steps` and the result have length `T`.
pub fn gae(steps: &[ValuedStep], gamma: f32, lambda: f32) -> Vec<f32> {
    let mut advantages = vec![0.0; steps.len()];
    let mut later = 0.0;
    for (step, advantage) in steps.iter().zip(&mut advantages).rev() {
        let difference = step.reward + gamma * step.next_value - step.value;
        let carried = if step.goes_on {
            gamma * lambda * later
        } else {
            0.0
        };
        later = difference + carried;
        *advantage = later;
    }
    advantages
}

/// Rewards to go: `G_t = r_t + gamma G_{t+1}` to the end of each episode, however it ended. None for steps whose episode does
/// not end among these, and for those of an episode that broke. All have length `T`.
pub fn rewards_to_go(rewards: &[f32], ends: &[StepEnd], gamma: f32) -> Vec<Option<f32>> {
    let mut sums = vec![None; rewards.len()];
    let mut later = None;
    for ((reward, end), sum) in rewards.iter().zip(ends).zip(&mut sums).rev() {
        later = match end {
            StepEnd::Running => later.map(|later: f32| reward + gamma * later),
            StepEnd::Terminated | StepEnd::TimeLimit { .. } => Some(*reward),
            StepEnd::Broken => None,
        };
        *sum = later;
    }
    sums
}

/// `1 - var(target - value) / var(target)` over the samples that are named.
pub fn explained_variance(targets: &[f32], values: &[f32], samples: &[u32]) -> f64 {
    let variance = |of: &dyn Fn(usize) -> f64| {
        let numbers = samples.iter().map(|&i| of(i as usize));
        Moments::of(numbers).variance()
    };
    let target = |i: usize| f64::from(targets[i]);
    let unexplained = variance(&|i| target(i) - f64::from(values[i]));
    1.0 - unexplained / variance(&target).max(f64::MIN_POSITIVE)
}

/// Largest size of a scaled reward.
const REWARD_CLIP: f32 = 10.0;

/// Scales rewards by the deviation of a discounted running return, `G_t = gamma G_{t-1} + r_t` within an episode, so
/// that a learner's rates do not depend on a task's units. No mean is taken off.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ReturnScale {
    gamma: f32,
    /// `G` of each environment, `[N]`.
    running: Vec<f32>,
    moments: Moments,
}

impl ReturnScale {
    /// For `envs` environments.
    pub fn new(envs: usize, gamma: f32) -> Self {
        Self {
            gamma,
            running: vec![0.0; envs],
            moments: Moments::default(),
        }
    }

    /// What rewards are divided by; 1 before anything was seen.
    pub fn deviation(&self) -> f32 {
        self.moments.deviation() as f32
    }

    /// Rewards, scaled and clipped.
    pub fn scaled(&self, rewards: &[f32]) -> Vec<f32> {
        let scale = 1.0 / self.deviation();
        let scaled = rewards.iter().map(|r| r * scale);
        scaled.map(|r| r.clamp(-REWARD_CLIP, REWARD_CLIP)).collect()
    }

    /// Whether it is for `envs` environments and `gamma`, and every number of it could have come about. For one that was read
    /// from a file.
    pub fn is_sound(&self, envs: usize, gamma: f32) -> bool {
        self.gamma == gamma
            && self.running.len() == envs
            && self.running.iter().all(|x| x.is_finite())
            && self.moments.is_sound()
    }

    /// Merges the returns of a rollout's rewards `[N, T]`; broken steps count for nothing.
    pub fn observe(&mut self, rewards: &[f32], ends: &[StepEnd]) {
        let horizon = rewards.len() / self.running.len();
        let mut returns = Vec::with_capacity(rewards.len());
        let rows = rewards.chunks(horizon).zip(ends.chunks(horizon));
        for (running, (rewards, ends)) in self.running.iter_mut().zip(rows) {
            for (reward, end) in rewards.iter().zip(ends) {
                if *end == StepEnd::Broken {
                    *running = 0.0;
                    continue;
                }
                *running = self.gamma * *running + reward;
                returns.push(f64::from(*running));
                if end.is_end() {
                    *running = 0.0;
                }
            }
        }
        self.moments.merge(&Moments::of(returns.iter().copied()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(reward: f32, value: f32, next_value: f32, goes_on: bool) -> ValuedStep {
        ValuedStep {
            reward,
            value,
            next_value,
            goes_on,
        }
    }

    #[test]
    fn a_fall_is_worth_nothing_more() {
        // gamma = lambda = 0.5.  d1 = 2 - 1 = 1;  d0 = 1 + 0.5 - 0.5 = 1;  A0 = 1 + 0.25 * 1.
        let steps = [step(1.0, 0.5, 1.0, true), step(2.0, 1.0, 0.0, false)];
        assert_eq!(gae(&steps, 0.5, 0.5), [1.25, 1.0]);
    }

    #[test]
    fn a_time_limit_is_worth_its_last_state_and_cuts_the_sum() {
        // d0 = 1 + 0.5 * 4 - 1 = 2 with V(last) = 4; nothing flows in from the next episode.
        let steps = [step(1.0, 1.0, 4.0, false), step(8.0, 0.0, 0.0, true)];
        assert_eq!(gae(&steps, 0.5, 0.5), [2.0, 8.0]);
    }

    #[test]
    fn rewards_to_go_end_with_their_episode() {
        // gamma = 0.5. The first episode ends with the second step: 4, and 2 + 4 / 2. The last one is not over.
        let running = || StepEnd::Running;
        let limit = StepEnd::TimeLimit { last: vec![] };
        let ends = [running(), limit, StepEnd::Terminated, running()];
        let sums = rewards_to_go(&[2.0, 4.0, 1.0, 8.0], &ends, 0.5);
        assert_eq!(sums, [Some(4.0), Some(4.0), Some(1.0), None]);
        let broke = [running(), StepEnd::Broken, StepEnd::Terminated];
        let sums = rewards_to_go(&[1.0, 1.0, 1.0], &broke, 0.5);
        assert_eq!(sums, [None, None, Some(1.0)]);
    }

    #[test]
    fn three_quarters_of_the_variance_are_explained() {
        // Targets 0 and 4 (variance 4), errors 0 and 2 (variance 1); the sample between is not asked for.
        let explained = explained_variance(&[0.0, 9.0, 4.0], &[0.0, -9.0, 2.0], &[0, 2]);
        assert_eq!(explained, 0.75);
    }

    #[test]
    fn the_return_scale_forgets_at_an_end() {
        // gamma = 0.5: returns 2, 1 + 1 = 2 | 4, so mean 8/3 and variance 8/9.
        let mut scale = ReturnScale::new(1, 0.5);
        let ends = [StepEnd::Running, StepEnd::Terminated, StepEnd::Running];
        scale.observe(&[2.0, 1.0, 4.0], &ends);
        assert!((scale.deviation() - (8.0_f32 / 9.0).sqrt()).abs() < 1e-6);
    }

    #[test]
    fn a_broken_step_counts_for_nothing() {
        let mut scale = ReturnScale::new(1, 0.5);
        let ends = [StepEnd::Running, StepEnd::Broken, StepEnd::Running];
        scale.observe(&[2.0, f32::NAN, 4.0], &ends);
        assert!((scale.deviation() - 1.0).abs() < 1e-6); // returns 2 and 4
    }
}
