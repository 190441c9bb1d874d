//! What a scene is read from: a file, a shipped scene, or a text at hand.

use std::{
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
};

use super::{
    error::SceneError,
    read::{self, MAX_BYTES},
    shipped,
};

/// The folder in which what is compiled in would be.
const SHIPPED: &str = "scenes/";

/// A text and where it comes from.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// What errors call it.
    pub(super) name: String,
    pub(super) text: String,
    /// The file; `None` for a text that is in none.
    pub(super) file: Option<PathBuf>,
}

impl Source {
    /// A text that is in no file.
    pub(super) fn text(name: &str, text: &str) -> Source {
        Source {
            name: name.to_owned(),
            text: text.to_owned(),
            file: None,
        }
    }

    /// The scene that is compiled in under this name.
    pub(super) fn shipped(name: &str) -> Option<Source> {
        let found = shipped::SCENES.iter().find(|(other, _)| *other == name);
        found.map(|(name, text)| Source::text(&format!("scenes/{name}.ron"), text))
    }

    /// A file, or the shipped scene of that name unless `scenes/NAME.ron` is there to be read instead.
    pub(super) fn find(scene: &str) -> Result<Source, SceneError> {
        let in_folder = format!("scenes/{scene}.ron");
        let named = scene
            .strip_prefix("scenes/")
            .and_then(|file| file.strip_suffix(".ron"));
        let shipped = Source::shipped(scene).or_else(|| Source::shipped(named?));
        match shipped {
            // A folder of a shipped scene's name does not hide the scene.
            _ if Path::new(scene).is_file() => Source::read(scene),
            _ if Path::new(&in_folder).is_file() => Source::read(&in_folder),
            Some(shipped) => Ok(shipped),
            None if Path::new(scene).exists() => Source::read(scene),
            None => Err(SceneError::Missing {
                scene: scene.to_owned(),
                shipped: shipped::names().map(str::to_owned).collect(),
            }),
        }
    }

    /// The text of a file, which is not read at all if it is too large.
    pub(super) fn read(path: &str) -> Result<Source, SceneError> {
        Ok(Source {
            name: path.to_owned(),
            text: read::utf8(path, bytes(path, MAX_BYTES)?)?,
            file: Some(PathBuf::from(path)),
        })
    }

    /// The path of a file that is named in this one, relative to it; `None` if this text is in no file, and the file is none of those that
    /// are compiled in.
    pub(super) fn beside(&self, file: &str) -> Option<String> {
        let Some(own) = &self.file else {
            return shipped::file(file).map(|_| format!("{SHIPPED}{file}"));
        };
        let folder = own.parent().unwrap_or(Path::new(""));
        Some(folder.join(file).to_string_lossy().into_owned())
    }
}

/// What is in a file of at most `limit` bytes.
pub(super) fn bytes(path: &str, limit: u64) -> Result<Vec<u8>, SceneError> {
    if let Some(text) = path.strip_prefix(SHIPPED).and_then(shipped::file)
        && !Path::new(path).is_file()
    {
        return Ok(text.into());
    }
    let unreadable = |source| SceneError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let too_large = |bytes| SceneError::TooLarge {
        path: path.to_owned(),
        bytes,
        limit,
    };
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(SceneError::NotAFile {
            path: path.to_owned(),
            found: if metadata.is_dir() {
                "a directory"
            } else {
                "a device"
            },
        });
    }
    if metadata.len() > limit {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::new();
    // The file may have grown since.
    let file = File::open(path).map_err(unreadable)?;
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}
