//! Promise: the reference of the language lists every field and kind that a scene may have, and nothing else.
//!
//! What there is comes from the reader itself: it answers what it does not know with all that it does.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use sinew::scene::Scene;
use sinew::task::{End, Goal, Randomize, Reference, Sensor, Success, Term};
use std::collections::BTreeSet;
use std::{env, fs};

const REFERENCE: &str = include_str!("../scenes/README.md");

/// Where in a scene a value of each type stands, as `@`.
const STRUCTS: [(&str, &str); 16] = [
    ("Scene", "@"),
    ("World", "(world: @)"),
    ("Ground", "(world: (ground: @))"),
    ("Robot", "(robot: @)"),
    ("Link", "(robot: (links: [@]))"),
    ("Inertia", "(robot: (links: [(inertia: @)]))"),
    ("Object", "(objects: [@])"),
    ("Joint", "(robot: (joints: [@]))"),
    ("Origin", "(robot: (joints: [(origin: @)]))"),
    ("Task", "(task: @)"),
    ("Start", "(task: (start: @))"),
    ("Curriculum", "(task: (curriculum: @))"),
    ("Action", "(task: (action: @))"),
    ("Reward", "(task: (reward: [@]))"),
    // What every term has besides fields of its own.
    ("Observe", "(task: (observe: [TimeLeft@]))"),
    // Its fields are in one row of its parent.
    ("spring", "(robot: (joints: [(spring: @)]))"),
];
const ENUMS: [(&str, &str); 11] = [
    ("Terrain", "(world: (terrain: [@]))"),
    ("Shape", "(robot: (links: [(shapes: [@])]))"),
    ("Servo", "(robot: (joints: [(servo: @)]))"),
    ("Goal", "(task: (goal: @))"),
    ("Randomize", "(task: (randomize: [@]))"),
    ("Observe", "(task: (observe: [@]))"),
    ("Term", "(task: (reward: [(of: @)]))"),
    ("End", "(task: (end: [@]))"),
    ("Success", "(task: (success: @))"),
    ("Solved", "(task: (solved: @))"),
    ("Axis", "(task: (observe: [Goal(axes: [@])]))"),
];

/// The rows of the tables under a heading, without the heads.
fn rows(heading: &str) -> Vec<&'static str> {
    let mut lines = REFERENCE.lines();
    let title =
        |line: &str| line.starts_with('#') && line.trim_start_matches(['#', ' ']) == heading;
    assert!(lines.any(title), "no heading {heading}");
    let of_it = lines.take_while(|line| !line.starts_with('#'));
    of_it.filter(|line| line.starts_with("| `")).collect()
}

