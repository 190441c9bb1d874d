//! The state of a training as an app sees it, whether the app runs it or another process does.

use bevy::ecs::prelude::Resource;
use std::sync::Arc;

use super::TrainResult;
use super::publish::TrainingUpdate;
use crate::metrics::Row;
use crate::policy::Policy;

/// The state of a training.
#[derive(Resource, Default)]
pub struct TrainingStatus {
    /// Control steps so far.
    pub steps: u64,
    /// Total control steps of the training, if known from its folder.
    pub total_steps: Option<u64>,
    /// The newest policy, once there is one.
    pub policy: Option<Arc<Policy>>,
    /// When the scene was solved (control steps).
    pub solved_step: Option<u64>,
    /// When the scene was solved (seconds since launch).
    pub solved_wall_s: Option<f64>,
    /// Control steps per second.
    pub steps_per_s: f64,
    /// The rows that arrived in this frame, one per iteration.
    pub rows: Vec<Row>,
    /// The newest value of every metric.
    pub row: Row,
    /// This frame's rows start again from the first: earlier ones are void.
    pub begins_anew: bool,
    /// What could not be written or read, if anything.
    pub trouble: Option<String>,
    /// The newest message about a change of the scene: that it has taken effect, or why it has not.
    pub change: Option<String>,
    /// Its result, once it has ended.
    pub result: Option<Result<TrainResult, String>>,
}

impl TrainingStatus {
    /// Takes in an update of a trainer in this process.
    pub(super) fn take_in(&mut self, steps: u64, newest: Option<TrainingUpdate>, rows: Vec<Row>) {
        self.steps = steps;
        if let Some(newest) = newest {
            self.policy = Some(newest.policy);
            self.solved_step = newest.solved_step;
            self.solved_wall_s = newest.solved_wall_s;
            self.steps_per_s = newest.steps_per_s;
            self.trouble = newest.trouble;
            self.change = newest.change;
        }
        self.note_rows(rows);
    }

    /// Sets this frame's rows.
    pub(super) fn note_rows(&mut self, rows: Vec<Row>) {
        for row in &rows {
            self.row.merge(row);
        }
        self.rows = rows;
    }
}
