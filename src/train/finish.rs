//! The end of a training: the last checkpoint, the final evaluation and the result.

use super::evaluate::EVALUATION_EPISODES;
use super::progress::Progress;
use super::publish::TrainingUpdate;
use super::{TrainResult, Trainer};
use crate::checkpoint::snapshot::Clock;

impl Trainer {
    /// Saves the state, evaluates the final policy and publishes the result.
    pub(super) fn finish(mut self) -> TrainResult {
        if self.writer.is_behind(self.progress.iteration()) {
            self.save();
        }
        let policy = self.learner.policy();
        let state_hash = self.state_hash();
        // In the episodes of the next evaluation, without using them up, so that prolonging the run is not affected.
        let evaluation = if self.pool.is_stopping() || self.failure.is_some() {
            None
        } else {
            let first = self
                .progress
                .clone()
                .take_evaluation_episodes(EVALUATION_EPISODES);
            self.evaluate(&policy, first)
        };
        let mut result = TrainResult {
            scene: self.job.scene.clone(),
            learner: self.job.learner_name.clone(),
            seed: self.job.seed.number(),
            steps: self.progress.steps(),
            resumed_from_step: self.resumed_from,
            wall_s: self.wall_s(),
            steps_per_s: steps_per_s(&self.progress, &self.clock),
            first_update_s: self.clock.first_update_s,
            solved_step: self.progress.solved_step(),
            solved_wall_s: self.clock.solved_s,
            success: evaluation.as_ref().and_then(|e| e.success),
            return_mean: evaluation
                .as_ref()
                .map(|e| e.return_mean)
                .filter(|mean| mean.is_finite()),
            state_hash,
            run: self.writer.folder().map(|f| f.path().to_path_buf()),
            stopped: self.pool.is_stopping(),
            given_up: self.failure.is_some(),
            trouble: self.trouble(),
        };
        let json = serde_json::to_string(&result).expect("plain data is JSON");
        self.writer.save_result(&json);
        result.trouble = self.trouble();
        let last = TrainingUpdate {
            policy,
            solved_step: result.solved_step,
            solved_wall_s: result.solved_wall_s,
            steps_per_s: result.steps_per_s,
            trouble: result.trouble.clone(),
            change: self.change.clone(),
        };
        self.publisher.publish_last(result.steps, last);
        result
    }
}

/// Control steps per second of collecting and learning.
pub(super) fn steps_per_s(progress: &Progress, clock: &Clock) -> f64 {
    progress.steps() as f64 / clock.working_s.max(f64::MIN_POSITIVE)
}
