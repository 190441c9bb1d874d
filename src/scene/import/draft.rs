//! A robot as read from a file, and its links and joints as RON.

use std::{fmt::Write as _, ops::Range};

use crate::scene::woven::{Origin, Patch};

/// A value and the bytes of the file that say it.
#[derive(Clone, Debug)]
pub(super) struct Said<T> {
    pub(super) value: T,
    pub(super) at: Range<usize>,
}

impl<T> Said<T> {
    pub(super) fn new(value: T, at: Range<usize>) -> Self {
        Said { value, at }
    }
}

/// Links and joints, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) links: Vec<Link>,
    pub(super) joints: Vec<Joint>,
}

/// A link whose parts are written as RON.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) name: Said<String>,
    pub(super) shapes: Vec<Said<String>>,
    pub(super) inertia: Option<Said<String>>,
}

/// A joint whose fields are written as RON.
#[derive(Debug)]
pub(super) struct Joint {
    pub(super) name: String,
    fields: Vec<(String, Value)>,
}

#[derive(Debug)]
enum Value {
    OfFile(Said<String>),
    OfScene { key: Origin, value: Vec<Patch> },
}

impl Joint {
    pub(super) fn new(name: Said<String>) -> Self {
        let mut joint = Joint {
            name: name.value.clone(),
            fields: Vec::new(),
        };
        joint.say("name", Said::new(format!("{:?}", name.value), name.at));
        joint
    }

    /// Adds a field.
    pub(super) fn say(&mut self, field: &str, value: Said<String>) {
        self.fields.push((field.to_owned(), Value::OfFile(value)));
    }

    /// Whether it has a field already.
    pub(super) fn says(&self, field: &str) -> bool {
        self.fields.iter().any(|(name, _)| name == field)
    }

    /// A value of the scene instead of the file's.
    pub(super) fn replace(&mut self, field: &str, key: Origin, value: Vec<Patch>) {
        let value = Value::OfScene { key, value };
        match self.fields.iter_mut().find(|(name, _)| name == field) {
            Some((_, old)) => *old = value,
            None => self.fields.push((field.to_owned(), value)),
        }
    }
}

impl Draft {
    /// The fields `links` and `joints`; `source` is the file's number.
    pub(super) fn patches(self, source: usize) -> Vec<Patch> {
        let mut patches = Vec::new();
        let mut say = |text: String, at: &Range<usize>| {
            patches.push(Patch::standing_for(text, source, at.clone()));
        };
        say("links: [".to_owned(), &(0..0));
        for link in &self.links {
            let name = format!("\n            (name: {:?}", link.name.value);
            say(name, &link.name.at);
            if !link.shapes.is_empty() {
                say(", shapes: [".to_owned(), &link.name.at);
                for (i, shape) in link.shapes.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    say(format!("{comma}{}", shape.value), &shape.at);
                }
                say("]".to_owned(), &link.name.at);
            }
            if let Some(inertia) = &link.inertia {
                say(format!(", inertia: {}", inertia.value), &inertia.at);
            }
            say("),".to_owned(), &link.name.at);
        }
        say("\n        ],\n        joints: [".to_owned(), &(0..0));
        for joint in self.joints {
            let mut before = "\n            (";
            for (field, value) in joint.fields {
                let key = format!("{before}{field}: ");
                before = ", ";
                match value {
                    Value::OfFile(Said { value, at }) => {
                        patches.push(Patch::standing_for(key + &value, source, at));
                    }
                    Value::OfScene { key: at, value } => {
                        patches.push(Patch::at(key, &at));
                        patches.extend(value);
                    }
                }
            }
            patches.push(Patch::standing_for("),".to_owned(), source, 0..0));
        }
        patches.push(Patch::standing_for("\n        ]".to_owned(), source, 0..0));
        patches
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
