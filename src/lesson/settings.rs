//! The settings of a lesson, and the training jobs that it runs.

use std::sync::Arc;

use crate::scene::{Scene, SceneError};
use crate::seed::Seed;
use crate::train::Job;

/// The settings of a lesson.
#[derive(Clone, Copy, Debug)]
pub struct LessonSettings {
    /// Seed of all randomness.
    pub seed: Seed,
    /// Threads to use; the output does not depend on it.
    pub threads: usize,
}

/// A training job of `steps` control steps on one thread.
pub(super) fn job(
    scene: &Arc<Scene>,
    learner: &str,
    steps: u64,
    seed: u64,
) -> Result<Job, SceneError> {
    let job = Job::new(scene, Some(learner), seed)?;
    Ok(Job {
        learner: job.learner.with_steps(steps),
        // Evaluations would only take time.
        solved: None,
        threads: 1,
        ..job
    })
}
