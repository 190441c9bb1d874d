//! No text makes the reader panic, and every error has a place.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use sinew::scene::Scene;

/// Pieces that mean something somewhere in a scene, and some that never do.
const PIECES: [&str; 40] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
    "'",
    "/*",
    "*/",
    "//",
    "\n",
    "-",
    "0",
    "1e999",
    "NaN",
    "Some(",
    "r#\"",
    "\\",
    "é",
    "\u{2028}",
    "#![enable(",
    "b\"",
    "..",
    "world",
    "elbow",
    "Shell(",
    "Revolute",
    "\r",
    "\0",
    "tip.x",
    "before.",
    " and ",
    "^",
    "max(1, ",
    "Expr(\"",
    "When(r#\"",
    "history: 9",
];

fn mutated() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => Just(String::new()),
    ];
    let change = (any::<prop::sample::Index>(), 0_usize..30, piece);
    let shipped = Scene::shipped().map(|(_, text)| text);
    // What is said in it stands denser than in those.
    let everything = [include_str!("scenes/everything.ron"); 3];
    let scenes: Vec<&str> = shipped.chain(everything).collect();
    (
        prop::sample::select(scenes),
        prop::collection::vec(change, 1..4),
    )
        .prop_map(|(text, changes)| {
            let mut characters: Vec<char> = text.chars().collect();
            for (at, removed, piece) in changes {
                let at = at.index(characters.len());
                let end = characters.len().min(at + removed);
                characters.splice(at..end, piece.chars());
            }
            characters.into_iter().collect()
        })
}

fn has_a_place(name: &str, text: &str) -> Result<(), TestCaseError> {
    if let Err(error) = Scene::parse(name, text) {
        let lines = text.matches('\n').count() + 1;
        prop_assert!(
            error.line().is_some_and(|line| (1..=lines).contains(&line)),
            "{error}"
        );
        prop_assert!(error.column().is_some_and(|column| column >= 1));
        let place = format!("{name}:{}:", error.line().unwrap());
        prop_assert!(
            error.to_string().contains(&place),
            "{place} is not in\n{error}"
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_mutated_scene_never_panics(text in mutated()) {
        has_a_place("mutated", &text)?;
    }

    #[test]
    fn any_text_never_panics(text in any::<String>()) {
        has_a_place("any", &text)?;
    }

    #[test]
    fn any_edit_never_panics(path in "[a-z.\\[\\]0-9é]{0,20}", start in prop::sample::select(vec![
        "", "robot.", "robot.joints[0].", "task.goal.", "learner.", "learner", "robot.points.tip.",
    ]), value in prop_oneof![any::<String>(), "[-0-9.(),:a-z \"]{0,12}"]) {
        let edit = format!("{start}{path}={value}");
        if let Err(error) = Scene::open_with("reach", None, &[edit]) {
            prop_assert!(error.line().is_some_and(|line| line >= 1));
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
