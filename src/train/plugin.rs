//! Training behind any Bevy [`App`]: headless and windowed are the same app with other plugins.

use bevy::app::{App, AppExit, Last, Plugin, PreUpdate};
use bevy::ecs::prelude::{MessageReader, MessageWriter, ResMut, Resource};
use std::sync::Mutex;
use std::thread::JoinHandle;

use super::publish::Viewer;
use super::status::TrainingStatus;
use super::{Job, TrainError, TrainResult, Trainer};

/// Trains on its own threads while the app runs, and ends the app when the training ends.
pub struct LearnerPlugin {
    job: Mutex<Option<Job>>,
    viewer: Viewer,
    stays_open: bool,
}

impl LearnerPlugin {
    /// Starts `job` when the app is built.
    pub fn new(job: Job) -> Self {
        Self::with_viewer(job, Viewer::default())
    }

    /// The same, with an existing viewer.
    pub fn with_viewer(job: Job, viewer: Viewer) -> Self {
        Self {
            job: Mutex::new(Some(job)),
            viewer,
            stays_open: false,
        }
    }

    /// Keeps the app running after the training has ended.
    pub fn stay_open(mut self) -> Self {
        self.stays_open = true;
        self
    }

    /// The handle to the training: stop, hold, read.
    pub fn viewer(&self) -> Viewer {
        self.viewer.clone()
    }
}

/// The training that this app runs. Its state is in [`TrainingStatus`].
#[derive(Resource)]
pub struct Training {
    /// The handle to it.
    pub viewer: Viewer,
    thread: Option<JoinHandle<Result<TrainResult, TrainError>>>,
    stays_open: bool,
}

impl Plugin for LearnerPlugin {
    fn build(&self, app: &mut App) {
        let job = self.job.lock().expect("nobody panics with it").take();
        let job = job.expect("a plugin is built once");
        let publisher = self.viewer.publisher();
        let thread = std::thread::Builder::new()
            .name("trainer".into())
            .spawn(move || Ok(Trainer::new(job, publisher)?.run()))
            .expect("the system starts a thread");
        app.insert_resource(Training {
            viewer: self.viewer.clone(),
            thread: Some(thread),
            stays_open: self.stays_open,
        });
        app.init_resource::<TrainingStatus>()
            .add_systems(PreUpdate, read_updates)
            .add_systems(Last, end_with_the_app);
    }
}

impl Training {
    /// Stops the training, which saves its state, and waits for its end.
    pub fn stop_and_wait(&mut self) {
        self.viewer.stop();
        self.join();
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            let result = match thread.join() {
                Ok(Ok(result)) => Ok(result),
                Ok(Err(error)) => Err(error.to_string()),
                Err(_) => Err("the trainer panicked; please report it".to_owned()),
            };
            self.viewer.set_result(result);
        }
    }
}

/// The training's state is saved however the app ends.
impl Drop for Training {
    fn drop(&mut self) {
        self.viewer.stop();
        self.join();
    }
}

/// The training is stopped when the app exits.
fn end_with_the_app(exits: MessageReader<AppExit>, mut training: ResMut<Training>) {
    if !exits.is_empty() {
        training.stop_and_wait();
    }
}

fn read_updates(
    mut training: ResMut<Training>,
    mut status: ResMut<TrainingStatus>,
    mut exit: MessageWriter<AppExit>,
) {
    let ended = training
        .thread
        .as_ref()
        .is_some_and(JoinHandle::is_finished);
    let (newest, rows) = training.viewer.take_updates();
    status.take_in(training.viewer.steps(), newest, rows);
    if ended {
        training.join();
        status.result = training.viewer.result();
        if !training.stays_open {
            let failed = matches!(status.result, Some(Err(_)));
            exit.write(if failed {
                AppExit::error()
            } else {
                AppExit::Success
            });
        }
    }
}
