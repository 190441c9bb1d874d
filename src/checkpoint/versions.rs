//! Later versions of a run's scene, one file each, named by the control step at which it takes effect. A version
//! is written before that step is reached, so that a run resumed from an older checkpoint meets the same versions.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::follow::parse_row;
use super::{RunError, read_text};
use crate::files;
use crate::metrics::Metric;

/// Their folder in the run folder.
pub(super) const FOLDER: &str = "versions";
/// Suffix of the name of a version that reinitialises the critics.
const FORGETFUL: &str = "-critic";
/// Bytes at the end of a table that are searched for its last row.
const LAST_ROW: u64 = 1 << 16;

/// A version of a scene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionFile {
    /// The control step at which it takes effect.
    pub step: u64,
    /// Whether it reinitialises the critics.
    pub forgets_values: bool,
    /// The text of the scene.
    pub text: String,
}

impl VersionFile {
    /// Its path in the run folder.
    pub fn path(&self) -> PathBuf {
        let ending = if self.forgets_values { FORGETFUL } else { "" };
        Path::new(FOLDER).join(format!("{:012}{ending}.ron", self.step))
    }
}

/// The step in a file's name, and whether critics are reinitialised.
fn meaning(name: &str) -> Option<(u64, bool)> {
    let stem = name.strip_suffix(".ron")?;
    let plain = stem.strip_suffix(FORGETFUL);
    let digits = plain.unwrap_or(stem);
    let is_number = digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_digit());
    let step = digits.parse().ok().filter(|_| is_number)?;
    Some((step, plain.is_some()))
}

/// The versions in a run folder, by their steps.
///
/// # Errors
/// The system refused, or one of them is no text.
pub fn read_versions(run: &Path) -> Result<Vec<VersionFile>, RunError> {
    let names = names(run)?.into_iter();
    names.map(|(step, name)| read(run, step, &name)).collect()
}

/// The newest version, whether or not it has taken effect.
///
/// # Errors
/// As there.
pub fn newest(run: &Path) -> Result<Option<VersionFile>, RunError> {
    let newest = names(run)?.pop_last();
    newest
        .map(|(step, name)| read(run, step, &name))
        .transpose()
}

/// The version in force for the newest rows and the newest policy of a run; `None` for its original scene.
///
/// # Errors
/// As there.
pub fn newest_in_force(run: &Path) -> Result<Option<VersionFile>, RunError> {
    let names = names(run)?;
    if names.is_empty() {
        return Ok(None);
    }
    let steps = last_steps(&run.join("metrics.csv")).unwrap_or(0);
    let in_force = names.range(..=steps).next_back();
    let in_force = in_force.map(|(step, name)| read(run, *step, name));
    in_force.transpose()
}

/// The names of the versions, by their steps.
fn names(run: &Path) -> Result<BTreeMap<u64, String>, RunError> {
    let folder = run.join(FOLDER);
    if folder.is_symlink() {
        let problem = "it is a link, expected a folder".to_owned();
        return Err(RunError::Broken(folder, problem));
    }
    let names = files::list(&folder).map_err(|error| RunError::Io(folder, error))?;
    let versions = names.into_iter();
    Ok(versions
        .filter_map(|name| Some((meaning(&name)?.0, name)))
        .collect())
}

fn read(run: &Path, step: u64, name: &str) -> Result<VersionFile, RunError> {
    Ok(VersionFile {
        step,
        forgets_values: meaning(name).is_some_and(|(_, forgets)| forgets),
        text: read_text(run, Path::new(FOLDER).join(name))?,
    })
}

/// The control steps in the last complete row of a table.
fn last_steps(path: &Path) -> Option<u64> {
    if path.is_symlink() || !path.is_file() {
        return None;
    }
    let mut file = std::fs::File::open(path).ok()?;
    let mut bytes = Vec::new();
    (&mut file).take(LAST_ROW).read_to_end(&mut bytes).ok()?;
    let beginning = String::from_utf8_lossy(&bytes).into_owned();
    let header = beginning.lines().next()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LAST_ROW)))
        .ok()?;
    bytes.clear();
    file.take(LAST_ROW).read_to_end(&mut bytes).ok()?;
    let end = String::from_utf8_lossy(&bytes).into_owned();
    let (whole, _) = end.rsplit_once('\n')?;
    let row = parse_row(header, whole.lines().last()?).ok()?;
    row.get(Metric::Steps).map(|steps| steps as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::tempdir;

    fn version(step: u64, forgets_values: bool) -> VersionFile {
        VersionFile {
            step,
            forgets_values,
            text: format!("// {step}"),
        }
    }

    #[test]
    fn versions_are_found_by_name_and_the_rows_say_which_is_in_force() {
        let run = tempdir().expect("there is room");
        let versions = [version(7, false), version(40, true), version(300, false)];
        assert_eq!(read_versions(run.path()).ok(), Some(Vec::new()));
        fs::create_dir(run.path().join(FOLDER)).expect("it works");
        for version in versions.iter().rev() {
            fs::write(run.path().join(version.path()), &version.text).expect("it works");
        }
        for other in ["notes.ron", "000000000008.txt", "00000000009.ron"] {
            fs::write(run.path().join(FOLDER).join(other), "").expect("it works");
        }
        assert_eq!(read_versions(run.path()).ok(), Some(versions.to_vec()));
        let in_force = |table: &str| {
            fs::write(run.path().join("metrics.csv"), table).expect("it works");
            newest_in_force(run.path()).expect("it can be read")
        };
        assert_eq!(in_force(""), None);
        assert_eq!(in_force("iteration,steps\n1,6\n"), None);
        assert_eq!(
            in_force("steps,kl\n6,\n40,\n300"),
            Some(versions[1].clone())
        );
    }
}
