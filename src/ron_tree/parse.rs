//! From text to a tree: brackets, commas, colons and quotes; nothing else of it is understood.

use std::{ops::Range, sync::Arc};

use super::{
    node::{Bracket, Child, Key, Kind, Node},
    source::{Source, SourceSpan},
    source_map::Piece,
};

/// Deeper nesting than RON itself reads.
pub(super) const MAX_DEPTH: usize = 130;

/// A text in pieces: the tree, and what stands before and behind it.
pub(super) struct Parsed {
    pub(super) before: Piece,
    pub(super) root: Node,
    pub(super) after: Piece,
}

/// The tree of a source; `None` if its brackets and quotes do not pair.
pub(super) fn parse(source: &Arc<Source>) -> Option<Parsed> {
    let whole = SourceSpan::new(source, 0..source.text.len());
    Scanner::new(&source.text, Origin::Verbatim(whole)).whole()
}

/// The tree of a text that stands for what is written at a span.
pub(super) fn parse_generated(text: &str, at: &SourceSpan) -> Option<Parsed> {
    Scanner::new(text, Origin::StandsFor(at.clone())).whole()
}

/// The bytes of the word, number or text that starts at or after an offset, past blanks and comments.
pub(crate) fn token_after(text: &str, offset: usize) -> Range<usize> {
    let mut scanner = Scanner::at(text, offset);
    if scanner.skip_blank().is_none() {
        return offset..offset;
    }
    let start = scanner.at;
    if scanner.atom().is_none() || scanner.at == start {
        let width = text[start..].chars().next().map_or(0, char::len_utf8);
        return start..start + width;
    }
    start..scanner.at
}

/// Where the comment begins that is never closed.
pub(super) fn unclosed_comment(text: &str) -> Option<usize> {
    let mut scanner = Scanner::at(text, 0);
    let read = scanner.skip_attributes().and_then(|()| scanner.value(0));
    if read.is_some() {
        scanner.skip_blank();
    }
    text[scanner.at..].starts_with("/*").then_some(scanner.at)
}

