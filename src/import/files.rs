//! The files that a scene names: beside the text that names them, or compiled in, so that a copied binary works anywhere.

use std::{path::Path, sync::Arc};

use crate::ron_tree::{
    Node, ReadError, Reporter, Source,
    read::{MAX_BYTES, options},
    source,
};

/// The folder in which what is compiled in would be.
const SHIPPED: &str = "scenes/";
/// Files that shipped scenes take something from, by what they call them.
const FILES: [(&str, &str); 1] = [("arm.urdf", include_str!("../../scenes/arm.urdf"))];

/// The text of a file that is compiled in.
fn shipped(name: &str) -> Option<&'static str> {
    let found = FILES.iter().find(|(other, _)| *other == name);
    found.map(|(_, text)| *text)
}

/// The file that a value names, as it is written and as a path; `like` is what would do.
pub(super) fn named(
    reporter: &Reporter,
    value: &Node,
    like: &str,
) -> Result<(String, String), ReadError> {
    let Ok(name) = options().from_str::<String>(&value.text()) else {
        return Err(reporter.error(value, "expected the name of a file", [like]));
    };
    let source = value.span().source;
    let beside = source.beside(&name).or_else(|| {
        // A text that is in no file can name what is compiled in.
        let is_known = source.file.is_none() && shipped(&name).is_some();
        is_known.then(|| format!("{SHIPPED}{name}"))
    });
    let Some(path) = beside else {
        let title = format!(
            "cannot resolve the relative path `{name}`: this text was not read from a file"
        );
        let help = "a text that is in no file cannot name others";
        return Err(reporter.error(value, title, [help]));
    };
    Ok((name, path))
}

/// The text of a file.
pub(super) fn read(path: &str) -> Result<Arc<Source>, ReadError> {
    Source::of_bytes(path, bytes(path, MAX_BYTES)?)
}

/// What is in a file of at most `limit` bytes.
pub(super) fn bytes(path: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
    match path.strip_prefix(SHIPPED).and_then(shipped) {
        Some(text) if !Path::new(path).is_file() => Ok(text.into()),
        _ => source::bytes(path, limit),
    }
}
