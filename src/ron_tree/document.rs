//! A text as a tree, with all that it took from elsewhere.

use std::{path::PathBuf, sync::Arc};

use super::{
    error::{ReadError, TextError, found},
    node::{Node, Target},
    parse::{Parsed, parse},
    source::{Source, SourceSpan},
    source_map::{Piece, Printed},
};

/// A text as a tree. What was put into it from elsewhere knows where it was written.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// What stands before the tree; the whole text where that has none.
    before: Piece,
    root: Option<Node>,
    after: Piece,
    reporter: Reporter,
    /// The texts that it was put together of, in the order in which they were taken.
    sources: Vec<Arc<Source>>,
    /// Other files that it was made from: what was read from them is no text.
    files: Vec<PathBuf>,
}

/// Makes errors at places of a document.
#[derive(Clone, Debug)]
pub(crate) struct Reporter {
    /// The source that was asked for.
    top: Arc<Source>,
}

impl Document {
    /// A source as it is. Where its brackets do not pair, it has no tree.
    pub(crate) fn parse(source: &Arc<Source>) -> Document {
        let end = SourceSpan::new(source, source.text.len()..source.text.len());
        let (before, root, after) = match parse(source) {
            Some(Parsed {
                before,
                root,
                after,
            }) => (before, Some(root), after),
            None => {
                let whole = SourceSpan::new(source, 0..source.text.len());
                (Piece::verbatim(whole), None, Piece::verbatim(end))
            }
        };
        Document {
            before,
            root,
            after,
            reporter: Reporter {
                top: source.clone(),
            },
            sources: vec![source.clone()],
            files: Vec::new(),
        }
    }

    /// The tree; `None` if the brackets and quotes of the text do not pair.
    pub(crate) fn root(&self) -> Option<&Node> {
        self.root.as_ref()
    }

    /// The tree, to be changed.
    pub(crate) fn root_mut(&mut self) -> Option<&mut Node> {
        self.root.as_mut()
    }

    /// What makes errors at places of it.
    pub(crate) fn reporter(&self) -> &Reporter {
        &self.reporter
    }

    /// The source that was asked for.
    pub(crate) fn top(&self) -> &Arc<Source> {
        &self.reporter.top
    }

    /// What errors call the text itself, which is in no file if it was put together.
    pub(crate) fn name(&self) -> String {
        let name = &self.top().name;
        match self.sources.len() {
            1 => name.clone(),
            _ => format!("{name} and what it is made of"),
        }
    }

    /// The files that it was read from, that which was asked for first.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let is_other = |source: &&Arc<Source>| !Arc::ptr_eq(source, self.top());
        let others = self.sources.iter().filter(is_other);
        let sources = std::iter::once(self.top()).chain(others);
        let files = sources.filter_map(|source| source.file.clone());
        files.chain(self.files.iter().cloned()).collect()
    }

    /// Notes that it was put together of another text too.
    pub(crate) fn made_of(&mut self, source: &Arc<Source>) {
        self.sources.push(source.clone());
    }

    /// Notes a file that it was made from.
    pub(crate) fn made_from(&mut self, file: PathBuf) {
        self.files.push(file);
    }

    /// From now on this source is the one that was asked for: it takes the document as its base.
    pub(crate) fn set_top(&mut self, source: &Arc<Source>) {
        self.reporter.top = source.clone();
        self.sources.push(source.clone());
    }

    /// The text, with where it was written.
    pub(crate) fn print(&self) -> Printed {
        let mut printed = Printed::default();
        printed.push(&self.before);
        if let Some(root) = &self.root {
            root.print_to(&mut printed);
        }
        printed.push(&self.after);
        printed
    }
}

