//! The nodes of a tree of RON text: every value with its text, which knows where it was written.
//!
//! A tree keeps all of its text, blanks and comments included, so that what nobody changes prints as its author wrote it. Names before
//! a parenthesis (`Shell(..)`) are transparent to paths, and so are parentheses around a single value (`Some(..)`).

use std::ops::Range;

use super::{
    path::{Path, Step},
    source::SourceSpan,
    source_map::{Piece, Printed},
};

/// A value.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// A number, a text or a name; before a bracket its name, which may be empty.
    pub(super) head: Piece,
    pub(super) bracket: Option<Box<Bracket>>,
}

/// What is in brackets.
#[derive(Clone, Debug)]
pub(super) struct Bracket {
    pub(super) kind: Kind,
    /// The opening bracket and the blanks before it.
    pub(super) open: Piece,
    pub(super) children: Vec<Child>,
    /// Blanks, and the closing bracket.
    pub(super) close: Vec<Piece>,
}

/// What kind of value a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A number, a text, a name.
    Leaf,
    /// `[..]`.
    List,
    /// `(..)` of values without names.
    Tuple,
    /// `(name: ..)`.
    Fields,
    /// `{key: ..}`.
    Map,
}

/// An element of a list or an entry of fields.
#[derive(Clone, Debug)]
pub(crate) struct Child {
    /// Blanks and comments; in several pieces where an entry between them was removed.
    pub(super) before: Vec<Piece>,
    pub(super) key: Option<Box<Key>>,
    pub(super) value: Node,
    /// Blanks and the comma, if there is one.
    pub(super) comma: Option<Piece>,
}

/// The key of an entry.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// What it names, without quotes.
    pub(crate) name: String,
    pub(super) written: Piece,
    /// The colon with the blanks around it.
    pub(super) colon: Piece,
}

/// An entry of fields or of a map.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) key: &'a Key,
    pub(crate) value: &'a Node,
}

/// What a path leads to, and an error can be about.
#[derive(Clone, Copy)]
pub(crate) enum Target<'a> {
    Key(&'a Key),
    Value(&'a Node),
}

impl<'a> From<&'a Key> for Target<'a> {
    fn from(key: &'a Key) -> Self {
        Target::Key(key)
    }
}

impl<'a> From<&'a Node> for Target<'a> {
    fn from(node: &'a Node) -> Self {
        Target::Value(node)
    }
}

impl Key {
    /// Where it was written.
    pub(crate) fn span(&self) -> SourceSpan {
        Target::Key(self).span()
    }
}

impl Target<'_> {
    /// Its text, with where that was written.
    pub(crate) fn print(self) -> Printed {
        let mut printed = Printed::default();
        match self {
            Target::Key(key) => printed.push(&key.written),
            Target::Value(node) => node.print_to(&mut printed),
        }
        printed
    }

    /// Where it begins, as far as it was written together.
    pub(crate) fn span(self) -> SourceSpan {
        self.print().start()
    }
}

impl Entry<'_> {
    /// Where key and value were written, as far as together.
    pub(crate) fn span(self) -> SourceSpan {
        let mut printed = Printed::default();
        printed.push(&self.key.written);
        printed.push(&self.key.colon);
        self.value.print_to(&mut printed);
        printed.start()
    }
}

impl Node {
    pub(crate) fn kind(&self) -> Kind {
        self.bracket
            .as_ref()
            .map_or(Kind::Leaf, |bracket| bracket.kind)
    }

    pub(super) fn children(&self) -> &[Child] {
        self.bracket
            .as_ref()
            .map_or(&[], |bracket| &bracket.children)
    }

    /// The elements of a list or a tuple, or the values of entries.
    pub(crate) fn items(&self) -> impl DoubleEndedIterator<Item = &Node> + ExactSizeIterator {
        self.children().iter().map(|child| &child.value)
    }

