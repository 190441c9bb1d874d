//! The replay memory on disk: one file per block of rows, which grows until the block is complete and is removed when no
//! checkpoint refers to it. A checkpoint refers to rows by a digest, so a file may be longer than it was then, and a run that
//! resumes from there writes the same rows again.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::read_inside;
use crate::files;
use crate::learn::replay::Replay;
use crate::learn::replay::block::Block;

/// Their folder in the run folder.
pub(super) const FOLDER: &str = "replay";

/// What is known of the files.
#[derive(Default)]
pub(super) struct Segments {
    /// Rows before this one have been written.
    written: u64,
    /// The first row that each checkpoint refers to, by the checkpoint's name.
    needed: BTreeMap<String, u64>,
}

impl Segments {
    /// For a run that resumes from the checkpoint of this name with this memory.
    pub(super) fn of(checkpoint: &str, memory: &Replay) -> Self {
        let mut segments = Self {
            written: memory.pushed(),
            needed: BTreeMap::new(),
        };
        segments.note(checkpoint, memory);
        segments
    }

    /// Writes new rows durably into an existing folder. A file that was truncated or removed is written again, as far as its rows are
    /// still in memory.
    pub(super) fn write(&mut self, folder: &Path, memory: &Replay) -> io::Result<()> {
        for block in memory.blocks() {
            let path = path(folder, &block);
            let about = std::fs::metadata(&path);
            let is = about.map_or(0, |about| about.len());
            let whole_rows = block.first + is / block.row_bytes as u64;
            let end = block.rows.end;
            let from = self.written.clamp(block.first, end).min(whole_rows);
            if from == end && is == block.offset(end) {
                continue;
            }
            // Rows that the memory has dropped are never read: zeros will do.
            let forgotten = block.rows.start.saturating_sub(from) as usize;
            let mut bytes = vec![0; forgotten * block.row_bytes];
            bytes.extend(memory.bytes(from.max(block.rows.start)..end));
            files::append(&path, block.offset(from), &bytes)?;
            files::sync(&path)?;
        }
        self.written = memory.pushed();
        Ok(())
    }

    /// Notes that the checkpoint of this name refers to this memory.
    pub(super) fn note(&mut self, checkpoint: &str, memory: &Replay) {
        self.needed
            .insert(checkpoint.to_owned(), memory.rows().start);
    }

    /// Removes the files that none of `checkpoints`, which are all there are, refers to.
    pub(super) fn remove_others(
        &mut self,
        folder: &Path,
        memory: &Replay,
        checkpoints: &[String],
    ) -> io::Result<()> {
        self.needed.retain(|name, _| checkpoints.contains(name));
        // A checkpoint that this process has neither written nor read may refer to any file.
        if checkpoints.len() > self.needed.len() {
            return Ok(());
        }
        let needed = self.needed.values().min().copied().unwrap_or(0);
        for name in files::list(folder)? {
            let Some(first) = first_row(&name) else {
                continue;
            };
            let end = first.saturating_add(memory.block_rows() as u64);
            if end <= needed || first >= memory.pushed() {
                files::remove(&folder.join(name))?;
            }
        }
        Ok(())
    }
}

/// The bytes of the rows of a block that are in memory.
///
/// # Errors
/// They are missing.
pub(super) fn read(folder: &Path, block: &Block) -> Result<Vec<u8>, String> {
    let path = path(folder, block);
    let read = read_inside(&path, block.largest());
    let mut bytes = read.map_err(|error| format!("{}: {error}", path.display()))?;
    let end = block.offset(block.rows.end) as usize;
    if bytes.len() < end {
        return Err(format!("{} is truncated", path.display()));
    }
    bytes.truncate(end);
    bytes.drain(..block.offset(block.rows.start) as usize);
    Ok(bytes)
}

fn path(folder: &Path, block: &Block) -> PathBuf {
    folder.join(format!("{:012}.seg", block.first))
}

