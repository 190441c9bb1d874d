//! Opening a run folder: the run in it is compared with the one that is to go on, and resumed from its newest usable checkpoint.

use std::path::Path;

use super::{Log, RunFolder, TIMING, metric_names};
use crate::checkpoint::folder_lock::LockedFolder;
use crate::checkpoint::identity::RunIdentity;
use crate::checkpoint::run_subject::RunSubject;
use crate::checkpoint::segments::{self, Segments};
use crate::checkpoint::snapshot::{self, LogLengths, Snapshot, SnapshotError};
use crate::checkpoint::versions::read_versions;
use crate::checkpoint::{LARGEST, RunError, RunSettings, StoredRun, read_inside};
use crate::files;
use crate::learn::replay::Replay;
use crate::learn::replay::block::Block;

/// A checkpoint of a run folder.
pub struct FoundCheckpoint {
    /// Its name in the folder.
    pub name: String,
    /// What it holds, or why that cannot be read.
    pub snapshot: Result<Snapshot, SnapshotError>,
}

impl LockedFolder {
    /// Opens the folder to resume the run in it, or to start one.
    ///
    /// # Errors
    /// It holds another run than this, or cannot be written.
    pub fn open(
        self,
        mut settings: RunSettings,
        subject: Option<&dyn RunSubject>,
    ) -> Result<RunFolder, RunError> {
        let stored = self.stored()?;
        if let Some(old) = &stored
            && let Some(difference) = difference(&self.path, old, &settings, subject)?
        {
            return Err(RunError::OtherRun(self.path, difference));
        }
        // The original text is kept: one with the same meaning may differ in comments and layout.
        let kept = stored.as_ref().and_then(|old| old.kept.clone());
        if let Some(old) = &stored {
            // A smaller number of steps does not shorten the stored run.
            settings.steps = settings.steps.max(old.settings.steps);
        }
        let as_given = |subject: &dyn RunSubject| (subject.file(), subject.text().to_owned());
        let folder = RunFolder {
            identity: RunIdentity::new(&settings, subject),
            metrics: Log::new(self.path.join("metrics.csv"), &metric_names(), 0),
            timing: Log::new(self.path.join("timing.csv"), &TIMING, 0),
            kept: kept.or_else(|| subject.map(as_given)),
            segments: Segments::default(),
            versions: read_versions(&self.path)?,
            played: None,
            events: String::new(),
            path: self.path,
            lock: self.lock,
            settings,
            warnings: Vec::new(),
        };
        folder.refuse_other_runs()?;
        if stored.is_none_or(|old| old.settings != folder.settings) {
            folder.write_settings()?;
        }
        Ok(folder)
    }
}

impl RunFolder {
    /// The checkpoints, the newest first.
    ///
    /// # Errors
    /// The system refused to list them.
    pub fn checkpoints(&self) -> Result<impl Iterator<Item = FoundCheckpoint> + use<>, RunError> {
        let (folder, identity) = (self.path.join("checkpoints"), self.identity);
        let names = snapshot::file_names(&folder);
        let names = names.map_err(|error| RunError::Io(folder.clone(), error))?;
        Ok(names.into_iter().rev().map(move |name| {
            let snapshot = read_inside(&folder.join(&name), LARGEST)
                .map_err(SnapshotError::Io)
                .and_then(|bytes| Snapshot::from_bytes(&bytes))
                .and_then(|snapshot| {
                    identity.admits(&snapshot.identity)?;
                    if snapshot::file_name(snapshot.iteration) == name {
                        Ok(snapshot)
                    } else {
                        Err(SnapshotError::Broken(
                            "its file name does not match its content".to_owned(),
                        ))
                    }
                });
            FoundCheckpoint { name, snapshot }
        }))
    }

    /// The bytes of the rows of a block that the replay memory of a checkpoint holds.
    ///
    /// # Errors
    /// They are not there.
    pub fn read_block(&self, block: &Block) -> Result<Vec<u8>, String> {
        segments::read(&self.path.join(segments::FOLDER), block)
    }

    /// Resumes from a checkpoint with this replay memory, or starts afresh: later checkpoints and rows are discarded.
    ///
    /// # Errors
    /// The system refused.
    pub fn resume_from(
        &mut self,
        name: Option<&str>,
        logs: LogLengths,
        memory: &Replay,
    ) -> Result<Vec<String>, RunError> {
        let io = |error| RunError::Io(self.path.clone(), error);
        let folder = self.path.join("checkpoints");
        for other in snapshot::file_names(&folder).map_err(io)? {
            if name.is_none_or(|name| other.as_str() > name) {
                files::set_aside(&folder.join(other)).map_err(io)?;
            }
        }
        files::remove(&self.path.join("result.json")).map_err(io)?;
        let mut notes = Vec::new();
        let mut log = |file: &str, header: &[&str], length: u64| {
            let path = self.path.join(file);
            let is = std::fs::metadata(&path).map_or(0, |about| about.len());
            if is < length {
                notes.push(format!("{} is truncated", path.display()));
            }
            Log::new(path, header, length.min(is))
        };
        self.metrics = log("metrics.csv", &metric_names(), logs.metrics);
        self.timing = log("timing.csv", &TIMING, logs.timing);
        self.segments = name.map_or_else(Segments::default, |name| Segments::of(name, memory));
        Ok(notes)
    }

    /// Damaged checkpoints are skipped. One that is intact but of another run or version, or unreadable at the moment, is an error:
    /// starting afresh would overwrite it.
    fn refuse_other_runs(&self) -> Result<(), RunError> {
        for FoundCheckpoint { name, snapshot } in self.checkpoints()? {
            let path = self.path.join("checkpoints").join(name);
            return match snapshot {
                Ok(_) => Ok(()),
                Err(SnapshotError::Broken(_)) => continue,
                Err(SnapshotError::Io(error)) => Err(RunError::Io(path, error)),
                Err(SnapshotError::OtherVersion(what)) => Err(RunError::OtherVersion(path, what)),
                Err(SnapshotError::OtherRun) => Err(RunError::OtherRun(
                    self.path.clone(),
                    "its newest checkpoint does not match run.json and the scene: a file was edited, or the checkpoint belongs to another run or environment"
                        .to_owned(),
                )),
            };
        }
        Ok(())
    }
}

/// The first difference between a stored run and one that is to resume it, in words. The number of steps may differ.
fn difference(
    path: &Path,
    old: &StoredRun,
    new: &RunSettings,
    subject: Option<&dyn RunSubject>,
) -> Result<Option<String>, RunError> {
    let StoredRun { settings, kept } = old;
    if settings.seed != new.seed {
        let found = format!("its seed is {}, not {}", settings.seed, new.seed);
        return Ok(Some(found));
    }
    if settings.learner != new.learner {
        let (was, is) = (&settings.learner, &new.learner);
        return Ok(Some(format!("its learner is `{was}`, not `{is}`")));
    }
    match (kept, subject) {
        (Some((file, text)), Some(subject)) if *file == subject.file() => {
            let origin = path.join(file.name()).display().to_string();
            Ok(subject.difference(settings, &origin, text)?)
        }
        (None, None) if settings.envs != new.envs => Ok(Some(format!(
            "it has {} environments, not {}",
            settings.envs, new.envs
        ))),
        (None, None) => Ok(None),
        _ => Ok(Some("it belongs to another environment".to_owned())),
    }
}
