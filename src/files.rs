//! Files of a run: every operation on a run folder that changes something goes through here.
//!
//! Data that must survive a power failure is written with [`replace`], reproducible data with [`publish`], growing files with
//! [`append`]. A folder may come from an untrusted source: nothing is written through a link in it, and [`read`] takes regular
//! files of a bounded size only. In debug builds each operation passes a failpoint, at which the tests make it fail.

mod failpoint;
mod lock;

pub use lock::Lock;

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;

use failpoint::{Fate, Operation, pass};

/// Creates a folder and its parents, unless it exists.
///
/// # Errors
/// The system refused.
pub fn create_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    create_folder(folder_of(path))?;
    match pass(Operation::CreateFolder, path, |_| fs::create_dir(path)) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        made => made.and_then(|()| sync_folder_of(path)),
    }
}

/// Replaces a file atomically and durably: after this returns, a power failure leaves the new bytes.
///
/// # Errors
/// An input or output error. The file is then unchanged, unless only the last step failed, which makes its name durable.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    rename_over(path, bytes, true)?;
    sync_folder_of(path)
}

/// Replaces a file so that readers see the old bytes or the new ones; a power failure may leave neither.
///
/// # Errors
/// An input or output error. The file is then unchanged.
pub fn publish(path: &Path, bytes: &[u8]) -> io::Result<()> {
    rename_over(path, bytes, false)
}

/// Truncates a file to `length` and appends `bytes`, which also repairs an earlier append that was interrupted. A missing file
/// is created.
///
/// # Errors
/// The file is shorter than `length`, is no regular file, or cannot be written.
pub fn append(path: &Path, length: u64, bytes: &[u8]) -> io::Result<()> {
    let is_new = !is_own(path)?;
    let mut file = pass(Operation::Create, path, |_| {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).open(path)
    })?;
    if is_new {
        // Syncing the file later covers its content, not its name.
        sync_folder_of(path)?;
    }
    cut_open(&file, path, length)?;
    file.seek(SeekFrom::Start(length))?;
    write(&mut file, path, bytes)
}

/// Renames a file by appending `.left-out`, so that it is no longer read but not lost.
///
/// # Errors
/// The system refused.
pub fn set_aside(path: &Path) -> io::Result<()> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".left-out");
    pass(Operation::Rename, path, |fate| match fate {
        Fate::Lost => Ok(()),
        Fate::Whole | Fate::Half => fs::rename(path, &aside),
    })
}

/// Waits until the content of a file is on disk.
///
/// # Errors
/// The file is missing, or an input or output error.
pub fn sync(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    pass(Operation::Sync, path, |_| file.sync_all())
}

/// Removes a file, unless it is missing.
///
/// # Errors
/// The system refused.
pub fn remove(path: &Path) -> io::Result<()> {
    let removed = pass(Operation::Remove, path, |fate| match fate {
        Fate::Lost => Ok(()),
        Fate::Whole | Fate::Half => fs::remove_file(path),
    });
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Reads a regular file of at most `most` bytes.
///
/// # Errors
/// It is missing, larger (`FileTooLarge`), no regular file (`InvalidInput`), or cannot be read.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    // Checked before opening, because opening a pipe blocks until it has a writer.
    let about = fs::metadata(path)?;
    if !about.is_file() {
        return Err(not_regular());
    }
    let too_large = || {
        let words = format!("the file is larger than {most} bytes");
        io::Error::new(ErrorKind::FileTooLarge, words)
    };
    if about.len() > most {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(about.len() as usize);
    // The file may grow meanwhile: reading one byte more than allowed detects it.
    let mut file = File::open(path)?.take(most.saturating_add(1));
    file.read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(too_large());
    }
    Ok(bytes)
}

/// The names in a folder, sorted; empty if the folder is missing. Names that are not Unicode are skipped.
///
/// # Errors
/// The system refused.
pub fn list(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

/// The temporary file of a replacement. All files of a folder share its name, so that what a killed process
/// left is overwritten by the next one. The folder's lock ensures a single writer.
const UNFINISHED: &str = "unfinished.tmp";

/// Writes a temporary file and renames it. On failure the temporary file is removed, if possible.
fn rename_over(path: &Path, bytes: &[u8], durably: bool) -> io::Result<()> {
    let beside = folder_of(path).join(UNFINISHED);
    let written = write_new(&beside, bytes, durably).and_then(|()| {
        pass(Operation::Rename, path, |fate| match fate {
            Fate::Lost => Ok(()),
            Fate::Whole | Fate::Half => fs::rename(&beside, path),
        })
    });
    if written.is_err() {
        let _ = remove(&beside);
    }
    written
}

fn write_new(path: &Path, bytes: &[u8], durably: bool) -> io::Result<()> {
    let create = || pass(Operation::Create, path, |_| File::create_new(path));
    let mut file = match create() {
        // A killed process left it. It is not opened, because it may be a link by now.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            remove(path)?;
            create()?
        }
        file => file?,
    };
    write(&mut file, path, bytes)?;
    if durably {
        pass(Operation::Sync, path, |_| file.sync_all())?;
    }
    Ok(())
}

