//! The folder of a running training: validated when it is opened, and written so that no failure loses more than the work
//! since the last checkpoint.

mod resume;

pub use resume::FoundCheckpoint;

use std::io;
use std::path::{Path, PathBuf};

use super::crash_record::CrashRecord;
use super::folder_lock::LockedFolder;
use super::identity::RunIdentity;
use super::log::Log;
use super::run_subject::{RunSubject, SubjectFile};
use super::segments::{self, Segments};
use super::snapshot::{self, LogLengths, Snapshot};
use super::versions::{self, VersionFile};
use super::{LARGEST, RunError, RunSettings, SavedPolicy, StoredRun, read_text};
use crate::files;
use crate::files::Lock;
use crate::learn::replay::Replay;
use crate::metrics::{Metric, Row};
use crate::pod::{CrashedEpisode, Purpose};

/// Checkpoints that are kept.
const KEPT: usize = 2;
/// Crash records that are kept of a run.
const MOST_CRASH_RECORDS: usize = 20;

/// A run folder that is being written.
pub struct RunFolder {
    path: PathBuf,
    lock: Lock,
    settings: RunSettings,
    /// The run's scene or presets: file and text.
    kept: Option<(SubjectFile, String)>,
    /// Later versions of the scene.
    versions: Vec<VersionFile>,
    /// The text of the version in force, and the table of the versions that have taken effect, once there are any.
    played: Option<String>,
    events: String,
    identity: RunIdentity,
    metrics: Log,
    timing: Log,
    segments: Segments,
    /// Warnings about the folder that have not been reported yet.
    warnings: Vec<String>,
}

