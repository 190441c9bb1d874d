//! The files of a scene, looked at now and then: it is read again when one of them was saved.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{Scene, SceneError};

/// How the scene is read again: from the same place, with the same changes.
type Open = Box<dyn Fn() -> Result<Scene, SceneError> + Send + Sync>;
/// What changes when a file is saved.
type Stamp = (SystemTime, u64);

/// The files that a scene was read from.
pub struct SceneFiles {
    files: Vec<PathBuf>,
    open: Open,
    /// As they were when the scene was read.
    read: Vec<Stamp>,
    /// As they were at the last look.
    seen: Vec<Stamp>,
}

impl SceneFiles {
    /// Those of `scene`, which `open` reads again. None for one that is in no file.
    pub fn of(
        scene: &Scene,
        open: impl Fn() -> Result<Scene, SceneError> + Send + Sync + 'static,
    ) -> Option<Self> {
        let files = scene.files().to_vec();
        let read = stamps(&files).filter(|stamps| !stamps.is_empty())?;
        Some(Self {
            seen: read.clone(),
            files,
            open: Box::new(open),
            read,
        })
    }

    /// That of the scene itself.
    pub fn path(&self) -> &Path {
        &self.files[0]
    }

    /// The scene as it is now, or what is wrong with it: once each time it was saved, when two looks find the same, so that nothing is
    /// read while it is being written.
    pub fn look(&mut self) -> Option<Result<Scene, SceneError>> {
        // None while an editor is about to replace a file.
        let now = stamps(&self.files)?;
        let is_settled = now == self.seen;
        self.seen.clone_from(&now);
        if now == self.read || !is_settled {
            return None;
        }
        self.read = now;
        let scene = (self.open)();
        if let Ok(scene) = &scene
            && scene.files() != self.files
            && let Some(now) = stamps(scene.files())
        {
            // It is made from other files now.
            self.files = scene.files().to_vec();
            (self.read, self.seen) = (now.clone(), now);
        }
        Some(scene)
    }
}

fn stamps(files: &[PathBuf]) -> Option<Vec<Stamp>> {
    let stamp = |file: &PathBuf| {
        let metadata = std::fs::metadata(file).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    files.iter().map(stamp).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::tempdir;

    #[test]
    fn what_is_saved_is_read_once_when_it_is_whole() {
        let folder = tempdir().expect("there is room");
        let path = folder.path().join("mine.ron");
        let name = path.display().to_string();
        let (_, shipped) = Scene::shipped().next().expect("there is one");
        let save = |text: &str| fs::write(&path, text).expect("it works");
        save(shipped);
        let scene = Scene::open(&name).expect("it is one");
        let mut files = SceneFiles::of(&scene, move || Scene::open(&name)).expect("it has one");
        assert!(files.look().is_none());
        save("no scene");
        assert!(files.look().is_none(), "it may be half of one");
        assert!(matches!(files.look(), Some(Err(_))));
        assert!(files.look().is_none(), "that is said once");
        fs::remove_file(&path).expect("it works");
        assert!(files.look().is_none());
        save(&format!("{shipped}// a note"));
        assert!(files.look().is_none());
        assert!(matches!(files.look(), Some(Ok(_))));
        assert!(files.look().is_none());
    }

    #[test]
    fn a_scene_that_is_in_no_file_has_none() {
        let (name, text) = Scene::shipped().next().expect("there is one");
        let scene = Scene::parse(name, text).expect("it is one");
        assert!(SceneFiles::of(&scene, || unreachable!("nobody looks")).is_none());
    }
}