/// What stands in backquotes in the first cell of a row.
fn names(row: &'static str) -> impl Iterator<Item = &'static str> {
    let cell = row.split('|').nth(1).unwrap();
    cell.split('`').skip(1).step_by(2)
}

/// What the reader knows where it finds something that it does not know.
fn known(place: &str, unknown: &str) -> BTreeSet<String> {
    let text = place.replace('@', unknown);
    let error = Scene::parse("unknown", &text).expect_err(&text).to_string();
    assert!(
        error.contains("zzz") || error.contains("Zzz"),
        "{text}: {error}"
    );
    let lists = ["= help: fields: ", "= help: known here: "];
    let list = error
        .lines()
        .find_map(|line| lists.iter().find_map(|list| line.split_once(list)));
    let list = list.map_or("", |(_, list)| list);
    list.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// The text of the reference, with the rows of all terms as their files have them.
fn with_rows_of_terms() -> String {
    let mut text = REFERENCE.to_owned();
    let kinds: [(&str, &[Reference]); 6] = [
        ("Observe", Sensor::ALL),
        ("Term", Term::ALL),
        ("End", End::ALL),
        ("Success", Success::ALL),
        ("Goal", Goal::ALL),
        ("Randomize", Randomize::ALL),
    ];
    for (heading, terms) in kinds {
        const HEAD: &str = "| kind | |\n|---|---|\n";
        let section = text.find(&format!("### {heading}\n")).expect(heading);
        let table = section + text[section..].find(HEAD).expect(heading) + HEAD.len();
        let end = table + text[table..].find("\n\n").expect("a table ends") + 1;
        let rows: String = terms.iter().map(|term| term.row() + "\n").collect();
        text.replace_range(table..end, &rows);
    }
    text
}

#[test]
fn rows_of_terms_are_those_of_their_files() {
    let expected = with_rows_of_terms();
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::write("scenes/README.md", expected).unwrap();
        return;
    }
    assert!(
        expected == REFERENCE,
        "the rows of terms in scenes/README.md are written by `UPDATE_EXPECT=1 cargo test --test promises scene_reference`"
    );
}

#[test]
fn a_term_is_called_in_its_row_like_in_a_scene() {
    for (place, terms) in [
        ("(task: (observe: [@]))", Sensor::ALL),
        ("(task: (reward: [(of: @)]))", Term::ALL),
        ("(task: (end: [@]))", End::ALL),
        ("(task: (success: @))", Success::ALL),
        ("(task: (goal: @))", Goal::ALL),
        ("(task: (randomize: [@]))", Randomize::ALL),
    ] {
        let named = terms.iter().map(|term| term.name().to_owned());
        assert_eq!(named.collect::<BTreeSet<_>>(), known(place, "Zzz()"));
    }
}

#[test]
fn every_field_is_in_its_table() {
    for (heading, place) in STRUCTS {
        let mut written: BTreeSet<String> = match heading {
            "spring" => ["stiffness", "rest"].map(str::to_owned).into(),
            _ => rows(heading)
                .into_iter()
                .flat_map(names)
                .filter(|name| !name.contains('('))
                .map(|name| name.trim_end_matches('?').to_owned())
                .collect(),
        };
        if heading == "Scene" {
            // Those of a scene that changes another are read by another type.
            let of_base = known("(base: \"reach\", @", "zzz: 1)");
            for field in of_base.iter().filter(|field| *field != "version") {
                assert!(written.remove(field), "{field}");
            }
        }
        assert_eq!(written, known(place, "(zzz: 1)"), "{heading}");
    }
}

#[test]
fn every_kind_is_in_its_table_with_its_fields() {
    let options = known("(task: (observe: [TimeLeft@]))", "(zzz: 1)");
    for (heading, place) in ENUMS {
        let forms: Vec<(&str, &str)> = match heading {
            "Axis" => vec![("X", ""), ("Y", ""), ("Z", "")],
            _ => rows(heading)
                .into_iter()
                .flat_map(names)
                .filter_map(|form| form.strip_suffix(')')?.split_once('('))
                .collect(),
        };
        let kinds: BTreeSet<String> = forms.iter().map(|(kind, _)| (*kind).to_owned()).collect();
        assert_eq!(kinds, known(place, "Zzz()"), "{heading}");
        for (kind, fields) in forms {
            // These hold one value without a name.
            if fields.starts_with('"') || heading == "Solved" || heading == "Axis" {
                continue;
            }
            let written = fields.split(", ").filter(|field| !field.is_empty());
            let mut written: BTreeSet<String> = written
                .map(|field| field.trim_end_matches('?').to_owned())
                .collect();
            if heading == "Observe" {
                written.extend(options.clone());
            }
            assert_eq!(written, known(place, &format!("{kind}(zzz: 1)")), "{kind}");
        }
    }
}

#[test]
fn what_is_said_of_distributions_and_kinds_of_joints_is_all_there_is() {
    let distributions = known("(task: (randomize: [Gravity(scale: @)]))", "Zzz(1)");
    for name in distributions {
        assert!(REFERENCE.contains(&format!("`{name}(")), "{name}");
    }
    // `Ball` and `Universal` are refused with a reason.
    for name in known("(robot: (joints: [(kind: @)]))", "Zzz") {
        let is_refused = ["Ball", "Universal"].contains(&name.as_str());
        assert_eq!(
            REFERENCE.contains(&format!("`{name}`")),
            !is_refused,
            "{name}"
        );
    }
}