impl RunFolder {
    /// Opens the folder `path`, or the first free one in `runs/`, to resume the run in it or to start one.
    ///
    /// # Errors
    /// It holds another run than this, another process writes it, or it cannot be written.
    pub fn open(
        path: Option<&Path>,
        settings: RunSettings,
        subject: Option<&dyn RunSubject>,
    ) -> Result<Self, RunError> {
        let locked = match path {
            Some(path) => LockedFolder::lock(path)?,
            None => LockedFolder::lock_new(&settings)?,
        };
        locked.open(settings, subject)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the warnings about the folder that are still to be reported.
    pub fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    /// Whether an iteration has ever been logged in it.
    pub fn has_rows(&self) -> bool {
        self.path.join("metrics.csv").is_file()
    }

    /// The result of the run in it, as `train --json` printed it.
    pub fn result(&self) -> Option<String> {
        read_text(&self.path, "result.json").ok()
    }

    /// Which run this is.
    pub fn identity(&self) -> RunIdentity {
        self.identity
    }

    /// Later versions of the scene, by their steps.
    pub fn versions(&self) -> &[VersionFile] {
        &self.versions
    }

    /// Adds a version of the scene durably; its step must be after those of all others.
    ///
    /// # Errors
    /// An input or output error; the version has then not been added.
    pub fn add_version(&mut self, version: VersionFile) -> Result<(), RunError> {
        self.recreate_if_missing()?;
        let io = |error| RunError::Io(self.path.clone(), error);
        self.folder(versions::FOLDER)?;
        let path = self.path.join(version.path());
        let written = files::replace(&path, version.text.as_bytes());
        if let Err(error) = written {
            let _ = files::remove(&path);
            // The file could not be removed again: a resumed run would read it, so the version counts.
            if !path.is_file() {
                return Err(io(error));
            }
        }
        self.versions.push(version);
        Ok(())
    }

    /// Sets the text of the version in force and the table `events` of versions that have taken effect.
    pub fn set_version_in_force(&mut self, text: Option<&str>, events: String) {
        self.played = text.map(str::to_owned);
        self.events = events;
    }

    /// Logs an iteration; written with the next [`RunFolder::publish`] or [`RunFolder::save`].
    pub fn log(&mut self, iteration: u64, row: &Row, wall_s: f64) {
        let cell = |metric: &Metric| row.get(*metric).map_or(String::new(), |x| x.to_string());
        self.metrics.push(Metric::ALL.iter().map(cell));
        self.timing
            .push([iteration.to_string(), format!("{wall_s:.6}")]);
    }

    /// Writes rows and policy for readers of the folder, not durably.
    ///
    /// # Errors
    /// The system refused.
    pub fn publish(&mut self, policy: &[u8]) -> Result<(), RunError> {
        self.recreate_if_missing()?;
        let io = |error| RunError::Io(self.path.clone(), error);
        self.metrics.write().map_err(io)?;
        self.timing.write().map_err(io)?;
        self.write_events()?;
        files::publish(&self.path.join(SavedPolicy::Newest.file()), policy).map_err(io)
    }

    /// Writes a checkpoint and all that it refers to durably, and keeps one older checkpoint. The
    /// snapshot has the digest of `memory`.
    ///
    /// # Errors
    /// An input or output error; the older checkpoints are unharmed.
    pub fn save(
        &mut self,
        mut snapshot: Snapshot,
        policy: &[u8],
        memory: &Replay,
    ) -> Result<(), RunError> {
        self.recreate_if_missing()?;
        let io = |error| RunError::Io(self.path.clone(), error);
        self.metrics.write_durably().map_err(io)?;
        self.timing.write_durably().map_err(io)?;
        self.write_versions()?;
        self.write_events()?;
        snapshot.logs = LogLengths {
            metrics: self.metrics.written(),
            timing: self.timing.written(),
        };
        let is_remembering = !memory.is_empty();
        if is_remembering {
            let folder = self.folder(segments::FOLDER)?;
            self.segments.write(&folder, memory).map_err(io)?;
        }
        if let Some(best) = &snapshot.best {
            self.save_once(SavedPolicy::Best.file(), best)?;
        }
        let folder = self.folder("checkpoints")?;
        let name = snapshot::file_name(snapshot.iteration);
        let path = folder.join(&name);
        // Before the checkpoint: a run that resumes from it does not write the policy of its iteration again.
        files::replace(&self.path.join(SavedPolicy::Newest.file()), policy).map_err(io)?;
        let bytes = snapshot.to_bytes();
        if bytes.len() as u64 > LARGEST {
            let words = "the checkpoint exceeds the limit of 1 GiB";
            return Err(io(io::Error::other(words)));
        }
        files::replace(&path, &bytes).map_err(io)?;
        let mut names = snapshot::file_names(&folder).map_err(io)?;
        for old in names.drain(..names.len().saturating_sub(KEPT)) {
            files::remove(&folder.join(old)).map_err(io)?;
        }
        if is_remembering {
            let folder = self.path.join(segments::FOLDER);
            self.segments.note(&name, memory);
            let removed = self.segments.remove_others(&folder, memory, &names);
            removed.map_err(io)?;
        }
        Ok(())
    }

    /// Writes the last episode of an environment that broke and returns its path; `None` once enough are kept.
    ///
    /// # Errors
    /// The system refused.
    pub fn save_crash_record(&self, crash: &CrashedEpisode) -> Result<Option<PathBuf>, RunError> {
        let io = |error| RunError::Io(self.path.clone(), error);
        let folder = self.folder("crashes")?;
        if files::list(&folder).map_err(io)?.len() >= MOST_CRASH_RECORDS {
            return Ok(None);
        }
        let scene = match &self.kept {
            Some((SubjectFile::Scene, text)) => Some(self.played.as_ref().unwrap_or(text).clone()),
            _ => None,
        };
        let record = CrashRecord {
            version: self.settings.version.clone(),
            scene: self.settings.scene.clone(),
            text: scene,
            seed: self.settings.seed,
            crash: crash.clone(),
        };
        let purpose = match crash.purpose {
            Purpose::Training => "",
            _ => "evaluation-",
        };
        let name = format!("{purpose}e{}-{}.crash", crash.environment, crash.episode);
        let path = folder.join(name);
        files::publish(&path, &record.to_bytes()).map_err(io)?;
        Ok(Some(path))
    }

    /// Writes what `train --json` prints.
    ///
    /// # Errors
    /// The system refused.
    pub fn save_result(&self, json: &str) -> Result<(), RunError> {
        files::replace(&self.path.join("result.json"), json.as_bytes())
            .map_err(|error| RunError::Io(self.path.clone(), error))
    }

    /// Recreates the folder if it was deleted during training: deleting it again is easier than losing the run. Tables are
    /// recreated by their own writers.
    fn recreate_if_missing(&mut self) -> Result<(), RunError> {
        if !self.lock.is_in_place(&self.path.join("lock")) {
            let locked = LockedFolder::lock(&self.path)?;
            if locked.holds("run.json") && self.stored_differs(&locked)? {
                return Err(RunError::OtherRun(
                    self.path.clone(),
                    "somebody began another one in its place".to_owned(),
                ));
            }
            self.lock = locked.lock;
            let path = self.path.display();
            self.warnings.push(format!(
                "warning: {path} was deleted or moved; it is recreated with new, empty tables"
            ));
        }
        if self.path.join("run.json").is_file() {
            return Ok(());
        }
        self.write_settings()
    }

    /// A folder in this one, created if it is missing; a link is refused.
    fn folder(&self, name: &str) -> Result<PathBuf, RunError> {
        let path = self.path.join(name);
        if path.is_symlink() {
            return Err(RunError::Broken(
                path,
                "it is a link, expected a folder".to_owned(),
            ));
        }
        files::create_folder(&path).map_err(|error| RunError::Io(path.clone(), error))?;
        Ok(path)
    }

    fn stored_differs(&self, locked: &LockedFolder) -> Result<bool, RunError> {
        let mine = StoredRun {
            settings: self.settings.clone(),
            kept: self.kept.clone(),
        };
        Ok(locked.stored()? != Some(mine))
    }

    fn write_settings(&self) -> Result<(), RunError> {
        let io = |error| RunError::Io(self.path.clone(), error);
        // run.json is written last: a folder that has it is complete.
        if let Some((file, text)) = &self.kept {
            self.save_once(file.name(), text.as_bytes())?;
        }
        self.write_versions()?;
        let settings = serde_json::to_string_pretty(&self.settings).expect("plain data is JSON");
        files::replace(&self.path.join("run.json"), (settings + "\n").as_bytes()).map_err(io)
    }

    /// Restores the files of versions that are missing.
    fn write_versions(&self) -> Result<(), RunError> {
        for version in &self.versions {
            let path = self.path.join(version.path());
            if !path.is_file() {
                self.folder(versions::FOLDER)?;
                let written = files::replace(&path, version.text.as_bytes());
                written.map_err(|error| RunError::Io(self.path.clone(), error))?;
            }
        }
        Ok(())
    }

    fn write_events(&self) -> Result<(), RunError> {
        if self.events.is_empty() {
            return Ok(());
        }
        self.save_once("events.csv", self.events.as_bytes())
    }

    /// Writes a file unless it has these bytes already.
    fn save_once(&self, name: impl AsRef<Path>, bytes: &[u8]) -> Result<(), RunError> {
        let path = self.path.join(name);
        if files::read(&path, LARGEST).is_ok_and(|old| old == bytes) {
            return Ok(());
        }
        files::replace(&path, bytes).map_err(|error| RunError::Io(self.path.clone(), error))
    }
}

const TIMING: [&str; 2] = ["iteration", "wall_s"];

fn metric_names() -> Vec<&'static str> {
    Metric::ALL.iter().map(|metric| metric.name()).collect()
}
