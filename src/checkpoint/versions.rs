//! The versions of a run's scene after the first: a file each, named after the number of control steps with which it takes effect. It
//! is written before the run comes there, so that whoever goes on from an older checkpoint comes by the same versions.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::follow::parse_row;
use super::{RunError, read_text};
use crate::files;
use crate::metrics::Metric;

/// The folder in the run's.
pub(super) const FOLDER: &str = "versions";
/// Ending of the name of a version with which critics begin anew.
const FORGETFUL: &str = "-critic";
/// Bytes at the end of a table in which its last row is looked for.
const LAST_ROW: u64 = 1 << 16;

/// A version of a scene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionFile {
    /// Control steps with which it takes effect.
    pub step: u64,
    /// Critics begin anew with it.
    pub forgets_values: bool,
    /// The scene as used.
    pub text: String,
}

impl VersionFile {
    /// Where it is in the folder of its run.
    pub fn path(&self) -> PathBuf {
        let ending = if self.forgets_values { FORGETFUL } else { "" };
        Path::new(FOLDER).join(format!("{:012}{ending}.ron", self.step))
    }
}

/// Step, and whether critics begin anew.
fn meaning(name: &str) -> Option<(u64, bool)> {
    let stem = name.strip_suffix(".ron")?;
    let plain = stem.strip_suffix(FORGETFUL);
    let digits = plain.unwrap_or(stem);
    let is_number = digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_digit());
    let step = digits.parse().ok().filter(|_| is_number)?;
    Some((step, plain.is_some()))
}

/// The versions in the folder of a run, by their steps.
///
/// # Errors
/// The system refused, or one of them is no text.
pub fn read_versions(run: &Path) -> Result<Vec<VersionFile>, RunError> {
    let names = names(run)?.into_iter();
    names.map(|(step, name)| read(run, step, &name)).collect()
}

/// The newest version, whether or not the run has come there.
///
/// # Errors
/// As there.
pub fn newest(run: &Path) -> Result<Option<VersionFile>, RunError> {
    let newest = names(run)?.pop_last();
    newest
        .map(|(step, name)| read(run, step, &name))
        .transpose()
}

/// The version that the newest rows and the newest policy of a run are of; none for the scene that it began with.
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

/// The control steps of the last whole row of a table.
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
