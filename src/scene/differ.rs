//! Where two scenes differ, in words. What is compared is what was read, so comments and spaces make no difference.

use std::fmt::Debug;

/// The first place where two values print differently: its path, and both values.
pub(super) fn first_difference(old: &impl Debug, new: &impl Debug) -> Option<String> {
    let (old, new) = (format!("{old:#?}"), format!("{new:#?}"));
    let (mut old, mut new) = (old.lines(), new.lines());
    let mut path: Vec<&str> = Vec::new();
    loop {
        match (old.next(), new.next()) {
            (None, None) => return None,
            (was, is) if was == is => {
                let line = was.unwrap_or_default();
                let depth = depth(line);
                path.truncate(depth);
                path.resize(depth, "");
                path.push(name(line));
            }
            (was, is) => {
                let line = was.or(is).unwrap_or_default();
                path.truncate(depth(line));
                path.push(name(line));
                path.retain(|name| !name.is_empty());
                let (was, is) = (value(was), value(is));
                return Some(format!("`{}` was {was}, and is {is} now", path.join(".")));
            }
        }
    }
}

fn depth(line: &str) -> usize {
    (line.len() - line.trim_start().len()) / 4
}

/// The field that a line of a debug print begins with, if it does.
fn name(line: &str) -> &str {
    let name = line
        .trim_start()
        .split_once(": ")
        .map_or("", |(name, _)| name);
    let is_field = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if is_field { name } else { "" }
}

fn value(line: Option<&str>) -> &str {
    let line = line.map_or("nothing", str::trim);
    let value = line.split_once(": ").map_or(line, |(_, value)| value);
    value.trim_end_matches(['{', '(', '[', ',', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    #[expect(dead_code, reason = "it is only printed")]
    struct Task {
        start: Start,
        steps: Vec<u32>,
    }

    #[derive(Debug)]
    #[expect(dead_code, reason = "it is only printed")]
    struct Start {
        angle: f32,
        speed: f32,
    }

    fn task(angle: f32, steps: &[u32]) -> Task {
        Task {
            start: Start { angle, speed: 0.0 },
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
            Some("`steps` was 2, and is 3 now")
        );
    }
}
