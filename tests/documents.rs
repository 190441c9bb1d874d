//! Promise: tables in the documents say what the code declares, links lead somewhere, and commands are accepted.

use clap::{ArgMatches, Command, error::ErrorKind};
use sinew::cli;
use sinew::formula::FUNCTIONS;
use sinew::metrics::Metric;
use sinew::scene::{Scene, Severity};
use sinew::task::formulas::{CONSTANTS, Of, READINGS};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The first block of a language in a text after these words.
fn block(text: &'static str, after: &str, language: &str) -> &'static str {
    let (_, rest) = text.split_once(after).expect("the words are there");
    let (_, rest) = rest
        .split_once(&format!("```{language}\n"))
        .expect("a block follows");
    rest.split_once("```").expect("it ends").0
}

#[test]
fn the_task_of_the_tutorial_has_no_serious_finding() {
    let text = block(
        include_str!("../docs/tutorial.md"),
        "*touch the ball with the elbow*",
        "ron",
    );
    let scene = Scene::parse("elbow.ron", text);
    let scene = Arc::new(scene.unwrap_or_else(|error| panic!("{error}")));
    assert_eq!(scene.robot().points[0].name, "elbow");
    let preset = scene.learner(None).expect("it has that of its base");
    let findings = sinew::doctor::check(&scene, preset)
        .expect("it works")
        .findings;
    let serious: Vec<_> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Serious)
        .collect();
    assert!(serious.is_empty(), "{serious:#?}");
}

#[test]
fn the_page_on_runs_lists_every_metric() {
    let text = include_str!("../docs/runs.md");
    for metric in Metric::ALL {
        let (name, unit, meaning) = (metric.name(), metric.unit(), metric.meaning());
        let row = format!("| {name} | {unit} | {meaning} |");
        assert!(text.contains(&row), "no row `{row}`");
    }
}

#[test]
fn the_page_on_the_doctor_lists_every_finding() {
    let text = include_str!("../docs/doctor.md");
    let (_, chapter) = text
        .split_once("## Findings")
        .expect("there is a list of findings");
    let first_cells = chapter.lines().filter(|line| line.starts_with("| `"));
    let listed: Vec<&str> = first_cells
        .filter_map(|line| line.split('|').nth(1))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    assert_eq!(
        listed,
        sinew::doctor::finding_kinds()
            .map(|kind| kind.name())
            .collect::<Vec<_>>()
    );
}

