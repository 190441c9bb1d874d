//! From text to the types of [`super::file`], with RON's errors retold.

use std::ops::Range;

use ron::{Options, error::SpannedError, extensions::Extensions};

use super::{
    error::{SceneError, TextError, first_line, found, suggest},
    file::Written,
    locate::{Body, Node},
    scan::{token_after, unclosed_comment},
};

/// The largest text that is read.
pub(super) const MAX_BYTES: u64 = 1 << 20;

/// Reads a text as a `T`, and its tree of places.
pub(super) fn read<T: Written>(origin: &str, text: &str) -> Result<(T, Node), SceneError> {
    let fail = |span: Range<usize>, title: &str, label: String, help: Vec<String>| TextError {
        origin: origin.to_owned(),
        text: text.to_owned(),
        span,
        title: title.to_owned(),
        label,
        help,
        note: None,
    };
    if text.len() as u64 > MAX_BYTES {
        let help = vec![format!(
            "a {} has at most {MAX_BYTES} bytes (1 MiB)",
            T::NAME
        )];
        let label = format!("{} bytes follow", text.len());
        // The text itself would only be in the way of its size.
        let title = format!("the text is too large for a {}", T::NAME);
        let mut error = fail(0..0, &title, label, help);
        error.text.clear();
        return Err(error.into());
    }
    if text.trim().is_empty() {
        let (title, label) = (
            format!("the {} is empty", T::NAME),
            "nothing here".to_owned(),
        );
        return Err(fail(0..0, &title, label, vec![T::FORM.to_owned()]).into());
    }
    let tree = Node::scan(text);
    if let Some(newest) = T::VERSION
        && let Some((place, help)) = tree.as_ref().and_then(|tree| foreign(text, tree, newest))
    {
        let title = format!(
            "this program does not know this version of the {} format",
            T::NAME
        );
        let label = found(&text[place.clone()]);
        return Err(fail(place, &title, label, vec![help]).into());
    }
    let value = options().from_str(text).map_err(|error| {
        let story = Story::of(text, T::NAME, error);
        fail(story.span, &story.title, story.label, story.help)
    })?;
    let Some(tree) = tree else {
        // RON read it, so this is a notation that the scanner does not know.
        let label = "somewhere in here".to_owned();
        return Err(fail(0..0, "this notation is not supported", label, Vec::new()).into());
    };
    for leaf in tree.leaves() {
        if is_not_finite(&text[leaf.clone()]) {
            let label = found(&text[leaf.clone()]);
            let help = vec!["a number of ordinary size, like 0.5 or 1e-3".to_owned()];
            return Err(fail(leaf, "a number must be finite", label, help).into());
        }
    }
    Ok((value, tree))
}

/// Where a text says that it is of a version that there is not, and what would do.
fn foreign(text: &str, tree: &Node, newest: u32) -> Option<(Range<usize>, String)> {
    let place = tree.field("version")?.value.span.clone();
    let written = text[place.clone()].replace('_', "");
    let written = written
        .strip_prefix("Some(")
        .and_then(|some| some.strip_suffix(')'))
        .map_or(written.as_str(), str::trim);
    if written.is_empty() || !written.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    match written.parse::<u32>() {
        Ok(0) => Some((
            place,
            format!("versions begin with 1; the newest is {newest}"),
        )),
        Ok(version) if version <= newest => None,
        _ => Some((
            place,
            format!("it reads up to version {newest}; this one takes a newer sinew"),
        )),
    }
}

/// The text in a file's bytes, without the mark that some editors put before it.
pub(super) fn utf8(origin: &str, bytes: Vec<u8>) -> Result<String, SceneError> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        TextError {
            origin: origin.to_owned(),
            span: valid..valid + char::REPLACEMENT_CHARACTER.len_utf8(),
            text,
            title: "the file is not UTF-8 text".to_owned(),
            label: format!("found the byte {:#04x}", error.as_bytes()[valid]),
            help: vec!["save it as UTF-8".to_owned()],
            note: None,
        }
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

/// How scenes are written: `range: (-1, 1)` instead of `Some((-1, 1))`, `Ppo(steps: ..)` instead of `Ppo((steps: ..))`.
pub(super) fn options() -> Options {
    Options::default()
        .with_default_extension(Extensions::IMPLICIT_SOME | Extensions::UNWRAP_VARIANT_NEWTYPES)
}

/// Also what is finite as written but too large for an `f32`.
fn is_not_finite(leaf: &str) -> bool {
    let digits = leaf.replace('_', "");
    let number = digits.trim_end_matches("f32").trim_end_matches("f64");
    number
        .parse::<f32>()
        .is_ok_and(|number| !number.is_finite())
}

/// One of RON's errors in our words.
struct Story {
    span: Range<usize>,
    title: String,
    label: String,
    help: Vec<String>,
}