    /// The entries of fields or of a map; none of anything else.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.children().iter().filter_map(Child::as_entry)
    }

    /// The elements of the list that a field is.
    pub(crate) fn items_of(&self, field: &str) -> impl Iterator<Item = &Node> {
        let list = self.field(field).map(|entry| entry.value.unwrapped());
        let list = list.filter(|list| matches!(list.kind(), Kind::List | Kind::Tuple));
        list.into_iter().flat_map(Node::items)
    }

    /// The entry of a field or of a map's key.
    pub(crate) fn field(&self, name: &str) -> Option<Entry<'_>> {
        self.unwrapped()
            .entries()
            .find(|entry| entry.key.name == name)
    }

    /// Whether this name stands before the bracket, or alone.
    pub(crate) fn is_a(&self, name: &str) -> bool {
        self.head.text() == name
    }

    /// The text of a number, a text in quotes or a name; of anything else the name before the bracket.
    pub(crate) fn head(&self) -> &str {
        self.head.text()
    }

    /// The content of parentheses around a single value with brackets, as in `Some((..))`.
    pub(crate) fn unwrapped(&self) -> &Node {
        match (self.kind(), self.children()) {
            (Kind::Tuple, [only]) if only.value.bracket.is_some() => only.value.unwrapped(),
            _ => self,
        }
    }

    /// What a path names, or the last thing on the way to it that exists.
    pub(crate) fn follow(&self, path: &Path) -> Target<'_> {
        let (mut node, mut target) = (self, Target::Value(self));
        for step in &path.steps {
            let child = match step {
                Step::Field(name) => node.unwrapped().child_named(name),
                Step::Nth(index) => node.children().get(*index),
            };
            let Some(child) = child else {
                return target;
            };
            node = &child.value;
            target = match &child.key {
                Some(key) if path.on_key => Target::Key(key),
                _ => Target::Value(node),
            };
        }
        target
    }

    /// The value that a path names, or the last one on the way to it that exists.
    pub(crate) fn at(&self, path: &Path) -> &Node {
        let values = Path {
            on_key: false,
            ..path.clone()
        };
        match self.follow(&values) {
            Target::Value(node) => node.unwrapped(),
            Target::Key(_) => self,
        }
    }

    pub(super) fn child_named(&self, name: &str) -> Option<&Child> {
        self.children().iter().find(|child| child.is_named(name))
    }

    /// All values in it, each before those in it.
    pub(crate) fn visit<'a>(&'a self, see: &mut impl FnMut(&'a Node)) {
        see(self);
        self.items().for_each(|item| item.visit(see));
    }

    /// Its bytes in the source that it was parsed from, if nothing in it was changed since.
    pub(super) fn bytes(&self) -> Range<usize> {
        let last = self
            .bracket
            .as_ref()
            .and_then(|bracket| bracket.close.last());
        self.head.at.bytes().start..last.unwrap_or(&self.head).at.bytes().end
    }

    /// The bytes of the name and the opening bracket, as [`Node::bytes`].
    pub(super) fn bytes_of_opening(&self) -> Range<usize> {
        let open = self.bracket.as_ref().map(|bracket| &bracket.open);
        self.head.at.bytes().start..open.unwrap_or(&self.head).at.bytes().end
    }

    /// The smallest value of some kind whose bytes hold an offset or end at it.
    pub(super) fn innermost(&self, offset: usize, is_kind: impl Fn(Kind) -> bool) -> Option<&Node> {
        let mut found = None;
        self.visit(&mut |node| {
            let bytes = node.bytes();
            if bytes.start <= offset && offset <= bytes.end && is_kind(node.kind()) {
                found = Some(node);
            }
        });
        found
    }

    /// Its text, with where that was written.
    pub(crate) fn print(&self) -> Printed {
        Target::Value(self).print()
    }

    /// Its text.
    pub(crate) fn text(&self) -> String {
        self.print().text
    }

    /// Where it begins, as far as it was written together.
    pub(crate) fn span(&self) -> SourceSpan {
        Target::Value(self).span()
    }

    pub(super) fn print_to(&self, printed: &mut Printed) {
        printed.push(&self.head);
        let Some(bracket) = &self.bracket else {
            return;
        };
        printed.push(&bracket.open);
        for child in &bracket.children {
            child.before.iter().for_each(|piece| printed.push(piece));
            if let Some(key) = &child.key {
                printed.push(&key.written);
                printed.push(&key.colon);
            }
            child.value.print_to(printed);
            child.comma.iter().for_each(|piece| printed.push(piece));
        }
        bracket.close.iter().for_each(|piece| printed.push(piece));
    }
}

impl Child {
    fn as_entry(&self) -> Option<Entry<'_>> {
        self.key.as_ref().map(|key| Entry {
            key,
            value: &self.value,
        })
    }

    pub(super) fn is_named(&self, name: &str) -> bool {
        self.key.as_ref().is_some_and(|key| key.name == name)
    }
}
