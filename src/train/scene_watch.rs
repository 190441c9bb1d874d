//! Watches the files of a scene while an app runs: a saved file is read again and proposed to the training, if there is one.

use bevy::app::{App, Plugin, PreUpdate};
use bevy::ecs::prelude::{ResMut, Resource};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::publish::Viewer;
use super::versions::SceneEdit;
use crate::scene::Scene;
use crate::scene::files::SceneFiles;

/// Time between two checks of the files.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Watches the files of a scene while the app runs and updates [`WatchedScene`].
pub struct SceneWatchPlugin(Mutex<Option<WatchedScene>>);

/// A scene whose files are watched.
#[derive(Resource)]
pub struct WatchedScene {
    /// The scene as saved since the last frame, if it was.
    pub changed: Option<Arc<Scene>>,
    /// The error in its files as they are now, if there is one.
    pub error: Option<String>,
    files: SceneFiles,
    next_look: Instant,
    training: Option<Proposes>,
}

/// The training that edits are proposed to.
struct Proposes {
    viewer: Viewer,
    forget_values: bool,
}

impl SceneWatchPlugin {
    /// Watches only.
    pub fn new(files: SceneFiles) -> Self {
        Self(Mutex::new(Some(WatchedScene {
            changed: None,
            error: None,
            files,
            next_look: Instant::now(),
            training: None,
        })))
    }

    /// Also proposes edits to a training, whose critics are reinitialised when the reward changes if `forget_values` is set.
    /// Errors are reported there.
    pub fn proposing(self, viewer: Viewer, forget_values: bool) -> Self {
        let training = Some(Proposes {
            viewer,
            forget_values,
        });
        let watched = self.0.into_inner().expect("nobody panics with it");
        Self(Mutex::new(watched.map(|watched| WatchedScene {
            training,
            ..watched
        })))
    }
}

impl Plugin for SceneWatchPlugin {
    fn build(&self, app: &mut App) {
        let watched = self.0.lock().expect("nobody panics with it").take();
        app.insert_resource(watched.expect("a plugin is built once"))
            .add_systems(PreUpdate, look);
    }
}

fn look(mut watched: ResMut<WatchedScene>) {
    watched.changed = None;
    if Instant::now() < watched.next_look {
        return;
    }
    watched.next_look = Instant::now() + LOOK_EVERY;
    match watched.files.look() {
        None => {}
        Some(Ok(scene)) => {
            let scene = Arc::new(scene);
            watched.error = None;
            watched.changed = Some(scene.clone());
            if let Some(Proposes {
                viewer,
                forget_values,
            }) = &watched.training
            {
                viewer.propose_scene(SceneEdit {
                    scene,
                    forget_values: *forget_values,
                });
            }
        }
        Some(Err(error)) => {
            let error = error.to_string();
            if let Some(Proposes { viewer, .. }) = &watched.training {
                viewer.tell(&format!(
                    "the scene was edited, but is invalid now: training continues with the old scene\n{error}"
                ));
            }
            watched.error = Some(error);
        }
    }
}

impl WatchedScene {
    /// The scene's own file.
    pub fn path(&self) -> &Path {
        self.files.path()
    }
}
