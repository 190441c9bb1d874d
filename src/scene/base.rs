//! Scenes that take another as their base: it and their changes become one text, which needs nothing else.
//!
//! `set` puts values in the place of others, `add` puts more behind what is in a list or a map, `remove` takes out. They are done
//! in this order, and what is removed all at once, so that numbers in paths count in the base.

use std::{ops::Range, path::PathBuf};

use serde::de::IgnoredAny;

use super::{
    Scene,
    edit::{self, Astray, Names, Spot, Target},
    error::{SceneError, TextError, found, suggest},
    file, import,
    locate::{Body, Entry, Node, Path, inside},
    mesh, picture, read,
    scan::token_after,
    shipped,
    source::Source,
    woven::{Patch, Woven},
};

/// How many bases a scene may have below it.
const MAX_DEPTH: usize = 8;
/// How many changes a scene may make: each goes through the whole text.
const MAX_CHANGES: usize = 256;

/// The whole text of a scene.
pub(super) fn unfold(source: Source) -> Result<Woven, SceneError> {
    unfold_above(source, &mut Vec::new())
}

/// `above` are the scenes that this one is the base of.
fn unfold_above(source: Source, above: &mut Vec<PathBuf>) -> Result<Woven, SceneError> {
    if !has_base(&source.text) {
        let mut woven = Woven::new(source);
        expand(&mut woven)?;
        return Ok(woven);
    }
    let (written, tree) = read::read::<file::Variant>(&source.name, &source.text)?;
    let variant = Variant {
        source: &source,
        written: &written,
        tree: &tree,
    };
    above.push(identity(&source));
    let base = variant.base(above)?;
    let mut woven = unfold_above(base, above)?;
    // As it is, so that an error of the base's own is shown where the base has it.
    Scene::of(&woven).map_err(|error| is_the_base_of(&source, error))?;
    let number = woven.add(source.clone());
    woven.set_top(number);
    variant.change(&mut woven, number)?;
    expand(&mut woven)?;
    Ok(woven)
}

/// Puts in what other files have.
fn expand(woven: &mut Woven) -> Result<(), SceneError> {
    import::expand(woven)?;
    mesh::expand(woven)?;
    picture::expand(woven)
}

/// Whether a text names a base. One whose brackets do not pair does if that is what it begins with.
fn has_base(text: &str) -> bool {
    if let Some(tree) = Node::scan(text) {
        return tree.field("base").is_some();
    }
    let open = token_after(text, 0);
    &text[open.clone()] == "(" && &text[token_after(text, open.end)] == "base"
}

/// A text, with the changes that stand at `at` in it put in the place of what is there.
pub(super) fn with(
    name: &str,
    text: &str,
    tree: &Node,
    at: &Path,
    changes: &file::Entries<IgnoredAny>,
) -> Result<Woven, SceneError> {
    let source = Source::text(name, text);
    let mut woven = Woven::new(source.clone());
    let nothing = file::Variant::default();
    let variant = Variant {
        source: &source,
        written: &nothing,
        tree,
    };
    variant.set(&mut woven, 0, entries_of(tree.at(at)).iter(), changes)?;
    Ok(woven)
}

fn entries_of(node: &Node) -> &[Entry] {
    match &node.body {
        Body::Fields { entries, .. } => entries,
        Body::List { .. } | Body::Leaf => &[],
    }
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

/// A scene that changes another.
struct Variant<'a> {
    source: &'a Source,
    written: &'a file::Variant,
    tree: &'a Node,
}

