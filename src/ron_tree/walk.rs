//! Paths like `robot.joints.elbow.damping` or `task.reward[0]`, and where they lead in a tree.

use std::ops::Range;

use super::{
    node::{Child, Kind, Node},
    read::options,
    suggest::suggest,
};

/// A path, cut into its parts with their bytes in it.
pub(crate) type Names<'a> = Vec<(&'a str, Range<usize>)>;

/// Why a path leads nowhere.
#[derive(Debug)]
pub(crate) struct PathError {
    /// The bytes of the path.
    pub(crate) span: Range<usize>,
    pub(crate) title: String,
    pub(crate) label: &'static str,
    pub(crate) help: Vec<String>,
}

/// Where a value stands in a tree: the number of the child at each step.
pub(crate) type Position = Vec<usize>;

/// Where a path leads to.
pub(super) enum Found<'a> {
    There(Position),
    /// Fields that may have one of this name.
    NotYet {
        fields: Position,
        name: &'a str,
    },
}

/// The parts of a path.
pub(crate) fn names(path: &str) -> Result<Names<'_>, PathError> {
    let spans = segments(path);
    if let Some(empty) = spans.iter().find(|span| span.is_empty()) {
        return Err(PathError {
            span: empty.clone(),
            title: "a part of the path is empty".to_owned(),
            label: "here",
            help: vec!["write it like `robot.joints.elbow.damping`".to_owned()],
        });
    }
    let names = spans.into_iter().map(|span| (&path[span.clone()], span));
    Ok(names.collect())
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

impl Node {
    /// Where a path leads to from here. Errors call the tree `whole`.
    pub(super) fn walk<'a>(&self, whole: &str, names: &Names<'a>) -> Result<Found<'a>, PathError> {
        let mut node = self;
        let mut position = Position::new();
        for (i, (name, span)) in names.iter().enumerate() {
            if let Some(steps) = node.step(name) {
                node = node.get_position(&steps);
                position.extend(steps);
                continue;
            }
            let parent = node.unwrapped();
            if i + 1 == names.len() && parent.takes_field(name) {
                position.extend(node.unwrapping());
                return Ok(Found::NotYet {
                    fields: position,
                    name,
                });
            }
            return Err(no_such_part(whole, &names[..i], name, span.clone(), parent));
        }
        Ok(Found::There(position))
    }

    /// The way to a field, an entry of a map, an element by its number, or one by its `name`.
    fn step(&self, name: &str) -> Option<Position> {
        if matches!(self.kind(), Kind::List | Kind::Tuple) {
            let by_number = name.parse().ok();
            let by_number = by_number.filter(|i: &usize| *i < self.children().len());
            let by_name = || {
                let mut items = self.items();
                items.position(|item| item.own_name().as_deref() == Some(name))
            };
            if let Some(number) = by_number.or_else(by_name) {
                return Some(vec![number]);
            }
        }
        let fields = self.unwrapped().children();
        let number = fields.iter().position(|child| child.is_named(name))?;
        let mut position = self.unwrapping();
        position.push(number);
        Some(position)
    }

    /// What could have been meant, as [`Node::step`] takes it.
    fn known_steps(&self) -> Vec<String> {
        let name = |(i, child): (usize, &Child)| match &child.key {
            Some(key) => key.name.clone(),
            None => child.value.own_name().unwrap_or_else(|| format!("{i}")),
        };
        self.children().iter().enumerate().map(name).collect()
    }

    /// What its field `name` says.
    pub(crate) fn own_name(&self) -> Option<String> {
        let name = self.field("name")?.value;
        options().from_str(&name.text()).ok()
    }

    /// Whether a field or an entry of this name could be added; whether it is known is the reader's question.
    fn takes_field(&self, name: &str) -> bool {
        match self.kind() {
            Kind::Map => true,
            Kind::Fields => name.chars().all(|c| c.is_alphanumeric() || c == '_'),
            Kind::List | Kind::Tuple | Kind::Leaf => false,
        }
    }

    /// The content of parentheses around a single value with brackets, to be changed.
    pub(super) fn unwrapped_mut(&mut self) -> &mut Node {
        let position = self.unwrapping();
        self.at_position(&position)
    }

    /// The way to [`Node::unwrapped`].
    pub(super) fn unwrapping(&self) -> Position {
        let mut position = Position::new();
        let (mut node, inner) = (self, self.unwrapped());
        while !std::ptr::eq(node, inner) {
            node = &node.children()[0].value;
            position.push(0);
        }
        position
    }

    /// The value at a position of this tree, to be changed.
    pub(super) fn at_position(&mut self, position: &[usize]) -> &mut Node {
        position.iter().fold(self, |node, number| {
            let bracket = node.bracket.as_mut().expect("a position is of this tree");
            &mut bracket.children[*number].value
        })
    }

    /// The value at a position of this tree.
    pub(super) fn get_position<'a>(&'a self, position: &[usize]) -> &'a Node {
        let child = |node: &'a Node, number: &usize| &node.children()[*number].value;
        position.iter().fold(self, child)
    }
}

/// That a path leads nowhere.
pub(super) fn no_such_part(
    whole: &str,
    walked: &[(&str, Range<usize>)],
    name: &str,
    span: Range<usize>,
    parent: &Node,
) -> PathError {
    let place = match walked {
        [] => format!("the {whole}"),
        walked => format!("`{}`", joined(walked)),
    };
    let is_leaf = parent.kind() == Kind::Leaf;
    PathError {
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
            suggest("what is there", name, &parent.known_steps())
        },
    }
}

/// The path that parts make.
pub(super) fn joined(names: &[(&str, Range<usize>)]) -> String {
    let names: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
    names.join(".")
}

/// The bytes of all parts of a path.
pub(super) fn whole_of(names: &[(&str, Range<usize>)]) -> Range<usize> {
    match names {
        [(_, first), .., (_, last)] => first.start..last.end,
        [(_, only)] => only.clone(),
        [] => 0..0,
    }
}
