//! Where two scenes differ, in words. What is compared is what was read, so comments and spaces make no difference.

use std::fmt::Debug;

/// Characters of a value that are told.
const LONGEST: usize = 60;

/// The first place where two values print differently: its path, and both values.
pub(super) fn first_difference(old: &impl Debug, new: &impl Debug) -> Option<String> {
    differences(old, new).into_iter().next()
}

/// Every such place, in the order in which they are printed.
pub(super) fn differences(old: &impl Debug, new: &impl Debug) -> Vec<String> {
    let (old, new) = (format!("{old:#?}"), format!("{new:#?}"));
    let mut found = Vec::new();
    compare(&Part::read(&old), &Part::read(&new), "", &mut found);
    found
}

/// A value as it prints, with all that is in it.
#[derive(Debug, Default, PartialEq)]
struct Part<'a> {
    /// The field that it is, if it is one.
    name: &'a str,
    /// A plain value, or what stands before the bracket.
    head: &'a str,
    /// `{`, `(` or `[`, where there is one.
    bracket: Option<char>,
    inside: Vec<Part<'a>>,
}

impl<'a> Part<'a> {
    /// Reads what `{:#?}` has printed, in which every part has a line of its own.
    fn read(printed: &'a str) -> Self {
        let mut open = vec![Part::default()];
        for line in printed.lines() {
            let line = line.trim();
            let line = line.strip_suffix(',').unwrap_or(line);
            let closes = matches!(line, "}" | ")" | "]");
            let part = if closes && open.len() > 1 {
                open.pop()
            } else {
                let part = Part::of_line(line);
                if part.bracket.is_some() {
                    open.push(part);
                    continue;
                }
                Some(part)
            };
            let around = open.last_mut().expect("the outermost stays open");
            around.inside.extend(part);
        }
        let mut all = open.swap_remove(0);
        all.inside.pop().unwrap_or_default()
    }

    fn of_line(line: &'a str) -> Self {
        let is_field = |name: &str| name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let named = line.split_once(": ").filter(|(name, _)| is_field(name));
        let (name, value) = named.unwrap_or(("", line));
        let bracket = value.chars().next_back();
        let bracket = bracket.filter(|c| matches!(c, '{' | '(' | '['));
        Part {
            name,
            head: bracket.map_or(value, |bracket| value.trim_end_matches(bracket).trim_end()),
            bracket,
            inside: Vec::new(),
        }
    }

    /// What it is called in a path: the name of the field, else the one that it gives itself.
    fn label(&self) -> &'a str {
        let own = self.inside.first().filter(|first| first.name == "name");
        match (self.name, own) {
            ("", Some(own)) => own.head.trim_matches('"'),
            (name, _) => name,
        }
    }

    /// In one line, not too long.
    fn in_words(&self) -> String {
        let mut words = String::new();
        self.write(&mut words);
        match words.char_indices().nth(LONGEST) {
            Some((end, _)) => words[..end].to_owned() + "..",
            None => words,
        }
    }

    fn write(&self, to: &mut String) {
        // What is far too long is cut anyway.
        if to.len() > 4 * LONGEST {
            return;
        }
        match (self.head, self.bracket, self.inside.as_slice()) {
            ("Some", _, [only]) => return only.write(to),
            ("None", ..) => return to.push_str("nothing"),
            (number, None, _) if number.parse::<f64>().is_ok() => {
                return to.push_str(number.strip_suffix(".0").unwrap_or(number));
            }
            (head, ..) => to.push_str(head),
        }
        let Some(bracket) = self.bracket else {
            return;
        };
        to.push(if bracket == '{' { '(' } else { bracket });
        for (i, part) in self.inside.iter().enumerate() {
            if i > 0 {
                to.push_str(", ");
            }
            if !part.name.is_empty() {
                to.push_str(part.name);
                to.push_str(": ");
            }
            part.write(to);
        }
        to.push(if bracket == '[' { ']' } else { ')' });
    }
}