impl Variant<'_> {
    /// What it changes.
    fn base(&self, above: &[PathBuf]) -> Result<Source, SceneError> {
        let name = &self.written.base;
        let at = self.tree.locate(&Path::default().field("base"));
        let fail = |title: String, help: Vec<String>| {
            let label = found(&self.source.text[at.clone()]);
            self.error(at.clone(), title, &label, help)
        };
        let base = if name.ends_with(".ron") {
            let path = self.source.beside(name).ok_or_else(|| {
                let title = format!("`{name}` is beside no file");
                let help = "a text that is in no file can have a shipped scene as its base";
                fail(title, vec![help.to_owned()])
            })?;
            Source::read(&path).map_err(|error| match error {
                SceneError::Text(_) => error,
                error => {
                    let (title, help) = error.say();
                    fail(title, help)
                }
            })?
        } else {
            Source::shipped(name).ok_or_else(|| {
                let known: Vec<_> = shipped::names().collect();
                let mut help = suggest("shipped scenes", name, &known);
                help.push("or a file, relative to this one, like \"reach.ron\"".to_owned());
                fail(format!("there is no shipped scene `{name}`"), help)
            })?
        };
        if above.contains(&identity(&base)) {
            return Err(fail(
                "a scene stands on itself".to_owned(),
                vec!["following the bases must lead to a scene without one".to_owned()],
            ));
        }
        if above.len() > MAX_DEPTH {
            return Err(fail(
                "too many scenes stand on each other".to_owned(),
                vec![format!("at most {MAX_DEPTH} bases")],
            ));
        }
        Ok(base)
    }

    fn change(&self, woven: &mut Woven, number: usize) -> Result<(), SceneError> {
        self.check_size()?;
        let text = &self.source.text;
        self.set(woven, number, self.entries("set"), &self.written.set)?;
        for (entry, (path, _)) in self.entries("add").zip(&self.written.add.0) {
            let place = Place::of(entry.key.clone(), path);
            let more = entry.value.unwrapped();
            let ((Spot { at, before }, is_whole), last) =
                place.find(self, woven, |target, names| {
                    Ok((target.end(names, more)?, place.last(names)))
                })?;
            let span = if is_whole {
                entry.value.span.clone()
            } else if let Some(content) = content(more) {
                content
            } else {
                continue;
            };
            let key = Patch::standing_for(before, number, place.inside(text, last));
            let value = woven.piece(number, span);
            woven.splice(at, vec![key, value]);
        }
        let mut removed: Vec<Range<usize>> = Vec::new();
        for (i, path) in self.written.remove.iter().enumerate() {
            let at = self.tree.locate(&Path::default().field("remove").nth(i));
            let place = Place::of(at, path);
            let entry = place.find(self, woven, |target, names| target.whole_entry(names))?;
            if removed
                .iter()
                .any(|other| other.start < entry.end && entry.start < other.end)
            {
                let title = format!("`{path}` is removed twice");
                let span = place.inside(text, 0..path.len());
                let help = vec!["name it once; what is inside goes with it".to_owned()];
                return Err(self.error(span, title, "the second time", help));
            }
            removed.push(entry);
        }
        removed.sort_by_key(|entry| entry.start);
        for entry in removed.into_iter().rev() {
            woven.splice(entry, Vec::new());
        }
        Ok(())
    }

    /// Puts values, which stand in the source of that number, in the place of others.
    fn set<'e>(
        &self,
        woven: &mut Woven,
        number: usize,
        entries: impl Iterator<Item = &'e Entry>,
        paths: &file::Entries<IgnoredAny>,
    ) -> Result<(), SceneError> {
        for (entry, (path, _)) in entries.zip(&paths.0) {
            let place = Place::of(entry.key.clone(), path);
            let (Spot { at, before }, last) = place.find(self, woven, |target, names| {
                Ok((target.spot(names)?, place.last(names)))
            })?;
            let inside = place.inside(&self.source.text, last);
            let key = Patch::standing_for(before, number, inside);
            let value = woven.piece(number, entry.value.span.clone());
            woven.splice(at, vec![key, value]);
        }
        Ok(())
    }

    fn check_size(&self) -> Result<(), SceneError> {
        let file::Variant {
            set, add, remove, ..
        } = self.written;
        let changes = set.0.len() + add.0.len() + remove.len();
        if changes <= MAX_CHANGES {
            return Ok(());
        }
        let title = format!("a scene makes {changes} changes to its base");
        let help = vec![format!(
            "at most {MAX_CHANGES}; larger parts at once, or a scene of its own"
        )];
        let span = self.tree.locate(&Path::default().field("base"));
        Err(self.error(span, title, "to this one", help))
    }

    fn entries(&self, field: &str) -> impl Iterator<Item = &Entry> {
        let value = self.tree.field(field).map(|entry| entry.value.unwrapped());
        value.map_or(&[][..], entries_of).iter()
    }

    fn error(
        &self,
        span: Range<usize>,
        title: String,
        label: &str,
        help: Vec<String>,
    ) -> SceneError {
        TextError {
            origin: self.source.name.clone(),
            text: self.source.text.clone(),
            span,
            title,
            label: label.to_owned(),
            help,
            note: None,
        }
        .into()
    }
}

/// The bytes of all that is in a list, a map or a tuple.
fn content(node: &Node) -> Option<Range<usize>> {
    match &node.body {
        Body::List { items, .. } => Some(items.first()?.span.start..items.last()?.span.end),
        Body::Fields { entries, .. } => {
            Some(entries.first()?.key.start..entries.last()?.value.span.end)
        }
        Body::Leaf => None,
    }
}

/// A path in quotes.
struct Place<'a> {
    quoted: Range<usize>,
    path: &'a str,
}

impl<'a> Place<'a> {
    fn of(quoted: Range<usize>, path: &'a str) -> Self {
        Place { quoted, path }
    }

    /// What is found in the text as it is by now.
    fn find<T>(
        &self,
        variant: &Variant,
        woven: &Woven,
        find: impl FnOnce(&Target, &Names<'a>) -> Result<T, Astray>,
    ) -> Result<T, SceneError> {
        let error = |span, title, label: &str, help| {
            let span = self.inside(&variant.source.text, span);
            variant.error(span, title, label, help)
        };
        let Some(tree) = Node::scan(woven.text()) else {
            let title = "the base cannot be changed".to_owned();
            return Err(error(0..self.path.len(), title, "by this", Vec::new()));
        };
        let target = Target {
            text: woven.text(),
            tree: &tree,
            whole: "base",
        };
        let names = edit::names(self.path);
        names
            .and_then(|names| find(&target, &names))
            .map_err(|astray| error(astray.span, astray.title, astray.label, astray.help))
    }

    /// The bytes of the path's last part.
    fn last(&self, names: &Names) -> Range<usize> {
        names.last().map_or(0..0, |(_, span)| span.clone())
    }

    /// Where bytes of the path are written.
    fn inside(&self, text: &str, bytes: Range<usize>) -> Range<usize> {
        let character = |byte: usize| self.path[..byte].chars().count();
        inside(
            &self.quoted,
            text,
            character(bytes.start)..character(bytes.end),
        )
    }
}
