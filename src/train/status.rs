//! What an app knows of a training, whoever runs it: a trainer of its own or another process.

use bevy::ecs::prelude::Resource;
use std::sync::Arc;

use super::TrainResult;
use super::publish::TrainingUpdate;
use crate::metrics::Row;
use crate::policy::Policy;

/// A training as the app sees it.
#[derive(Resource, Default)]
pub struct TrainingStatus {
    /// Control steps so far.
    pub steps: u64,
    /// Control steps that it is to come to, where that can change while one watches.
    pub total_steps: Option<u64>,
    /// What acts best right now; none before there is one.
    pub policy: Option<Arc<Policy>>,
    /// When the scene was solved (control steps).
    pub solved_step: Option<u64>,
    /// When the scene was solved (seconds since launch).
    pub solved_wall_s: Option<f64>,
    /// Control steps per second.
    pub steps_per_s: f64,
    /// The rows that arrived with this frame, one per iteration.
    pub rows: Vec<Row>,
    /// The newest value of every metric.
    pub row: Row,
    /// This frame's rows are the first: those of frames before no longer count.
    pub begins_anew: bool,
    /// What could not be written or read, if anything.
    pub trouble: Option<String>,
    /// The newest word about a change of the scene: that it has taken effect, or why it has not.
    pub change: Option<String>,
    /// How it ended.
    pub result: Option<Result<TrainResult, String>>,
}

impl TrainingStatus {
    /// Takes in what a trainer of this process tells.
    pub(super) fn hear(&mut self, steps: u64, newest: Option<TrainingUpdate>, rows: Vec<Row>) {
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

    /// These rows are this frame's.
    pub(super) fn note_rows(&mut self, rows: Vec<Row>) {
        for row in &rows {
            self.row.merge(row);
        }
        self.rows = rows;
    }
}
