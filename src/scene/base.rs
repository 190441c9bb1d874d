//! Scenes that take another as their base: it and their changes become one document, which needs nothing else.
//!
//! `set` replaces values, `add` puts more behind what is in a list or a map, `remove` takes values out. They are done in this order, and
//! what is removed all at once, so that numbers in paths count in the base.

use std::{ops::Range, path::PathBuf, sync::Arc};

use serde::de::IgnoredAny;

use super::{Scene, SceneError, file::Variant, shipped, source};
use crate::import;
use crate::ron_tree::{
    Document, Entries, Entry, Names, Node, Path, PathError, Position, Reporter, Source, SourceSpan,
    TextError, names, quoted, read, suggest, token_after,
};

/// How many bases a scene may have below it.
const MAX_DEPTH: usize = 8;
/// How many changes a scene may make to its base.
const MAX_CHANGES: usize = 256;

/// The document of a scene, with its base and all that it takes from other files.
pub(super) fn load(source: &Arc<Source>) -> Result<Document, SceneError> {
    load_above(source, &mut Vec::new())
}

/// `above` are the scenes that this one is the base of.
fn load_above(source: &Arc<Source>, above: &mut Vec<PathBuf>) -> Result<Document, SceneError> {
    let mut document = Document::parse(source);
    if has_base(source, &document) {
        let changes = Changes {
            written: read::read::<Variant>(&document)?,
            document,
        };
        above.push(identity(source));
        let base = changes.base(above)?;
        document = load_above(&base, above)?;
        // As it is, so that an error of the base's own is shown where the base has it.
        Scene::of(document.clone()).map_err(|error| is_the_base_of(source, error))?;
        document.set_top(source);
        changes.apply(&mut document)?;
    }
    import::expand(&mut document)?;
    Ok(document)
}

/// Whether a text names a base. One whose brackets do not pair does if that is what it begins with.
fn has_base(source: &Source, document: &Document) -> bool {
    if let Some(root) = document.root() {
        return root.field("base").is_some();
    }
    let text = &source.text;
    let open = token_after(text, 0);
    &text[open.clone()] == "(" && &text[token_after(text, open.end)] == "base"
}

/// What tells a source from others, by whatever path it was found.
fn identity(source: &Source) -> PathBuf {
    let file = source.file.as_ref();
    let found = file.and_then(|file| file.canonicalize().ok());
    found.unwrap_or_else(|| PathBuf::from(&source.name))
}

fn is_the_base_of(source: &Source, mut error: SceneError) -> SceneError {
    if let SceneError::Text(error) = &mut error {
        error.note = Some(format!("this is the base of `{}`", source.name));
    }
    error
}

/// Replaces values of a document by those that stand at `at` in another, by their paths.
pub(super) fn set_all(
    document: &mut Document,
    changes: &Node,
    paths: &Entries<IgnoredAny>,
) -> Result<(), SceneError> {
    for (entry, (path, _)) in changes.entries().zip(&paths.0) {
        let path = WrittenPath::of(entry.key.span(), path);
        path.apply(document, |root, names, at| {
            root.set(WHOLE, names, entry.value.clone(), at)
        })?;
    }
    Ok(())
}

/// What errors call the document that is changed.
const WHOLE: &str = "base";

/// The changes of a scene that has a base.
struct Changes {
    written: Variant,
    document: Document,
}

impl Changes {
    /// The scene that they change.
    fn base(&self, above: &[PathBuf]) -> Result<Arc<Source>, SceneError> {
        let name = &self.written.base;
        let at = self.entry("base").value;
        let fail =
            |title: String, help: Vec<String>| self.document.reporter().error(at, title, help);
        let base = if name.ends_with(".ron") {
            let path = self.document.top().beside(name).ok_or_else(|| {
                let title = format!(
                    "cannot resolve the relative path `{name}`: this text was not read from a file"
                );
                let help = "a text that is in no file can have a shipped scene as its base";
                fail(title, vec![help.to_owned()])
            })?;
            source::read(&path).map_err(|error| match error {
                SceneError::Text(_) => error,
                error => {
                    let (title, help) = error.say();
                    fail(title, help)
                }
            })?
        } else {
            source::shipped(name).ok_or_else(|| {
                let known: Vec<_> = shipped::names().collect();
                let mut help = suggest("shipped scenes", name, &known);
                help.push("or a file, relative to this one, like \"reach.ron\"".to_owned());
                fail(format!("there is no shipped scene `{name}`"), help)
            })?
        };
        if above.contains(&identity(&base)) {
            return Err(fail(
                "circular `base`".to_owned(),
                vec!["following the bases must lead to a scene without one".to_owned()],
            ));
        }
        if above.len() > MAX_DEPTH {
            return Err(fail(
                "too many nested bases".to_owned(),
                vec![format!("at most {MAX_DEPTH} bases")],
            ));
        }
        Ok(base)
    }

