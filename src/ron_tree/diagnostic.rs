//! What a check found, by the path to what it is about.

use std::ops::Range;

use super::{
    document::Document,
    error::{TextError, found},
    node::{Kind, Target},
    path::Path,
    quoted,
    suggest::suggest,
};

/// What a check found: the path to it, which the document then turns into file, line and column.
#[derive(Debug)]
pub(crate) struct Diagnostic {
    path: Path,
    /// Which characters of the text in quotes at the path, if not the whole.
    inside: Option<Range<u32>>,
    title: String,
    label: Option<String>,
    help: Vec<String>,
}

impl Diagnostic {
    /// Unless `label` says otherwise, the text at the path is shown as what was found.
    pub(crate) fn new(path: Path, title: impl Into<String>) -> Diagnostic {
        Diagnostic {
            path,
            inside: None,
            title: title.into(),
            label: None,
            help: Vec::new(),
        }
    }

    /// The place is these characters of the text in quotes at the path.
    pub(crate) fn inside(mut self, characters: Range<usize>) -> Diagnostic {
        // A text has at most a megabyte.
        self.inside = Some(characters.start as u32..characters.end as u32);
        self
    }

    pub(crate) fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = Some(label.into());
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help.push(help.into());
        self
    }

    /// Adds the nearest known name and the list of all.
    pub(crate) fn suggest<S: AsRef<str>>(
        mut self,
        what: &str,
        found: &str,
        known: impl IntoIterator<Item = S>,
    ) -> Diagnostic {
        let known: Vec<S> = known.into_iter().collect();
        self.help.extend(suggest(what, found, &known));
        self
    }

    /// The error that it is in a document.
    pub(crate) fn locate(self, document: &Document) -> TextError {
        let Some(root) = document.root() else {
            unreachable!("what was read and checked has a tree");
        };
        let mut target = root.follow(&self.path);
        if self.inside.is_some()
            && let Target::Value(mut node) = target
        {
            while matches!(node.kind(), Kind::List | Kind::Tuple)
                && let [only] = node.children()
            {
                node = &only.value;
            }
            target = Target::Value(node);
        }
        let printed = target.print();
        let bytes = match self.inside {
            None => 0..printed.text.len(),
            Some(Range { start, end }) => {
                quoted::bytes_of(&printed.text, start as usize..end as usize)
            }
        };
        let label = self
            .label
            .unwrap_or_else(|| found(&printed.text[bytes.clone()]));
        let at = printed.origin(bytes);
        let reporter = document.reporter();
        reporter.at(&at, self.title, label, self.help)
    }
}
