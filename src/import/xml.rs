//! Elements of XML whose every attribute knows where it stands.

use std::{ops::Range, sync::Arc};

use roxmltree::{Document, Error, Node, ParsingOptions};

use super::robot::Located;
use crate::ron_tree::{
    ReadError, Source, SourceSpan, TextError,
    error::{first_line, found},
    suggest,
};

/// More elements and attributes than any robot has.
const MAX_NODES: u32 = 200_000;

/// A document; entities are refused, so that nothing is larger than it is written.
pub(super) fn parse(source: &Arc<Source>) -> Result<Document<'_>, ReadError> {
    let options = ParsingOptions {
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(&source.text, options).map_err(|trouble| {
        let at = trouble.pos();
        let start = offset(&source.text, at.row as usize, at.col as usize);
        let mut help = Vec::new();
        let title = match &trouble {
            Error::DtdDetected => "DTDs and entities are not supported".to_owned(),
            Error::UnknownNamespace(prefix, _) if prefix == "xacro" => {
                help.push(XACRO.to_owned());
                "this is a xacro template".to_owned()
            }
            trouble => {
                // The place is shown as that of every error is.
                let words = trouble.to_string();
                let place = format!(" at {at}");
                format!("this is not XML: {}", words.replace(&place, ""))
            }
        };
        let end = source.text[start..].find(char::is_whitespace);
        let end = end.map_or(source.text.len(), |length| start + length);
        error(source, start..end, title, help)
    })
}

/// What to do with a template.
pub(super) const XACRO: &str = "expand it first: `xacro arm.urdf.xacro > arm.urdf`";

/// The byte at a line and a column in characters, both from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let lines = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start: usize = lines.map(str::len).sum();
    let mut characters = text[start..].char_indices();
    let character = characters.nth(column.saturating_sub(1));
    character.map_or(text.len(), |(i, _)| start + i)
}

fn error(source: &Arc<Source>, span: Range<usize>, title: String, help: Vec<String>) -> ReadError {
    let span = first_line(&source.text, span);
    let label = match &source.text[span.clone()] {
        "" => "here".to_owned(),
        written => found(written),
    };
    TextError::at(&SourceSpan::new(source, span), title, label, help).into()
}

/// An element.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    node: Node<'a, 'a>,
    source: &'a Arc<Source>,
}

impl<'a> Element<'a> {
    pub(super) fn root(document: &'a Document<'a>, source: &'a Arc<Source>) -> Self {
        Element {
            node: document.root_element(),
            source,
        }
    }

    /// Its name, with the prefix that it may have.
    pub(super) fn name(&self) -> &'a str {
        let tag = &self.source.text[self.node.range().start + 1..];
        let end = tag.find(|c: char| c.is_whitespace() || c == '/' || c == '>');
        &tag[..end.unwrap_or(tag.len())]
    }

    /// The bytes of `<name`.
    pub(super) fn at(&self) -> Range<usize> {
        let start = self.node.range().start;
        start..start + 1 + self.name().len()
    }

    /// The file that it is in.
    pub(super) fn file(&self) -> Option<&'a std::path::Path> {
        self.source.file.as_deref()
    }

    /// Tells elements apart.
    pub(super) fn id(&self) -> usize {
        self.node.id().get_usize()
    }

    pub(super) fn children(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        let source = self.source;
        let children = self.node.children().filter(Node::is_element);
        children.map(move |node| Element { node, source })
    }

    /// The elements of this name.
    pub(super) fn all(&self, name: &'static str) -> impl Iterator<Item = Element<'a>> + use<'a> {
        self.children().filter(move |child| child.name() == name)
    }

    /// The only element of this name, if there is one.
    pub(super) fn one(&self, name: &'static str) -> Result<Option<Element<'a>>, ReadError> {
        let mut all = self.all(name);
        let first = all.next();
        match all.next() {
            None => Ok(first),
            Some(second) => Err(second.error(
                second.at(),
                format!("there are two of `{name}` here"),
                vec!["remove one of them".to_owned()],
            )),
        }
    }

    /// Everything in it, however deep.
    pub(super) fn descendants(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        let source = self.source;
        let all = self.node.descendants().filter(Node::is_element);
        all.map(move |node| Element { node, source })
    }

    pub(super) fn attributes(&self) -> impl Iterator<Item = Attribute<'a>> + use<'a> {
        let element = *self;
        self.node.attributes().map(move |attribute| Attribute {
            element,
            name: attribute.name(),
            value: attribute.value(),
            at: attribute.range_value(),
            name_at: attribute.range_qname(),
        })
    }

    pub(super) fn get(&self, name: &str) -> Option<Attribute<'a>> {
        self.attributes().find(|attribute| attribute.name == name)
    }

    /// An attribute that must be there.
    pub(super) fn need(&self, name: &str) -> Result<Attribute<'a>, ReadError> {
        self.get(name).ok_or_else(|| {
            let title = format!("`{}` has no `{name}`", self.name());
            let help = vec![format!("add `{name}=\"..\"`")];
            self.error(self.at(), title, help)
        })
    }

    /// An error at some bytes of the file.
    pub(super) fn error(&self, at: Range<usize>, title: String, help: Vec<String>) -> ReadError {
        error(self.source, at, title, help)
    }

    /// Refuses the element.
    pub(super) fn refuse<T>(&self, title: impl Into<String>, help: &str) -> Result<T, ReadError> {
        Err(self.error(self.at(), title.into(), vec![help.to_owned()]))
    }
}

