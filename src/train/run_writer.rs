//! Writes a run to its folder during training: checkpoints, the newest policy, the tables. A write that fails is reported and
//! retried; the training goes on.

use std::time::{Duration, Instant};

use super::publish::Messages;
use crate::checkpoint::snapshot::{LogLengths, Snapshot};
use crate::checkpoint::versions::VersionFile;
use crate::checkpoint::{RunError, RunFolder};
use crate::learn::replay::Replay;
use crate::metrics::Row;
use crate::pod::CrashedEpisode;

/// Time between checkpoints by default.
const SAVE_EVERY: Duration = Duration::from_secs(30);
/// Least time between checkpoints in multiples of the time that one takes: saving costs less than 1 % of a run.
const REST: u32 = 100;
/// Longest time until a failed write is retried.
const TRY_AGAIN: Duration = Duration::from_secs(5);
/// Time between two published policies.
const PUBLISH_EVERY: Duration = Duration::from_secs(2);
/// Broken environments that a process reports.
const MOST_REPORTED: usize = 20;

/// Writes a run's folder, if it has one.
pub(super) struct RunWriter {
    folder: Option<RunFolder>,
    every: Option<Duration>,
    /// The iteration of the newest checkpoint.
    saved: Option<u64>,
    next_save: Instant,
    next_publication: Instant,
    /// Why the newest state is not on disk.
    trouble: Option<String>,
    /// Broken environments reported so far.
    reported: usize,
    messages: Messages,
}

impl RunWriter {
    /// `every` is the time between checkpoints; `None` for the default.
    pub(super) fn new(
        folder: Option<RunFolder>,
        every: Option<Duration>,
        messages: Messages,
    ) -> Self {
        let now = Instant::now();
        Self {
            folder,
            every,
            saved: None,
            next_save: now,
            next_publication: now + PUBLISH_EVERY,
            trouble: None,
            reported: 0,
            messages,
        }
    }

    pub(super) fn folder(&self) -> Option<&RunFolder> {
        self.folder.as_ref()
    }

    /// Resumes from a checkpoint, given by its name and iteration, or starts the run.
    pub(super) fn resume_from(
        &mut self,
        checkpoint: Option<(&str, u64)>,
        logs: LogLengths,
        memory: &Replay,
    ) -> Result<(), RunError> {
        let Some(folder) = &mut self.folder else {
            return Ok(());
        };
        let name = checkpoint.map(|(name, _)| name);
        for note in folder.resume_from(name, logs, memory)? {
            self.messages.tell(&note);
        }
        self.saved = checkpoint.map(|(_, iteration)| iteration);
        Ok(())
    }

    /// Adds a version of the scene durably.
    pub(super) fn add_version(&mut self, version: VersionFile) -> Result<(), RunError> {
        match &mut self.folder {
            Some(folder) => folder.add_version(version),
            None => Ok(()),
        }
    }

    /// Sets the text of the scene version in force and the table of events.
    pub(super) fn set_version_in_force(&mut self, text: Option<&str>, events: String) {
        if let Some(folder) = &mut self.folder {
            folder.set_version_in_force(text, events);
        }
    }

    /// Logs an iteration.
    pub(super) fn log(&mut self, iteration: u64, row: &Row, wall_s: f64) {
        // The newest checkpoint lacks this row, even if it is of the same iteration.
        self.saved = None;
        if let Some(folder) = &mut self.folder {
            folder.log(iteration, row, wall_s);
        }
    }

    /// Whether it is time for a checkpoint.
    pub(super) fn is_due(&self, iteration: u64) -> bool {
        self.is_behind(iteration) && Instant::now() >= self.next_save
    }

    /// Makes a checkpoint due at once.
    pub(super) fn save_soon(&mut self) {
        self.next_save = Instant::now();
    }

    /// Whether the newest checkpoint lacks something.
    pub(super) fn is_behind(&self, iteration: u64) -> bool {
        self.folder.is_some() && self.saved != Some(iteration)
    }

    /// Writes a checkpoint, whose preparation began at `began`, and the new rows of the replay memory.
    pub(super) fn save(
        &mut self,
        began: Instant,
        snapshot: Snapshot,
        policy: &[u8],
        memory: &Replay,
    ) {
        let Some(folder) = &mut self.folder else {
            return;
        };
        let iteration = snapshot.iteration;
        let written = folder.save(snapshot, policy, memory);
        let is_written = written.is_ok();
        if is_written {
            self.saved = Some(iteration);
        }
        self.note(written);
        let least = self
            .every
            .map_or(began.elapsed() * REST, |_| Duration::ZERO);
        let every = self.every.unwrap_or(SAVE_EVERY);
        let wait = if is_written {
            every.max(least)
        } else {
            every.min(TRY_AGAIN)
        };
        self.next_save = Instant::now() + wait;
    }

    /// Writes rows and policy for readers of the folder, at a limited rate.
    pub(super) fn publish(&mut self, policy: impl FnOnce() -> Vec<u8>) {
        let now = Instant::now();
        if now < self.next_publication {
            return;
        }
        self.next_publication = now + PUBLISH_EVERY;
        if let Some(folder) = &mut self.folder {
            let published = folder.publish(&policy());
            let is_behind = self.trouble.is_some();
            // A table that could be written does not make up for a checkpoint that could not.
            if published.is_err() || !is_behind {
                self.note(published);
            }
        }
    }

    /// Writes the last episode of an environment that broke.
    pub(super) fn save_crash_record(&mut self, crash: &CrashedEpisode) {
        // Further ones are only counted, in metrics.csv.
        if self.reported == MOST_REPORTED {
            return;
        }
        self.reported += 1;
        if self.reported == MOST_REPORTED {
            self.messages
                .tell("further broken environments are only counted in metrics.csv");
        }
        let place = match &self.folder {
            None => String::new(),
            Some(folder) => match folder.save_crash_record(crash) {
                Ok(Some(path)) => format!("; replay it with: sinew replay {}", path.display()),
                Ok(None) => return,
                Err(error) => format!("; its crash record could not be written: {error}"),
            },
        };
        let CrashedEpisode {
            environment,
            episode,
            reason,
            ..
        } = crash;
        self.messages.tell(&format!(
            "environment {environment} failed in episode {episode}: {reason}{place}"
        ));
    }

    /// Writes the result of the run.
    pub(super) fn save_result(&mut self, json: &str) {
        if let Some(folder) = &self.folder {
            let written = folder.save_result(json);
            if written.is_err() {
                self.note(written);
            }
        }
    }

    /// Why the newest state could not be saved, if so.
    pub(super) fn trouble(&self) -> Option<&String> {
        self.trouble.as_ref()
    }

    /// Reports each failure once, and the recovery from it.
    fn note(&mut self, written: Result<(), RunError>) {
        for warning in self.folder.iter_mut().flat_map(RunFolder::take_warnings) {
            self.messages.tell(&warning);
        }
        let trouble = written
            .err()
            .map(|error| format!("could not save: {error}"));
        match (&self.trouble, &trouble) {
            (_, Some(new)) if self.trouble.as_ref() != Some(new) => {
                self.messages.tell(&format!(
                    "warning: {new}; retrying while training continues"
                ));
            }
            (Some(_), None) => self.messages.tell("saved again"),
            _ => {}
        }
        self.trouble = trouble;
    }
}
