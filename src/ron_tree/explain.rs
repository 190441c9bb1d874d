//! Errors of RON's reader in words that say what was found and what would do.

use std::ops::Range;

use ron::error::SpannedError;

use super::{
    document::Document,
    error::{first_line, found},
    node::{Kind, Node},
    parse::{token_after, unclosed_comment},
    source::Source,
    suggest::suggest,
};

/// One of RON's errors in our words.
pub(super) struct Explanation {
    pub(super) span: Range<usize>,
    pub(super) title: String,
    pub(super) label: String,
    pub(super) help: Vec<String>,
}

impl Explanation {
    /// What an error of reading `text` says; `name` is what the text is called.
    pub(super) fn of(text: &str, name: &str, error: SpannedError) -> Explanation {
        use ron::Error as E;

        let end = offset(text, error.span.end.line, error.span.end.col);
        let next = token_after(text, end);
        let document = Document::parse(&Source::text("", text));
        let innermost = |is_kind: fn(Kind) -> bool| document.root()?.innermost(end, is_kind);
        let leaf = innermost(|kind| kind == Kind::Leaf).map(Node::bytes);
        let expected =
            |what: &str| Explanation::new(text, next.clone(), format!("expected {what}"));
        match error.code {
            E::NoSuchStructField {
                expected,
                found,
                outer,
            } => {
                let place = outer.map_or_else(String::new, |outer| format!(" in `{outer}`"));
                let title = format!("there is no field `{found}`{place}");
                Explanation::new(text, word_before(text, end, &found), title)
                    .label("unknown field")
                    .help(suggest("fields", &found, expected))
            }
            E::NoSuchEnumVariant {
                expected, found, ..
            } => Explanation::new(text, word_before(text, end, &found), format!("unknown name `{found}`"))
                .label("not known here")
                .help(suggest("known here", &found, expected)),
            E::DuplicateStructField { field, .. } => {
                let title = format!("the field `{field}` is given twice");
                Explanation::new(text, word_before(text, end, field), title)
                    .label("the second one")
                    .help(vec!["remove one of them".to_owned()])
            }
            E::MissingStructField { field, outer } => {
                let outer = outer.map_or_else(String::new, |outer| format!(" of `{outer}`"));
                // A field is missed only when the others have been read: the cursor is at the end of them.
                let fields = innermost(|kind| matches!(kind, Kind::Fields | Kind::Map));
                let span = fields.map_or(next, Node::bytes_of_opening);
                Explanation::new(text, span, format!("the field `{field}`{outer} is missing"))
                    .label(format!("`{field}` is missing here"))
                    .help(vec![format!("add `{field}: ..`")])
            }
            E::ExpectedDifferentStructName { expected, found } => {
                let title = format!("expected `{expected}(..)`, or just `(..)`");
                Explanation::new(text, word_before(text, end, &found), title)
            }
            E::InvalidValueForType { expected, found } => {
                let title = format!("expected {expected}, found {found}");
                Explanation::new(text, leaf.unwrap_or(next), title)
            }
            E::ExpectedDifferentLength { expected, found } => {
                let list = innermost(|kind| matches!(kind, Kind::List | Kind::Tuple));
                let span = list.map_or(next, Node::bytes);
                let expected = expected.replace("an array of length", "a list of length");
                Explanation::new(text, span, format!("expected {expected}, found {found} elements"))
            }
            // The cursor is inside of what was read as a shorter number.
            E::ExpectedComma | E::ExpectedArrayEnd | E::ExpectedStructLikeEnd | E::ExpectedMapEnd
                if leaf.as_ref().is_some_and(|leaf| leaf.start < end && end < leaf.end) =>
            {
                let leaf = leaf.unwrap_or(next);
                let what = match text[leaf.clone()].parse::<f64>() {
                    Ok(_) => "expected a whole number",
                    Err(_) => "this is neither a number nor a name",
                };
                Explanation::new(text, leaf, what.to_owned())
            }
            E::ExpectedFloat => expected("a number"),
            E::ExpectedInteger => expected("a whole number"),
            E::IntegerOutOfBounds => {
                let title = "expected a whole number of 0 or more, within bounds".to_owned();
                Explanation::new(text, leaf.unwrap_or(next), title)
            }
            E::ExpectedBoolean => expected("`true` or `false`"),
            E::ExpectedString => expected("a text in quotes, like \"tip\""),
            E::ExpectedArray => expected("a list in brackets, `[..]`"),
            E::ExpectedMap => expected("a map in braces, `{\"name\": ..}`"),
            E::ExpectedStructLike | E::ExpectedNamedStructLike(_) => expected("a parenthesis, `(`")
                .help(vec!["terms take parentheses even without settings, like `Cos()`".to_owned()]),
            E::ExpectedStructLikeEnd | E::ExpectedOptionEnd => {
                expected("a closing parenthesis, `)`; nothing more belongs in here")
            }
            E::ExpectedArrayEnd => expected("a comma or the list's end, `]`"),
            E::ExpectedMapEnd => expected("a comma or the map's end, `}`"),
            E::ExpectedMapColon => expected("a colon and a value"),
            E::ExpectedComma => expected("a comma").help(vec![
                "put it after the previous item (on the line above if this starts a line), or add a missing quote"
                    .to_owned(),
            ]),
            E::ExpectedIdentifier => expected("a name"),
            E::Eof => Explanation::new(text, next, "the text ends unexpectedly".to_owned())
                .label("something before here is unclosed or missing"),
            E::TrailingCharacters => Explanation::new(text, next, format!("unexpected text after the end of the {name}"))
                .help(vec![format!("one {name} per file; is there a `)` too many above?")]),
            E::UnclosedBlockComment => Explanation::new(text, unclosed_comment(text).map_or(next, |start| start..start + 2), "a comment is not closed".to_owned())
                .help(vec!["close it by `*/`".to_owned()]),
            E::ExceededRecursionLimit => {
                Explanation::new(text, next, "brackets are nested too deeply".to_owned())
            }
            other => Explanation::new(text, next, lowercase_first(&other.to_string())),
        }
    }

