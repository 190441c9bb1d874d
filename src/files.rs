//! Files of a run: every operation on a run folder that changes something goes through here.
//!
//! What must survive a power cut is written with [`replace`], what can be made again with [`publish`], what grows with
//! [`append`]. A folder may come from a stranger, so nothing is written through a link in it, and [`read`] takes regular
//! files of a bounded size only. In debug builds each operation passes a failpoint, at which the tests make it fail.

mod failpoint;
mod lock;

pub use lock::Lock;

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;

use failpoint::{Fate, Operation, pass};

/// Makes a folder, with those above it; one that is there is fine.
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

/// Replaces a file at once or not at all, and durably: when this returns, a power cut finds the new bytes.
///
/// # Errors
/// The system refused. Then the file is as before, unless only the last step failed, which makes the name durable.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    rename_over(path, bytes, true)?;
    sync_folder_of(path)
}

/// Replaces a file so that readers see the old bytes or the new ones; a power cut may leave neither.
///
/// # Errors
/// The system refused. Then the file is as before.
pub fn publish(path: &Path, bytes: &[u8]) -> io::Result<()> {
    rename_over(path, bytes, false)
}

/// Cuts a file to `length` and writes `bytes` after it, so that an earlier append that was torn is mended. A missing file
/// is made.
///
/// # Errors
/// The file is shorter than `length`, is no regular file, or the system refused.
pub fn append(path: &Path, length: u64, bytes: &[u8]) -> io::Result<()> {
    let is_new = !is_own(path)?;
    let mut file = pass(Operation::Create, path, |_| {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).open(path)
    })?;
    if is_new {
        // A sync of the file, later, is of what it holds and not of its name.
        sync_folder_of(path)?;
    }
    cut_open(&file, path, length)?;
    file.seek(SeekFrom::Start(length))?;
    write(&mut file, path, bytes)
}

/// Renames a file to one with the ending `.left-out`, where nobody looks but a person.
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

/// Waits until what a file holds would survive a power cut.
///
/// # Errors
/// The file is missing, or the system refused.
pub fn sync(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    pass(Operation::Sync, path, |_| file.sync_all())
}

/// Removes a file; a missing one is fine.
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
/// It is missing, larger (`FileTooLarge`), no regular file (`InvalidInput`), or the system refused.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    // Before opening, because to open a pipe is to wait for its writer.
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
    // The file may grow meanwhile: one byte more than allowed shows it.
    let mut file = File::open(path)?.take(most.saturating_add(1));
    file.read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(too_large());
    }
    Ok(bytes)
}

/// The names in a folder, sorted; none if there is no such folder. Names that are not Unicode are none of ours.
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

/// Where the new bytes of a file are until they are whole. One name for all files of a folder, so that what a killed process
/// left is out of the way with the next file that is written there. A folder has one writer, to which its lock sees.
const UNFINISHED: &str = "unfinished.tmp";

/// Writes beside the file, then renames. The file beside is removed again if that fails and the system lets us.
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
        // A process that was killed left it. It is not opened, because it may be a link by now.
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

/// Makes the names in a file's folder durable.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = folder_of(path);
    let synced = pass(Operation::SyncFolder, folder, |_| {
        File::open(folder)?.sync_all()
    });
    match synced {
        // Some file systems do not know such a thing, and a folder may be writable without being readable.
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

/// Whether the file is there; an error if it is a link or a device, through which nothing is written.
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
