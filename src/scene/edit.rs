//! Edits of a scene's text: `--set path=value`, and a shipped preset that becomes part of the scene.

use std::ops::Range;

use super::{
    error::{SceneError, TextError, suggest},
    locate::{Body, Node},
    read::options,
};

/// Where an edit comes from, as its errors call it.
const ORIGIN: &str = "--set";

/// The text with the value at the path replaced, or added where the path's last field is not written yet.
///
/// `learner` at the start of a path means the chosen learner.
pub(super) fn set(text: &str, edit: &str, learner: &str) -> Result<String, SceneError> {
    let fail = |span: Range<usize>, title: String, label: &str, help: Vec<String>| {
        let text = edit.to_owned();
        let (origin, label, note) = (ORIGIN.to_owned(), label.to_owned(), None);
        TextError {
            origin,
            text,
            span,
            title,
            label,
            help,
            note,
        }
    };
    let Some((path, value)) = edit.split_once('=') else {
        let help = vec!["write it like `learner.gamma=0.99`".to_owned()];
        return Err(fail(
            0..edit.len(),
            "expected path=value".to_owned(),
            "no `=` in here",
            help,
        )
        .into());
    };
    let value_start = path.len() + 1;
    let value_span = value_start + (value.len() - value.trim_start().len())..edit.len();
    if let Err(error) = check_value(value) {
        let title = format!("the value is not RON: {error}");
        let help = vec![
            "a number, `true`, a \"text\" in quotes, a (tuple), a [list] or a Name(..)".to_owned(),
        ];
        return Err(fail(value_span, title, "this value", help).into());
    }
    let segments = segments(path);
    if let Some(empty) = segments.iter().find(|segment| segment.is_empty()) {
        let help = vec!["write it like `robot.joints.elbow.damping`".to_owned()];
        return Err(fail(
            empty.clone(),
            "a part of the path is empty".to_owned(),
            "here",
            help,
        )
        .into());
    }
    let Some(tree) = Node::scan(text) else {
        return Err(fail(
            0..edit.len(),
            "the scene cannot be edited".to_owned(),
            "",
            Vec::new(),
        )
        .into());
    };

    let mut names: Vec<(&str, Range<usize>)> = segments
        .iter()
        .map(|span| (&path[span.clone()], span.clone()))
        .collect();
    if names[0].0 == "learner" {
        names.splice(
            ..1,
            [
                ("learners", segments[0].clone()),
                (learner, segments[0].clone()),
            ],
        );
    }
    let mut node = &tree;
    for (i, (name, span)) in names.iter().enumerate() {
        if let Some(child) = child(node, name, text) {
            node = child;
            continue;
        }
        let node = node.unwrapped();
        if i + 1 == names.len() && takes_field(node, name) {
            return Ok(insert(text, node, name, value.trim()));
        }
        let parent = match i {
            0 => "the scene".to_owned(),
            i => format!(
                "`{}`",
                names[..i]
                    .iter()
                    .map(|(name, _)| *name)
                    .collect::<Vec<_>>()
                    .join(".")
            ),
        };
        let (title, known) = match &node.body {
            Body::Leaf => (format!("{parent} is a single value and has no parts"), None),
            Body::Fields { .. } | Body::List { .. } => (
                format!("there is no `{name}` in {parent}"),
                Some(children(node, text)),
            ),
        };
        let help = known.map_or_else(Vec::new, |known| suggest("what is there", name, &known));
        return Err(fail(span.clone(), title, "no such part", help).into());
    }
    Ok(format!(
        "{}{}{}",
        &text[..node.span.start],
        value.trim(),
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

/// That a value is one value, so that an edit cannot reach further than its path.
fn check_value(value: &str) -> Result<(), String> {
    ron::value::RawValue::from_ron(value).map_err(|error| error.code.to_string())?;
    match Node::scan(value) {
        Some(node) if node.span == trimmed(value) => Ok(()),
        _ => Err("a comment, or more than one value".to_owned()),
    }
}

fn trimmed(value: &str) -> Range<usize> {
    let start = value.len() - value.trim_start().len();
    start..start + value.trim().len()
}
