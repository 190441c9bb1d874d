//! Where two scenes differ, in words. What is compared is what was read, so comments and spaces make no difference.

use std::fmt::Debug;

use super::{
    node::{Kind, Node},
    parse::parse_debug,
};

/// Characters of a value that are told.
const LONGEST: usize = 60;

/// The first place where two values print differently: its path, and both values.
pub(crate) fn first_difference(old: &impl Debug, new: &impl Debug) -> Option<String> {
    differences(old, new).into_iter().next()
}

/// Every such place, in the order in which they are printed.
pub(crate) fn differences(old: &impl Debug, new: &impl Debug) -> Vec<String> {
    let (old, new) = (format!("{old:?}"), format!("{new:?}"));
    let mut found = Vec::new();
    match (parse_debug(&old), parse_debug(&new)) {
        (Some(old), Some(new)) => compare(&Part::of(&old), &Part::of(&new), "", &mut found),
        _ if old == new => {}
        // What prints itself in a way of its own is one value.
        _ => found.push(format!("`` was {}, and is {} now", cut(old), cut(new))),
    }
    found
}

/// A value as it prints, with all that is in it.
#[derive(PartialEq)]
struct Part<'a> {
    /// The field that it is, if it is one.
    name: &'a str,
    /// A plain value, or what stands before the bracket.
    head: &'a str,
    kind: Kind,
    inside: Vec<Part<'a>>,
}

impl<'a> Part<'a> {
    fn of(node: &'a Node) -> Self {
        let entries = node.children().iter();
        let inside = entries.map(|child| Part {
            name: child.key.as_ref().map_or("", |key| key.name.as_str()),
            ..Part::of(&child.value)
        });
        Part {
            name: "",
            head: node.head(),
            kind: node.kind(),
            inside: inside.collect(),
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
        cut(words)
    }

    fn write(&self, to: &mut String) {
        // What is far too long is cut anyway.
        if to.len() > 4 * LONGEST {
            return;
        }
        match (self.head, self.kind, self.inside.as_slice()) {
            ("Some", _, [only]) => return only.write(to),
            ("None", ..) => return to.push_str("nothing"),
            (number, Kind::Leaf, _) if number.parse::<f64>().is_ok() => {
                return to.push_str(number.strip_suffix(".0").unwrap_or(number));
            }
            (head, ..) => to.push_str(head),
        }
        let [open, close] = match self.kind {
            Kind::Leaf => return,
            Kind::List => ['[', ']'],
            Kind::Tuple | Kind::Fields | Kind::Map => ['(', ')'],
        };
        to.push(open);
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
        to.push(close);
    }
}

/// Not more of it than is told.
fn cut(words: String) -> String {
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => words[..end].to_owned() + "..",
        None => words,
    }
}

fn compare(old: &Part, new: &Part, path: &str, found: &mut Vec<String>) {
    if old == new {
        return;
    }
    let is_same_kind = old.head == new.head && old.kind == new.kind;
    if !is_same_kind || old.kind == Kind::Leaf {
        found.push(difference(path, Some(old), Some(new)));
        return;
    }
    // A bracket around one value, as that of `Some`, is no place of its own.
    let is_list = old.kind == Kind::List || old.inside.len().max(new.inside.len()) > 1;
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
