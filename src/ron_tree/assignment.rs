//! An edit of the command line, `path=value`.

use ron::value::RawValue;

use super::{
    document::Document,
    error::{ReadError, TextError},
    node::Node,
    source::{Source, SourceSpan},
    walk::{Names, PathError},
};

/// An edit `path=value`, cut in two.
pub(crate) struct Assignment<'a> {
    edit: &'a str,
    pub(crate) path: &'a str,
    value: &'a str,
}

impl<'a> Assignment<'a> {
    /// What errors call an edit.
    const ORIGIN: &'static str = "--set";

    /// Reads an edit, whose value must be one whole value, so that it cannot reach further than its path.
    pub(crate) fn parse(edit: &'a str) -> Result<Self, ReadError> {
        let error = |bytes, title: &str, label: &str, help: &str| {
            let at = SourceSpan::new(&Source::text(Self::ORIGIN, edit), bytes);
            TextError::at(&at, title, label, vec![help.to_owned()])
        };
        let Some((path, value)) = edit.split_once('=') else {
            let help = "write it like `learner.gamma=0.99`";
            let whole = 0..edit.len();
            return Err(error(whole, "expected path=value", "no `=` in here", help).into());
        };
        let value = value.trim();
        let source = Source::text(Self::ORIGIN, value);
        let is_whole = Document::parse(&source)
            .root()
            .is_some_and(|node| node.bytes() == (0..value.len()));
        if !is_whole || RawValue::from_ron(value).is_err() {
            let bytes = path.len() + 1..edit.len();
            let title = "expected one value and nothing else";
            let help = "a number, `true`, a \"text\" in quotes, a (tuple), a [list] or a Name(..)";
            return Err(error(bytes, title, "this value", help).into());
        }
        let path = path.trim_end();
        Ok(Assignment { edit, path, value })
    }

    /// Puts the value where the names lead, which are those of the path or stand for them. Errors call the document `whole`.
    pub(crate) fn apply(
        &self,
        document: &mut Document,
        whole: &str,
        names: Result<Names, PathError>,
    ) -> Result<(), ReadError> {
        let at = SourceSpan::new(&Source::text(Self::ORIGIN, self.edit), 0..self.edit.len());
        let Some(root) = document.root_mut() else {
            let title = format!("the {whole} cannot be edited");
            return Err(TextError::at(&at, title, "this edit", Vec::new()).into());
        };
        let value = Node::generated(self.value, &at);
        names
            .and_then(|names| root.set(whole, &names, value, &at))
            .map_err(|error| {
                let at = at.part(error.span);
                TextError::at(&at, error.title, error.label, error.help).into()
            })
    }
}