/// The first row in a file of this name; `None` if the name is not that of a block.
fn first_row(name: &str) -> Option<u64> {
    let stem = name.strip_suffix(".seg")?;
    let is_one = stem.len() == 12 && stem.bytes().all(|byte| byte.is_ascii_digit());
    stem.parse().ok().filter(|_| is_one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::replay::example::{rollout, shape};
    use std::fs;
    use tempfile::{TempDir, tempdir};

    /// A row has 2 transitions of 5 numbers (40 bytes), a block 2 rows, and 8 rows are remembered.
    struct Memory {
        folder: TempDir,
        replay: Replay,
        segments: Segments,
    }

    impl Memory {
        fn new() -> Self {
            Self {
                folder: tempdir().unwrap(),
                replay: Replay::new(shape(2, 2, 16)),
                segments: Segments::default(),
            }
        }

        /// Rows come in twos; `k` tells these apart.
        fn push(&mut self, k: usize) {
            self.replay.push(&rollout(2, 2, k as f32));
        }

        fn save(&mut self, kept: &[&str]) {
            let folder = self.folder.path();
            self.segments.write(folder, &self.replay).unwrap();
            self.segments.note(kept[kept.len() - 1], &self.replay);
            let kept: Vec<_> = kept.iter().map(|&name| name.to_owned()).collect();
            let removed = self.segments.remove_others(folder, &self.replay, &kept);
            removed.unwrap();
        }

        fn files(&self) -> Vec<(u64, u64)> {
            let names = files::list(self.folder.path()).unwrap();
            let about = |name: String| {
                let length = self.folder.path().join(&name).metadata().unwrap().len();
                (first_row(&name).unwrap(), length)
            };
            names.into_iter().map(about).collect()
        }

        fn assert_comes_back(&self) {
            let mut other = Replay::new(self.replay.shape());
            let read = |block: &Block| read(self.folder.path(), block);
            other.restore(&self.replay.digest(), &read).unwrap();
            assert_eq!(other.digest(), self.replay.digest());
        }
    }

    #[test]
    fn files_grow_and_go_when_no_checkpoint_needs_them() {
        let mut memory = Memory::new();
        memory.push(0);
        memory.save(&["a"]);
        assert_eq!(memory.files(), [(0, 80)]);
        for k in 1..5 {
            memory.push(k);
        }
        memory.save(&["a", "b"]);
        // Row 0 is forgotten, and still needed by the older of the two.
        let all = [0, 2, 4, 6, 8].map(|first| (first, 80));
        assert_eq!(memory.files(), all);
        memory.assert_comes_back();
        memory.push(5);
        memory.save(&["b", "c"]);
        let all = [2, 4, 6, 8, 10].map(|first| (first, 80));
        assert_eq!(memory.files(), all);
        memory.assert_comes_back();
    }

    #[test]
    fn what_is_written_already_is_not_written_again() {
        let mut memory = Memory::new();
        memory.push(0);
        memory.save(&["a"]);
        let path = memory.folder.path().join("000000000000.seg");
        fs::write(&path, [7; 80]).unwrap();
        memory.push(1);
        memory.save(&["a", "b"]);
        assert_eq!(fs::read(&path).unwrap(), [7; 80]);
    }

    #[test]
    fn files_that_somebody_cut_or_removed_are_written_again() {
        let mut memory = Memory::new();
        for k in 0..4 {
            memory.push(k);
        }
        memory.save(&["a"]);
        let path = |first: u64| memory.folder.path().join(format!("{first:012}.seg"));
        fs::remove_file(path(0)).unwrap();
        // In the middle of its second row.
        let cut = fs::read(path(4)).unwrap();
        fs::write(path(4), &cut[..61]).unwrap();
        fs::write(path(6), [&fs::read(path(6)).unwrap()[..], &[1; 9]].concat()).unwrap();
        memory.save(&["a"]);
        assert_eq!(memory.files(), [0, 2, 4, 6].map(|first| (first, 80)));
        memory.assert_comes_back();
    }

    #[test]
    fn a_run_that_goes_on_from_an_earlier_checkpoint_writes_the_same_rows_again() {
        let mut memory = Memory::new();
        memory.push(0);
        memory.save(&["a"]);
        let digest = memory.replay.digest();
        for k in [1, 2, 3] {
            memory.push(k);
        }
        memory.save(&["a", "b"]);
        // A file as a run that was killed leaves it.
        let torn = memory.folder.path().join("000000000002.seg");
        fs::write(&torn, [9; 50]).unwrap();
        let mut replay = Replay::new(memory.replay.shape());
        let read = |block: &Block| read(memory.folder.path(), block);
        replay.restore(&digest, &read).unwrap();
        memory.segments = Segments::of("a", &replay);
        memory.replay = replay;
        memory.push(1);
        memory.save(&["a", "c"]);
        // Those after it are of a run that has not been.
        assert_eq!(memory.files(), [(0, 80), (2, 80)]);
        memory.assert_comes_back();
    }

    #[test]
    fn after_a_checkpoint_that_nobody_has_read_nothing_is_removed() {
        let mut memory = Memory::new();
        memory.push(0);
        memory.save(&["a"]);
        memory.segments = Segments::of("a", &memory.replay);
        for k in 1..6 {
            memory.push(k);
        }
        memory.save(&["of another process", "b"]);
        // Rows 2 and 3 came and were forgotten between the two.
        assert_eq!(memory.files(), [0, 4, 6, 8, 10].map(|first| (first, 80)));
        memory.assert_comes_back();
    }

    #[test]
    fn what_is_not_there_is_said() {
        let mut memory = Memory::new();
        memory.push(0);
        memory.save(&["a"]);
        let block = memory.replay.blocks().next().unwrap();
        let path = path(memory.folder.path(), &block);
        let error = |length: usize| {
            fs::write(&path, vec![0; length]).unwrap();
            read(memory.folder.path(), &block).unwrap_err()
        };
        assert!(error(79).contains("is truncated"));
        assert!(error(81).contains("larger than 80 bytes"));
        fs::remove_file(&path).unwrap();
        assert!(read(memory.folder.path(), &block).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let mut memory = Memory::new();
        memory.push(0);
        memory.save(&["a"]);
        let folder = memory.folder.path();
        let block = memory.replay.blocks().next().unwrap();
        fs::rename(path(folder, &block), folder.join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(folder.join("elsewhere"), path(folder, &block)).unwrap();
        assert!(read(folder, &block).unwrap_err().contains("it is a link"));
    }

    #[test]
    fn other_files_are_left_alone() {
        assert_eq!(first_row("000000000012.seg"), Some(12));
        for name in [
            "12.seg",
            "+00000000012.seg",
            "000000000012.seg.left-out",
            "notes",
        ] {
            assert_eq!(first_row(name), None, "{name}");
        }
    }
}
