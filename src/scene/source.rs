//! What a scene is read from: a file, or a shipped scene.

use std::path::Path;
use std::sync::Arc;

use super::{SceneError, shipped, short_name};
use crate::ron_tree::{Source, read::MAX_BYTES, suggest};

/// The scene that is compiled in under this name.
pub(super) fn shipped(name: &str) -> Option<Arc<Source>> {
    let found = shipped::SCENES.iter().find(|(other, _)| *other == name);
    found.map(|(name, text)| Source::text(format!("scenes/{name}.ron"), *text))
}

/// The scene of a file.
pub(super) fn read(path: &str) -> Result<Arc<Source>, SceneError> {
    Source::read(path, MAX_BYTES)
}

/// A file, or the shipped scene of that name unless `scenes/NAME.ron` is there to be read instead.
pub(super) fn find(scene: &str) -> Result<Arc<Source>, SceneError> {
    let in_folder = format!("scenes/{scene}.ron");
    let named = scene
        .strip_prefix("scenes/")
        .and_then(|file| file.strip_suffix(".ron"));
    match shipped(scene).or_else(|| shipped(named?)) {
        // A folder of a shipped scene's name does not hide the scene.
        _ if Path::new(scene).is_file() => read(scene),
        _ if Path::new(&in_folder).is_file() => read(&in_folder),
        Some(shipped) => Ok(shipped),
        None if Path::new(scene).exists() => read(scene),
        None => {
            let known: Vec<_> = shipped::names().collect();
            Err(SceneError::Unknown {
                title: format!("`{scene}` is neither a file nor a shipped scene"),
                help: suggest("shipped scenes", short_name(scene), &known),
            })
        }
    }
}
