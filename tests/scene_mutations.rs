//! No text makes the reader panic, and every error has a place.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use sinew::scene::Scene;

/// Pieces that mean something somewhere in a scene, and some that never do.
const PIECES: [&str; 46] = [
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
    "base: \"reach\",",
    "set: {",
    "remove: [",
    "\"task.reward[0]\"",
    "\"robot.joints.elbow\": ",
    "None",
];

fn mutated_scene() -> impl Strategy<Value = String> {
    let shipped = Scene::shipped().map(|(_, text)| text);
    // What is said in it stands denser than in those.
    let everything = [include_str!("scenes/everything.ron"); 3];
    let hull = include_str!("scenes/roof.ron");
    mutated(shipped.chain(everything).chain([hull]).collect(), &PIECES)
}

/// Pieces that mean something somewhere in a file of a robot, and some that never do.
const XML_PIECES: [&str; 40] = [
    "<",
    ">",
    "/>",
    "</",
    "\"",
    "=",
    "<!--",
    "-->",
    "<![CDATA[",
    "&amp;",
    "&x;",
    "<?",
    "é",
    "\0",
    "-",
    "0",
    "0 0 0",
    "1e999",
    "nan",
    "<joint/>",
    "<geom size=\"1\"/>",
    "<body>",
    "</body>",
    "<link name=\"x\"/>",
    "<mimic/>",
    "<inertia/>",
    " type=\"free\"",
    " type=\"slide\"",
    " class=\"strong\"",
    " pos=\"1 2 3\"",
    " zaxis=\"0 0 -1\"",
    " mass=\"1e-30\"",
    " range=\"1 0\"",
    "world",
    "root",
    "lift",
    "hip",
    "capsule",
    "xacro:",
    "${x}",
];

fn mutated(
    texts: Vec<&'static str>,
    pieces: &'static [&'static str],
) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(pieces).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => Just(String::new()),
    ];
    let change = (any::<prop::sample::Index>(), 0_usize..30, piece);
    (
        prop::sample::select(texts),
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
    has_a_place_in_one_of(&[(name, text)])
}

/// The first is read, the others are what its error may be about as well.
fn has_a_place_in_one_of(texts: &[(&str, &str)]) -> Result<(), TestCaseError> {
    let (name, text) = texts[0];
    if let Err(error) = Scene::parse(name, text) {
        let (line, column) = (error.line(), error.column());
        prop_assert!(line.is_some() && column.is_some_and(|column| column >= 1));
        let is_in = |(name, text): &(&str, &str)| {
            let lines = text.matches('\n').count() + 1;
            let place = format!("{name}:{}:", line.unwrap());
            line.is_some_and(|line| (1..=lines).contains(&line))
                && error.to_string().contains(&place)
        };
        prop_assert!(texts.iter().any(is_in), "{error}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_mutated_scene_never_panics(text in mutated_scene()) {
        has_a_place("mutated", &text)?;
    }

    #[test]
    fn a_mutated_variant_never_panics(text in mutated(vec![include_str!("scenes/variant.ron")], &PIECES)) {
        let reach = include_str!("../scenes/reach.ron");
        has_a_place_in_one_of(&[("mutated", &text), ("scenes/reach.ron", reach)])?;
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

const TASK: &str =
    "task: (episode_s: 1, control_hz: 50, physics_hz: 200, start: (angle: 0, speed: 0),
    observe: [Angle()], reward: [(weight: 1, of: Alive())], max_joint_speed: 100)";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_mutated_robot_never_panics(
        urdf in mutated(vec![include_str!("robots/reach.urdf")], &XML_PIECES),
        mjcf in mutated(vec![include_str!("robots/leg.xml")], &XML_PIECES),
    ) {
        let folder = tempfile::tempdir().unwrap();
        for (field, robot) in [("urdf", &urdf), ("mjcf", &mjcf)] {
            let scene = folder.path().join("scene.ron");
            std::fs::write(&scene, format!("(robot: ({field}: \"robot.xml\"), {TASK})")).unwrap();
            std::fs::write(folder.path().join("robot.xml"), robot).unwrap();
            if let Err(error) = Scene::open(scene.to_str().unwrap()) {
                prop_assert!(error.line().is_some() && error.column().is_some(), "{error}");
            }
        }
    }
}
