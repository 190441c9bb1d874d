//! Edits of a scene's text: where a path leads in it, `--set path=value`, and a shipped preset that becomes part of the scene.

use std::ops::Range;

use ron::value::RawValue;

use super::{
    error::{SceneError, TextError, suggest},
    locate::{Body, Node},
    read::options,
    scan::token_after,
};

/// Where an edit comes from, as its errors call it.
const ORIGIN: &str = "--set";

/// A path, cut into its parts with their places in it.
pub(super) type Names<'a> = Vec<(&'a str, Range<usize>)>;

/// Where a new value goes: in the place of what stands there, and behind some text of its own.
#[derive(Debug)]
pub(super) struct Spot {
    pub(super) at: Range<usize>,
    pub(super) before: String,
}

/// Why a path leads nowhere.
#[derive(Debug)]
pub(super) struct Astray {
    /// The bytes of the path.
    pub(super) span: Range<usize>,
    pub(super) title: String,
    pub(super) label: &'static str,
    pub(super) help: Vec<String>,
}

/// A text to be changed.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) text: &'a str,
    pub(super) tree: &'a Node,
    /// What errors call it.
    pub(super) whole: &'a str,
}

/// The text with the value at the path replaced, or added where the path's last field is not written yet.
///
/// `learner` at the start of a path means the chosen learner; `whole` is what errors call the text.
pub(super) fn set(
    text: &str,
    whole: &str,
    edit: &str,
    learner: &str,
) -> Result<String, SceneError> {
    let Some((path, value)) = edit.split_once('=') else {
        return Err(
            fault(edit, 0..edit.len(), "expected path=value", "no `=` in here")
                .help("write it like `learner.gamma=0.99`")
                .into(),
        );
    };
    let value = value.trim();
    if !is_one_value(value) {
        let span = path.len() + 1..edit.len();
        return Err(fault(
            edit,
            span,
            "expected one value and nothing else",
            "this value",
        )
        .help("a number, `true`, a \"text\" in quotes, a (tuple), a [list] or a Name(..)")
        .into());
    }
    let Some(tree) = Node::scan(text) else {
        let title = format!("the {whole} cannot be edited");
        return Err(fault(edit, 0..edit.len(), title, "this edit").into());
    };
    let target = Target {
        text,
        tree: &tree,
        whole,
    };
    let names = names(path.trim_end()).map(|names| of_learner(names, learner));
    let Spot { at, before } = names
        .and_then(|names| target.spot(&names))
        .map_err(|astray| {
            let mut error = fault(edit, astray.span, astray.title, astray.label);
            error.help = astray.help;
            error
        })?;
    Ok(format!(
        "{}{before}{value}{}",
        &text[..at.start],
        &text[at.end..]
    ))
}

