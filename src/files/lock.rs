//! A lock file, held by one process at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;

use super::failpoint::{Operation, pass};
use super::{is_own, write};

/// A lock, held until it is dropped. The system releases it when the process ends, however it ends, so there are no stale
/// locks; only the file stays.
pub struct Lock(File);

impl Lock {
    /// Takes the lock; `None` if another process holds it. On a file system without locks it counts as taken, because a run
    /// without one is better than none.
    ///
    /// # Errors
    /// The file is no regular file, or the system refused.
    pub fn take(path: &Path) -> io::Result<Option<Self>> {
        is_own(path)?;
        let mut file = pass(Operation::Create, path, |_| {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(false).open(path)
        })?;
        let locked = pass(Operation::Lock, path, |_| match file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) if knows_no_locks(&error) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        })?;
        if !locked {
            return Ok(None);
        }
        // The process id, for people; nothing depends on it.
        let _ = file.set_len(0);
        let _ = write(
            &mut file,
            path,
            format!("{}\n", std::process::id()).as_bytes(),
        );
        Ok(Some(Self(file)))
    }

    /// Whether the file at `path` is still the locked one, and has not been removed or replaced.
    pub fn is_in_place(&self, path: &Path) -> bool {
        match (self.0.metadata(), fs::metadata(path)) {
            (Ok(held), Ok(found)) => is_same(&held, &found),
            _ => false,
        }
    }
}

/// NFS without its lock service returns ENOLCK, for which the standard library has no kind.
fn knows_no_locks(error: &io::Error) -> bool {
    const ENOLCK: i32 = 37;
    error.kind() == ErrorKind::Unsupported || error.raw_os_error() == Some(ENOLCK)
}

#[cfg(unix)]
fn is_same(held: &fs::Metadata, found: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (held.dev(), held.ino()) == (found.dev(), found.ino())
}

#[cfg(not(unix))]
fn is_same(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::tempdir;

    #[test]
    fn one_at_a_time() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = Lock::take(&path).unwrap().unwrap();
        assert!(Lock::take(&path).unwrap().is_none());
        let holder = fs::read_to_string(&path).unwrap();
        assert_eq!(holder.trim(), std::process::id().to_string());
        drop(held);
        assert!(Lock::take(&path).unwrap().is_some());
    }

    #[test]
    fn a_lock_whose_file_is_gone_is_noticed() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = Lock::take(&path).unwrap().unwrap();
        assert!(held.is_in_place(&path));
        fs::remove_file(&path).unwrap();
        assert!(!held.is_in_place(&path));
        fs::write(&path, "").unwrap();
        #[cfg(unix)]
        assert!(!held.is_in_place(&path));
    }
}
