//! The errors of a comparison.

use std::io;
use std::path::{Path, PathBuf};

use crate::checkpoint::RunError;
use crate::files;
use crate::train::TrainError;

/// Why a comparison failed.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// Two learners have the same folder name.
    #[error("`{0}` and `{1}` would share their folders: name each learner once")]
    SharedFolder(String, String),
    /// Another process writes the folder.
    #[error(
        "{0} is being written by another process: wait for it or stop it, or name another folder with --out"
    )]
    Busy(PathBuf),
    /// The folder holds runs of another comparison.
    #[error(
        "{0} belongs to another comparison: {1}; repeat the original command, name another folder with --out, or delete this one"
    )]
    Other(PathBuf, String),
    /// A file of the folder is damaged.
    #[error("{0}: {1}; name another folder with --out, or delete this one")]
    Broken(PathBuf, String),
    /// A run could not be started.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// An input or output operation failed.
    #[error("{0}: {1}")]
    Io(PathBuf, #[source] io::Error),
}

impl From<RunError> for CompareError {
    /// The error in terms of `sinew compare`, which has no `--run`.
    fn from(error: RunError) -> Self {
        match error {
            RunError::Locked(path) => Self::Busy(path),
            RunError::OtherRun(path, difference) => Self::Other(path, difference),
            RunError::OtherVersion(path, words) | RunError::Broken(path, words) => {
                Self::Broken(path, words)
            }
            RunError::Io(path, error) => Self::Io(path, error),
            error => Self::Train(error.into()),
        }
    }
}

/// Reads a small file of a comparison or run; its size limit is far above what sinew writes.
pub(super) fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    const LARGEST: u64 = 16 << 20;
    files::read(path, LARGEST)
}
