//! Checks of names: each is given once, and what is named is there.

use std::collections::BTreeSet;

use super::{diagnostic::Diagnostic, path::Path};

/// Longest name (bytes): names are repeated, in every observation of a joint for one.
const LONGEST_NAME: usize = 256;

/// No name twice, none empty and none too long; `point_at` says what to underline of the element with the second.
pub(crate) fn unique<'a>(
    what: &str,
    list: &Path,
    names: impl Iterator<Item = &'a str>,
    point_at: impl Fn(Path) -> Path,
) -> Result<(), Diagnostic> {
    let mut seen = BTreeSet::new();
    for (i, name) in names.enumerate() {
        let at = || point_at(list.nth(i));
        if name.is_empty() {
            return Err(Diagnostic::new(at(), format!("a {what} has an empty name"))
                .help("use a name of at least one letter"));
        }
        if name.len() > LONGEST_NAME {
            let what = format!("the name of a {what} is too long");
            return Err(Diagnostic::new(at(), what)
                .label(format!("{} bytes", name.len()))
                .help(format!("at most {LONGEST_NAME} bytes")));
        }
        if !seen.insert(name) {
            return Err(
                Diagnostic::new(at(), format!("there are two {what}s named `{name}`"))
                    .label("the second one")
                    .help("give each its own name"),
            );
        }
    }
    Ok(())
}

/// The index of a name, or a diagnostic that lists the known ones.
pub(crate) fn index_of<'a>(
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    at: Path,
) -> Result<usize, Diagnostic> {
    known
        .clone()
        .position(|other| other == name)
        .ok_or_else(|| {
            Diagnostic::new(at, format!("there is no {what} `{name}`"))
                .label(format!("unknown {what}"))
                .suggest(&format!("{what}s"), name, known)
        })
}
