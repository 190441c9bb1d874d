//! A scene's file is read again when it or one that it is made from is saved; an error keeps the old robot.

use bevy::prelude::*;
use bevy::time::common_conditions::on_real_timer;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::Frame;
use super::shown::Shown;
use super::trace::Trace;
use crate::scene::Scene;

/// Watches the file.
pub(super) struct Reload {
    pub(super) path: PathBuf,
}

/// The file of the shown scene.
#[derive(Resource)]
pub(super) struct SceneFile {
    pub(super) path: PathBuf,
    /// What is wrong with it as it is now.
    pub(super) error: Option<String>,
    stamps: Vec<Stamp>,
}

/// What changes when a file is saved.
type Stamp = (SystemTime, u64);

impl Plugin for Reload {
    fn build(&self, app: &mut App) {
        let file = SceneFile {
            // Those of a base are known when it is first looked at.
            stamps: Vec::new(),
            path: self.path.clone(),
            error: None,
        };
        let now_and_then = on_real_timer(Duration::from_millis(200));
        app.insert_resource(file)
            .add_systems(Update, reload.run_if(now_and_then).in_set(Frame::News));
    }
}

/// None while an editor is about to replace a file.
fn stamps(path: &Path, scene: &Scene) -> Option<Vec<Stamp>> {
    let sources = scene.files().iter().map(PathBuf::as_path);
    let stamp = |path: &Path| {
        let metadata = std::fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    std::iter::once(path).chain(sources).map(stamp).collect()
}

fn reload(mut file: ResMut<SceneFile>, mut shown: ResMut<Shown>, mut trace: ResMut<Trace>) {
    let Some(now) = stamps(&file.path, shown.scene()) else {
        return;
    };
    if now == file.stamps {
        return;
    }
    let is_first_look = file.stamps.is_empty();
    file.stamps = now;
    if is_first_look {
        return;
    }
    let read = Scene::open(&file.path.to_string_lossy()).map_err(|error| error.to_string());
    let replaced = read.and_then(|scene| shown.replace(Arc::new(scene)));
    if replaced.is_ok() {
        trace.cut();
        // It may be made from other files now.
        if let Some(now) = stamps(&file.path, shown.scene()) {
            file.stamps = now;
        }
    }
    file.error = replaced.err();
}