#[test]
fn the_page_on_formulas_lists_what_they_read_and_call_and_nothing_else() {
    let text = include_str!("../docs/formulas.md");
    let readings = READINGS.into_iter().map(|known| {
        let of = known.of.name();
        let name = match known.of {
            Of::Point => format!("tip.{}", known.name),
            Of::Joint | Of::Motor => format!("elbow.{}", known.name),
            Of::Goal => format!("goal.{}", known.name),
            Of::Command => format!("command.{}", known.name),
            Of::Episode => known.name.to_owned(),
        };
        format!("| {of} | `{name}` | {} | {} |", known.unit, known.meaning)
    });
    let constants = CONSTANTS.map(|(name, unit, meaning)| {
        format!("| always the same | `{name}` | {unit} | {meaning} |")
    });
    let functions =
        FUNCTIONS.map(|(_, name, form, _, meaning)| format!("| `{name}({form})` | {meaning} |"));
    let expected: Vec<String> = readings.chain(constants).chain(functions).collect();
    let rows = text
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains('`'));
    assert_eq!(rows.collect::<Vec<_>>(), expected);
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All documents with their texts.
fn documents() -> Vec<(PathBuf, String)> {
    fn visit(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("the folder can be listed") {
            let path = entry.expect("it can be listed").path();
            let name = path.file_name().expect("it has a name").to_string_lossy();
            if path.is_dir() && !name.starts_with('.') && name != "target" && name != "runs" {
                visit(&path, found);
            } else if name.ends_with(".md") {
                found.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    for entry in ["docs", "scenes", "assets", "examples", "src", "tests"] {
        visit(&root().join(entry), &mut paths);
    }
    for entry in fs::read_dir(root()).expect("the root can be listed") {
        let path = entry.expect("it can be listed").path();
        paths.extend(path.extension().is_some_and(|x| x == "md").then_some(path));
    }
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a document is text");
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

/// A document as fenced blocks, each with its language, and the prose between them.
fn parts(text: &str) -> (Vec<(&str, String)>, String) {
    let (mut blocks, mut prose) = (Vec::<(&str, String)>::new(), String::new());
    let mut is_inside = false;
    for line in text.lines() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            is_inside = !is_inside;
            if is_inside {
                blocks.push((language, String::new()));
            }
        } else if is_inside {
            let (_, block) = blocks.last_mut().expect("it was opened");
            block.push_str(line);
            block.push('\n');
        } else {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    (blocks, prose)
}

/// The anchors of a document's headings, as GitHub makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let (_, prose) = parts(text);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let heading = line.trim_start_matches('#').trim().to_lowercase();
            let kept = heading.chars().filter_map(|c| match c {
                ' ' => Some('-'),
                '-' | '_' => Some(c),
                c if c.is_alphanumeric() => Some(c),
                _ => None,
            });
            kept.collect()
        })
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    let (mut links, mut broken) = (0, Vec::new());
    for (path, text) in documents() {
        let (_, prose) = parts(&text);
        let without_code: String = prose.split('`').step_by(2).collect();
        let targets = without_code.split("](").skip(1);
        for target in targets.filter_map(|rest| rest.split(')').next()) {
            if target.contains("://") {
                continue;
            }
            links += 1;
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let folder = path.parent().expect("a file is in a folder");
            let file = match file {
                "" => path.clone(),
                file => folder.join(file),
            };
            let has_anchor = || {
                let text = fs::read_to_string(&file).unwrap_or_default();
                anchors(&text).contains(anchor)
            };
            if !file.exists() || !(anchor.is_empty() || has_anchor()) {
                broken.push(format!("{}: {target}", path.display()));
            }
        }
    }
    assert!(links > 50, "links were found");
    assert!(broken.is_empty(), "broken links:\n{}", broken.join("\n"));
}

#[test]
fn every_document_is_in_an_index() {
    let index = include_str!("../docs/README.md");
    let decisions = include_str!("../docs/decisions/README.md");
    for (path, _) in documents() {
        let inside = path.strip_prefix(root().join("docs"));
        let Some(inside) = inside.ok().and_then(Path::to_str) else {
            continue;
        };
        let is_listed = match inside.strip_prefix("decisions/") {
            Some("README.md") => index.contains("](decisions/README.md)"),
            Some(name) => decisions.contains(&format!("]({name})")),
            None => inside == "README.md" || index.contains(&format!("]({inside})")),
        };
        assert!(is_listed, "docs/{inside} is in no index");
    }
}

#[test]
fn the_front_pages_are_short() {
    for (text, most) in [
        (include_str!("../README.md"), 150),
        (include_str!("../ARCHITECTURE.md"), 200),
    ] {
        let lines = text.lines().count();
        assert!(lines <= most, "{lines} lines, at most {most}");
    }
}

/// The words of a shell command, up to a comment, a pipe or a redirection.
fn words(command: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut quote = None;
    for c in command.chars() {
        let word = words.last_mut().expect("there is one");
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if c == open => quote = None,
            (None, '#') if word.is_empty() => break,
            (None, '>' | '|' | ';') => break,
            (None, ' ') => words.push(String::new()),
            _ => word.push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Commands in a document: lines of shell blocks, and code in the prose that names a program.
fn commands(text: &str) -> Vec<Vec<String>> {
    let (blocks, prose) = parts(text);
    let mut found = Vec::new();
    for (language, block) in blocks {
        if language == "sh" {
            let joined = block.replace("\\\n", " ");
            found.extend(joined.lines().map(words));
        }
    }
    let paragraphs = prose.split("\n\n");
    let code = paragraphs.flat_map(|paragraph| paragraph.split('`').skip(1).step_by(2));
    let code = code.map(|code| words(&code.replace('\n', " ")));
    let is_command = |words: &Vec<String>| {
        matches!(
            words.first().map(String::as_str),
            Some("sinew" | "cargo" | "python")
        )
    };
    found.extend(code.filter(is_command));
    found.retain(|words| !words.is_empty());
    found
}

/// A word with what could stand in the place of a placeholder.
fn filled(word: &str) -> String {
    let example = match word {
        "SCENE" => "reach",
        "NAME" => "ppo",
        "COMMAND" => "train",
        "N" | "S" | "K" | "SECONDS" => "2",
        "PATH=VALUE" => "learner.gamma=0.9",
        _ => word,
    };
    example.to_owned()
}

/// What clap makes of a command's arguments; none where they ask for help or name a command alone.
fn parse(command: Command, args: &[String]) -> Result<Option<ArgMatches>, String> {
    if let [_, name] = args
        && command.find_subcommand(name).is_some()
    {
        return Ok(None);
    }
    match command.try_get_matches_from(args) {
        Ok(matches) => Ok(Some(matches)),
        Err(error) if error.kind() == ErrorKind::DisplayHelp => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// Checks the scene, the presets and the changes that a command names, where the scene is a shipped one.
fn check_names(matches: &ArgMatches) -> Result<(), String> {
    let Some((command, matches)) = matches.subcommand() else {
        return Ok(());
    };
    let one = |name| {
        let value = matches.try_get_one::<String>(name).ok().flatten();
        value.map(String::as_str)
    };
    let many = |name| -> Vec<String> {
        let values = matches.try_get_many::<String>(name).ok().flatten();
        values.into_iter().flatten().cloned().collect()
    };
    let scene = match (command, one("scene").or(one("what"))) {
        ("train" | "bench", None) => "reach",
        (_, Some(scene)) => scene,
        _ => return Ok(()),
    };
    let is_name = scene.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    // A run folder of an example, or a file that the document makes.
    if !is_name || command == "play" && !Scene::shipped().any(|(name, _)| name == scene) {
        return Ok(());
    }
    let learners = one("learner").map(str::to_owned).into_iter();
    let mut learners: Vec<String> = learners.chain(many("learners")).collect();
    learners.resize(learners.len().max(1), "ppo".to_owned());
    let mut changes = many("set");
    changes.retain(|change| !change.contains("..") && !change.contains("NAME"));
    for learner in learners {
        Scene::open_with(scene, Some(&learner), &changes).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn check_command(words: &[String]) -> Result<(), String> {
    let words: Vec<String> = words.iter().map(|word| filled(word)).collect();
    for word in &words {
        let folders = ["tests/", "scenes/", "examples/", "assets/", "docs/", "src/"];
        let is_here = folders.iter().any(|folder| word.starts_with(folder));
        if is_here && !word.contains('*') && !root().join(word).exists() {
            return Err(format!("there is no {word}"));
        }
    }
    let after = |flag: &str| {
        let at = words.iter().position(|word| word == flag);
        at.and_then(|at| words.get(at + 1))
    };
    if let Some(test) = after("--test") {
        let manifest = include_str!("../Cargo.toml");
        let is_there = manifest.contains(&format!("[[test]]\nname = \"{test}\"\n"));
        return match is_there {
            true => Ok(()),
            false => Err(format!("there is no test `{test}`")),
        };
    }
    let start = words.iter().position(|word| word == "--");
    let program_arguments = start.map_or(&[][..], |start| &words[start..]);
    match &words[0][..] {
        "sinew" => {
            if let Some(matches) = parse(cli::command(), &words)? {
                check_names(&matches)?;
            }
        }
        "cargo" if words.get(1).is_some_and(|word| word == "run") => match after("--example") {
            Some(example) => {
                let example: &'static str = example.clone().leak();
                if !root().join(format!("examples/{example}.rs")).exists() {
                    return Err(format!("there is no example `{example}`"));
                }
                parse(cli::environment_command(example), program_arguments)?;
            }
            None => {
                if let Some(matches) = parse(cli::command(), program_arguments)? {
                    check_names(&matches)?;
                }
            }
        },
        _ => {}
    }
    Ok(())
}

#[test]
fn every_command_is_accepted() {
    let (mut count, mut wrong) = (0, Vec::new());
    for (path, text) in documents() {
        for words in commands(&text) {
            count += 1;
            if let Err(problem) = check_command(&words) {
                wrong.push(format!(
                    "{}: {}\n{problem}",
                    path.display(),
                    words.join(" ")
                ));
            }
        }
    }
    assert!(count > 100, "commands were found: {count}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_wrong_command_is_found() {
    let wrong = |command: &str| check_command(&words(command)).expect_err(command);
    assert!(wrong("sinew train reach --headles").contains("--headles"));
    assert!(wrong("sinew train rech").contains("rech"));
    assert!(wrong("sinew train reach --learner pp").contains("pp"));
    assert!(wrong("sinew bench --set learner.gama=0.9").contains("gama"));
    assert!(wrong("cargo run --release --example pendlum -- --json").contains("pendlum"));
    assert!(wrong("cargo test --test torure").contains("torure"));
    assert!(wrong("cp scenes/rech.ron mine.ron").contains("rech"));
}

/// A command's arguments and flags as a table.
fn rendered(mut command: Command) -> String {
    let escaped = |text: String| text.replace('|', "\\|").replace('<', "\\<");
    let mut out = String::new();
    let about = command.get_about().map(ToString::to_string);
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let _ = write!(
        out,
        "\n## {}\n{}.\n\n```text\n{usage}\n```\n",
        command.get_bin_name().expect("the command was built"),
        about.unwrap_or_default(),
    );
    let arguments = command.get_arguments();
    let arguments: Vec<_> = arguments.filter(|a| a.get_id() != "help").collect();
    if !arguments.is_empty() {
        out.push_str("\n| argument | |\n|---|---|\n");
    }
    for argument in arguments {
        let name = argument.to_string().replace('|', "\\|");
        let help = argument.get_long_help().or(argument.get_help());
        let help = escaped(help.map(ToString::to_string).unwrap_or_default());
        let takes_value = argument.get_action().takes_values();
        let defaults = argument.get_default_values().iter();
        let defaults = defaults.filter(|_| takes_value);
        let defaults: String = defaults
            .map(|value| format!(" [default: {}]", value.to_string_lossy()))
            .collect();
        let _ = writeln!(out, "| `{name}` | {help}{defaults} |");
    }
    out
}

#[test]
fn the_page_on_the_command_line_is_generated() {
    const MARK: &str = "<!-- Generated: UPDATE_EXPECT=1 cargo test --test promises documents -->\n";
    let path = root().join("docs/command-line.md");
    let text = fs::read_to_string(&path).expect("the page is there");
    let (written, _) = text.split_once(MARK).expect("the page has its mark");
    let mut command = cli::command();
    command.build();
    let commands = command.get_subcommands();
    let commands = commands.filter(|command| command.get_name() != "help");
    let generated: String = commands.cloned().map(rendered).collect();
    let expected = format!("{written}{MARK}{generated}");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, expected).expect("the page can be written");
        return;
    }
    assert!(
        text == expected,
        "docs/command-line.md is not what clap says; `UPDATE_EXPECT=1 cargo test --test promises documents` rewrites it"
    );
}
