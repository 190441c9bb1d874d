//! A scene that was saved is shown at once; an error keeps the old robot.

use bevy::prelude::*;

use super::Frame;
use super::shown::Shown;
use super::trace::Trace;
use crate::train::scene_watch::WatchedScene;
use crate::train::status::TrainingStatus;

pub(super) fn plugin(app: &mut App) {
    let show = show_what_was_saved.run_if(resource_exists::<WatchedScene>);
    app.add_systems(Update, show.in_set(Frame::News));
}

fn show_what_was_saved(
    mut live: ResMut<WatchedScene>,
    news: Option<Res<TrainingStatus>>,
    mut shown: ResMut<Shown>,
    mut trace: ResMut<Trace>,
) {
    let Some(scene) = live.changed.take() else {
        return;
    };
    // The training says why it does not go on with such a scene, and its policy could not act in it.
    if news.is_some() && shown.scene().misfit(&scene).is_some() {
        return;
    }
    match shown.replace(scene) {
        Ok(()) => trace.cut(),
        Err(error) => live.error = Some(error),
    }
}