impl Reporter {
    /// An error at a key or a value, which is shown as what was found.
    pub(crate) fn error<'a, S: Into<String>>(
        &self,
        at: impl Into<Target<'a>>,
        title: impl Into<String>,
        help: impl IntoIterator<Item = S>,
    ) -> ReadError {
        let printed = at.into().print();
        let help = help.into_iter().map(Into::into).collect();
        self.at(&printed.start(), title.into(), found(&printed.text), help)
            .into()
    }

    /// An error at a span, with a note if that is not in the source that was asked for.
    pub(crate) fn at(
        &self,
        at: &SourceSpan,
        title: String,
        label: String,
        help: Vec<String>,
    ) -> TextError {
        let is_part = !Arc::ptr_eq(&at.source, &self.top);
        TextError {
            note: is_part.then(|| format!("this is part of the scene `{}`", self.top.name)),
            ..TextError::at(at, title, label, help)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ron_tree::{Diagnostic, Path, names};

    fn parsed(text: &str) -> Document {
        Document::parse(&Source::text("a.ron", text))
    }

    fn at(text: &str, path: &Path) -> String {
        parsed(text).root().unwrap().follow(path).print().text
    }

    #[test]
    fn names_and_comments_are_transparent() {
        let text = r##"#![enable(implicit_some)]
            Scene /* a /* nested */ one */ (
                a: Some(( b: r#"no ) end"# , c: '\'', )), // d: 3
                d: { "x:\"y": -1e-3, "z": [ (1, 2), Shell(r: (3, 4)) ] },
            )"##;
        let root = Path::default();
        assert_eq!(
            at(text, &root.field("a").field("b")),
            r###"r#"no ) end"#"###
        );
        assert_eq!(at(text, &root.field("a").field("c")), r"'\''");
        assert_eq!(at(text, &root.field("d").nth(0)), "-1e-3");
        assert_eq!(at(text, &root.field("d").nth(0).key()), r#""x:\"y""#);
        let list = root.field("d").nth(1);
        assert_eq!(at(text, &list.nth(0).nth(1)), "2");
        assert_eq!(at(text, &list.nth(1)), "Shell(r: (3, 4))");
        assert_eq!(at(text, &list.nth(1).field("r").nth(0)), "3");
        let document = parsed(text);
        let d = document.root().unwrap().field("d").unwrap().value;
        assert_eq!(d.field("x:\"y").unwrap().key.name, "x:\"y");
        assert_eq!(document.print().text, text);
    }

    #[test]
    fn a_missing_value_is_where_it_would_stand() {
        let path = Path::default().field("a").field("c").field("d");
        assert_eq!(at("(a: (b: 1))", &path), "(b: 1)");
    }

    #[test]
    fn characters_of_a_text_are_found_in_names_and_lists() {
        for text in [r#"(a: F("xyz"))"#, r#"(a: Some(F("\x41\u{1F600}z")))"#] {
            let diagnostic = Diagnostic::new(Path::default().field("a"), "").inside(2..3);
            let error = diagnostic.locate(&parsed(text));
            assert_eq!(&error.text[error.span], "z", "{text}");
        }
    }

    #[test]
    fn what_does_not_pair_has_no_tree_and_prints_as_it_is() {
        for text in [
            "", "(", "(a: 1", "[1, 2)", "\"", "(a: )", "/*", "(1) 2", "(a b)",
        ] {
            let document = parsed(text);
            assert!(document.root().is_none(), "{text}");
            assert_eq!(document.print().text, text);
        }
        assert!(parsed(&"[".repeat(100_000)).root().is_none());
    }

    #[test]
    fn what_is_changed_prints_in_place_and_knows_where_it_was_written() {
        let mut document = parsed("(a: 1, /* of b */ b: [2, 3,], c: (), d: 4 /* end */)");
        let changes = Source::text("b.ron", "(x: [5], y: (e: 6), z: 7)");
        let other = Document::parse(&changes);
        let value = |name| other.root().unwrap().field(name).unwrap().value;
        let key = SourceSpan::new(&changes, 1..2);
        let root = document.root_mut().unwrap();
        let path = |path| names(path).unwrap();
        root.add("text", &path("b"), value("x"), &key).unwrap();
        root.add("text", &path("c"), value("y"), &key).unwrap();
        root.set("text", &path("a"), value("z").clone(), &key)
            .unwrap();
        root.set("text", &path("f"), value("z").clone(), &key)
            .unwrap();
        let removed = ["b[0]", "d"].map(|name| root.find("text", &path(name)).unwrap());
        root.remove(removed.to_vec());
        let printed = document.print();
        assert_eq!(
            printed.text,
            "(a: 7, /* of b */ b: [ 3, 5,], c: (e: 6),  f: 7 /* end */)"
        );
        let origin = |piece: &str| {
            let start = printed.text.find(piece).unwrap();
            let span = printed.origin(start..start + piece.len());
            (span.source.name.clone(), span.text().to_owned())
        };
        let whole = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        assert_eq!(origin("7,"), whole("b.ron", "7"));
        assert_eq!(origin("/* of b */ b"), whole("a.ron", "/* of b */ b"));
        assert_eq!(origin("5"), whole("b.ron", "5"));
        assert_eq!(origin("e: 6"), whole("b.ron", "e: 6"));
        // A new key stands for what it was asked for by.
        assert_eq!(origin("f: "), whole("b.ron", "x"));
        assert_eq!(origin(" /* end */"), whole("a.ron", " /* end */"));
    }

    #[test]
    fn an_error_in_a_part_is_shown_there_with_a_note() {
        let mut document = parsed("(a: 1)");
        let part = Source::text("b.ron", "\n  2");
        let value = Document::parse(&part).root().unwrap().clone();
        let at = SourceSpan::new(&part, 0..0);
        let root = document.root_mut().unwrap();
        root.set("text", &names("a").unwrap(), value, &at).unwrap();
        let error = Diagnostic::new(Path::default().field("a"), "wrong").locate(&document);
        assert_eq!((error.origin.as_str(), error.position()), ("b.ron", (2, 3)));
        assert_eq!(error.label, "found `2`");
        assert_eq!(
            error.note.as_deref(),
            Some("this is part of the scene `a.ron`")
        );
    }
}
