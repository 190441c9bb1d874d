//! Nodes that no author has written, which stand for what is written elsewhere.

use super::{
    node::{Bracket, Child, Key, Kind, Node},
    parse::parse_generated,
    source::SourceSpan,
    source_map::Piece,
};

impl Node {
    /// The value that a text says, which stands for what is written at a span.
    pub(crate) fn generated(text: &str, at: &SourceSpan) -> Node {
        match parse_generated(text, at) {
            Some(parsed) => parsed.root,
            // As it is, so that its reader says what is wrong with it.
            None => Node {
                head: Piece::generated(text, at),
                bracket: None,
            },
        }
    }

    /// `(name: .., name: ..)`, where the brackets stand for what is written at a span.
    pub(crate) fn fields(mut entries: Vec<Child>, at: &SourceSpan) -> Node {
        for i in 1..entries.len() {
            entries[i - 1].comma = Some(Piece::generated(",", &entries[i].begin()));
            entries[i].before = vec![Piece::generated(" ", &entries[i].begin())];
        }
        Node::in_brackets(Kind::Fields, entries, ["(", ")"], at)
    }

    /// `[.., ..]`, where the brackets stand for what is written at a span.
    pub(crate) fn list(items: Vec<Node>, at: &SourceSpan) -> Node {
        let mut items: Vec<Child> = items.into_iter().map(Child::item).collect();
        for i in 1..items.len() {
            items[i - 1].comma = Some(Piece::generated(",", &items[i].begin()));
            items[i].before = vec![Piece::generated(" ", &items[i].begin())];
        }
        Node::in_brackets(Kind::List, items, ["[", "]"], at)
    }

    /// A list with each element on a line of its own, as far in as `indent` says.
    pub(crate) fn lines(items: Vec<Node>, indent: usize, at: &SourceSpan) -> Node {
        let line = |depth: usize| format!("\n{}", "    ".repeat(depth));
        let item = |item: Node| {
            let at = item.head.at.clone();
            Child {
                before: vec![Piece::generated(line(indent + 1), &at)],
                comma: Some(Piece::generated(",", &at)),
                ..Child::item(item)
            }
        };
        let items = items.into_iter().map(item).collect();
        let close = format!("{}]", line(indent));
        Node::in_brackets(Kind::List, items, ["[", &close], at)
    }

    fn in_brackets(
        kind: Kind,
        children: Vec<Child>,
        [open, close]: [&str; 2],
        at: &SourceSpan,
    ) -> Node {
        Node {
            head: Piece::generated("", at),
            bracket: Some(Box::new(Bracket {
                kind,
                open: Piece::generated(open, at),
                children,
                close: vec![Piece::generated(close, at)],
            })),
        }
    }
}

impl Child {
    /// An element of a list.
    pub(crate) fn item(value: Node) -> Child {
        Child {
            before: Vec::new(),
            key: None,
            value,
            comma: None,
        }
    }

    /// An entry whose key stands for what is written at a span.
    pub(crate) fn entry(name: &str, value: Node, at: &SourceSpan) -> Child {
        Child {
            key: Some(Box::new(Key {
                name: name.to_owned(),
                written: Piece::generated(name, at),
                colon: Piece::generated(": ", at),
            })),
            ..Child::item(value)
        }
    }

    /// What stands before it, as the layout of generated nodes is told.
    pub(crate) fn on_new_line(mut self, indent: usize) -> Child {
        let line = format!("\n{}", "    ".repeat(indent));
        self.before = vec![Piece::generated(line, &self.begin())];
        self
    }

    /// Where its first bytes were written.
    pub(crate) fn begin(&self) -> SourceSpan {
        let first = self
            .key
            .as_ref()
            .map_or(&self.value.head, |key| &key.written);
        first.at.clone()
    }
}