impl Target<'_> {
    /// Where a value goes that a path names, written already or not.
    pub(super) fn spot(&self, names: &Names) -> Result<Spot, Astray> {
        match self.walk(names)? {
            Found::There { value, .. } => Ok(Spot {
                at: value.span.clone(),
                before: String::new(),
            }),
            Found::NotYet { fields, name } => Ok(insertion(fields, name)),
        }
    }

    /// Where more goes into the list or the fields that a path names, which are of the same kind as `more`. Without any yet, it is
    /// the value itself that goes there, which the second part of the answer says.
    pub(super) fn end(&self, names: &Names, more: &Node) -> Result<(Spot, bool), Astray> {
        let value = match self.walk(names)? {
            Found::There { value, .. } => value.unwrapped(),
            Found::NotYet { fields, name } => return Ok((insertion(fields, name), true)),
        };
        let (inside, last) = match (&value.body, &more.body) {
            (Body::List { items, .. }, Body::List { .. }) => {
                (value.span.start + 1, items.last().map(|item| item.span.end))
            }
            (
                Body::Fields {
                    entries, inside, ..
                },
                Body::Fields { .. },
            ) => (*inside, entries.last().map(|entry| entry.value.span.end)),
            (body, _) => {
                let (what, would_do) = match body {
                    Body::Leaf => ("a single value", "`set` replaces it"),
                    Body::List { .. } => ("a list", "a list in brackets, `[..]`"),
                    Body::Fields { map: true, .. } => ("a map", "a map in braces, `{..}`"),
                    Body::Fields { .. } => ("no list", "what is to be added as `(name: ..)`"),
                };
                return Err(Astray {
                    span: whole_of(names),
                    title: format!("`{}` is {what}", joined(names)),
                    label: "this cannot be added to it",
                    help: vec![would_do.to_owned()],
                });
            }
        };
        let (at, before) = match last {
            Some(end) => (end, ", "),
            None => (inside, ""),
        };
        let spot = Spot {
            at: at..at,
            before: before.to_owned(),
        };
        Ok((spot, false))
    }

    /// The bytes of what a path names, with its key and the comma behind it.
    pub(super) fn whole_entry(&self, names: &Names) -> Result<Range<usize>, Astray> {
        let parent = &names[..names.len() - 1];
        match self.walk(names)? {
            Found::There { start, value } => {
                let next = token_after(self.text, value.span.end);
                let is_comma = &self.text[next.clone()] == ",";
                Ok(start..if is_comma { next.end } else { value.span.end })
            }
            Found::NotYet { fields, name } => {
                Err(self.astray(parent, name, whole_of(&names[parent.len()..]), fields))
            }
        }
    }

    fn walk<'a>(&'a self, names: &Names<'a>) -> Result<Found<'a>, Astray> {
        let mut node = self.tree;
        let mut start = node.span.start;
        for (i, (name, span)) in names.iter().enumerate() {
            if let Some((entry, child)) = child(node, name, self.text) {
                (start, node) = (entry, child);
                continue;
            }
            let parent = node.unwrapped();
            if i + 1 == names.len() && takes_field(parent, name) {
                return Ok(Found::NotYet {
                    fields: parent,
                    name,
                });
            }
            return Err(self.astray(&names[..i], name, span.clone(), parent));
        }
        Ok(Found::There { start, value: node })
    }

    fn astray(
        &self,
        walked: &[(&str, Range<usize>)],
        name: &str,
        span: Range<usize>,
        parent: &Node,
    ) -> Astray {
        let place = match walked {
            [] => format!("the {}", self.whole),
            walked => format!("`{}`", joined(walked)),
        };
        let is_leaf = matches!(parent.body, Body::Leaf);
        Astray {
            span,
            title: if is_leaf {
                format!("{place} is a single value and has no parts")
            } else {
                format!("there is no `{name}` in {place}")
            },
            label: "no such part",
            help: if is_leaf {
                Vec::new()
            } else {
                suggest("what is there", name, &children(parent, self.text))
            },
        }
    }
}

/// Where a path leads to.
enum Found<'a> {
    /// A value, and where its entry begins, with the key if it has one.
    There { start: usize, value: &'a Node },
    /// Fields that may have one of this name.
    NotYet { fields: &'a Node, name: &'a str },
}

fn joined(names: &[(&str, Range<usize>)]) -> String {
    let names: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
    names.join(".")
}

/// The bytes of all parts of a path.
fn whole_of(names: &[(&str, Range<usize>)]) -> Range<usize> {
    match names {
        [(_, first), .., (_, last)] => first.start..last.end,
        [(_, only)] => only.clone(),
        [] => 0..0,
    }
}

/// The text with a preset among its learners, after those that are there.
pub(super) fn add_learner(text: &str, name: &str, preset: &str) -> String {
    let Some(tree) = Node::scan(text) else {
        return text.to_owned();
    };
    let preset = format!(
        "\n        {}\n    ",
        preset.trim().replace('\n', "\n        ")
    );
    match tree.field("learners") {
        Some(learners) => insert(text, learners.value.unwrapped(), name, &preset),
        None => {
            let learners = format!("{{ {name:?}: {preset}}}");
            insert(text, tree.unwrapped(), "learners", &learners)
        }
    }
}

/// Something at one place of the edit itself.
fn fault(edit: &str, span: Range<usize>, title: impl Into<String>, label: &str) -> TextError {
    TextError {
        origin: ORIGIN.to_owned(),
        text: edit.to_owned(),
        span,
        title: title.into(),
        label: label.to_owned(),
        help: Vec::new(),
        note: None,
    }
}

/// Whether an edit is one of the chosen learner's preset, however that is called.
pub(super) fn is_of_the_learner(edit: &str) -> bool {
    let path = edit.split_once('=').map_or(edit, |(path, _)| path);
    let path = path.trim_end();
    let first = segments(path).into_iter().next();
    first.is_some_and(|span| &path[span] == "learner")
}

