//! The run folder: what is written while a run goes on, and how it is read back.
//!
//! | file | what it holds |
//! |---|---|
//! | `scene.ron` | the scene as used, with the learner's preset and every `--set` in it |
//! | `run.json` | seed, learner, number of environments and steps |
//! | `checkpoints/` | the newest two checkpoints, by iteration: all that the run needs to go on |
//! | `replay/` | what these count on of the replay memory, by row; of learners that have one |
//! | `policy.safetensors` | the newest policy: weights and normaliser |
//! | `best.safetensors` | the policy that solved the scene, once one has |
//! | `metrics.csv` | one row per iteration, no clock in it |
//! | `timing.csv` | wall-clock seconds of the same iterations |
//! | `flights/` | the last episodes of environments that broke |
//! | `result.json` | what `train --json` prints, once the run has ended |
//! | `lock` | held by the process that writes the folder |

pub mod flight;
mod folder;
pub mod follow;
pub mod image;
mod log;
pub mod policy_file;
mod sealed;
mod segments;

pub use folder::{ClaimedFolder, Found, RunFolder};

use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

use crate::files;
use crate::policy::Policy;
use crate::scene::{Scene, SceneError};

/// Largest file of a run that is read (bytes): far above what sinew writes.
const LARGEST: u64 = 1 << 30;
/// Largest text of a run that is read (bytes).
const LARGEST_TEXT: u64 = 16 << 20;

/// What a run was started with, beside its scene.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSettings {
    /// Version of sinew that wrote it.
    pub version: String,
    /// The scene's name.
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

/// A problem with a run folder.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Somebody else writes it.
    #[error(
        "{0} is being written by another process: wait for it or stop it, or name another folder with --run"
    )]
    Locked(PathBuf),
    /// It holds another run.
    #[error(
        "{0} holds another run: {1}; go on with it as it was started, or name another folder with --run"
    )]
    OtherRun(PathBuf, String),
    /// Its checkpoints are of another version of sinew.
    #[error("{0}: {1}; go on with the sinew that began the run, or name another folder with --run")]
    OtherVersion(PathBuf, String),
    /// The folder is no run.
    #[error("{0} is not a run folder: it has no {1}")]
    NotARun(PathBuf, &'static str),
    /// The run has not solved its scene.
    #[error(
        "{0} has no best.safetensors, because this run has not solved its scene: leave --best away"
    )]
    NoBest(PathBuf),
    /// A file of it does not say what it should.
    #[error("{0}: {1}")]
    Broken(PathBuf, String),
    /// The scene of it is none.
    #[error(transparent)]
    Scene(#[from] SceneError),
    /// The system refused.
    #[error("{0}: {1}")]
    Io(PathBuf, #[source] io::Error),
}

/// Which policy of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The last one saved.
    Newest,
    /// The one that solved the scene.
    Best,
}

impl Which {
    fn file(self) -> &'static str {
        match self {
            Self::Newest => "policy.safetensors",
            Self::Best => "best.safetensors",
        }
    }
}

/// Reads what a run was started with, and its scene's text.
///
/// # Errors
/// The folder is no run, or a file of it is broken.
pub fn read_run(run: &Path) -> Result<(RunSettings, String), RunError> {
    Ok((read_settings(run)?, read_text(run, "scene.ron")?))
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
pub fn read_policy(run: &Path, which: Which) -> Result<Policy, RunError> {
    let path = run.join(which.file());
    if !path.exists() {
        return Err(match which {
            Which::Newest => RunError::NotARun(run.to_path_buf(), which.file()),
            Which::Best => RunError::NoBest(run.to_path_buf()),
        });
    }
    let bytes = read_inside(&path, LARGEST).map_err(|error| RunError::Io(path.clone(), error))?;
    policy_file::from_bytes(&bytes).map_err(|message| RunError::Broken(path, message))
}

/// As [`files::read`], of a file in a folder that may be a stranger's: a link in it is not followed.
fn read_inside(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    if path.is_symlink() {
        let words = "it is a link, and links in run folders are not followed";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, words));
    }
    files::read(path, most)
}

fn read_text(run: &Path, name: &'static str) -> Result<String, RunError> {
    let path = run.join(name);
    if !path.is_file() {
        return Err(RunError::NotARun(run.to_path_buf(), name));
    }
    let bytes =
        read_inside(&path, LARGEST_TEXT).map_err(|error| RunError::Io(path.clone(), error))?;
    String::from_utf8(bytes).map_err(|error| RunError::Broken(path, error.to_string()))
}

/// What differs between a stored run and one that is to go on in its folder, in words. The number of steps may.
fn difference(
    path: &Path,
    old: &RunSettings,
    old_text: Option<&str>,
    new: &RunSettings,
    scene: Option<&Scene>,
) -> Result<Option<String>, RunError> {
    if old.seed != new.seed {
        return Ok(Some(format!("its seed is {}, not {}", old.seed, new.seed)));
    }
    if old.learner != new.learner {
        let found = format!("its learner is `{}`, not `{}`", old.learner, new.learner);
        return Ok(Some(found));
    }
    match (old_text, scene) {
        (Some(text), Some(scene)) => {
            let origin = path.join("scene.ron").display().to_string();
            let old_scene = Scene::parse(&origin, text)?;
            let differs = old_scene.difference(scene, &new.learner);
            Ok(differs.map(|difference| match (&old.scene, &new.scene) {
                (old, new) if old != new => format!("its scene is `{old}`, not `{new}`"),
                _ => format!("its scene differs: {difference}"),
            }))
        }
        (None, None) if old.envs != new.envs => Ok(Some(format!(
            "it has {} environments, not {}",
            old.envs, new.envs
        ))),
        (None, None) => Ok(None),
        _ => Ok(Some("it is of another environment".to_owned())),
    }
}
