//! Promise: a module imports only from rooms above it in the table of ARCHITECTURE.md, and no two files import from each other.
//!
//! Every path in the code is read: `use` trees, `crate::room::..` inside expressions, `super` chains, paths in attributes.

use std::collections::{BTreeMap, BTreeSet};
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

/// A piece of code, and its line.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    /// The text of a string literal.
    Text(String),
    /// `::`, or a single character.
    Sign(&'static str),
    Other,
}

const SIGNS: [&str; 7] = ["::", "{", "}", ",", ";", "*", "("];

/// Code without comments and spaces.
fn tokens(text: &str) -> Vec<(Token, usize)> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let here = rest;
        let is_in_word = |c: char| c.is_alphanumeric() || c == '_';
        let raw = rest.strip_prefix('b').unwrap_or(rest).strip_prefix('r');
        let raw = raw.filter(|raw| raw.trim_start_matches('#').starts_with('"'));
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
        } else if let Some(raw) = raw {
            let hashes = raw.find('"').expect("it has been seen");
            let close = format!("\"{}", &raw[..hashes]);
            let inside = &raw[hashes + 1..];
            let end = inside.find(&close).expect("the literal ends");
            rest = &inside[end + close.len()..];
            found.push((Token::Text(inside[..end].to_owned()), line));
        } else if first == '"' {
            let mut escaped = false;
            let end = rest[1..].find(|c| {
                let closes = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                closes
            });
            let end = end.expect("the literal ends") + 1;
            found.push((Token::Text(rest[1..end].to_owned()), line));
            rest = &rest[end + 1..];
        } else if first == '\'' {
            // A lifetime has no second quote after its first character.
            let inside = &rest[1..];
            let length = match inside.chars().next() {
                Some('\\') => inside[2..].find('\'').map(|end| end + 4),
                Some(c) if inside[c.len_utf8()..].starts_with('\'') => Some(c.len_utf8() + 2),
                _ => None,
            };
            rest = &rest[length.unwrap_or(1)..];
        } else if is_in_word(first) {
            let end = rest.find(|c| !is_in_word(c)).unwrap_or(rest.len());
            found.push((Token::Word(rest[..end].to_owned()), line));
            rest = &rest[end..];
        } else {
            let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
            rest = &rest[sign.map_or(first.len_utf8(), str::len)..];
            if !first.is_whitespace() {
                found.push((sign.map_or(Token::Other, Token::Sign), line));
            }
        }
        line += here[..here.len() - rest.len()].matches('\n').count();
    }
    found
}

/// A path in the code, from the root of the crate on.
struct Import {
    path: Vec<String>,
    line: usize,
    in_tests: bool,
}

/// What a file says of others.
struct Module {
    path: Vec<String>,
    imports: Vec<Import>,
    /// Names that its `use` lines bring in, and what they stand for.
    names: BTreeMap<String, Vec<String>>,
}

/// Reads the tokens of a file.
struct Reader<'a> {
    tokens: &'a [(Token, usize)],
    next: usize,
    /// The module that is being read, inline ones included, and how deep in braces these began.
    at: Vec<String>,
    inline: Vec<usize>,
    depth: usize,
    module: Module,
}

