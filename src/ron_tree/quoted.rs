//! The characters of a text in quotes, by where they are written.

use std::ops::Range;

/// The bytes of some characters of a text in quotes, within what is written.
pub(crate) fn bytes_of(quoted: &str, characters: Range<usize>) -> Range<usize> {
    let starts = starts(quoted);
    let byte = |character: usize| starts[character.min(starts.len() - 1)];
    byte(characters.start)..byte(characters.end)
}

/// Where each character is written, and then where the last one ends.
fn starts(quoted: &str) -> Vec<usize> {
    let open = quoted.find('"').map_or(0, |quote| quote + 1);
    let close = quoted
        .rfind('"')
        .map_or(quoted.len(), |quote| quote.max(open));
    let is_raw = quoted.starts_with('r');
    let mut starts = Vec::new();
    let mut characters = quoted[open..close].char_indices();
    while let Some((at, c)) = characters.next() {
        starts.push(open + at);
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
    starts.push(close);
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_found_however_they_are_written() {
        for (quoted, found) in [
            (r#""xyz""#, "z"),
            (r#""x\"z""#, "z"),
            (r#""\x41\u{1F600}z""#, "z"),
            (r###"r#"\"z"#"###, "z"),
            ("\"é\n\"", ""),
        ] {
            assert_eq!(&quoted[bytes_of(quoted, 2..3)], found, "{quoted}");
        }
    }
}