/// An attribute of an element.
#[derive(Clone)]
pub(super) struct Attribute<'a> {
    element: Element<'a>,
    pub(super) name: &'a str,
    pub(super) value: &'a str,
    /// The bytes between the quotes.
    pub(super) at: Range<usize>,
    name_at: Range<usize>,
}

impl Attribute<'_> {
    pub(super) fn text(&self) -> Located<String> {
        Located::new(self.value.to_owned(), self.at.clone())
    }

    /// Numbers between blanks, of which there may be from `least` to `most`.
    pub(super) fn numbers(&self, least: usize, most: usize) -> Result<Vec<f64>, ReadError> {
        let mut numbers = Vec::new();
        for word in self.value.split_whitespace() {
            let number = word.parse::<f64>().ok();
            // Also what a scene could not hold.
            let number = number.filter(|number| (*number as f32).is_finite());
            let Some(number) = number else {
                let what = format!("`{}` is not a finite number", found_word(word));
                let help = if word.contains("${") {
                    XACRO.to_owned()
                } else {
                    "a number of ordinary size, like 0.5 or 1e-3".to_owned()
                };
                return Err(self.error(what, vec![help]));
            };
            numbers.push(number);
        }
        if (least..=most).contains(&numbers.len()) {
            return Ok(numbers);
        }
        let expected = match (least, most) {
            (1, 1) => "one number".to_owned(),
            (least, most) if least == most => format!("{least} numbers"),
            (least, most) => format!("{least} to {most} numbers"),
        };
        let title = format!("`{}` takes {expected}, found {}", self.name, numbers.len());
        Err(self.error(title, Vec::new()))
    }

    /// Exactly so many numbers.
    pub(super) fn array<const N: usize>(&self) -> Result<[f64; N], ReadError> {
        let numbers = self.numbers(N, N)?;
        Ok(std::array::from_fn(|i| numbers[i]))
    }

    pub(super) fn number(&self) -> Result<f64, ReadError> {
        self.array::<1>().map(|[number]| number)
    }

    /// One of some words.
    pub(super) fn one_of<T: Copy>(&self, known: &[(&str, T)]) -> Result<T, ReadError> {
        let found = known.iter().find(|(word, _)| *word == self.value.trim());
        found.map(|(_, meaning)| *meaning).ok_or_else(|| {
            let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            let title = format!("`{}` cannot be `{}`", self.name, found_word(self.value));
            self.error(title, suggest("known here", self.value, &words))
        })
    }

    /// An error at the value.
    pub(super) fn error(&self, title: String, help: Vec<String>) -> ReadError {
        self.element.error(self.at.clone(), title, help)
    }

    /// An error at the name.
    pub(super) fn name_error(&self, title: String, help: Vec<String>) -> ReadError {
        self.element.error(self.name_at.clone(), title, help)
    }
}

fn found_word(word: &str) -> &str {
    match word.char_indices().nth(40) {
        Some((end, _)) => &word[..end],
        None => word,
    }
}