impl Story {
    fn of(text: &str, name: &str, error: SpannedError) -> Story {
        use ron::Error as E;

        let end = offset(text, error.span.end.line, error.span.end.col);
        let next = token_after(text, end);
        let tree = Node::scan(text);
        let innermost = |kind: fn(&Body) -> bool| tree.as_ref()?.innermost(end, kind);
        let leaf = innermost(|body| matches!(body, Body::Leaf)).map(|leaf| leaf.span.clone());
        let expected = |what: &str| Story::new(text, next.clone(), format!("expected {what}"));
        match error.code {
            E::NoSuchStructField {
                expected,
                found,
                outer,
            } => {
                let place = outer.map_or_else(String::new, |outer| format!(" in `{outer}`"));
                let title = format!("there is no field `{found}`{place}");
                Story::new(text, word_before(text, end, &found), title)
                    .label("unknown field")
                    .help(suggest("fields", &found, expected))
            }
            E::NoSuchEnumVariant {
                expected, found, ..
            } => Story::new(text, word_before(text, end, &found), format!("there is no `{found}` here"))
                .label("unknown name")
                .help(suggest("known here", &found, expected)),
            E::DuplicateStructField { field, .. } => {
                let title = format!("the field `{field}` is given twice");
                Story::new(text, word_before(text, end, field), title)
                    .label("the second one")
                    .help(vec!["remove one of them".to_owned()])
            }
            E::MissingStructField { field, outer } => {
                let outer = outer.map_or_else(String::new, |outer| format!(" of `{outer}`"));
                // A field is missed only when the others have been read: the cursor is at the end of them.
                let fields = innermost(|body| matches!(body, Body::Fields { .. }));
                let span = match fields.map(|fields| (fields.span.start, &fields.body)) {
                    Some((start, Body::Fields { inside, .. })) => start..*inside,
                    _ => next,
                };
                Story::new(text, span, format!("the field `{field}`{outer} is missing"))
                    .label(format!("`{field}` is missing here"))
                    .help(vec![format!("add `{field}: ..`")])
            }
            E::ExpectedDifferentStructName { expected, found } => {
                let title = format!("expected `{expected}(..)`, or just `(..)`");
                Story::new(text, word_before(text, end, &found), title)
            }
            E::InvalidValueForType { expected, found } => {
                let title = format!("expected {expected}, found {found}");
                Story::new(text, leaf.unwrap_or(next), title)
            }
            E::ExpectedDifferentLength { expected, found } => {
                let list = innermost(|body| matches!(body, Body::List { .. }));
                let span = list.map_or(next, |list| list.span.clone());
                let expected = expected.replace("an array of length", "a list of length");
                Story::new(text, span, format!("expected {expected}, found {found} elements"))
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
                Story::new(text, leaf, what.to_owned())
            }
            E::ExpectedFloat => expected("a number"),
            E::ExpectedInteger => expected("a whole number"),
            E::IntegerOutOfBounds => {
                let title = "expected a whole number of 0 or more, within bounds".to_owned();
                Story::new(text, leaf.unwrap_or(next), title)
            }
            E::ExpectedBoolean => expected("`true` or `false`"),
            E::ExpectedString => expected("a text in quotes, like \"tip\""),
            E::ExpectedArray => expected("a list in brackets, `[..]`"),
            E::ExpectedMap => expected("a map in braces, `{\"name\": ..}`"),
            E::ExpectedStructLike | E::ExpectedNamedStructLike(_) => expected("a parenthesis, `(`")
                .help(vec!["a name that can have settings is written with parentheses even when it has none, like `Cos()`".to_owned()]),
            E::ExpectedStructLikeEnd | E::ExpectedOptionEnd => {
                expected("a closing parenthesis, `)`; nothing more belongs in here")
            }
            E::ExpectedArrayEnd => expected("a comma or the list's end, `]`"),
            E::ExpectedMapEnd => expected("a comma or the map's end, `}`"),
            E::ExpectedMapColon => expected("a colon and a value"),
            E::ExpectedComma => expected("a comma").help(vec![
                "it belongs behind what is before this, in the line above if this is the first of its line; or a quote is missing"
                    .to_owned(),
            ]),
            E::ExpectedIdentifier => expected("a name"),
            E::Eof => Story::new(text, next, "the text ends too early".to_owned())
                .label("something is not closed, or missing, before here"),
            E::TrailingCharacters => Story::new(text, next, format!("the {name} has ended, but the text goes on"))
                .help(vec![format!("one {name} per file; is there a `)` too many above?")]),
            E::UnclosedBlockComment => Story::new(text, unclosed_comment(text).map_or(next, |start| start..start + 2), "a comment is not closed".to_owned())
                .help(vec!["close it by `*/`".to_owned()]),
            E::ExceededRecursionLimit => {
                Story::new(text, next, "brackets are nested too deeply".to_owned())
            }
            other => Story::new(text, next, lowercase_first(&other.to_string())),
        }
    }

    fn new(text: &str, span: Range<usize>, title: String) -> Story {
        // The end of the text is where its last word ends, not on an empty line behind it.
        let last = text.trim_end().len();
        let span = first_line(text, span.start.min(last)..span.end.min(last));
        let label = match &text[span.clone()] {
            "" => "the text ends here".to_owned(),
            written => found(written),
        };
        Story {
            span,
            title,
            label,
            help: Vec::new(),
        }
    }

    fn label(mut self, label: impl Into<String>) -> Story {
        self.label = label.into();
        self
    }

    fn help(mut self, help: Vec<String>) -> Story {
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
