//! The run folder: what is written while a run goes on, and how it is read back.
//!
//! | file | what it holds |
//! |---|---|
//! | `scene.ron` | the scene as used, with the learner's preset and every `--set` in it |
//! | `run.json` | seed, learner, number of environments and steps |
//! | `policy.safetensors` | the newest policy: weights and normaliser |
//! | `best.safetensors` | the policy that solved the scene, once one has |
//! | `metrics.csv` | one row per iteration, no clock in it |
//! | `timing.csv` | wall-clock seconds of the same iterations |
//! | `result.json` | what `train --json` prints |

pub mod follow;
pub mod policy_file;

use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::metrics::{Metric, Row};
use crate::policy::Policy;

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
    /// The folder holds something already.
    #[error(
        "{0} is not empty: name another folder with --run, or leave --run away to get a new one"
    )]
    NotEmpty(PathBuf),
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
    /// The system refused.
    #[error("{0}: {1}")]
    Io(PathBuf, #[source] io::Error),
}

/// A run folder that is being written.
pub struct RunFolder {
    path: PathBuf,
    metrics: csv::Writer<File>,
    timing: csv::Writer<File>,
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

impl RunFolder {
    /// Makes a new folder: `path` if given, which must be empty or missing, else the first free
    /// `runs/<scene>-<learner>-s<seed>[-n]`. Keeps `scene` in it, if there is one.
    ///
    /// # Errors
    /// The folder holds something, or cannot be written.
    pub fn create(
        path: Option<&Path>,
        settings: &RunSettings,
        scene: Option<&str>,
    ) -> Result<Self, RunError> {
        let path = match path {
            Some(path) => claim(path)?,
            None => claim_free(settings)?,
        };
        let io = |error| RunError::Io(path.clone(), error);
        let settings = serde_json::to_string_pretty(settings).expect("plain data is JSON");
        // Whoever makes this file owns the folder: of two runs that found it empty, one is refused.
        let owned = File::create_new(path.join("run.json"));
        let mut owned = owned.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => RunError::NotEmpty(path.clone()),
            _ => io(error),
        })?;
        owned.write_all((settings + "\n").as_bytes()).map_err(io)?;
        if let Some(scene) = scene {
            fs::write(path.join("scene.ron"), scene).map_err(io)?;
        }
        let mut metrics =
            csv::Writer::from_path(path.join("metrics.csv")).map_err(|error| io(error.into()))?;
        metrics
            .write_record(Metric::ALL.iter().map(|metric| metric.name()))
            .map_err(|error| io(error.into()))?;
        let mut timing =
            csv::Writer::from_path(path.join("timing.csv")).map_err(|error| io(error.into()))?;
        timing
            .write_record(["iteration", "wall_s"])
            .map_err(|error| io(error.into()))?;
        Ok(Self {
            path,
            metrics,
            timing,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Logs an iteration.
    ///
    /// # Errors
    /// The system refused.
    pub fn log(&mut self, iteration: u64, row: &Row, wall_s: f64) -> Result<(), RunError> {
        let cell = |metric: &Metric| row.get(*metric).map_or(String::new(), |x| x.to_string());
        self.metrics
            .write_record(Metric::ALL.iter().map(cell))
            .and_then(|()| {
                self.timing
                    .write_record([iteration.to_string(), format!("{wall_s:.6}")])
            })
            .map_err(|error| RunError::Io(self.path.clone(), error.into()))
    }

    /// Writes a policy, replacing the last one at once or not at all, and everything logged so far.
    ///
    /// # Errors
    /// The system refused.
    pub fn save(&mut self, policy: &Policy, which: Which) -> Result<(), RunError> {
        let io = |error| RunError::Io(self.path.clone(), error);
        self.metrics.flush().map_err(io)?;
        self.timing.flush().map_err(io)?;
        replace(
            &self.path.join(which.file()),
            &policy_file::to_bytes(policy),
        )
        .map_err(io)
    }

    /// Writes what `train --json` prints.
    ///
    /// # Errors
    /// The system refused.
    pub fn save_result(&self, json: &str) -> Result<(), RunError> {
        replace(&self.path.join("result.json"), json.as_bytes())
            .map_err(|error| RunError::Io(self.path.clone(), error))
    }
}

/// Reads what a run was started with, and its scene's text.
///
/// # Errors
/// The folder is no run, or a file of it is broken.
pub fn read_run(run: &Path) -> Result<(RunSettings, String), RunError> {
    let settings = read_text(run, "run.json")?;
    let settings = serde_json::from_str(&settings)
        .map_err(|error| RunError::Broken(run.join("run.json"), error.to_string()))?;
    Ok((settings, read_text(run, "scene.ron")?))
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
    let bytes = read_limited(&path).map_err(|error| RunError::Io(path.clone(), error))?;
    policy_file::from_bytes(&bytes).map_err(|message| RunError::Broken(path, message))
}

fn read_text(run: &Path, name: &'static str) -> Result<String, RunError> {
    let path = run.join(name);
    if !path.is_file() {
        return Err(RunError::NotARun(run.to_path_buf(), name));
    }
    let bytes = read_limited(&path).map_err(|error| RunError::Io(path.clone(), error))?;
    String::from_utf8(bytes).map_err(|error| RunError::Broken(path, error.to_string()))
}

/// Largest file of a run that is read (bytes): far above what sinew writes.
const LARGEST: u64 = 1 << 30;

fn read_limited(path: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.len() > LARGEST {
        return Err(io::Error::other("the file is larger than 1 GiB"));
    }
    fs::read(path)
}

fn claim(path: &Path) -> Result<PathBuf, RunError> {
    let io = |error| RunError::Io(path.to_path_buf(), error);
    fs::create_dir_all(path).map_err(io)?;
    if fs::read_dir(path).map_err(io)?.next().is_some() {
        return Err(RunError::NotEmpty(path.to_path_buf()));
    }
    Ok(path.to_path_buf())
}

fn claim_free(settings: &RunSettings) -> Result<PathBuf, RunError> {
    let stem = format!("{}-{}-s{}", settings.scene, settings.learner, settings.seed);
    // Names of presets are free text; names of folders are not.
    let is_plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    let stem = stem.replace(|c| !is_plain(c), "_");
    let runs = Path::new("runs");
    fs::create_dir_all(runs).map_err(|error| RunError::Io(runs.to_path_buf(), error))?;
    for n in 1_u64.. {
        let path = match n {
            1 => runs.join(&stem),
            n => runs.join(format!("{stem}-{n}")),
        };
        // Making the folder is what claims it: two runs that start together get two folders.
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(RunError::Io(path, error)),
        }
    }
    unreachable!("some number is free")
}

/// Writes beside the file, then renames: a reader sees the old bytes or the new ones.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("tmp");
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}
