//! Crash records: the last episode of an environment that broke, with its scene, so that `sinew replay` can reproduce it.

use serde::{Deserialize, Serialize};
use std::path::Path;

use super::RunError;
use super::sealed::{FileKind, SealError};
use crate::files;
use crate::pod::CrashedEpisode;

const KIND: FileKind = FileKind {
    name: "crash",
    called: "crash record",
    version: 3,
    oldest: 3,
};
/// The kind of version 2, whose content is the same.
const FORMER_KIND: FileKind = FileKind {
    name: "flight",
    version: 2,
    oldest: 2,
    ..KIND
};
/// Largest record that is read (bytes).
const LARGEST: u64 = 64 << 20;

/// A crashed episode with all that is needed to replay it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CrashRecord {
    /// Version of sinew that wrote it.
    pub version: String,
    /// The scene's name.
    pub scene: String,
    /// The scene's text; `None` for an environment that is compiled into a program.
    pub text: Option<String>,
    /// The run's seed.
    pub seed: u64,
    /// The episode.
    pub crash: CrashedEpisode,
}

impl CrashRecord {
    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let content = postcard::to_stdvec(self).expect("plain data serialises to memory");
        KIND.seal(&content)
    }

    /// Reads the bytes of a file. The caller validates the scene, and the actions against it.
    ///
    /// # Errors
    /// Says what is wrong with them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let unsealed = match FORMER_KIND.unseal(bytes) {
            Err(SealError::Foreign(_)) => KIND.unseal(bytes),
            former => former,
        };
        let content = unsealed.map_err(|error| error.to_string())?.content;
        let (record, rest): (Self, _) =
            postcard::take_from_bytes(content).map_err(|error| error.to_string())?;
        // These texts are printed to terminals.
        let Self {
            version,
            scene,
            crash,
            ..
        } = &record;
        let is_plain = |words: &String| words.len() < 4096 && !words.contains(char::is_control);
        if rest.is_empty() && [version, scene, &crash.reason].into_iter().all(is_plain) {
            Ok(record)
        } else {
            Err("it contains unexpected data".to_owned())
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or is no crash record.
    pub fn read(path: &Path) -> Result<Self, RunError> {
        let bytes = files::read(path, LARGEST);
        let bytes = bytes.map_err(|error| RunError::Io(path.to_path_buf(), error))?;
        Self::from_bytes(&bytes).map_err(|message| RunError::Broken(path.to_path_buf(), message))
    }
}
