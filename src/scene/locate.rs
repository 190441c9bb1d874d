//! Where in the text a value stands: RON gives values or positions, not both.
//!
//! [`Node::scan`] makes a tree of byte ranges of a text. Names before a parenthesis (`Shell(..)`) are transparent, and so are parentheses
//! around a single value (`Some(..)`).

use std::ops::Range;

use super::scan::{self, token_after};

/// The way from the whole scene to one value in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Path {
    steps: Vec<Step>,
    on_key: bool,
}

#[derive(Clone, Debug)]
enum Step {
    Field(&'static str),
    Nth(usize),
}

impl Path {
    /// The value of a field, one step further.
    pub(crate) fn field(&self, name: &'static str) -> Path {
        self.then(Step::Field(name))
    }

    /// An element of a list or the value of an entry of a map, one step further.
    pub(crate) fn nth(&self, index: usize) -> Path {
        self.then(Step::Nth(index))
    }

    /// The key instead of the value.
    pub(crate) fn key(mut self) -> Path {
        self.on_key = true;
        self
    }

    fn then(&self, step: Step) -> Path {
        let mut path = self.clone();
        path.steps.push(step);
        path
    }
}

/// A value in a text.
#[derive(Debug)]
pub(super) struct Node {
    /// Its bytes, a name before the parenthesis included.
    pub(super) span: Range<usize>,
    pub(super) body: Body,
}

#[derive(Debug)]
pub(super) enum Body {
    /// A number, a text, a name.
    Leaf,
    /// `[..]`, or a tuple `(..)`.
    List { items: Vec<Node>, tuple: bool },
    /// `(name: ..)`, or a map `{"name": ..}`.
    Fields {
        entries: Vec<Entry>,
        map: bool,
        /// The byte after the opening bracket.
        inside: usize,
    },
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) key: Range<usize>,
    pub(super) value: Node,
}

impl Node {
    /// The tree of a text; `None` if its brackets and quotes do not pair.
    pub(super) fn scan(text: &str) -> Option<Node> {
        scan::tree(text)
    }

    /// The span of what the path names, or of the last thing on the way to it that exists.
    pub(super) fn locate(&self, path: &Path) -> Range<usize> {
        self.follow(path).1
    }

    /// The span of some characters of the text in quotes that the path names, or that is all there is in what it names.
    pub(super) fn locate_inside(
        &self,
        path: &Path,
        text: &str,
        characters: Range<usize>,
    ) -> Range<usize> {
        let mut node = self.follow(path).0;
        while let Body::List { items, .. } = &node.body
            && let [only] = items.as_slice()
        {
            node = only;
        }
        inside(&node.span, text, characters)
    }

    /// What the path leads to, and its span, which is that of its key if the path says so.
    fn follow(&self, path: &Path) -> (&Node, Range<usize>) {
        let mut node = self;
        let mut span = self.span.clone();
        for step in &path.steps {
            let entry = match step {
                Step::Field(name) => node.field(name).map(|entry| (&entry.key, &entry.value)),
                Step::Nth(index) => node.nth(*index),
            };
            let Some((key, value)) = entry else {
                return (node, span);
            };
            node = value;
            span = if path.on_key { key } else { &value.span }.clone();
        }
        (node, span)
    }

    /// What the path leads to, or the last thing on the way to it that exists.
    pub(super) fn at(&self, path: &Path) -> &Node {
        self.follow(path).0.unwrapped()
    }

    /// The elements of the list that a field is.
    pub(super) fn items(&self, field: &str) -> &[Node] {
        let list = self.field(field);
        match list.map(|list| &list.value.unwrapped().body) {
            Some(Body::List { items, .. }) => items,
            _ => &[],
        }
    }

    /// Whether this name stands before the parenthesis.
    pub(super) fn is_a(&self, name: &str, text: &str) -> bool {
        let before = text[self.span.clone()].split('(').next();
        before.is_some_and(|before| before.trim_end() == name)
    }

    /// The entry of a field or of a map's key.
    pub(super) fn field(&self, name: &str) -> Option<&Entry> {
        match &self.unwrapped().body {
            Body::Fields { entries, .. } => entries.iter().find(|entry| entry.name == name),
            Body::List { .. } | Body::Leaf => None,
        }
    }

    /// Key and value of the entry at an index; an element of a list is its own key.
    fn nth(&self, index: usize) -> Option<(&Range<usize>, &Node)> {
        match &self.body {
            Body::List { items, .. } => items.get(index).map(|item| (&item.span, item)),
            Body::Fields { entries, .. } => {
                entries.get(index).map(|entry| (&entry.key, &entry.value))
            }
            Body::Leaf => None,
        }
    }

