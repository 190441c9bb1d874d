//! Promise: a module imports only from rooms above it in the table of ARCHITECTURE.md.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, top to bottom; names in one row stand beside each other and may not know one another.
fn rows() -> Vec<Vec<String>> {
    let table = include_str!("../ARCHITECTURE.md");
    table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let first = line.split('|').nth(1).expect("a table row has cells");
            let names = first.split('`').skip(1).step_by(2);
            names
                .map(|name| name.trim_end_matches('/').to_owned())
                .collect()
        })
        .collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src is there") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The room that a file belongs to: the first part of its path.
fn room_of(path: &Path, src: &Path) -> String {
    let inside = path.strip_prefix(src).expect("it is in src");
    let first = inside.iter().next().expect("it has a name");
    first.to_string_lossy().trim_end_matches(".rs").to_owned()
}

#[test]
fn arrows_point_up() {
    let rank: BTreeMap<String, usize> = rows()
        .into_iter()
        .enumerate()
        .flat_map(|(row, names)| names.into_iter().map(move |name| (name, row)))
        .collect();
    assert!(rank.len() >= 15, "the table was found: {rank:?}");
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    files.sort();
    let mut arrows = 0;
    let mut wrong = Vec::new();
    for file in files {
        let room = room_of(&file, &src);
        if room == "lib" {
            continue;
        }
        let mine = *rank
            .get(&room)
            .unwrap_or_else(|| panic!("room `{room}` is not in the table"));
        let text = fs::read_to_string(&file).expect("it is text");
        for (number, line) in text.lines().enumerate() {
            assert!(!line.contains("crate::{"), "one room per import: {line}");
            let Some((_, after)) = line.split_once("crate::") else {
                continue;
            };
            if line.trim_start().starts_with("//") {
                continue;
            }
            let target: String = after
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            let Some(&theirs) = rank.get(&target) else {
                continue;
            };
            arrows += 1;
            if target != room && theirs >= mine {
                wrong.push(format!(
                    "{}:{}: {}",
                    file.display(),
                    number + 1,
                    line.trim()
                ));
            }
        }
    }
    assert!(arrows > 50, "imports were found");
    assert!(
        wrong.is_empty(),
        "arrows against the table:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn what_is_pure_names_neither_app_nor_rapier() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    for file in files {
        let room = room_of(&file, &src);
        if [
            "nn", "policy", "learn", "ron_tree", "model", "import", "presets", "scene", "task",
        ].contains(&room.as_str()) {
            let text = fs::read_to_string(&file).expect("it is text");
            for line in text
                .lines()
                .filter(|line| line.trim_start().starts_with("use "))
            {
                assert!(
                    !line.contains("rapier") && !line.contains("App"),
                    "{}: {line}",
                    file.display()
                );
            }
        }
    }
}
