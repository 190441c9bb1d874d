//! Promise: tables in the documents say what the code declares.

use sinew::doctor::Kind;
use sinew::metrics::Metric;
use sinew::scene::formula::{CONSTANTS, FUNCTIONS, Of, READINGS};

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
