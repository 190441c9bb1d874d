//! Promise: tables in the documents say what the code declares.

use sinew::doctor::Kind;
use sinew::formula::FUNCTIONS;
use sinew::metrics::Metric;
use sinew::scene::{Scene, Severity};
use sinew::task::formulas::{CONSTANTS, Of, READINGS};
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
fn the_task_of_the_readme_is_one_that_nothing_serious_is_wrong_with() {
    let text = block(
        include_str!("../README.md"),
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
fn the_architecture_lists_every_metric() {
    let text = include_str!("../ARCHITECTURE.md");
    for metric in Metric::ALL {
        let (name, unit, meaning) = (metric.name(), metric.unit(), metric.meaning());
        let row = format!("| {name} | {unit} | {meaning} |");
        assert!(text.contains(&row), "no row `{row}`");
    }
}

#[test]
fn the_readme_lists_every_finding_of_the_doctor() {
    let text = include_str!("../README.md");
    let (_, chapter) = text
        .split_once("## The doctor")
        .expect("there is a chapter");
    let (chapter, _) = chapter.split_once("\n## ").expect("others follow");
    let first_cells = chapter.lines().filter(|line| line.starts_with("| `"));
    let listed: Vec<&str> = first_cells
        .filter_map(|line| line.split('|').nth(1))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    assert_eq!(listed, Kind::ALL.map(Kind::name));
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
