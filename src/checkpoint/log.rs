//! A CSV table that grows during training. Rows are buffered until they are written. A checkpoint records the length of the
//! file, and a run that resumes from it writes the same rows again.

use std::io;
use std::path::PathBuf;

use crate::files;

/// Most bytes that are buffered while the file cannot be written: days of training.
const MOST_WAITING: usize = 64 << 20;

/// One CSV file.
pub(super) struct Log {
    path: PathBuf,
    /// Its first line.
    header: String,
    /// Length of the file (bytes).
    written: u64,
    waiting: Vec<u8>,
}

impl Log {
    /// A table of which the first `written` bytes are kept; `header` is its first line.
    pub(super) fn new(path: PathBuf, header: &[&str], written: u64) -> Self {
        Self {
            path,
            header: header.join(",") + "\n",
            written,
            waiting: Vec::new(),
        }
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

    /// Length of the file (bytes).
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Writes the buffered rows, which stay buffered on failure. A file that was truncated or removed is continued at its actual
    /// end.
    pub(super) fn write(&mut self) -> io::Result<()> {
        let is = std::fs::metadata(&self.path).map_or(0, |about| about.len());
        self.written = self.written.min(is);
        let header = if self.written == 0 {
            self.header.as_str()
        } else {
            ""
        };
        let bytes = [header.as_bytes(), &self.waiting].concat();
        files::append(&self.path, self.written, &bytes)?;
        self.written += bytes.len() as u64;
        self.waiting.clear();
        Ok(())
    }

    /// The same, durably.
    pub(super) fn write_durably(&mut self) -> io::Result<()> {
        self.write()?;
        files::sync(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::tempdir;

    #[test]
    fn rows_follow_what_is_left_of_the_file() {
        let folder = tempdir().expect("there is room");
        let path = folder.path().join("table.csv");
        let mut log = Log::new(path.clone(), &["a", "b"], 0);
        let mut write = |row: [&str; 2]| {
            log.push(row);
            log.write().expect("it is written");
            let text = fs::read_to_string(&path).expect("it is there");
            (text, log.written())
        };
        assert_eq!(write(["1", "2"]), ("a,b\n1,2\n".to_owned(), 8));
        assert_eq!(write(["3", "4"]), ("a,b\n1,2\n3,4\n".to_owned(), 12));
        fs::write(&path, "a,b\n1,2\n").expect("it works");
        assert_eq!(write(["5", "6"]), ("a,b\n1,2\n5,6\n".to_owned(), 12));
        fs::remove_file(&path).expect("it works");
        assert_eq!(write(["7", "8"]), ("a,b\n7,8\n".to_owned(), 8));
    }

    #[test]
    fn what_came_after_a_checkpoint_is_written_again() {
        let folder = tempdir().expect("there is room");
        let path = folder.path().join("table.csv");
        fs::write(&path, "a\n1\n2\n3").expect("it works");
        let mut log = Log::new(path.clone(), &["a"], 4);
        log.push(["2"]);
        log.write_durably().expect("it works");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "a\n1\n2\n");
    }
}
