//! A formula's text as numbers, names and signs.

use std::ops::Range;

/// A word of a formula, with the bytes that it is written in.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    pub(super) is: Is,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Is {
    Number(f32),
    /// `tip.x`: its parts.
    Name(Vec<Part>),
    /// An operator, a parenthesis or a comma.
    Sign(&'static str),
    /// Where the formula ends.
    End,
}

/// What stands before, between or behind the points of a name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    pub(crate) text: String,
    /// Whether it is in quotes: then it is never a word of the language.
    pub(crate) quoted: bool,
}

impl Part {
    /// Whether it is this word of the language.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        !self.quoted && self.text == word
    }
}

/// What is no word: where, what is wrong with it, and what would do.
pub(super) type Stranger = (Range<usize>, &'static str, &'static str);

/// Longer ones before those that they begin with.
const SIGNS: [&str; 15] = [
    "<=", ">=", "==", "!=", "+", "-", "*", "/", "^", "(", ")", ",", "<", ">", "=",
];

/// What other languages write, and what does here.
const FOREIGN: [(&str, &str); 5] = [
    ("&&", "write `and`"),
    ("||", "write `or`"),
    ("&", "write `and`"),
    ("|", "write `or`"),
    ("!", "write `not`"),
];

/// The words of a formula; the last one is [`Is::End`].
pub(super) fn words(text: &str) -> Result<Vec<Word>, Stranger> {
    let mut words = Vec::new();
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        let rest = &text[at..];
        let Some(first) = rest.chars().next() else {
            words.push(Word {
                is: Is::End,
                span: at..at,
            });
            return Ok(words);
        };
        let (is, length) = if first.is_ascii_digit() || first == '.' {
            number(rest).map_err(|(length, title)| {
                let help = "a number of ordinary size, like 0.5 or 1e-3";
                (at..at + length, title, help)
            })?
        } else if is_letter(first) || first == '\'' {
            name(rest).map_err(|(length, title, help)| (at..at + length, title, help))?
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            (Is::Sign(sign), sign.len())
        } else {
            let foreign = FOREIGN.into_iter().find(|(sign, _)| rest.starts_with(sign));
            let (length, help) = match foreign {
                Some((sign, help)) => (sign.len(), help),
                None => (
                    first.len_utf8(),
                    "names, numbers, `+ - * / ^ ( ) ,`, `< <= > >= == !=`, `and`, `or`, `not`",
                ),
            };
            return Err((
                at..at + length,
                "this sign means nothing in a formula",
                help,
            ));
        };
        let span = at..at + length;
        at += length;
        words.push(Word { is, span });
    }
}

/// Whether a name can be written without quotes.
pub(crate) fn is_plain(name: &str) -> bool {
    name.starts_with(is_letter) && name.chars().all(is_inside)
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_inside(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The number that a text begins with, and its length.
fn number(text: &str) -> Result<(Is, usize), (usize, &'static str)> {
    let digits = |from: usize| {
        let rest = &text.as_bytes()[from..];
        from + rest.iter().take_while(|c| c.is_ascii_digit()).count()
    };
    let byte = |at: usize| text.as_bytes().get(at).copied();
    let mut end = digits(0);
    if byte(end) == Some(b'.') {
        end = digits(end + 1);
    }
    if matches!(byte(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(byte(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    match text[..end].parse::<f32>() {
        Ok(number) if number.is_finite() => Ok((Is::Number(number), end)),
        Ok(_) => Err((end, "a number must be finite")),
        Err(_) => Err((end, "this is no number")),
    }
}

/// The name that a text begins with, and its length.
fn name(text: &str) -> Result<(Is, usize), (usize, &'static str, &'static str)> {
    let mut parts = Vec::new();
    let mut end = 0;
    loop {
        let rest = &text[end..];
        if rest.starts_with('\'') {
            let (name, length) = quoted(rest).ok_or((
                text.len(),
                "a name is not closed",
                "close it by `'`; a `'` in it is written twice",
            ))?;
            end += length;
            parts.push(Part {
                text: name,
                quoted: true,
            });
        } else {
            let length = rest.find(|c| !is_inside(c)).unwrap_or(rest.len());
            end += length;
            if !is_plain(&rest[..length]) {
                let help = "a name like `tip.x`; one with other characters in quotes, like `'left-foot'.x`";
                return Err((end, "a part of this name is missing", help));
            }
            parts.push(Part {
                text: rest[..length].to_owned(),
                quoted: false,
            });
        }
        if !text[end..].starts_with('.') {
            return Ok((Is::Name(parts), end));
        }
        end += 1;
    }
}

/// The name in quotes that a text begins with, and how long it is with them.
fn quoted(text: &str) -> Option<(String, usize)> {
    let mut name = String::new();
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((i, c)) = characters.next() {
        if c != '\'' {
            name.push(c);
        } else if characters.next_if(|(_, next)| *next == '\'').is_some() {
            name.push('\'');
        } else {
            return Some((name, i + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Is> {
        words(text)
            .unwrap()
            .into_iter()
            .map(|word| word.is)
            .collect()
    }

    fn name(parts: &[(&str, bool)]) -> Is {
        let part = |&(text, quoted): &(&str, bool)| Part {
            text: text.to_owned(),
            quoted,
        };
        Is::Name(parts.iter().map(part).collect())
    }

    #[test]
    fn numbers_names_and_signs_are_told_apart() {
        let expected = [
            Is::Number(2.5),
            Is::Sign("*"),
            name(&[("tip", false), ("x", false)]),
            Is::Sign("<="),
            Is::Number(1e-3),
            Is::End,
        ];
        assert_eq!(read("2.5*tip.x<=1e-3"), expected);
        assert_eq!(
            read(" .5\n2. "),
            [Is::Number(0.5), Is::Number(2.0), Is::End]
        );
        assert_eq!(
            read("'it''s a-b'.x é_1"),
            [
                name(&[("it's a-b", true), ("x", false)]),
                name(&[("é_1", false)]),
                Is::End
            ]
        );
    }

    #[test]
    fn what_is_no_word_has_a_place() {
        let place = |text| words(text).unwrap_err().0;
        assert_eq!(place("1 && 2"), 2..4);
        assert_eq!(place("tip. + 1"), 0..4);
        assert_eq!(place("1e99"), 0..4);
        assert_eq!(place("1 + ."), 4..5);
        assert_eq!(place("'tip"), 0..4);
        assert_eq!(place("2 $"), 2..3);
    }
}
