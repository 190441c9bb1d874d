//! The lock of a run folder: one process alone may write it.

use std::path::{Path, PathBuf};

use super::{RunError, RunSettings, StoredRun, kept_in, read_settings, read_text};
use crate::files::{self, Lock};

/// A run folder that this process has locked, before it is known which run it is for.
pub struct LockedFolder {
    pub(super) path: PathBuf,
    pub(super) lock: Lock,
}

impl LockedFolder {
    /// Locks the folder `path`, which is made if it is missing.
    ///
    /// # Errors
    /// Another process writes it, or it cannot be made.
    pub fn lock(path: &Path) -> Result<Self, RunError> {
        let io = |error| RunError::Io(path.to_path_buf(), error);
        files::create_folder(path).map_err(io)?;
        let lock = Lock::take(&path.join("lock")).map_err(io)?;
        let lock = lock.ok_or_else(|| RunError::Locked(path.to_path_buf()))?;
        Ok(Self {
            path: path.to_path_buf(),
            lock,
        })
    }

    /// Makes and locks the first free `runs/<scene>-<learner>-s<seed>[-n]`.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn lock_new(settings: &RunSettings) -> Result<Self, RunError> {
        let stem = format!("{}-{}-s{}", settings.scene, settings.learner, settings.seed);
        // A preset's name may contain any character.
        let is_plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
        let stem = stem.replace(|c| !is_plain(c), "_");
        for n in 1_u64.. {
            let path = match n {
                1 => Path::new("runs").join(&stem),
                n => Path::new("runs").join(format!("{stem}-{n}")),
            };
            if path.exists() {
                continue;
            }
            // Of two runs that start at once, one gets this lock, and the other the next folder.
            match Self::lock(&path) {
                Ok(locked) if locked.holds("run.json") => {}
                Err(RunError::Locked(_)) => {}
                locked => return locked,
            }
        }
        unreachable!("some number is free")
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The run in it, if there is one.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn stored(&self) -> Result<Option<StoredRun>, RunError> {
        if !self.holds("run.json") {
            return Ok(None);
        }
        let settings = read_settings(&self.path)?;
        let kept = match kept_in(&self.path) {
            Some(file) => Some((file, read_text(&self.path, file.name())?)),
            None => None,
        };
        Ok(Some(StoredRun { settings, kept }))
    }

    pub(super) fn holds(&self, name: &str) -> bool {
        self.path.join(name).is_file()
    }
}