impl Reader<'_> {
    fn token(&self, ahead: usize) -> &Token {
        let token = self.tokens.get(self.next + ahead);
        token.map_or(&Token::Other, |(token, _)| token)
    }

    fn word(&self, ahead: usize) -> Option<&str> {
        match self.token(ahead) {
            Token::Word(word) => Some(word),
            _ => None,
        }
    }

    fn is_sign(&self, ahead: usize, sign: &str) -> bool {
        matches!(self.token(ahead), Token::Sign(found) if *found == sign)
    }

    fn read(mut self, children: &BTreeSet<Vec<String>>) -> Module {
        while self.next < self.tokens.len() {
            match self.token(0).clone() {
                Token::Sign("{") => self.depth += 1,
                Token::Sign("}") => {
                    self.depth -= 1;
                    if self.inline.last() == Some(&self.depth) {
                        self.inline.pop();
                        self.at.pop();
                    }
                }
                Token::Word(word) if word == "mod" && self.is_sign(2, "{") => {
                    self.at.push(self.word(1).expect("a name").to_owned());
                    self.inline.push(self.depth);
                    self.next += 1;
                    continue;
                }
                Token::Word(word) if word == "use" => {
                    self.next += 1;
                    self.tree(&[], children);
                    continue;
                }
                Token::Word(word)
                    if ["crate", "super", "sinew"].contains(&&*word) && self.is_sign(1, "::") =>
                {
                    let line = self.tokens[self.next].1;
                    let mut path = vec![word];
                    while self.is_sign(1, "::")
                        && let Some(word) = self.word(2)
                    {
                        path.push(word.to_owned());
                        self.next += 2;
                    }
                    self.import(&path, line, children);
                }
                Token::Text(text) if text.starts_with("crate::") => {
                    let path: Vec<String> = text.split("::").map(str::to_owned).collect();
                    self.import(&path, self.tokens[self.next].1, children);
                }
                _ => {}
            }
            self.next += 1;
        }
        self.module
    }

    /// A tree of a `use` line behind `before`, up to what ends it.
    fn tree(&mut self, before: &[String], children: &BTreeSet<Vec<String>>) {
        let mut path = before.to_vec();
        loop {
            if self.is_sign(0, "{") {
                self.next += 1;
                while !self.is_sign(0, "}") {
                    self.tree(&path, children);
                    if self.is_sign(0, ",") {
                        self.next += 1;
                    }
                }
                self.next += 1;
                return;
            }
            let line = self.tokens[self.next].1;
            let word = self.word(0).map(str::to_owned);
            self.next += 1;
            // A leaf `self` is the path before it.
            path.extend(word.filter(|word| word != "self" || path.is_empty()));
            if self.is_sign(0, "::") {
                self.next += 1;
                continue;
            }
            let mut name = path.last().cloned();
            if self.word(0) == Some("as") {
                name = self.word(1).map(str::to_owned);
                self.next += 2;
            }
            if let Some(path) = self.import(&path, line, children)
                && let Some(name) = name
                && self.inline.is_empty()
            {
                self.module.names.insert(name, path);
            }
            return;
        }
    }

    /// Notes a path as written, if it is one in this crate.
    fn import(
        &mut self,
        written: &[String],
        line: usize,
        children: &BTreeSet<Vec<String>>,
    ) -> Option<Vec<String>> {
        let mut path = match written.first()?.as_str() {
            "crate" | "sinew" => Vec::new(),
            "self" | "super" => self.at.clone(),
            name => {
                let child = [&self.at[..], &[name.to_owned()]].concat();
                return children
                    .contains(&child)
                    .then(|| [&self.at[..], written].concat());
            }
        };
        let mut rest = written;
        while let Some(first) = rest.first()
            && ["crate", "sinew", "self", "super"].contains(&&**first)
        {
            if first == "super" {
                path.pop();
            }
            rest = &rest[1..];
        }
        path.extend_from_slice(rest);
        let in_tests = self.at.iter().any(|name| name == "tests");
        self.module.imports.push(Import {
            path: path.clone(),
            line,
            in_tests,
        });
        Some(path)
    }
}

/// Every file of `src` but the root's, by its path as a module.
fn modules() -> BTreeMap<Vec<String>, Module> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let path_of = |file: &PathBuf| -> Vec<String> {
        let inside = file.strip_prefix(&src).expect("it is in src");
        let parts = inside.with_extension("");
        parts
            .iter()
            .map(|part| part.to_string_lossy().into_owned())
            .collect()
    };
    files.retain(|file| path_of(file) != ["lib"]);
    let all: BTreeSet<Vec<String>> = files.iter().map(path_of).collect();
    let read = |file: &PathBuf| {
        let text = fs::read_to_string(file).expect("it is text");
        let path = path_of(file);
        let module = Reader {
            tokens: &tokens(&text),
            next: 0,
            at: path.clone(),
            inline: Vec::new(),
            depth: 0,
            module: Module {
                path: path.clone(),
                imports: Vec::new(),
                names: BTreeMap::new(),
            },
        };
        (path, module.read(&all))
    };
    files.iter().map(read).collect()
}

/// The file that a path leads to, through what other files bring in; none for the root itself.
fn resolve<'a>(modules: &'a BTreeMap<Vec<String>, Module>, path: &[String]) -> Option<&'a Module> {
    let mut path = path.to_vec();
    for _ in 0..8 {
        let length = (1..=path.len()).rev();
        let mut prefixes = length.filter(|&length| modules.contains_key(&path[..length]));
        let length = prefixes.next()?;
        let module = &modules[&path[..length]];
        match path.get(length).and_then(|name| module.names.get(name)) {
            Some(target) => path = [target, &path[length + 1..]].concat(),
            None => return Some(module),
        }
    }
    None
}

