//! From a tree to the types of a format, by RON's own reader.

use ron::{Options, extensions::Extensions};
use serde::de::DeserializeOwned;

use super::{
    document::Document,
    error::{ReadError, TextError},
    explain::Explanation,
    node::{Kind, Node},
};

/// The largest text that is read.
pub(crate) const MAX_BYTES: u64 = 1 << 20;

/// A kind of text.
pub(crate) trait Format: DeserializeOwned {
    /// What errors call it.
    const NAME: &'static str;
    /// What it looks like.
    const FORM: &'static str;
    /// The newest version of its format, for texts that may say of which one they are in a field `version`.
    const VERSION: Option<u32> = None;
}

/// How our texts are written: `range: (-1, 1)` instead of `Some((-1, 1))`, `Ppo(steps: ..)` instead of `Ppo((steps: ..))`.
pub(crate) fn options() -> Options {
    Options::default()
        .with_default_extension(Extensions::IMPLICIT_SOME | Extensions::UNWRAP_VARIANT_NEWTYPES)
}

/// Reads a document as a `T`. Afterwards it is known to have a tree.
pub(crate) fn read<T: Format>(document: &Document) -> Result<T, ReadError> {
    let printed = document.print();
    let text = &printed.text;
    let reporter = document.reporter();
    let fail = |bytes, title: String, label: String, help| {
        reporter.at(&printed.origin(bytes), title, label, help)
    };
    if text.len() as u64 > MAX_BYTES {
        return Err(TextError {
            origin: document.top().name.clone(),
            // The text itself would only be in the way of its size.
            text: String::new(),
            span: 0..0,
            title: format!("the text is too large for a {}", T::NAME),
            label: format!("{} bytes follow", text.len()),
            help: vec![format!(
                "a {} has at most {MAX_BYTES} bytes (1 MiB)",
                T::NAME
            )],
            note: None,
        }
        .into());
    }
    if text.trim().is_empty() {
        let title = format!("the {} is empty", T::NAME);
        let help = vec![T::FORM.to_owned()];
        return Err(fail(0..0, title, "nothing here".to_owned(), help).into());
    }
    if let (Some(newest), Some(root)) = (T::VERSION, document.root())
        && let Some((version, help)) = unknown_version(root, newest)
    {
        let name = T::NAME;
        let title = format!("this program does not know this version of the {name} format");
        return Err(reporter.error(version, title, [help]));
    }
    let value = options().from_str(text).map_err(|error| {
        let Explanation {
            span,
            title,
            label,
            help,
        } = Explanation::of(text, T::NAME, error);
        fail(span, title, label, help)
    })?;
    let Some(root) = document.root() else {
        // RON read it, so this is a notation that the parser of the tree does not know.
        let title = "this notation is not supported".to_owned();
        return Err(fail(0..0, title, "somewhere in here".to_owned(), Vec::new()).into());
    };
    let mut not_finite = None;
    root.visit(&mut |node| {
        if node.kind() == Kind::Leaf && not_finite.is_none() && is_not_finite(node.head()) {
            not_finite = Some(node);
        }
    });
    match not_finite {
        None => Ok(value),
        Some(leaf) => {
            let help = "a number of ordinary size, like 0.5 or 1e-3";
            Err(reporter.error(leaf, "a number must be finite", [help]))
        }
    }
}

/// Where a text says that it is of a version that there is not, and what would do.
fn unknown_version(root: &Node, newest: u32) -> Option<(&Node, String)> {
    let version = root.field("version")?.value;
    let written = version.text().replace('_', "");
    let written = written
        .strip_prefix("Some(")
        .and_then(|some| some.strip_suffix(')'))
        .map_or(written.as_str(), str::trim);
    if written.is_empty() || !written.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    match written.parse::<u32>() {
        Ok(0) => Some((
            version,
            format!("versions begin with 1; the newest is {newest}"),
        )),
        Ok(number) if number <= newest => None,
        _ => Some((
            version,
            format!("this sinew reads up to version {newest}; this file needs a newer sinew"),
        )),
    }
}

/// Also what is finite as written but too large for an `f32`.
fn is_not_finite(leaf: &str) -> bool {
    // Nothing else reads as a number; most leaves need no copy.
    let digits;
    let leaf = if leaf.contains('_') {
        digits = leaf.replace('_', "");
        &digits
    } else {
        leaf
    };
    let number = leaf.trim_end_matches("f32").trim_end_matches("f64");
    number
        .parse::<f32>()
        .is_ok_and(|number| !number.is_finite())
}
