//! What a training is given ([`Job`]) and what it returns ([`TrainResult`]).

use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::checkpoint::RunFolder;
use crate::learn::LearnerSettings;
use crate::pod::Environment;
use crate::pod::scene::SceneEnvironment;
use crate::scene::{Scene, SceneError};
use crate::seed::Seed;
use crate::step::curriculum::Solved;

/// A training to run.
pub struct Job {
    /// What to train in.
    pub environment: Arc<dyn Environment>,
    /// Its name in reports.
    pub scene: String,
    /// The environment's scene at the start, if it has one: later versions are compared with it.
    pub first_version: Option<Arc<Scene>>,
    /// When the task counts as solved; `None`: never.
    pub solved: Option<Solved>,
    /// The name of the learner's preset.
    pub learner_name: String,
    /// The learner's hyperparameters.
    pub learner: LearnerSettings,
    /// Where all randomness comes from.
    pub seed: Seed,
    /// Threads to train with; results do not depend on their number.
    pub threads: usize,
    /// End as soon as the scene is solved.
    pub until_solved: bool,
    /// Folder of the run, which is resumed if it holds one; `None` keeps nothing.
    pub folder: Option<RunFolder>,
    /// Time between checkpoints; zero: after each iteration. `None`: 30 s, and less than 1 % of the run's time spent on them.
    pub checkpoint_every: Option<Duration>,
    /// When the program was launched.
    pub launched: Instant,
}

impl Job {
    /// Trains on a scene with one of its presets (none: its first), on all cores, to the preset's last step, keeping
    /// nothing.
    ///
    /// # Errors
    /// There is no preset of that name.
    pub fn new(scene: &Arc<Scene>, learner: Option<&str>, seed: u64) -> Result<Self, SceneError> {
        let (learner_name, learner) = scene.learner(learner)?;
        Ok(Self {
            environment: Arc::new(SceneEnvironment::new(scene.clone())),
            scene: scene.name().to_owned(),
            first_version: Some(scene.clone()),
            solved: scene.task().solved,
            learner_name: learner_name.to_owned(),
            learner: learner.clone(),
            seed: Seed::new(seed),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            until_solved: false,
            folder: None,
            checkpoint_every: None,
            launched: Instant::now(),
        })
    }
}

/// What a training ends with, as `train --json` prints it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TrainResult {
    /// The scene's name, or the environment's.
    pub scene: String,
    /// The preset's name.
    pub learner: String,
    /// The run's seed.
    pub seed: u64,
    /// Control steps taken, over all environments.
    pub steps: u64,
    /// Control steps of the checkpoint that this process resumed from; `None` if it started the run.
    pub resumed_from_step: Option<u64>,
    /// Seconds from launch to the end, excluding the time between the processes of a run.
    pub wall_s: f64,
    /// Control steps per second from the first step to the last update, without evaluations and saving.
    pub steps_per_s: f64,
    /// Seconds from launch to the end of the first update.
    pub first_update_s: Option<f64>,
    /// Control steps when the scene was solved.
    pub solved_step: Option<u64>,
    /// Seconds from launch until it was solved, the evaluation included.
    pub solved_wall_s: Option<f64>,
    /// Share of successes in the final evaluation.
    pub success: Option<f64>,
    /// Mean return in the final evaluation.
    pub return_mean: Option<f64>,
    /// Hash of the complete state: weights, optimiser, normaliser, environments, replay memory.
    pub state_hash: String,
    /// The run's folder.
    pub run: Option<PathBuf>,
    /// The run was stopped on request.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stopped: bool,
    /// The run was aborted; `trouble` says why.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub given_up: bool,
    /// What went wrong, if anything: the last state could not be saved, or the run was aborted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}