fn compare(old: &Part, new: &Part, path: &str, found: &mut Vec<String>) {
    if old == new {
        return;
    }
    let is_same_kind = old.head == new.head && old.bracket == new.bracket;
    if !is_same_kind || old.bracket.is_none() {
        found.push(difference(path, Some(old), Some(new)));
        return;
    }
    // A bracket around one value, as that of `Some`, is no place of its own.
    let is_list = old.bracket == Some('[') || old.inside.len().max(new.inside.len()) > 1;
    let (old, new) = (old.inside.as_slice(), new.inside.as_slice());
    // What has come or gone in the middle is told as that, and not as a change of all that follows.
    let (mut start, mut ends) = (0, 0);
    if old.len() != new.len() {
        let equal = |(a, b): &(&Part, &Part)| a == b;
        start = old.iter().zip(new).take_while(equal).count();
        let (old, new) = (&old[start..], &new[start..]);
        ends = (old.iter().rev().zip(new.iter().rev()))
            .take_while(equal)
            .count();
    }
    let (old, new) = (&old[..old.len() - ends], &new[..new.len() - ends]);
    for i in start..old.len().max(new.len()) {
        let (was, is) = (old.get(i), new.get(i));
        let path = match was.or(is).map_or("", Part::label) {
            "" if is_list => format!("{path}[{i}]"),
            "" => path.to_owned(),
            name if path.is_empty() => name.to_owned(),
            name => format!("{path}.{name}"),
        };
        match (was, is) {
            (Some(was), Some(is)) => compare(was, is, &path, found),
            (was, is) => found.push(difference(&path, was, is)),
        }
    }
}

fn difference(path: &str, was: Option<&Part>, is: Option<&Part>) -> String {
    let value = |part: Option<&Part>| part.map_or("nothing".to_owned(), Part::in_words);
    format!("`{path}` was {}, and is {} now", value(was), value(is))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    #[expect(dead_code, reason = "it is only printed")]
    struct Task {
        start: Start,
        rewards: Vec<(f32, Option<Term>)>,
        steps: Vec<u32>,
    }

    #[derive(Debug)]
    #[expect(dead_code, reason = "it is only printed")]
    struct Start {
        angle: f32,
        words: &'static str,
    }

    #[derive(Clone, Debug)]
    #[expect(dead_code, reason = "it is only printed")]
    enum Term {
        Near { point: usize },
        Alive,
    }

    fn task(angle: f32, steps: &[u32]) -> Task {
        Task {
            start: Start {
                angle,
                words: "a: {",
            },
            rewards: vec![(2.0, Some(Term::Near { point: 1 })), (1.0, None)],
            steps: steps.to_vec(),
        }
    }

    #[test]
    fn the_path_and_both_values_are_named() {
        let difference = |angle, steps| first_difference(&task(0.1, &[1, 2]), &task(angle, steps));
        assert_eq!(difference(0.1, &[1, 2]), None);
        assert_eq!(
            difference(0.25, &[1, 2]).as_deref(),
            Some("`start.angle` was 0.1, and is 0.25 now")
        );
        assert_eq!(
            difference(0.1, &[1, 3]).as_deref(),
            Some("`steps[1]` was 2, and is 3 now")
        );
    }

    #[test]
    fn every_difference_is_found_and_what_only_moved_is_none() {
        let mut new = task(3.0, &[1, 7, 2]);
        new.rewards[0].0 = 4.0;
        new.rewards[0].1 = Some(Term::Alive);
        new.rewards[1].1 = Some(Term::Near { point: 2 });
        assert_eq!(
            differences(&task(0.1, &[1, 2]), &new),
            [
                "`start.angle` was 0.1, and is 3 now",
                "`rewards[0][0]` was 2, and is 4 now",
                "`rewards[0][1]` was Near(point: 1), and is Alive now",
                "`rewards[1][1]` was nothing, and is Near(point: 2) now",
                "`steps[1]` was nothing, and is 7 now",
            ]
        );
    }
}
