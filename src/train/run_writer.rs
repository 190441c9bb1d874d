//! Keeps a run in its folder while it trains: checkpoints, the newest policy, the tables. What cannot be written is said, and
//! tried again; the training goes on.

use std::time::{Duration, Instant};

use super::publish::Messages;
use crate::checkpoint::snapshot::{LogLengths, Snapshot};
use crate::checkpoint::versions::VersionFile;
use crate::checkpoint::{RunError, RunFolder};
use crate::learn::replay::Replay;
use crate::metrics::Row;
use crate::pod::CrashedEpisode;

/// Between two checkpoints, unless somebody says otherwise.
const SAVE_EVERY: Duration = Duration::from_secs(30);
/// Between two checkpoints at least, in times of what one takes: saving is to cost less than a hundredth of a run.
const REST: u32 = 100;
/// Until what could not be written is tried again, at most.
const TRY_AGAIN: Duration = Duration::from_secs(5);
/// Between two policies for whoever looks at the folder.
const PUBLISH_EVERY: Duration = Duration::from_secs(2);
/// Broken environments that a process tells of.
const MOST_TOLD: usize = 20;

/// A run's folder, if it has one, and when it was written to.
pub(super) struct RunWriter {
    folder: Option<RunFolder>,
    every: Option<Duration>,
    /// The iteration of the newest checkpoint.
    saved: Option<u64>,
    next_save: Instant,
    next_publication: Instant,
    /// Why the newest state is not on disk.
    trouble: Option<String>,
    /// Broken environments that were told of.
    told: usize,
    messages: Messages,
}

impl RunWriter {
    /// A checkpoint every so often; none for the default.
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
            told: 0,
            messages,
        }
    }

    pub(super) fn folder(&self) -> Option<&RunFolder> {
        self.folder.as_ref()
    }

    /// The run goes on from this checkpoint, which has the state after `iteration`; or it begins.
    pub(super) fn go_on_from(
        &mut self,
        checkpoint: Option<(&str, u64)>,
        logs: LogLengths,
        memory: &Replay,
    ) -> Result<(), RunError> {
        let Some(folder) = &mut self.folder else {
            return Ok(());
        };
        let name = checkpoint.map(|(name, _)| name);
        for note in folder.go_on_from(name, logs, memory)? {
            self.messages.tell(&note);
        }
        self.saved = checkpoint.map(|(_, iteration)| iteration);
        Ok(())
    }

    /// Adds a version of the scene; whoever goes on with the run comes by it.
    pub(super) fn add_version(&mut self, version: VersionFile) -> Result<(), RunError> {
        match &mut self.folder {
            Some(folder) => folder.add_version(version),
            None => Ok(()),
        }
    }

    /// What the folder is to keep of the scene from now on.
    pub(super) fn enter_version(&mut self, text: Option<&str>, events: String) {
        if let Some(folder) = &mut self.folder {
            folder.enter_version(text, events);
        }
    }

    /// Logs an iteration.
    pub(super) fn log(&mut self, iteration: u64, row: &Row, wall_s: f64) {
        // What has been logged since is not in the newest checkpoint, even if that is of the same iteration.
        self.saved = None;
        if let Some(folder) = &mut self.folder {
            folder.log(iteration, row, wall_s);
        }
    }

    /// Whether it is time for a checkpoint.
    pub(super) fn is_due(&self, iteration: u64) -> bool {
        self.is_behind(iteration) && Instant::now() >= self.next_save
    }

    /// There is something that is not to wait for the next checkpoint.
    pub(super) fn hurry(&mut self) {
        self.next_save = Instant::now();
    }

    /// Whether the newest checkpoint is of another moment.
    pub(super) fn is_behind(&self, iteration: u64) -> bool {
        self.folder.is_some() && self.saved != Some(iteration)
    }

    /// Writes a checkpoint, which somebody began to put together then, and of the memory what is not written yet.
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

    /// Writes rows and policy for whoever looks at the folder, every now and then.
    pub(super) fn publish(&mut self, policy: impl FnOnce() -> Vec<u8>) {
        let now = Instant::now();
        if now < self.next_publication {
            return;
        }
        self.next_publication = now + PUBLISH_EVERY;
        if let Some(folder) = &mut self.folder {
            let published = folder.publish(&policy());
            let is_behind = self.trouble.is_some();
            // What a checkpoint could not save is not well again because a table could be written.
            if published.is_err() || !is_behind {
                self.note(published);
            }
        }
    }

    /// Writes the last episode of an environment that broke.
    pub(super) fn save_crash_record(&mut self, crash: &CrashedEpisode) {
        // A run in which everything breaks would talk of nothing else; the tables count them all.
        if self.told == MOST_TOLD {
            return;
        }
        self.told += 1;
        if self.told == MOST_TOLD {
            self.messages
                .tell("more broken environments are counted in metrics.csv, and not told");
        }
        let place = match &self.folder {
            None => String::new(),
            Some(folder) => match folder.save_crash_record(crash) {
                Ok(Some(path)) => format!("; sinew replay {}", path.display()),
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
            "environment {environment} broke in its episode {episode}: {reason}{place}"
        ));
    }

    /// Writes what the run ended with.
    pub(super) fn save_result(&mut self, json: &str) {
        if let Some(folder) = &self.folder {
            let written = folder.save_result(json);
            if written.is_err() {
                self.note(written);
            }
        }
    }

    /// Why the newest state is not on disk, if it is not.
    pub(super) fn trouble(&self) -> Option<&String> {
        self.trouble.as_ref()
    }

    /// Says what went wrong, once for each cause, and when it is well again.
    fn note(&mut self, written: Result<(), RunError>) {
        for remark in self.folder.iter_mut().flat_map(RunFolder::take_remarks) {
            self.messages.tell(&remark);
        }
        let trouble = written
            .err()
            .map(|error| format!("could not save: {error}"));
        match (&self.trouble, &trouble) {
            (_, Some(new)) if self.trouble.as_ref() != Some(new) => {
                self.messages.tell(&format!(
                    "warning: {new}; it is tried again while training goes on"
                ));
            }
            (Some(_), None) => self.messages.tell("saved again"),
            _ => {}
        }
        self.trouble = trouble;
    }
}