    fn new(text: &str, span: Range<usize>, title: String) -> Explanation {
        // The end of the text is where its last word ends, not on an empty line behind it.
        let last = text.trim_end().len();
        let span = first_line(text, span.start.min(last)..span.end.min(last));
        let label = match &text[span.clone()] {
            "" => "the text ends here".to_owned(),
            written => found(written),
        };
        Explanation {
            span,
            title,
            label,
            help: Vec::new(),
        }
    }

    fn label(mut self, label: impl Into<String>) -> Explanation {
        self.label = label.into();
        self
    }

    fn help(mut self, help: Vec<String>) -> Explanation {
        self.help = help;
        self
    }
}

/// The byte at a line and a column in characters, both from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let mut characters = text[start..].char_indices();
    characters
        .nth(column - 1)
        .map_or(text.len(), |(i, _)| start + i)
}

/// The last place at or before an offset where a word stands by itself; RON's cursor is just behind it or in it.
fn word_before(text: &str, offset: usize, word: &str) -> Range<usize> {
    let reach = text.len().min(offset + word.len());
    let reach = (reach..=text.len()).find(|&end| text.is_char_boundary(end));
    let searched = &text[..reach.unwrap_or(text.len())];
    let part_of_a_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    searched
        .rmatch_indices(word)
        .map(|(start, _)| start..start + word.len())
        .find(|span| {
            !part_of_a_word(text[..span.start].chars().next_back())
                && !part_of_a_word(text[span.end..].chars().next())
        })
        .unwrap_or(offset..offset)
}

fn lowercase_first(sentence: &str) -> String {
    let mut characters = sentence.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}
