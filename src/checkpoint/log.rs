//! A table that grows while a run goes on. Rows wait in memory until they are written; a checkpoint notes how far the file
//! went, and a run that goes on from there writes the same rows again.

use std::io;
use std::path::PathBuf;

use crate::files;

/// Bytes of rows that wait at most while they cannot be written: days of training.
const MOST_WAITING: usize = 64 << 20;

/// One CSV file.
pub(super) struct Log {
    path: PathBuf,
    /// Bytes that are in the file.
    written: u64,
    waiting: Vec<u8>,
}

impl Log {
    /// A table that has so many bytes already, or none; `header` is its first line.
    pub(super) fn new(path: PathBuf, header: &[&str], written: u64) -> Self {
        let mut log = Self {
            path,
            written,
            waiting: Vec::new(),
        };
        if written == 0 {
            log.push(header.iter().copied());
        }
        log
    }

    /// Adds a row. Cells need no quotes.
    pub(super) fn push<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        if self.waiting.len() > MOST_WAITING {
            return;
        }
        for (i, cell) in cells.into_iter().enumerate() {
            if i > 0 {
                self.waiting.push(b',');
            }
            self.waiting.extend_from_slice(cell.as_ref().as_bytes());
        }
        self.waiting.push(b'\n');
    }

    /// The file's length once everything is written.
    pub(super) fn length(&self) -> u64 {
        self.written + self.waiting.len() as u64
    }

    /// Forgets what came after `length`, which is one that [`Log::length`] said.
    pub(super) fn forget_after(&mut self, length: u64) {
        let kept = length.saturating_sub(self.written) as usize;
        self.waiting.truncate(kept);
        self.written = self.written.min(length);
    }

    /// Writes what waits; rows that could not be written go on waiting.
    pub(super) fn write(&mut self) -> io::Result<()> {
        files::append(&self.path, self.written, &self.waiting)?;
        self.written += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }

    /// The same, durably.
    pub(super) fn write_durably(&mut self) -> io::Result<()> {
        self.write()?;
        files::sync(&self.path)
    }

    /// After the file was lost: begins it anew with what waits.
    pub(super) fn begin_anew(&mut self, header: &[&str]) {
        let waiting = std::mem::take(&mut self.waiting);
        self.written = 0;
        self.push(header.iter().copied());
        self.waiting.extend(waiting);
    }
}
