//! The run folder: its files, how they are written during training and how they are read back.
//!
//! | file | what it holds |
//! |---|---|
//! | `scene.ron` | the scene as trained on, including the learner's preset and every `--set` |
//! | `learners.ron` | in its place for an environment that is compiled into a program: the presets, including every `--set` |
//! | `versions/` | later versions of the scene, named by the control step at which each takes effect |
//! | `run.json` | seed, learner, number of environments and steps |
//! | `checkpoints/` | the newest two checkpoints, named by iteration: the complete state of the run |
//! | `replay/` | the rows of the replay memory that these checkpoints refer to (off-policy learners) |
//! | `policy.safetensors` | the newest policy: weights and normaliser |
//! | `best.safetensors` | the policy that solved the scene, once one has |
//! | `metrics.csv` | one row per iteration; contains no wall-clock time, so it is reproducible |
//! | `timing.csv` | wall-clock time of the same iterations (s) |
//! | `events.csv` | changes of the scene during training, if there were any |
//! | `crashes/` | crash records: the last episodes of environments that broke, for `sinew replay` |
//! | `result.json` | the result as `train --json` prints it, once the run has ended |
//! | `lock` | locked by the process that writes the folder |

pub mod crash_record;
mod folder;
mod folder_lock;
pub mod follow;
mod identity;
mod log;
pub mod policy_file;
pub mod run_subject;
mod sealed;
mod segments;
pub mod snapshot;
pub mod versions;

pub use folder::{FoundCheckpoint, RunFolder};
pub use folder_lock::LockedFolder;
pub use identity::RunIdentity;

use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

use crate::files;
use crate::policy::Policy;
use crate::scene::SceneError;
use run_subject::SubjectFile;

/// Largest file of a run that is read (bytes): far above what sinew writes.
const LARGEST: u64 = 1 << 30;
/// Largest text of a run that is read (bytes).
const LARGEST_TEXT: u64 = 16 << 20;

/// The settings of a run beside its scene or presets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSettings {
    /// Version of sinew that wrote it.
    pub version: String,
    /// The scene's name, or the environment's.
    pub scene: String,
    /// The preset's name.
    pub learner: String,
    /// The number given with `--seed`.
    pub seed: u64,
    /// Control steps to train for.
    pub steps: u64,
    /// Environments stepped together.
    pub envs: usize,
}

/// A run as its folder describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredRun {
    /// The settings it was started with.
    pub settings: RunSettings,
    /// Its scene or presets: the file and its text. `None` for an environment that only its program can describe.
    pub kept: Option<(SubjectFile, String)>,
}

/// A problem with a run folder.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Another process writes it.
    #[error(
        "{0} is being written by another process: wait for it or stop it, or name another folder with --run"
    )]
    Locked(PathBuf),
    /// It holds another run.
    #[error(
        "{0} holds another run: {1}; resume it with its original arguments, or name another folder with --run"
    )]
    OtherRun(PathBuf, String),
    /// A checkpoint has a format version that this sinew does not read.
    #[error(
        "{0}: {1}; resume it with the sinew version that wrote it, or name another folder with --run"
    )]
    OtherVersion(PathBuf, String),
    /// The folder holds no run.
    #[error("{0} is not a run folder: it has no {1}")]
    NotARun(PathBuf, String),
    /// Its environment is compiled into another program.
    #[error(
        "{0} was written by another program (environment `{1}`): only that program can resume it or print its result: PROGRAM --run {0}"
    )]
    Elsewhere(PathBuf, String),
    /// The run has not solved its scene.
    #[error(
        "{0} has no best.safetensors, because this run has not solved its scene: leave --best away"
    )]
    NoBest(PathBuf),
    /// A file of it is malformed.
    #[error("{0}: {1}")]
    Broken(PathBuf, String),
    /// Its scene is invalid.
    #[error(transparent)]
    Scene(#[from] SceneError),
    /// An input or output error.
    #[error("{0}: {1}")]
    Io(PathBuf, #[source] io::Error),
}

/// One of the policies that a run folder holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SavedPolicy {
    /// The newest.
    Newest,
    /// The one that solved the scene.
    Best,
}

impl SavedPolicy {
    fn file(self) -> &'static str {
        match self {
            Self::Newest => "policy.safetensors",
            Self::Best => "best.safetensors",
        }
    }
}

/// Reads the settings of a run and the text of its scene.
///
/// # Errors
/// The folder is no run, its environment is no scene, or a file of it is broken.
pub fn read_run(run: &Path) -> Result<(RunSettings, String), RunError> {
    let settings = read_settings(run)?;
    match kept_in(run) {
        Some(SubjectFile::Learners) => Err(RunError::Elsewhere(run.to_path_buf(), settings.scene)),
        _ => Ok((settings, read_text(run, SubjectFile::Scene.name())?)),
    }
}

/// Reads the settings of a run in a program's own environment and the text of its presets.
///
/// # Errors
/// The folder is no run, it is of a scene, or a file of it is broken.
pub fn read_own_run(run: &Path) -> Result<(RunSettings, String), RunError> {
    let settings = read_settings(run)?;
    match kept_in(run) {
        Some(SubjectFile::Scene) => {
            let found = format!("it is of the scene `{}`", settings.scene);
            Err(RunError::OtherRun(run.to_path_buf(), found))
        }
        _ => Ok((settings, read_text(run, SubjectFile::Learners.name())?)),
    }
}

/// The file that describes the environment of the run in a folder; `None` if only its program can.
fn kept_in(run: &Path) -> Option<SubjectFile> {
    let mut files = SubjectFile::ALL.into_iter();
    files.find(|file| run.join(file.name()).is_file())
}

fn read_settings(run: &Path) -> Result<RunSettings, RunError> {
    let settings = read_text(run, "run.json")?;
    serde_json::from_str(&settings)
        .map_err(|error| RunError::Broken(run.join("run.json"), error.to_string()))
}

/// Reads a policy of a run.
///
/// # Errors
/// There is none, or its file is broken.
pub fn read_policy(run: &Path, which: SavedPolicy) -> Result<Policy, RunError> {
    let path = run.join(which.file());
    if !path.exists() {
        return Err(match which {
            SavedPolicy::Newest => RunError::NotARun(run.to_path_buf(), which.file().to_owned()),
            SavedPolicy::Best => RunError::NoBest(run.to_path_buf()),
        });
    }
    let bytes = read_inside(&path, LARGEST).map_err(|error| RunError::Io(path.clone(), error))?;
    policy_file::from_bytes(&bytes).map_err(|message| RunError::Broken(path, message))
}

/// As [`files::read`], without following links: the folder may come from an untrusted source.
fn read_inside(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    if path.is_symlink() {
        let words = "it is a link, and links in run folders are not followed";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, words));
    }
    files::read(path, most)
}

fn read_text(run: &Path, name: impl AsRef<Path>) -> Result<String, RunError> {
    let path = run.join(name.as_ref());
    if !path.is_file() {
        let name = name.as_ref().display().to_string();
        return Err(RunError::NotARun(run.to_path_buf(), name));
    }
    let bytes =
        read_inside(&path, LARGEST_TEXT).map_err(|error| RunError::Io(path.clone(), error))?;
    String::from_utf8(bytes).map_err(|error| RunError::Broken(path, error.to_string()))
}