/// Where the pieces of a text come from.
enum Origin {
    /// They are written at this span.
    Verbatim(SourceSpan),
    /// They stand for what is written there.
    StandsFor(SourceSpan),
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    origin: Origin,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str, origin: Origin) -> Self {
        Scanner {
            text,
            at: 0,
            origin,
        }
    }

    /// One whose pieces nobody looks at.
    fn at(text: &'a str, at: usize) -> Self {
        let nowhere = SourceSpan::new(&Source::text("", ""), 0..0);
        Scanner {
            at,
            ..Scanner::new(text, Origin::StandsFor(nowhere))
        }
    }

    fn piece(&self, bytes: Range<usize>) -> Piece {
        match &self.origin {
            Origin::Verbatim(whole) => Piece::verbatim(whole.part(bytes)),
            Origin::StandsFor(at) => Piece::generated(&self.text[bytes], at),
        }
    }

    /// A piece from an offset to here.
    fn piece_from(&self, start: usize) -> Piece {
        self.piece(start..self.at)
    }

    fn whole(mut self) -> Option<Parsed> {
        self.skip_attributes()?;
        let before = self.piece_from(0);
        let root = self.value(0)?;
        let end = self.at;
        self.skip_blank()?;
        (self.at == self.text.len()).then(|| Parsed {
            before,
            root,
            after: self.piece_from(end),
        })
    }

    /// A value that starts here.
    fn value(&mut self, depth: usize) -> Option<Node> {
        if depth > MAX_DEPTH {
            return None;
        }
        let start = self.at;
        self.atom()?;
        let end = self.at;
        let head = self.piece_from(start);
        let mut bracket = None;
        let is_quoted = self.text[start..end].ends_with(['"', '\'']);
        if !is_quoted {
            self.skip_blank()?;
            let is_named = end > start;
            bracket = match self.peek() {
                Some('(') => Some(self.bracket(end, ')', depth)?),
                Some('[') if !is_named => Some(self.bracket(end, ']', depth)?),
                Some('{') if !is_named => Some(self.bracket(end, '}', depth)?),
                _ => {
                    self.at = end;
                    None
                }
            };
        }
        let bracket = bracket.map(Box::new);
        (self.at > start).then_some(Node { head, bracket })
    }

    /// What is between brackets, from the opening one to past the closing one; blanks before it start at `start`.
    fn bracket(&mut self, start: usize, close: char, depth: usize) -> Option<Bracket> {
        self.at += 1;
        let open = self.piece_from(start);
        let mut children: Vec<Child> = Vec::new();
        loop {
            let blank = self.at;
            self.skip_blank()?;
            if self.peek()? == close {
                self.at += 1;
                let (has_keys, is_empty) = (
                    children.first().is_some_and(|first| first.key.is_some()),
                    children.is_empty(),
                );
                let kind = match close {
                    ')' if !has_keys && !is_empty => Kind::Tuple,
                    ']' if !has_keys => Kind::List,
                    '}' if !has_keys && !is_empty => Kind::List,
                    '}' => Kind::Map,
                    _ => Kind::Fields,
                };
                return Some(Bracket {
                    kind,
                    open,
                    children,
                    close: vec![self.piece_from(blank)],
                });
            }
            let child = self.child(blank, close, depth)?;
            let is_alike = |first: &Child| first.key.is_some() == child.key.is_some();
            if !children.first().is_none_or(is_alike) {
                return None;
            }
            children.push(child);
        }
    }

    /// A value or an entry with the comma behind it; blanks before it start at `blank`.
    fn child(&mut self, blank: usize, close: char, depth: usize) -> Option<Child> {
        let mut before = Vec::new();
        if self.at > blank {
            before.push(self.piece_from(blank));
        }
        let start = self.at;
        let mut value = self.value(depth + 1)?;
        let mut key = None;
        let mut end = self.at;
        self.skip_blank()?;
        if self.peek()? == ':' {
            self.at += 1;
            self.skip_blank()?;
            key = Some(Box::new(Key {
                name: key_name(&self.text[start..end]),
                written: self.piece(start..end),
                colon: self.piece_from(end),
            }));
            value = self.value(depth + 1)?;
            end = self.at;
            self.skip_blank()?;
        }
        let comma = match self.peek()? {
            ',' => {
                self.at += 1;
                Some(self.piece_from(end))
            }
            c if c == close => {
                self.at = end;
                None
            }
            _ => return None,
        };
        Some(Child {
            before,
            key,
            value,
            comma,
        })
    }

    /// A text, a character, or a run of whatever else is no bracket, blank, comma or colon.
    fn atom(&mut self) -> Option<()> {
        let start = self.at;
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    let prefix = &self.text[start..self.at];
                    let raw = prefix.trim_start_matches('b').strip_prefix('r');
                    return match raw.map(|hashes| hashes.len()) {
                        Some(hashes) => self.past(&format!("\"{}", "#".repeat(hashes)), 1),
                        None => self.past_quoted('"'),
                    };
                }
                '\'' => return self.past_quoted('\''),
                '/' | ',' | ':' | '(' | ')' | '[' | ']' | '{' | '}' => break,
                c if c.is_whitespace() => break,
                c => self.at += c.len_utf8(),
            }
        }
        Some(())
    }

    /// Past the next `end`, which is looked for `skip` bytes on.
    fn past(&mut self, end: &str, skip: usize) -> Option<()> {
        let from = self.at + skip;
        self.at = from + self.text.get(from..)?.find(end)? + end.len();
        Some(())
    }

    fn past_quoted(&mut self, quote: char) -> Option<()> {
        self.at += 1;
        let mut characters = self.text[self.at..].char_indices();
        while let Some((i, c)) = characters.next() {
            if c == '\\' {
                characters.next();
            } else if c == quote {
                self.at += i + 1;
                return Some(());
            }
        }
        None
    }

    /// Past blanks and comments; block comments nest.
    fn skip_blank(&mut self) -> Option<()> {
        loop {
            let rest = &self.text[self.at..];
            if rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                self.skip_block_comment()?;
            } else if let Some(blank) = rest.chars().next().filter(|c| c.is_whitespace()) {
                self.at += blank.len_utf8();
            } else {
                return Some(());
            }
        }
    }

    /// Past a block comment, or nowhere if it is never closed.
    fn skip_block_comment(&mut self) -> Option<()> {
        let mut depth = 0;
        let mut end = self.at;
        loop {
            let rest = &self.text[end..];
            if rest.starts_with("/*") {
                depth += 1;
                end += 2;
            } else if rest.starts_with("*/") {
                depth -= 1;
                end += 2;
            } else {
                end += rest.chars().next()?.len_utf8();
            }
            if depth == 0 {
                self.at = end;
                return Some(());
            }
        }
    }

    fn skip_attributes(&mut self) -> Option<()> {
        loop {
            self.skip_blank()?;
            if !self.text[self.at..].starts_with("#!") {
                return Some(());
            }
            self.past("]", 2)?;
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }
}

/// What a key names: a text without its quotes, a field without what makes it raw.
fn key_name(written: &str) -> String {
    ron::from_str::<String>(written).unwrap_or_else(|_| written.trim_start_matches("r#").to_owned())
}
