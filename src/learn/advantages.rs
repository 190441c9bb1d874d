//! Advantages and returns from rewards and values.

use super::rollout::Rollout;
use crate::policy::normalize::Moments;
use crate::step::StepEnd;

/// A step as an advantage estimate sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValuedStep {
    /// `r_t`.
    pub reward: f32,
    /// `V(s_t)`.
    pub value: f32,
    /// `v'_t`: the value of the true next state. Termination has no future value; truncation bootstraps from the critic.
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

/// [`gae`] of each environment of a rollout. `rewards`, `values`, `next_values` and the result are `[N, T]`.
pub fn rollout_gae(
    rollout: &Rollout,
    rewards: &[f32],
    values: &[f32],
    next_values: &[f32],
    gamma: f32,
    lambda: f32,
) -> Vec<f32> {
    let step = |i: usize| ValuedStep {
        reward: rewards[i],
        value: values[i],
        next_value: next_values[i],
        goes_on: !rollout.ends[i].is_end(),
    };
    let steps: Vec<ValuedStep> = (0..rollout.samples()).map(step).collect();
    let environments = steps.chunks(rollout.horizon);
    environments
        .flat_map(|steps| gae(steps, gamma, lambda))
        .collect()
}

/// Rewards to go: `G_t = r_t + gamma G_{t+1}` to the end of each episode, however it ended. None for steps whose episode does
/// not end within the slice, and for those of an episode that broke. All have length `T`.
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

/// [`rewards_to_go`] of each environment of a rollout. `rewards` and the result are `[N, T]`.
pub fn rollout_rewards_to_go(rollout: &Rollout, rewards: &[f32], gamma: f32) -> Vec<Option<f32>> {
    let environments = rewards.chunks(rollout.horizon);
    environments
        .zip(rollout.ends.chunks(rollout.horizon))
        .flat_map(|(rewards, ends)| rewards_to_go(rewards, ends, gamma))
        .collect()
}

/// Brings `numbers` to mean 0 and std 1 over the named samples. Returns the standard deviation that it divided by.
pub fn standardize(numbers: &mut [f32], samples: &[u32]) -> f32 {
    let of_samples = samples.iter().map(|&i| f64::from(numbers[i as usize]));
    let moments = Moments::of(of_samples);
    let (mean, std) = (moments.mean(), moments.std());
    for number in numbers {
        *number = ((f64::from(*number) - mean) / std) as f32;
    }
    std as f32
}

/// `a + b`, entry by entry.
pub fn sum(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

/// `a - b`, entry by entry.
pub fn difference(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

/// `1 - var(target - value) / var(target)` over the named samples; NaN if there is no sample.
pub fn explained_variance(targets: &[f32], values: &[f32], samples: &[u32]) -> f64 {
    if samples.is_empty() {
        return f64::NAN;
    }
    let variance = |of: &dyn Fn(usize) -> f64| {
        let numbers = samples.iter().map(|&i| of(i as usize));
        Moments::of(numbers).variance()
    };
    let target = |i: usize| f64::from(targets[i]);
    let unexplained = variance(&|i| target(i) - f64::from(values[i]));
    1.0 - unexplained / variance(&target).max(f64::MIN_POSITIVE)
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
    fn termination_has_no_future_value() {
        // gamma = lambda = 0.5.  d1 = 2 - 1 = 1;  d0 = 1 + 0.5 - 0.5 = 1;  A0 = 1 + 0.25 * 1.
        let steps = [step(1.0, 0.5, 1.0, true), step(2.0, 1.0, 0.0, false)];
        assert_eq!(gae(&steps, 0.5, 0.5), [1.25, 1.0]);
    }

    #[test]
    fn truncation_bootstraps_and_cuts_the_sum() {
        // d0 = 1 + 0.5 * 4 - 1 = 2 with V(last) = 4; nothing is added from the next episode.
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
        assert!(explained_variance(&[0.0], &[0.0], &[]).is_nan());
    }

    #[test]
    fn advantages_are_standardised_over_the_samples_that_count() {
        let mut advantages = [1.0, 100.0, 3.0];
        let std = standardize(&mut advantages, &[0, 2]); // mean 2, std 1
        assert_eq!((advantages[0], advantages[2]), (-1.0, 1.0));
        assert_eq!(std, 1.0);
    }

    #[test]
    fn each_environment_of_a_rollout_is_on_its_own() {
        // Two environments of two steps, gamma = lambda = 0.5, values 0: A0 = r0 + 0.25 A1.
        let rollout = Rollout {
            envs: 2,
            horizon: 2,
            ends: vec![StepEnd::Running; 4],
            ..Rollout::default()
        };
        let zeros = [0.0; 4];
        let advantages = rollout_gae(&rollout, &[1.0, 4.0, 2.0, 8.0], &zeros, &zeros, 0.5, 0.5);
        assert_eq!(advantages, [2.0, 4.0, 4.0, 8.0]);
    }
}