#[test]
fn arrows_point_up() {
    let rank: BTreeMap<String, usize> = rows()
        .into_iter()
        .enumerate()
        .flat_map(|(row, names)| names.into_iter().map(move |name| (name, row)))
        .collect();
    assert!(rank.len() >= 15, "the table was found: {rank:?}");
    let mut arrows = 0;
    let mut wrong = Vec::new();
    for module in modules().values() {
        let room = &module.path[0];
        let mine = *(rank.get(room)).unwrap_or_else(|| panic!("room `{room}` is not in the table"));
        for Import { path, line, .. } in &module.imports {
            let place = || {
                format!(
                    "src/{}.rs:{line}: {}",
                    module.path.join("/"),
                    path.join("::")
                )
            };
            match path
                .first()
                .and_then(|target| Some((target, rank.get(target)?)))
            {
                Some((target, &theirs)) if target != room => {
                    arrows += 1;
                    if theirs >= mine {
                        wrong.push(place());
                    }
                }
                Some(_) => {}
                None => wrong.push(format!("{}, which is in no room", place())),
            }
        }
    }
    assert!(arrows > 500, "imports were found: {arrows}");
    assert!(
        wrong.is_empty(),
        "arrows against the table:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn world_and_learner_do_not_know_each_other() {
    let world = ["pod", "sim", "task"];
    let mut wrong = Vec::new();
    for module in modules().values() {
        for Import { path, line, .. } in &module.imports {
            let (room, target) = (module.path[0].as_str(), path[0].as_str());
            let knows = (world.contains(&room) && target == "learn")
                || (room == "learn" && world.contains(&target));
            if knows {
                wrong.push(format!("src/{}.rs:{line}", module.path.join("/")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn no_two_files_import_from_each_other() {
    let modules = modules();
    let mut lines: BTreeMap<[String; 2], usize> = BTreeMap::new();
    for module in modules.values() {
        for import in module.imports.iter().filter(|import| !import.in_tests) {
            let Some(target) = resolve(&modules, &import.path) else {
                continue;
            };
            // A folder's own file and the files in it are one thing.
            let is_inside = |one: &Module, other: &Module| one.path.starts_with(&other.path);
            if !is_inside(target, module) && !is_inside(module, target) {
                let pair = [module, target].map(|module| module.path.join("/"));
                lines.entry(pair).or_insert(import.line);
            }
        }
    }
    assert!(lines.len() > 500, "imports were found: {}", lines.len());
    let mut circles = BTreeMap::new();
    for ([one, other], line) in &lines {
        if let Some(back) = lines.get(&[other.clone(), one.clone()])
            && one < other
        {
            let words = format!("src/{one}.rs:{line} and src/{other}.rs:{back}");
            circles.insert([one.as_str(), other.as_str()], words);
        }
    }
    let circles: Vec<_> = circles.into_values().collect();
    assert!(
        circles.is_empty(),
        "files that import from each other:\n{}",
        circles.join("\n")
    );
}

#[test]
fn what_is_pure_names_neither_app_nor_rapier() {
    for (path, module) in modules() {
        if [
            "nn", "policy", "learn", "ron_tree", "formula", "model", "readings", "task", "import",
            "presets", "scene",
        ]
        .contains(&path[0].as_str())
        {
            let file = format!("src/{}.rs", module.path.join("/"));
            let root = Path::new(env!("CARGO_MANIFEST_DIR"));
            let text = fs::read_to_string(root.join(&file)).expect("it is text");
            for (token, line) in tokens(&text) {
                if let Token::Word(word) = token {
                    let is_foreign = word.contains("rapier") || word == "App";
                    assert!(!is_foreign, "{file}:{line}: {word}");
                }
            }
        }
    }
}

#[test]
fn every_path_is_read() {
    let text = r##"
        //! crate::comment::Not
        use crate::{seed, policy::{self, Head as Top}};
        use child::Inner;
        use std::fmt;
        fn f<'a>(c: &'a str) -> char {
            let _ = ('"', '\'', "crate::text is one", r#"crate::{raw}"#);
            /* crate::comment::Not */
            crate::metrics::Row::default();
            super::super::files::read::<super::Near>(c)
        }
        #[serde(with = "crate::floats")]
        mod tests {
            use super::*;
            use super::super::next::Thing;
        }
    "##;
    let path: Vec<String> = ["room", "part"].map(str::to_owned).into();
    let child = [&path[..], &["child".to_owned()]].concat();
    let module = Reader {
        tokens: &tokens(text),
        next: 0,
        at: path.clone(),
        inline: Vec::new(),
        depth: 0,
        module: Module {
            path,
            imports: Vec::new(),
            names: BTreeMap::new(),
        },
    };
    let module = module.read(&BTreeSet::from([child]));
    let found: Vec<_> = (module.imports.iter())
        .map(|import| (import.path.join("::"), import.in_tests))
        .collect();
    let expected = [
        ("seed", false),
        ("policy", false),
        ("policy::Head", false),
        ("text is one", false),
        ("{raw}", false),
        ("metrics::Row::default", false),
        ("files::read", false),
        ("room::Near", false),
        ("floats", false),
        ("room::part", true),
        ("room::next::Thing", true),
    ];
    assert_eq!(
        found,
        expected.map(|(path, tests)| (path.to_owned(), tests))
    );
    let names: Vec<_> = module.names.keys().map(String::as_str).collect();
    assert_eq!(names, ["Inner", "Top", "policy", "seed"]);
}