    fn apply(&self, document: &mut Document) -> Result<(), SceneError> {
        self.check_count()?;
        let Variant {
            set, add, remove, ..
        } = &self.written;
        if !set.0.is_empty() {
            set_all(document, self.entry("set").value.unwrapped(), set)?;
        }
        let added = self.root().field("add");
        let added = added.into_iter();
        let added = added.flat_map(|added| added.value.unwrapped().entries());
        for (entry, (path, _)) in added.zip(&add.0) {
            let path = WrittenPath::of(entry.key.span(), path);
            path.apply(document, |root, names, at| {
                root.add(WHOLE, names, entry.value, at)
            })?;
        }
        let mut removed: Vec<Position> = Vec::new();
        for (i, path) in remove.iter().enumerate() {
            let at = Path::default().field("remove").nth(i);
            let at = self.root().at(&at);
            let path = WrittenPath::of(at.span(), path);
            let position = path.apply(document, |root, names, _| root.find(WHOLE, names))?;
            let is_in = |a: &Position, b: &Position| a.starts_with(b) || b.starts_with(a);
            if removed.iter().any(|other| is_in(other, &position)) {
                let title = format!("`{}` is removed twice", path.path);
                let help = vec!["name it once; removing it removes its contents too".to_owned()];
                return Err(path.error(
                    document.reporter(),
                    PathError {
                        span: 0..path.path.len(),
                        title,
                        label: "the second time",
                        help,
                    },
                ));
            }
            removed.push(position);
        }
        if let Some(root) = document.root_mut() {
            root.remove(removed);
        }
        Ok(())
    }

    fn check_count(&self) -> Result<(), SceneError> {
        let Variant {
            set, add, remove, ..
        } = &self.written;
        let changes = set.0.len() + add.0.len() + remove.len();
        if changes <= MAX_CHANGES {
            return Ok(());
        }
        let title = format!("a scene makes {changes} changes to its base");
        let help = format!(
            "at most {MAX_CHANGES}; replace larger parts at once, or write a separate scene"
        );
        let at = self.entry("base").value.span();
        Err(TextError::at(&at, title, "to this one", vec![help]).into())
    }

    fn root(&self) -> &Node {
        self.document.root().expect("it was read")
    }

    fn entry(&self, field: &str) -> Entry<'_> {
        let entry = self.root().field(field);
        entry.expect("it was read, and is not empty")
    }
}

/// A path in quotes, and where it is written.
struct WrittenPath<'a> {
    quoted: SourceSpan,
    path: &'a str,
}

impl<'a> WrittenPath<'a> {
    fn of(quoted: SourceSpan, path: &'a str) -> Self {
        WrittenPath { quoted, path }
    }

    /// Changes the tree of a document where the path leads. What is new there stands for the path's last part.
    fn apply<T>(
        &self,
        document: &mut Document,
        change: impl FnOnce(&mut Node, &Names<'a>, &SourceSpan) -> Result<T, PathError>,
    ) -> Result<T, SceneError> {
        let changed = match document.root_mut() {
            Some(root) => names(self.path).and_then(|names| {
                let last = names.last().map_or(0..0, |(_, span)| span.clone());
                change(root, &names, &self.part(last))
            }),
            None => Err(PathError {
                span: 0..self.path.len(),
                title: "this change cannot be applied to the base".to_owned(),
                label: "here",
                help: Vec::new(),
            }),
        };
        changed.map_err(|error| self.error(document.reporter(), error))
    }

    fn error(&self, reporter: &Reporter, error: PathError) -> SceneError {
        let PathError {
            span,
            title,
            label,
            help,
        } = error;
        let label = label.to_owned();
        reporter.at(&self.part(span), title, label, help).into()
    }

    /// Where bytes of the path are written.
    fn part(&self, bytes: Range<usize>) -> SourceSpan {
        let character = |byte: usize| self.path[..byte].chars().count();
        let characters = character(bytes.start)..character(bytes.end);
        self.quoted
            .part(quoted::bytes_of(self.quoted.text(), characters))
    }
}
