//! The brackets of a RON text, read into a tree of byte ranges; nothing else of it is understood.

use std::ops::Range;

use super::locate::{Body, Entry, Node};

/// Deeper nesting than RON itself reads.
const MAX_DEPTH: usize = 130;

/// The tree of a text; `None` if its brackets and quotes do not pair.
pub(super) fn tree(text: &str) -> Option<Node> {
    let mut scanner = Scanner { text, at: 0 };
    scanner.skip_attributes()?;
    let root = scanner.value(0)?;
    scanner.skip_blank()?;
    (scanner.at == text.len()).then_some(root)
}

/// The bytes of the word, number or text that starts at or after an offset, past blanks and comments.
pub(super) fn token_after(text: &str, offset: usize) -> Range<usize> {
    let mut scanner = Scanner { text, at: offset };
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
    let mut scanner = Scanner { text, at: 0 };
    let read = scanner.skip_attributes().and_then(|()| scanner.value(0));
    if read.is_some() {
        scanner.skip_blank();
    }
    text[scanner.at..].starts_with("/*").then_some(scanner.at)
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn value(&mut self, depth: usize) -> Option<Node> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.skip_blank()?;
        let start = self.at;
        self.atom()?;
        let mut end = self.at;
        let mut body = Body::Leaf;
        let quoted = self.text[start..end].ends_with(['"', '\'']);
        if !quoted {
            self.skip_blank()?;
            match (self.peek(), end > start) {
                (Some('('), _) => body = self.bracket(')', depth)?,
                (Some('['), false) => body = self.bracket(']', depth)?,
                (Some('{'), false) => body = self.bracket('}', depth)?,
                _ => self.at = end,
            }
            end = self.at;
        }
        (end > start).then_some(Node {
            span: start..end,
            body,
        })
    }

    /// What is between brackets, from the opening one to past the closing one.
    fn bracket(&mut self, close: char, depth: usize) -> Option<Body> {
        self.at += 1;
        let inside = self.at;
        let mut items = Vec::new();
        let mut entries = Vec::new();
        loop {
            self.skip_blank()?;
            if self.peek()? == close {
                self.at += 1;
                break;
            }
            let item = self.value(depth + 1)?;
            self.skip_blank()?;
            if self.peek()? == ':' {
                self.at += 1;
                let value = self.value(depth + 1)?;
                entries.push(Entry {
                    name: self.key_name(&item.span),
                    key: item.span,
                    value,
                });
                self.skip_blank()?;
            } else {
                items.push(item);
            }
            match self.peek()? {
                ',' => self.at += 1,
                c if c == close => {}
                _ => return None,
            }
        }
        match (items.is_empty(), entries.is_empty()) {
            (true, false) => {}
            (true, true) if close != ']' => {}
            (_, true) => {
                let tuple = close == ')';
                return Some(Body::List { items, tuple });
            }
            (false, false) => return None,
        }
        let map = close == '}';
        Some(Body::Fields {
            entries,
            map,
            inside,
        })
    }

    fn key_name(&self, key: &Range<usize>) -> String {
        let written = &self.text[key.clone()];
        ron::from_str::<String>(written)
            .unwrap_or_else(|_| written.trim_start_matches("r#").to_owned())
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
