//! A robot as read from a file, and its links and joints as nodes of RON.

use std::{fmt::Write as _, ops::Range, sync::Arc};

use crate::ron_tree::{Child, Node, Source, SourceSpan};

/// A value and the bytes of the file that say it.
#[derive(Clone, Debug)]
pub(super) struct Located<T> {
    pub(super) value: T,
    pub(super) at: Range<usize>,
}

impl<T> Located<T> {
    pub(super) fn new(value: T, at: Range<usize>) -> Self {
        Located { value, at }
    }
}

/// Links and joints, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct ImportedRobot {
    pub(super) links: Vec<Link>,
    pub(super) joints: Vec<Joint>,
}

/// A link whose parts are written as RON.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) name: Located<String>,
    pub(super) shapes: Vec<Located<String>>,
    pub(super) inertia: Option<Located<String>>,
}

/// A joint whose fields are written as RON.
#[derive(Debug)]
pub(super) struct Joint {
    pub(super) name: String,
    fields: Vec<(String, Value)>,
}

#[derive(Debug)]
enum Value {
    OfFile(Located<String>),
    OfScene { key: SourceSpan, value: Node },
}

impl Joint {
    pub(super) fn new(name: Located<String>) -> Self {
        let mut joint = Joint {
            name: name.value.clone(),
            fields: Vec::new(),
        };
        joint.add("name", Located::new(format!("{:?}", name.value), name.at));
        joint
    }

    /// Adds a field.
    pub(super) fn add(&mut self, field: &str, value: Located<String>) {
        self.fields.push((field.to_owned(), Value::OfFile(value)));
    }

    /// Whether it has a field already.
    pub(super) fn has(&self, field: &str) -> bool {
        self.fields.iter().any(|(name, _)| name == field)
    }

    /// A value of the scene instead of the file's.
    pub(super) fn replace(&mut self, field: &str, key: SourceSpan, value: Node) {
        let value = Value::OfScene { key, value };
        match self.fields.iter_mut().find(|(name, _)| name == field) {
            Some((_, old)) => *old = value,
            None => self.fields.push((field.to_owned(), value)),
        }
    }

    fn into_node(self, source: &Arc<Source>) -> Node {
        let entry = |(field, value): (String, Value)| match value {
            Value::OfFile(value) => value.entry(&field, source),
            Value::OfScene { key, value } => Child::entry(&field, value, &key),
        };
        let entries: Vec<Child> = self.fields.into_iter().map(entry).collect();
        let at = entries.first().map(Child::begin);
        Node::fields(entries, &at.expect("a joint has a name"))
    }
}

impl Link {
    fn into_node(self, source: &Arc<Source>) -> Node {
        let at = SourceSpan::new(source, self.name.at.clone());
        let name = format!("{:?}", self.name.value);
        let mut entries = vec![Located::new(name, self.name.at).entry("name", source)];
        if !self.shapes.is_empty() {
            let shapes = self.shapes.iter().map(|shape| shape.node(source)).collect();
            entries.push(Child::entry("shapes", Node::list(shapes, &at), &at));
        }
        entries.extend(self.inertia.map(|inertia| inertia.entry("inertia", source)));
        Node::fields(entries, &at)
    }
}

impl Located<String> {
    fn span(&self, source: &Arc<Source>) -> SourceSpan {
        SourceSpan::new(source, self.at.clone())
    }

    fn node(&self, source: &Arc<Source>) -> Node {
        Node::generated(&self.value, &self.span(source))
    }

    fn entry(&self, field: &str, source: &Arc<Source>) -> Child {
        Child::entry(field, self.node(source), &self.span(source))
    }
}

impl ImportedRobot {
    /// The fields `links` and `joints` of a robot; `source` is the file's text.
    pub(super) fn into_entries(self, source: &Arc<Source>) -> Vec<Child> {
        /// How far in the fields of a robot stand in a scene.
        const INDENT: usize = 2;
        let at = SourceSpan::new(source, 0..0);
        let links = self.links.into_iter().map(|link| link.into_node(source));
        let joints = self.joints.into_iter().map(|joint| joint.into_node(source));
        let entry = |name, items| Child::entry(name, Node::lines(items, INDENT, &at), &at);
        vec![
            entry("links", links.collect()),
            entry("joints", joints.collect()).on_new_line(INDENT),
        ]
    }
}

/// A number as a scene reads it.
pub(super) fn number(x: f64) -> String {
    // What is smaller than any length that matters, or 0 with a sign, is only noise to read.
    let x = if x.abs() < 1e-12 { 0.0 } else { x as f32 };
    format!("{x}")
}

/// Numbers in parentheses.
pub(super) fn tuple(numbers: &[f64]) -> String {
    let mut text = String::from("(");
    for (i, x) in numbers.iter().enumerate() {
        let comma = if i == 0 { "" } else { ", " };
        let _ = write!(text, "{comma}{}", number(*x));
    }
    text + ")"
}

/// A pose, as the origin of a joint.
pub(super) fn origin(xyz: [f64; 3], rpy: [f64; 3]) -> String {
    if rpy == [0.0; 3] {
        format!("(xyz: {})", tuple(&xyz))
    } else {
        format!("(xyz: {}, rpy: {})", tuple(&xyz), tuple(&rpy))
    }
}