fn write(file: &mut File, path: &Path, bytes: &[u8]) -> io::Result<()> {
    pass(Operation::Write, path, |fate| match fate {
        Fate::Whole => file.write_all(bytes),
        Fate::Half => file.write_all(&bytes[..bytes.len() / 2]),
        Fate::Lost => Ok(()),
    })
}

fn cut_open(file: &File, path: &Path, length: u64) -> io::Result<()> {
    let is = file.metadata()?.len();
    if is < length {
        let words = format!("the file has {is} bytes, and should have {length} at least");
        return Err(io::Error::new(ErrorKind::UnexpectedEof, words));
    }
    if is == length {
        return Ok(());
    }
    pass(Operation::Cut, path, |fate| match fate {
        Fate::Lost => Ok(()),
        Fate::Whole | Fate::Half => file.set_len(length),
    })
}

/// Makes the name of a file durable by syncing its folder.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = folder_of(path);
    let synced = pass(Operation::SyncFolder, folder, |_| {
        File::open(folder)?.sync_all()
    });
    match synced {
        // Some file systems cannot sync a folder, and a folder may be writable without being readable.
        Err(error) if cannot_be_had(&error) => Ok(()),
        synced => synced,
    }
}

fn cannot_be_had(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::InvalidInput | ErrorKind::Unsupported | ErrorKind::PermissionDenied
    )
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Whether the file exists; an error if it is a link or a device.
fn is_own(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(about) if about.is_file() => Ok(true),
        Ok(_) => Err(not_regular()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn not_regular() -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, "it is not a regular file")
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::tempdir;

    #[test]
    fn a_replaced_file_has_the_new_bytes_and_nothing_lies_beside_it() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("a.bin");
        // A killed process left half a file.
        fs::write(folder.path().join(UNFINISHED), "torn").unwrap();
        for change in [replace, publish] {
            for bytes in ["first", "second, longer", "3"] {
                change(&path, bytes.as_bytes()).unwrap();
                assert_eq!(fs::read_to_string(&path).unwrap(), bytes);
                assert_eq!(list(folder.path()).unwrap(), ["a.bin"]);
            }
        }
    }

    #[test]
    fn a_replacement_that_fails_leaves_the_old_file_alone() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("taken");
        create_folder(&path.join("inside")).unwrap();
        assert!(replace(&path, b"bytes").is_err());
        assert!(publish(&path, b"bytes").is_err());
        assert_eq!(list(folder.path()).unwrap(), ["taken"]);
        assert!(replace(&folder.path().join("missing/a"), b"bytes").is_err());
    }

    #[test]
    fn folders_are_made_with_those_above_them() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("a/b/c");
        create_folder(&path).unwrap();
        create_folder(&path).unwrap();
        assert!(path.is_dir());
        fs::write(path.join("file"), "").unwrap();
        assert!(create_folder(&path.join("file")).is_err());
        assert!(create_folder(&path.join("file/below")).is_err());
    }

    #[test]
    fn appending_mends_a_torn_append() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("log");
        append(&path, 0, b"one\n").unwrap();
        append(&path, 4, b"two\nthr").unwrap();
        append(&path, 8, b"three\n").unwrap();
        sync(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\nthree\n");
        assert!(append(&path, 100, b"x").is_err());
        assert!(sync(&folder.path().join("missing")).is_err());
    }

    #[test]
    fn what_is_set_aside_is_kept_under_another_name() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "old").unwrap();
        set_aside(&path).unwrap();
        assert_eq!(list(folder.path()).unwrap(), ["a.left-out"]);
    }

    #[test]
    fn what_is_missing_is_removed_and_listed_without_complaint() {
        let folder = tempdir().unwrap();
        remove(&folder.path().join("missing")).unwrap();
        assert!(list(&folder.path().join("missing")).unwrap().is_empty());
        for name in ["b", "a"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(list(folder.path()).unwrap(), ["a", "b"]);
        remove(&folder.path().join("a")).unwrap();
        assert_eq!(list(folder.path()).unwrap(), ["b"]);
    }

    #[test]
    fn reading_is_bounded_and_of_regular_files() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        let kind = |path: &Path, most| read(path, most).unwrap_err().kind();
        assert_eq!(kind(&path, 4), ErrorKind::FileTooLarge);
        assert_eq!(kind(folder.path(), 4), ErrorKind::InvalidInput);
        assert_eq!(kind(&folder.path().join("b"), 4), ErrorKind::NotFound);
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link() {
        let folder = tempdir().unwrap();
        let (elsewhere, link) = (folder.path().join("elsewhere"), folder.path().join("link"));
        fs::write(&elsewhere, "precious").unwrap();
        std::os::unix::fs::symlink(&elsewhere, &link).unwrap();
        std::os::unix::fs::symlink(&elsewhere, folder.path().join(UNFINISHED)).unwrap();
        assert!(append(&link, 0, b"x").is_err());
        assert!(Lock::take(&link).is_err());
        replace(&folder.path().join("new"), b"x").unwrap();
        assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "precious");
        // A link that is replaced is replaced itself.
        publish(&link, b"x").unwrap();
        assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "precious");
    }
}
