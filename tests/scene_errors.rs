//! Every mistake a scene can have, and what its author is told.
//!
//! Each line of the table changes one place of a small scene. `UPDATE_EXPECT=1 cargo test` rewrites the texts.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod formulas;
mod names;
mod robots;
mod tasks;
mod text;

use expect_test::Expect;
use sinew::scene::{Scene, SceneError};
use sinew::task::{Randomize, Reference, Term};

const SMALL: &str = include_str!("scenes/small.ron");
/// Its reward.
const DISTANCE: &str = r#"Distance(point: "tip")"#;

#[test]
fn the_scene_without_a_mistake_is_accepted() {
    Scene::parse("small.ron", SMALL).unwrap();
}

/// Terrain in the small scene.
fn refused_terrain(terrain: &str, expected: Expect) {
    refused(
        "robot: (",
        &format!("world: (terrain: [\n{terrain}\n]), robot: ("),
        expected,
    );
}

fn refused(right: &str, wrong: &str, expected: Expect) {
    assert!(SMALL.contains(right), "the small scene has no {right}");
    refused_text(&SMALL.replacen(right, wrong, 1), expected);
}

#[track_caller]
fn refused_text(text: &str, expected: Expect) {
    let error: SceneError = Scene::parse("small.ron", text).unwrap_err();
    assert!(error.line().is_some_and(|line| line >= 1));
    // Lists of terms become longer; what is in them is theirs.
    let every = |terms: &[Reference]| {
        let names = terms.iter().map(|term| format!("`{}`", term.name()));
        names.collect::<Vec<_>>().join(", ")
    };
    let error = error.to_string();
    let error = error.replace(&every(Term::ALL), "every term of the reward");
    expected.assert_eq(&error.replace(&every(Randomize::ALL), "every randomization"));
}
