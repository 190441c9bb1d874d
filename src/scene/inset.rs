//! What all have in common that put the content of other files into the text of a scene: where such a file is, what is said about it at the
//! place where it is named, and the new text in the place of the old.

use std::ops::Range;

use super::{
    error::{SceneError, TextError, first_line, found},
    locate::Entry,
    read::options,
    woven::{Patch, Woven},
};

/// A scene's text, to be looked at.
pub(super) struct Inset<'a> {
    pub(super) woven: &'a Woven,
    pub(super) text: &'a str,
}

impl Inset<'_> {
    /// An error at some bytes of the text, told where they were written.
    pub(super) fn fault<S: Into<String>>(
        &self,
        at: &Range<usize>,
        title: impl Into<String>,
        help: impl IntoIterator<Item = S>,
    ) -> SceneError {
        let error = TextError {
            origin: self.woven.name(),
            text: self.text.to_owned(),
            span: first_line(self.text, at.clone()),
            title: title.into(),
            label: found(&self.text[at.clone()]),
            help: help.into_iter().map(Into::into).collect(),
            note: None,
        };
        self.woven.place(error.into())
    }

    /// The file that a field names, as it is written and as a path; `like` is what would do.
    pub(super) fn file(&self, field: &Entry, like: &str) -> Result<(String, String), SceneError> {
        let at = &field.value.span;
        let Ok(name) = options().from_str::<String>(&self.text[at.clone()]) else {
            return Err(self.fault(at, "expected the name of a file", [like]));
        };
        let Some(path) = self.woven.written_in(at.clone()).beside(&name) else {
            let title = format!("`{name}` is beside no file");
            let help = "a text that is in no file cannot name others";
            return Err(self.fault(at, title, [help]));
        };
        Ok((name, path))
    }
}

/// Puts texts in the place of bytes, in whatever order, and notes the files that they were made from.
pub(super) fn put(
    woven: &mut Woven,
    mut splices: Vec<(Range<usize>, String)>,
    files: Vec<std::path::PathBuf>,
) {
    // The last first, so that the others stay where they are.
    splices.sort_by_key(|(gap, _)| std::cmp::Reverse(gap.start));
    for (gap, new) in splices {
        let origin = woven.origin(gap.clone());
        woven.splice(gap, vec![Patch::at(new, &origin)]);
    }
    woven.made_from(files);
}
