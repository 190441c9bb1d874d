//! Takes a picture of the whole window, then closes it.

use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy::time::Real;
use bevy::winit::WinitSettings;
use std::path::PathBuf;

use super::failure::Failure;
use super::frame::Frame;
use crate::train::status::TrainingStatus;

/// A picture of the window, panel included.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Path of the PNG file.
    pub path: PathBuf,
    /// When it is taken.
    pub when: PictureTime,
}

/// When a picture is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PictureTime {
    /// This many seconds after the first frame.
    After(f32),
    /// Shortly after the training has solved the task or ended.
    Solved,
}

/// Delay after the task was solved (s), so that curves and robot show it.
const AFTER_SOLVED: f32 = 2.0;

/// The plugin that takes the picture.
pub(super) struct TakePicture(pub(super) Picture);

#[derive(Resource)]
struct Wanted(Picture);

impl Plugin for TakePicture {
    fn build(&self, app: &mut App) {
        app.insert_resource(Wanted(self.0.clone()))
            // The window renders even without focus.
            .insert_resource(WinitSettings::continuous())
            .add_systems(Update, take_picture.in_set(Frame::Show));
    }
}

fn take_picture(
    mut commands: Commands,
    wanted: Res<Wanted>,
    time: Res<Time<Real>>,
    news: Option<Res<TrainingStatus>>,
    mut since: Local<Option<f32>>,
    mut is_taken: Local<bool>,
) {
    let now = time.elapsed_secs();
    let is_over = || {
        news.as_ref()
            .is_none_or(|news| news.solved_step.is_some() || news.result.is_some())
    };
    let wait = match wanted.0.when {
        PictureTime::After(seconds) => {
            since.get_or_insert(now);
            seconds
        }
        PictureTime::Solved => {
            if is_over() {
                since.get_or_insert(now);
            }
            AFTER_SOLVED
        }
    };
    if !*is_taken && since.is_some_and(|since| now - since >= wait) {
        *is_taken = true;
        commands
            .spawn(Screenshot::primary_window())
            .observe(save_and_end);
    }
}

fn save_and_end(
    captured: On<ScreenshotCaptured>,
    wanted: Res<Wanted>,
    failure: Res<Failure>,
    mut exit: MessageWriter<AppExit>,
) {
    let path = &wanted.0.path;
    let saved = captured
        .image
        .clone()
        .try_into_dynamic()
        .map_err(|e| e.to_string());
    let saved = saved.and_then(|image| image.to_rgb8().save(path).map_err(|e| e.to_string()));
    match saved {
        Ok(()) => exit.write(AppExit::Success),
        Err(error) => {
            failure.note(format!("{}: {error}", path.display()));
            exit.write(AppExit::error())
        }
    };
}
