//! Shows a scene as soon as its file is saved; an error keeps the last valid one.

use bevy::prelude::*;

use super::frame::Frame;
use super::shown_robot::ShownRobot;
use super::trace::Trace;
use crate::train::scene_watch::WatchedScene;
use crate::train::status::TrainingStatus;

pub(super) fn plugin(app: &mut App) {
    let show = show_saved_scene.run_if(resource_exists::<WatchedScene>);
    app.add_systems(Update, show.in_set(Frame::News));
}

fn show_saved_scene(
    mut live: ResMut<WatchedScene>,
    news: Option<Res<TrainingStatus>>,
    mut shown: ResMut<ShownRobot>,
    mut trace: ResMut<Trace>,
) {
    let Some(scene) = live.changed.take() else {
        return;
    };
    // The training reports why it cannot continue with this scene; its policy cannot act in it either.
    if news.is_some() && shown.scene().misfit(&scene).is_some() {
        return;
    }
    match shown.replace(scene) {
        Ok(()) => trace.cut(),
        Err(error) => live.error = Some(error),
    }
}
