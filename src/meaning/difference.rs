//! Where two meanings differ, in words.

use super::Meaning;

/// Characters of a value that are told.
const LONGEST: usize = 60;

impl Meaning {
    /// The first place where `new` differs: its path, and both values.
    pub fn difference(&self, new: &Self) -> Option<String> {
        self.differences(new).into_iter().next()
    }

    /// Every such place, in the order of the fields.
    pub fn differences(&self, new: &Self) -> Vec<String> {
        let mut found = Vec::new();
        compare(self, new, "", &mut found);
        found
    }

    /// What an entry of a list is called in a path: the name that it gives itself.
    fn own_name(&self) -> Option<&str> {
        match self.field("name") {
            Some(Self::Text(name)) => Some(name),
            _ => None,
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
        match self {
            Self::Nothing => to.push_str("nothing"),
            Self::Plain(plain) => to.push_str(plain),
            Self::Text(text) => to.push_str(&format!("{text:?}")),
            Self::List(entries) => write_list(to, '[', entries.iter().map(|at| ("", at)), ']'),
            Self::Fields(fields) => {
                let fields = fields.iter().map(|(name, at)| (name.as_str(), at));
                write_list(to, '(', fields, ')');
            }
            Self::Variant(name, inside) => {
                to.push_str(name);
                match &**inside {
                    Self::Nothing => {}
                    Self::List(entries) => {
                        write_list(to, '(', entries.iter().map(|at| ("", at)), ')');
                    }
                    fields @ Self::Fields(_) => fields.write(to),
                    only => write_list(to, '(', [("", only)].into_iter(), ')'),
                }
            }
        }
    }
}

fn write_list<'a>(
    to: &mut String,
    open: char,
    entries: impl Iterator<Item = (&'a str, &'a Meaning)>,
    close: char,
) {
    to.push(open);
    for (i, (name, at)) in entries.enumerate() {
        if i > 0 {
            to.push_str(", ");
        }
        if !name.is_empty() {
            to.push_str(name);
            to.push_str(": ");
        }
        at.write(to);
    }
    to.push(close);
}

fn compare(old: &Meaning, new: &Meaning, path: &str, found: &mut Vec<String>) {
    match (old, new) {
        (old, new) if old == new => {}
        (Meaning::Variant(was, old), Meaning::Variant(is, new)) if was == is => {
            compare(old, new, path, found);
        }
        (Meaning::List(old), Meaning::List(new)) => compare_lists(old, new, path, found),
        (Meaning::Fields(was), Meaning::Fields(is)) => {
            let added = is.iter().filter(|(name, _)| old.field(name).is_none());
            for (name, _) in was.iter().chain(added) {
                let path = inside(path, name);
                let both = [old.field(name), new.field(name)];
                match both {
                    _ if (both.iter().flatten()).all(|at| at.is_empty()) => {}
                    [Some(was), Some(is)] => compare(was, is, &path, found),
                    [was, is] => found.push(difference(&path, was, is)),
                }
            }
        }
        (old, new) => found.push(difference(path, Some(old), Some(new))),
    }
}

/// What has come or gone in the middle is told as that, and not as a change of all that follows.
fn compare_lists(old: &[Meaning], new: &[Meaning], path: &str, found: &mut Vec<String>) {
    let (mut start, mut ends) = (0, 0);
    if old.len() != new.len() {
        let equal = |(a, b): &(&Meaning, &Meaning)| a == b;
        start = old.iter().zip(new).take_while(equal).count();
        let (old, new) = (&old[start..], &new[start..]);
        ends = (old.iter().rev().zip(new.iter().rev()))
            .take_while(equal)
            .count();
    }
    let (old, new) = (&old[..old.len() - ends], &new[..new.len() - ends]);
    for i in start..old.len().max(new.len()) {
        let (was, is) = (old.get(i), new.get(i));
        let path = match was.or(is).and_then(Meaning::own_name) {
            Some(name) => inside(path, name),
            None => format!("{path}[{i}]"),
        };
        match (was, is) {
            (Some(was), Some(is)) => compare(was, is, &path, found),
            (was, is) => found.push(difference(&path, was, is)),
        }
    }
}

fn inside(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn difference(path: &str, was: Option<&Meaning>, is: Option<&Meaning>) -> String {
    let value = |at: Option<&Meaning>| at.map_or("nothing".to_owned(), Meaning::in_words);
    format!("`{path}` changed from {} to {}", value(was), value(is))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serialize;

    #[derive(Serialize)]
    struct Task {
        start: Start,
        rewards: Vec<(f32, Option<Term>)>,
        steps: Vec<u32>,
    }

    #[derive(Serialize)]
    struct Start {
        angle: f32,
        words: &'static str,
    }

    #[derive(Serialize)]
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
        let difference = |angle, steps| {
            let new = Meaning::of(&task(angle, steps));
            Meaning::of(&task(0.1, &[1, 2])).difference(&new)
        };
        assert_eq!(difference(0.1, &[1, 2]), None);
        assert_eq!(
            difference(0.25, &[1, 2]).as_deref(),
            Some("`start.angle` changed from 0.1 to 0.25")
        );
        assert_eq!(
            difference(0.1, &[1, 3]).as_deref(),
            Some("`steps[1]` changed from 2 to 3")
        );
    }

    #[test]
    fn every_difference_is_found_and_what_only_moved_is_none() {
        let mut new = task(3.0, &[1, 7, 2]);
        new.rewards[0].0 = 4.0;
        new.rewards[0].1 = Some(Term::Alive);
        new.rewards[1].1 = Some(Term::Near { point: 2 });
        assert_eq!(
            Meaning::of(&task(0.1, &[1, 2])).differences(&Meaning::of(&new)),
            [
                "`start.angle` changed from 0.1 to 3",
                "`rewards[0][0]` changed from 2 to 4",
                "`rewards[0][1]` changed from Near(point: 1) to Alive",
                "`rewards[1][1]` changed from nothing to Near(point: 2)",
                "`steps[1]` changed from nothing to 7",
            ]
        );
    }

    #[test]
    fn what_has_a_name_is_called_by_it_and_a_long_value_is_cut() {
        #[derive(Serialize)]
        struct Joint {
            name: &'static str,
            axis: Option<[f32; 2]>,
            words: Vec<u32>,
        }
        let joint = |axis, words: &[u32]| {
            let words = words.to_vec();
            let name = "elbow";
            Meaning::of(&[Joint { name, axis, words }])
        };
        let long: Vec<u32> = (0..100).collect();
        let old = joint(None, &[]);
        assert_eq!(
            old.differences(&joint(Some([0.0, 1.0]), &long[..1])),
            [
                "`elbow.axis` changed from nothing to [0, 1]",
                "`elbow.words[0]` changed from nothing to 0",
            ]
        );
        let cut = Meaning::of(&long).in_words();
        assert_eq!(cut.len(), LONGEST + 2);
        assert!(cut.starts_with("[0, 1, 2, ") && cut.ends_with(".."));
    }
}