    /// The content of parentheses around a single value with fields, as in `Some((..))`.
    pub(super) fn unwrapped(&self) -> &Node {
        match &self.body {
            Body::List { items, tuple: true } => match items.as_slice() {
                [only] if !matches!(only.body, Body::Leaf) => only.unwrapped(),
                _ => self,
            },
            _ => self,
        }
    }

    /// Every leaf, in the order of the text.
    pub(super) fn leaves(&self) -> Vec<Range<usize>> {
        let mut leaves = Vec::new();
        self.visit(&mut |node| {
            if matches!(node.body, Body::Leaf) {
                leaves.push(node.span.clone());
            }
        });
        leaves
    }

    /// The smallest value of a kind whose span holds an offset or ends at it.
    pub(super) fn innermost(&self, offset: usize, kind: impl Fn(&Body) -> bool) -> Option<&Node> {
        let mut found = None;
        self.visit(&mut |node| {
            let holds = node.span.start <= offset && offset <= node.span.end;
            if holds && kind(&node.body) {
                found = Some(node);
            }
        });
        found
    }

    fn visit<'a>(&'a self, see: &mut impl FnMut(&'a Node)) {
        see(self);
        match &self.body {
            Body::Leaf => {}
            Body::List { items, .. } => items.iter().for_each(|item| item.visit(see)),
            Body::Fields { entries, .. } => {
                entries.iter().for_each(|entry| entry.value.visit(see));
            }
        }
    }
}

/// The bytes of an entry, with the comma behind it if there is one.
pub(super) fn with_comma(text: &str, entry: &Entry) -> Range<usize> {
    let next = token_after(text, entry.value.span.end);
    let is_comma = &text[next.clone()] == ",";
    let end = if is_comma {
        next.end
    } else {
        entry.value.span.end
    };
    entry.key.start..end
}

/// The span of some characters of a text in quotes that is written at `quoted`.
pub(super) fn inside(quoted: &Range<usize>, text: &str, characters: Range<usize>) -> Range<usize> {
    let places = characters_of(&text[quoted.clone()]);
    let place = |character: usize| quoted.start + places[character.min(places.len() - 1)];
    place(characters.start)..place(characters.end)
}

/// Where each character of a text in quotes is written, and then where the last one ends, in bytes of what is written.
fn characters_of(quoted: &str) -> Vec<usize> {
    let open = quoted.find('"').map_or(0, |quote| quote + 1);
    let close = quoted
        .rfind('"')
        .map_or(quoted.len(), |quote| quote.max(open));
    let is_raw = quoted.starts_with('r');
    let mut places = Vec::new();
    let mut characters = quoted[open..close].char_indices();
    while let Some((at, c)) = characters.next() {
        places.push(open + at);
        if is_raw || c != '\\' {
            continue;
        }
        match characters.next() {
            Some((_, 'x')) => {
                characters.nth(1);
            }
            Some((_, 'u')) => {
                characters.find(|(_, c)| *c == '}');
            }
            _ => {}
        }
    }
    places.push(close);
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at<'a>(text: &'a str, path: &Path) -> &'a str {
        &text[Node::scan(text).unwrap().locate(path)]
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
        assert_eq!(
            Node::scan(text)
                .unwrap()
                .field("d")
                .unwrap()
                .value
                .field("x:\"y")
                .unwrap()
                .name,
            "x:\"y"
        );
    }

    #[test]
    fn a_missing_value_is_where_it_would_stand() {
        let text = "(a: (b: 1))";
        let path = Path::default().field("a").field("c").field("d");
        assert_eq!(at(text, &path), "(b: 1)");
    }

    #[test]
    fn characters_of_a_text_are_found_however_they_are_written() {
        let root = Path::default();
        for (text, found) in [
            (r#"(a: F("xyz"))"#, "z"),
            (r#"(a: F("x\"z"))"#, "z"),
            (r#"(a: Some(F("\x41\u{1F600}z")))"#, "z"),
            (r###"(a: F(r#"\"z"#))"###, "z"),
            ("(a: \"é\n\")", ""),
        ] {
            let text = text.replace("\\\\", "\\");
            let span = Node::scan(&text)
                .unwrap()
                .locate_inside(&root.field("a"), &text, 2..3);
            assert_eq!(&text[span], found, "{text}");
        }
    }

    #[test]
    fn what_does_not_pair_has_no_tree() {
        for text in [
            "", "(", "(a: 1", "[1, 2)", "\"", "(a: )", "/*", "(1) 2", "(a b)",
        ] {
            assert!(Node::scan(text).is_none(), "{text}");
        }
        assert!(Node::scan(&"[".repeat(100_000)).is_none());
    }
}