/// The parts of a path with their places.
pub(super) fn names(path: &str) -> Result<Names<'_>, Astray> {
    let spans = segments(path);
    if let Some(empty) = spans.iter().find(|span| span.is_empty()) {
        return Err(Astray {
            span: empty.clone(),
            title: "a part of the path is empty".to_owned(),
            label: "here",
            help: vec!["write it like `robot.joints.elbow.damping`".to_owned()],
        });
    }
    let names = spans.into_iter().map(|span| (&path[span.clone()], span));
    Ok(names.collect())
}

/// The path with `learner` at its start as the chosen one of `learners`.
fn of_learner<'a>(mut names: Names<'a>, learner: &'a str) -> Names<'a> {
    if let Some(("learner", span)) = names.first().cloned() {
        names.splice(..1, [("learners", span.clone()), (learner, span)]);
    }
    names
}

/// The byte ranges of the parts of `a.b[0].c`.
fn segments(path: &str) -> Vec<Range<usize>> {
    let mut segments = Vec::new();
    let mut start = 0;
    for (i, separator) in path.match_indices(['.', '[', ']']) {
        // Nothing stands between a bracket and the dot or bracket behind it.
        if i > start || !path[..i].ends_with(']') {
            segments.push(start..i);
        }
        start = i + separator.len();
    }
    if start < path.len() || !path.ends_with(']') {
        segments.push(start..path.len());
    }
    segments
}

/// A field, an entry of a map, an element by its number, or one by its `name`; and where its entry begins.
fn child<'a>(node: &'a Node, name: &str, text: &str) -> Option<(usize, &'a Node)> {
    let field = || {
        let entry = node.field(name)?;
        Some((entry.key.start, &entry.value))
    };
    let Body::List { items, .. } = &node.body else {
        return field();
    };
    let by_number = name.parse().ok().and_then(|index: usize| items.get(index));
    let mut named = items.iter();
    let item =
        by_number.or_else(|| named.find(|item| own_name(item, text).as_deref() == Some(name)));
    item.map(|item| (item.span.start, item)).or_else(field)
}

/// What could have been meant, as [`child`] takes it.
fn children(node: &Node, text: &str) -> Vec<String> {
    match &node.body {
        Body::Fields { entries, .. } => entries.iter().map(|entry| entry.name.clone()).collect(),
        Body::List { items, .. } => {
            let name = |(i, item)| own_name(item, text).unwrap_or_else(|| format!("{i}"));
            items.iter().enumerate().map(name).collect()
        }
        Body::Leaf => Vec::new(),
    }
}

fn own_name(item: &Node, text: &str) -> Option<String> {
    let name = item.field("name")?.value.span.clone();
    options().from_str(&text[name]).ok()
}

/// Whether a field or an entry of this name could be added; whether it is known is the reader's question.
fn takes_field(node: &Node, name: &str) -> bool {
    match node.body {
        Body::Fields { map, .. } => map || name.chars().all(|c| c.is_alphanumeric() || c == '_'),
        Body::List { .. } | Body::Leaf => false,
    }
}

/// The text with one more entry.
fn insert(text: &str, fields: &Node, name: &str, value: &str) -> String {
    let Spot { at, before } = insertion(fields, name);
    format!("{}{before}{value}{}", &text[..at.start], &text[at.end..])
}

/// Where the value of a new entry goes: behind the last one, so that what is first stays first.
fn insertion(fields: &Node, name: &str) -> Spot {
    let Body::Fields {
        entries,
        map,
        inside,
    } = &fields.body
    else {
        // Only what has fields takes one.
        return Spot {
            at: fields.span.clone(),
            before: String::new(),
        };
    };
    let key = if *map {
        format!("{name:?}")
    } else {
        name.to_owned()
    };
    let (at, before) = match entries.last() {
        Some(last) => (last.value.span.end, format!(", {key}: ")),
        None => (*inside, format!("{key}: ")),
    };
    Spot { at: at..at, before }
}

/// Whether a value is one whole value, so that an edit cannot reach further than its path.
fn is_one_value(value: &str) -> bool {
    let whole = Node::scan(value).is_some_and(|node| node.span == (0..value.len()));
    whole && RawValue::from_ron(value).is_ok()
}
