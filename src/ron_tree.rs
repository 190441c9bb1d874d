//! RON text as a tree in which every value knows where it was written.
//!
//! A `Document` is parsed from a `Source`, changed at paths (`walk`, `edit`), and printed with a source map, so that errors of RON's own
//! reader (`read`, `explain`) and of checks (`Diagnostic`) are shown where the author wrote what is wrong, be it in another file.
//! Nothing in here knows what the texts are about.

mod assignment;
mod build;
mod diagnostic;
mod document;
mod edit;
mod entries;
pub(crate) mod error;
mod explain;
mod mutate;
mod node;
mod parse;
mod path;
pub(crate) mod quoted;
pub(crate) mod read;
pub(crate) mod source;
mod source_map;
mod suggest;
mod unique_names;
mod walk;

pub use error::{ReadError, Severity, TextError};

pub(crate) use assignment::Assignment;
pub(crate) use diagnostic::Diagnostic;
pub(crate) use document::{Document, Reporter};
pub(crate) use entries::Entries;
pub(crate) use node::{Child, Entry, Kind, Node};
pub(crate) use parse::token_after;
pub(crate) use path::Path;
pub(crate) use source::{Source, SourceSpan};
pub(crate) use suggest::suggest;
pub(crate) use unique_names::{index_of, unique};
pub(crate) use walk::{Names, PathError, Position, names};
