//! Edits of a scene's text: `--set path=value`, and a shipped preset that becomes part of the scene.

use std::ops::Range;

use ron::value::RawValue;

use super::{
    error::{SceneError, TextError, suggest},
    locate::{Body, Node},
    read::options,
};

/// Where an edit comes from, as its errors call it.
const ORIGIN: &str = "--set";

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
    let names = names(path.trim_end(), learner);
    if let Some((_, empty)) = names.iter().find(|(_, span)| span.is_empty()) {
        return Err(
            fault(edit, empty.clone(), "a part of the path is empty", "here")
                .help("write it like `robot.joints.elbow.damping`")
                .into(),
        );
    }
    let Some(tree) = Node::scan(text) else {
        let title = format!("the {whole} cannot be edited");
        return Err(fault(edit, 0..edit.len(), title, "this edit").into());
    };
    let mut node = &tree;
    for (i, (name, span)) in names.iter().enumerate() {
        if let Some(child) = child(node, name, text) {
            node = child;
            continue;
        }
        let parent = node.unwrapped();
        if i + 1 == names.len() && takes_field(parent, name) {
            return Ok(insert(text, parent, name, value));
        }
        let walked: Vec<&str> = names[..i].iter().map(|(name, _)| *name).collect();
        let place = match i {
            0 => format!("the {whole}"),
            _ => format!("`{}`", walked.join(".")),
        };
        if matches!(parent.body, Body::Leaf) {
            let title = format!("{place} is a single value and has no parts");
            return Err(fault(edit, span.clone(), title, "no such part").into());
        }
        let mut error = fault(
            edit,
            span.clone(),
            format!("there is no `{name}` in {place}"),
            "no such part",
        );
        error.help = suggest("what is there", name, &children(parent, text));
        return Err(error.into());
    }
    Ok(format!(
        "{}{value}{}",
        &text[..node.span.start],
        &text[node.span.end..]
    ))
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

/// The parts of a path with their places; `learner` is the chosen one of `learners`.
fn names<'a>(path: &'a str, learner: &'a str) -> Vec<(&'a str, Range<usize>)> {
    let mut names: Vec<(&str, Range<usize>)> = Vec::new();
    for span in segments(path) {
        match &path[span.clone()] {
            "learner" if names.is_empty() => {
                names.extend([("learners", span.clone()), (learner, span)]);
            }
            name => names.push((name, span)),
        }
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

/// A field, an entry of a map, an element by its number, or one by its `name`.
fn child<'a>(node: &'a Node, name: &str, text: &str) -> Option<&'a Node> {
    match &node.body {
        Body::List { items, .. } => {
            let by_number = name.parse().ok().and_then(|index: usize| items.get(index));
            by_number
                .or_else(|| {
                    items
                        .iter()
                        .find(|item| own_name(item, text).as_deref() == Some(name))
                })
                .or_else(|| node.field(name).map(|entry| &entry.value))
        }
        Body::Fields { .. } => node.field(name).map(|entry| &entry.value),
        Body::Leaf => None,
    }
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

/// Adds an entry behind the last one, so that what is first stays first.
fn insert(text: &str, fields: &Node, name: &str, value: &str) -> String {
    let Body::Fields {
        entries,
        map,
        inside,
    } = &fields.body
    else {
        return text.to_owned();
    };
    let key = if *map {
        format!("{name:?}")
    } else {
        name.to_owned()
    };
    let (at, entry) = match entries.last() {
        Some(last) => (last.value.span.end, format!(", {key}: {value}")),
        None => (*inside, format!("{key}: {value}")),
    };
    format!("{}{entry}{}", &text[..at], &text[at..])
}

/// Whether a value is one whole value, so that an edit cannot reach further than its path.
fn is_one_value(value: &str) -> bool {
    let whole = Node::scan(value).is_some_and(|node| node.span == (0..value.len()));
    whole && RawValue::from_ron(value).is_ok()
}
