//! The scale of rewards, as told by the returns that they add up to.

use serde::{Deserialize, Serialize};

use crate::policy::normalize::Moments;
use crate::step::StepEnd;

/// Largest size of a scaled reward.
const REWARD_CLIP: f32 = 10.0;

/// Divides rewards by the standard deviation of the discounted running return, `G_t = gamma G_{t-1} + r_t` within an episode
/// (arXiv:2005.12729, section 3), so that learning rates do not depend on a task's units. No mean is subtracted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

    /// What rewards are divided by; 1 before anything was observed.
    pub fn std(&self) -> f32 {
        self.moments.std() as f32
    }

    /// Rewards, scaled and clipped.
    pub fn scaled(&self, rewards: &[f32]) -> Vec<f32> {
        let scale = 1.0 / self.std();
        let scaled = rewards.iter().map(|r| r * scale);
        scaled.map(|r| r.clamp(-REWARD_CLIP, REWARD_CLIP)).collect()
    }

    /// Whether it is for `envs` environments and `gamma`, and every number is finite and in its valid range. For a scale that was
    /// read from a file.
    pub fn is_sound(&self, envs: usize, gamma: f32) -> bool {
        self.gamma == gamma
            && self.running.len() == envs
            && self.running.iter().all(|x| x.is_finite())
            && self.moments.is_sound()
    }

    /// Merges the returns of a rollout's rewards `[N, T]`; broken steps are left out, and end the running return.
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

    #[test]
    fn the_running_return_starts_again_at_an_end() {
        // gamma = 0.5: returns 2, 1 + 1 = 2 | 4, so mean 8/3 and variance 8/9.
        let mut scale = ReturnScale::new(1, 0.5);
        let ends = [StepEnd::Running, StepEnd::Terminated, StepEnd::Running];
        scale.observe(&[2.0, 1.0, 4.0], &ends);
        assert!((scale.std() - (8.0_f32 / 9.0).sqrt()).abs() < 1e-6);
    }

    #[test]
    fn a_broken_step_is_left_out() {
        let mut scale = ReturnScale::new(1, 0.5);
        let ends = [StepEnd::Running, StepEnd::Broken, StepEnd::Running];
        scale.observe(&[2.0, f32::NAN, 4.0], &ends);
        assert!((scale.std() - 1.0).abs() < 1e-6); // returns 2 and 4
    }
}
