//! Promise: a scene that changes another is that one with these changes, in one text; a mistake is shown where it is written.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use expect_test::{Expect, expect};
use sinew::learn::LearnerSettings;
use sinew::scene::Scene;
use sinew::task::{Goal, Term, goals::fixed::Fixed};
use std::fs;
use tempfile::TempDir;

const SMALL: &str = include_str!("scenes/small.ron");

/// A folder of scenes, `small.ron` being one.
fn folder(scenes: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("small.ron", SMALL)].iter().chain(scenes) {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn open(folder: &TempDir, name: &str) -> Scene {
    let path = folder.path().join(name);
    Scene::open(path.to_str().unwrap()).unwrap_or_else(|error| panic!("{error}"))
}

fn changed(changes: &str) -> Scene {
    let text = format!("(base: \"small.ron\", {changes})");
    open(&folder(&[("mine.ron", &text)]), "mine.ron")
}

#[test]
fn values_are_set_added_and_removed() {
    let scene = changed(
        r#"
        set: {
            "robot.joints.elbow.damping": 0.25,
            "robot.joints.elbow.max_speed": 8,
            "task.goal": Fixed(at: (0.5, 0, 1)),
            "learners.mine.gamma": 0.5,
        },
        add: {
            "task.reward": [(weight: -0.5, of: Energy()), (weight: 1, of: Alive())],
            "robot.points": {"knee": (link: "lower", at: (0, 0, 0))},
            "robot.joints.shoulder": (max_speed: 4),
            "world": (ground: (z: -3)),
        },
        remove: ["task.end[0]", "task.success", "task.solved"],
        "#,
    );
    let joints = &scene.robot().joints;
    assert_eq!((joints[1].damping, joints[1].max_speed), (0.25, Some(8.0)));
    assert_eq!(joints[0].max_speed, Some(4.0));
    let Some(Goal::Fixed(Fixed { at })) = scene.task().goal else {
        panic!("it was set");
    };
    assert_eq!(at, [0.5, 0.0, 1.0]);
    let LearnerSettings::Ppo(ppo) = scene.learner(None).unwrap().1 else {
        panic!("it is PPO");
    };
    assert_eq!(ppo.gamma, 0.5);
    let weights: Vec<f32> = scene.task().reward.iter().map(|term| term.weight).collect();
    assert_eq!(weights, [-1.0, -0.5, 1.0]);
    let points: Vec<&str> = scene
        .robot()
        .points
        .iter()
        .map(|point| &*point.name)
        .collect();
    assert_eq!(points, ["tip", "knee"]);
    assert!(!scene.world().is_empty());
    assert!(scene.task().end.is_empty());
    assert!(scene.task().success.is_none());
    assert_eq!(scene.name(), "mine");
}

#[test]
fn its_text_needs_nothing_else() {
    let scene = changed(r#"set: {"task.control_hz": 25}, remove: ["learners.mine"]"#);
    assert!(!scene.text().contains("base"));
    let again = Scene::parse("again", scene.text()).unwrap();
    assert_eq!(again.difference(&scene, "ppo"), None);
    assert_eq!(again.task().control_hz, 25.0);
    assert!(again.learners().is_empty() && again.files().is_empty());
}

#[test]
fn numbers_in_paths_count_in_the_base() {
    let scene = changed(
        r#"
        remove: ["task.observe[0]", "task.observe[1]"],
        add: {"task.observe": [Sin()]},
        set: {"task.observe[2].scale": 0.5},
        "#,
    );
    let scales: Vec<f32> = scene
        .task()
        .observation
        .iter()
        .map(|term| term.scale)
        .collect();
    // What was the third, and the one that was added.
    assert_eq!(scales, [0.5, 1.0]);
}

#[test]
fn more_goes_into_what_is_empty_or_not_there() {
    let text = SMALL.replace(r#"[PointBelow(point: "tip", z: 0)]"#, "[ /* none */ ]");
    let text = text.replace(r#"home: {"elbow": 0.5},"#, "");
    let mine = r#"(base: "bare.ron", add: {
        "task.end": [JointSpeedAbove(speed: 9)], "robot.home": {"elbow": 0.25}, "robot.joints": [],
    })"#;
    let scene = open(
        &folder(&[("bare.ron", &text), ("mine.ron", mine)]),
        "mine.ron",
    );
    assert_eq!(scene.task().end.len(), 1);
    assert_eq!(scene.robot().joints[1].home, 0.25);
}

#[test]
fn a_base_may_have_a_base_and_is_found_beside_the_file() {
    let folder = folder(&[
        (
            "arms/middle.ron",
            r#"(base: "../small.ron", set: {"robot.joints.elbow.damping": 2, "task.control_hz": 25})"#,
        ),
        (
            "top.ron",
            r#"(version: 1, base: "arms/middle.ron", set: {"robot.joints.elbow.damping": 4})"#,
        ),
    ]);
    let scene = open(&folder, "top.ron");
    assert_eq!(scene.robot().joints[1].damping, 4.0);
    assert_eq!(scene.task().control_hz, 25.0);
    let files: Vec<String> = scene
        .files()
        .iter()
        .map(|file| file.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(files, ["top.ron", "small.ron", "middle.ron"]);
}

#[test]
fn a_shipped_scene_is_a_base_for_a_text_too() {
    let scene = Scene::parse(
        "far",
        r#"(base: "reach", set: {"task.reward[2].weight": -1}, remove: ["learners.sac-cpu"])"#,
    )
    .unwrap();
    assert!(matches!(scene.task().reward[2].of, Term::Effort(_)));
    assert_eq!(scene.task().reward[2].weight, -1.0);
    let names: Vec<&str> = scene.learners().iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["ppo", "reppo"]);
}

#[test]
fn edits_of_the_command_line_come_last() {
    let folder = folder(&[(
        "mine.ron",
        r#"(base: "small.ron", set: {"learners.mine.gamma": 0.5})"#,
    )]);
    let path = folder.path().join("mine.ron");
    let set = ["learner.gamma=0.25".to_owned()];
    let scene = Scene::open_with(path.to_str().unwrap(), None, &set).unwrap();
    let LearnerSettings::Ppo(ppo) = scene.learner(None).unwrap().1 else {
        panic!("it is PPO");
    };
    assert_eq!((ppo.gamma, scene.name()), (0.25, "mine"));
    assert_eq!(scene.files().len(), 2);
}

#[test]
fn a_change_that_is_wrong_is_shown_where_it_is_written() {
    refused(
        "set: {\n  \"robot.joints.elbow.damping\": -1,\n}",
        expect![[r#"
            error: `damping` must not be negative
             --> HERE/mine.ron:2:33
              |
            2 |   "robot.joints.elbow.damping": -1,
              |                                 ^^ found `-1`
              |
              = help: 0 or more (N m s/rad)"#]],
    );
    refused(
        r#"set: {"task.goal": Shell(center: (0, 0, 1))}"#,
        expect![[r#"
            error: the field `radius` of `Shell` is missing
             --> HERE/mine.ron:1:40
              |
            1 | (base: "small.ron", set: {"task.goal": Shell(center: (0, 0, 1))})
              |                                        ^^^^^^ `radius` is missing here
              |
              = help: add `radius: ..`"#]],
    );
    refused(
        r#"set: {"task.success.point": "tp"}"#,
        expect![[r#"
        error: there is no point `tp`
         --> HERE/mine.ron:1:49
          |
        1 | (base: "small.ron", set: {"task.success.point": "tp"})
          |                                                 ^^^^ unknown point
          |
          = help: did you mean `tip`?
          = help: points: `tip`"#]],
    );
    refused(
        r#"set: {"robot.joints.elbow.dampling": 1}"#,
        expect![[r#"
            error: there is no field `dampling` in `Joint`
             --> HERE/mine.ron:1:47
              |
            1 | (base: "small.ron", set: {"robot.joints.elbow.dampling": 1})
              |                                               ^^^^^^^^ unknown field
              |
              = help: did you mean `damping`?
              = help: fields: `name`, `kind`, `parent`, `child`, `origin`, `axis`, `range`, `torque`, `gear`, `servo`, `damping`, `armature`, `spring`, `friction`, `max_speed`"#]],
    );
    refused(
        r#"add: {"task.reward": [(weight: 1e99, of: Alive())]}"#,
        expect![[r#"
            error: a number must be finite
             --> HERE/mine.ron:1:52
              |
            1 | (base: "small.ron", add: {"task.reward": [(weight: 1e99, of: Alive())]})
              |                                                    ^^^^ found `1e99`
              |
              = help: a number of ordinary size, like 0.5 or 1e-3"#]],
    );
    refused(
        r#"add: {"robot.points": {"tip": (link: "hand", at: (0, 0, 0))}}"#,
        expect![[r#"
            error: there are two points named `tip`
             --> HERE/mine.ron:1:44
              |
            1 | (base: "small.ron", add: {"robot.points": {"tip": (link: "hand", at: (0, 0, 0))}})
              |                                            ^^^^^ the second one
              |
              = help: give each its own name"#]],
    );
}

#[test]
fn a_change_that_leads_nowhere_is_shown_at_its_path() {
    refused(
        r#"set: {"robot.joints.elbo.damping": 1}"#,
        expect![[r#"
        error: there is no `elbo` in `robot.joints`
         --> HERE/mine.ron:1:41
          |
        1 | (base: "small.ron", set: {"robot.joints.elbo.damping": 1})
          |                                         ^^^^ no such part
          |
          = help: did you mean `elbow`?
          = help: what is there: `shoulder`, `elbow`, `weld`"#]],
    );
    refused(
        r#"set: {"rowbot": 1}"#,
        expect![[r#"
            error: there is no field `rowbot` in `Scene`
             --> HERE/mine.ron:1:28
              |
            1 | (base: "small.ron", set: {"rowbot": 1})
              |                            ^^^^^^ unknown field
              |
              = help: did you mean `robot`?
              = help: fields: `version`, `world`, `robot`, `objects`, `task`, `learners`"#]],
    );
    refused(
        r#"set: {"task..goal": 1}"#,
        expect![[r#"
        error: a part of the path is empty
         --> HERE/mine.ron:1:33
          |
        1 | (base: "small.ron", set: {"task..goal": 1})
          |                                 ^ here
          |
          = help: write it like `robot.joints.elbow.damping`"#]],
    );
    refused(
        r#"add: {"task.control_hz": [1]}"#,
        expect![[r#"
        error: `task.control_hz` is a single value
         --> HERE/mine.ron:1:28
          |
        1 | (base: "small.ron", add: {"task.control_hz": [1]})
          |                            ^^^^^^^^^^^^^^^ this cannot be added to it
          |
          = help: `set` replaces it"#]],
    );
    refused(
        r#"add: {"task.reward": {"more": 1}}"#,
        expect![[r#"
        error: `task.reward` is a list
         --> HERE/mine.ron:1:28
          |
        1 | (base: "small.ron", add: {"task.reward": {"more": 1}})
          |                            ^^^^^^^^^^^ this cannot be added to it
          |
          = help: a list in brackets, `[..]`"#]],
    );
    refused(
        r#"remove: ["task.end[0]", "task.end[1]"]"#,
        expect![[r#"
            error: there is no `1` in `task.end`
             --> HERE/mine.ron:1:55
              |
            1 | (base: "small.ron", remove: ["task.end[0]", "task.end[1]"])
              |                                                       ^ no such part
              |
              = help: what is there: `0`"#]],
    );
    refused(
        r#"remove: ["task.solvd"]"#,
        expect![[r#"
        error: there is no `solvd` in `task`
         --> HERE/mine.ron:1:36
          |
        1 | (base: "small.ron", remove: ["task.solvd"])
          |                                    ^^^^^ no such part
          |
          = help: did you mean `solved`?
          = help: what is there: `episode_s`, `control_hz`, `physics_hz`, `start`, `goal`, `observe`, `reward`, `end`, `max_joint_speed`, `success`, `solved`"#]],
    );
    refused(
        r#"remove: ["task.end", "task.end[0]"]"#,
        expect![[r#"
        error: `task.end[0]` is removed twice
         --> HERE/mine.ron:1:43
          |
        1 | (base: "small.ron", remove: ["task.end", "task.end[0]"])
          |                                           ^^^^^^^^^^^ the second time
          |
          = help: name it once; removing it removes its contents too"#]],
    );
}

#[test]
fn what_a_change_leaves_wrong_elsewhere_is_shown_there() {
    refused(
        r#"remove: ["robot.points.tip"]"#,
        expect![[r#"
        error: there is no point `tip`
          --> HERE/small.ron:27:51
           |
        27 |         reward: [(weight: -1, of: Distance(point: "tip"))],
           |                                                   ^^^^^ unknown point
           |
           = note: this is part of the scene `HERE/mine.ron`
           = help: there are no points here"#]],
    );
    refused(
        r#"remove: ["task.control_hz"]"#,
        expect![[r#"
        error: the field `control_hz` of `Task` is missing
          --> HERE/small.ron:22:11
           |
        22 |     task: (
           |           ^ `control_hz` is missing here
           |
           = note: this is part of the scene `HERE/mine.ron`
           = help: add `control_hz: ..`"#]],
    );
}

#[test]
fn what_is_wrong_with_a_base_is_shown_in_the_base() {
    let broken = SMALL.replace("damping: 1", "dampling: 1");
    says(
        &[
            ("broken.ron", &broken),
            ("mine.ron", r#"(base: "broken.ron")"#),
        ],
        expect![[r#"
            error: there is no field `dampling` in `Joint`
              --> HERE/broken.ron:11:72
               |
            11 |                 origin: (xyz: (0, 0, 1)), axis: (0, 1, 0), torque: 50, dampling: 1, armature: 0.1,
               |                                                                        ^^^^^^^^ unknown field
               |
               = note: this is the base of `HERE/mine.ron`
               = help: did you mean `damping`?
               = help: fields: `name`, `kind`, `parent`, `child`, `origin`, `axis`, `range`, `torque`, `gear`, `servo`, `damping`, `armature`, `spring`, `friction`, `max_speed`"#]],
    );
}

#[test]
fn a_base_that_is_none() {
    let mine = |base: &str| format!("(base: {base:?})");
    says(
        &[("mine.ron", &mine("rech"))],
        expect![[r#"
            error: there is no shipped scene `rech`
             --> HERE/mine.ron:1:8
              |
            1 | (base: "rech")
              |        ^^^^^^ found `"rech"`
              |
              = help: did you mean `reach`?
              = help: shipped scenes: `reach`, `reacher`, `reach-servo`, `reach-obstacle`, `arm`, `push`, `pendulum`, `cartpole`, `swing-up`, `hopper`, `walker`, `quadruped`, `biped`
              = help: or a file, relative to this one, like "reach.ron""#]],
    );
    says(
        &[("mine.ron", &mine("other.ron"))],
        expect![[r#"
        error: cannot read `HERE/other.ron`: No such file or directory (os error 2)
         --> HERE/mine.ron:1:8
          |
        1 | (base: "other.ron")
          |        ^^^^^^^^^^^ found `"other.ron"`"#]],
    );
    says(
        &[("mine.ron", &mine("folder.ron")), ("folder.ron/in", "")],
        expect![[r#"
            error: `HERE/folder.ron` is a directory, not a file
             --> HERE/mine.ron:1:8
              |
            1 | (base: "folder.ron")
              |        ^^^^^^^^^^^^ found `"folder.ron"`
              |
              = help: name a file, like `scenes/reach.ron`"#]],
    );
    says(
        &[("mine.ron", &mine("mine.ron"))],
        expect![[r#"
        error: circular `base`
         --> HERE/mine.ron:1:8
          |
        1 | (base: "mine.ron")
          |        ^^^^^^^^^^ found `"mine.ron"`
          |
          = help: following the bases must lead to a scene without one"#]],
    );
    says(
        &[
            ("mine.ron", &mine("other.ron")),
            ("other.ron", &mine("./mine.ron")),
        ],
        expect![[r#"
            error: circular `base`
             --> HERE/other.ron:1:8
              |
            1 | (base: "./mine.ron")
              |        ^^^^^^^^^^^^ found `"./mine.ron"`
              |
              = help: following the bases must lead to a scene without one"#]],
    );
    says(
        &[("mine.ron", "(base: 1)")],
        expect![[r#"
        error: expected a text in quotes, like "tip"
         --> HERE/mine.ron:1:8
          |
        1 | (base: 1)
          |        ^ found `1`"#]],
    );
    says(
        &[("mine.ron", r#"(base: "small.ron", robot: ())"#)],
        expect![[r#"
            error: there is no field `robot` in `Variant`
             --> HERE/mine.ron:1:21
              |
            1 | (base: "small.ron", robot: ())
              |                     ^^^^^ unknown field
              |
              = help: fields: `version`, `base`, `set`, `add`, `remove`"#]],
    );
    says(
        &[("mine.ron", r#"(base: "small.ron", set: {"#)],
        expect![[r#"
            error: expected a text in quotes, like "tip"
             --> HERE/mine.ron:1:27
              |
            1 | (base: "small.ron", set: {
              |                           ^ the text ends here"#]],
    );
    let many = format!(
        "(base: \"small.ron\", remove: [{}])",
        "\"task.end\",".repeat(257)
    );
    says(
        &[("mine.ron", &many)],
        expect![[r#"
        error: a scene makes 257 changes to its base
         --> HERE/mine.ron:1:8
          |
        1 | (base: "small.ron", remove: ["task.end","task.end","task.end","task.end","task.end","task.end","task.end","task.end","task.end","task...
          |        ^^^^^^^^^^^ to this one
          |
          = help: at most 256; replace larger parts at once, or write a separate scene"#]],
    );
}

#[test]
fn scenes_stand_on_each_other_only_so_high() {
    let names: Vec<String> = (0..10).map(|i| format!("{i}.ron")).collect();
    let texts: Vec<String> = (0..10)
        .map(|i| format!("(base: \"{}.ron\")", i + 1))
        .collect();
    let mut scenes: Vec<(&str, &str)> = names
        .iter()
        .map(|name| &**name)
        .zip(texts.iter().map(|text| &**text))
        .collect();
    scenes.push(("10.ron", SMALL));
    let folder = folder(&scenes);
    open(&folder, "2.ron");
    let path = folder.path().join("1.ron");
    let error = Scene::open(path.to_str().unwrap()).unwrap_err().to_string();
    assert!(error.starts_with("error: too many nested bases"), "{error}");
}

#[test]
fn a_text_alone_reads_no_file() {
    let error = Scene::parse("mine", r#"(base: "small.ron")"#).unwrap_err();
    expect![[r#"
        error: cannot resolve the relative path `small.ron`: this text was not read from a file
         --> mine:1:8
          |
        1 | (base: "small.ron")
          |        ^^^^^^^^^^^ found `"small.ron"`
          |
          = help: a text that is in no file can have a shipped scene as its base"#]]
    .assert_eq(&error.to_string());
}

#[test]
fn an_edit_of_the_command_line_is_shown_in_the_whole_text() {
    let folder = folder(&[(
        "mine.ron",
        r#"(base: "small.ron", set: {"task.control_hz": 25})"#,
    )]);
    let path = folder.path().join("mine.ron");
    let set = ["task.control_hz=-1".to_owned()];
    let error = Scene::open_with(path.to_str().unwrap(), None, &set).unwrap_err();
    expect![[r#"
        error: `control_hz` must be above 0
          --> HERE/mine.ron and what it is made of:23:35
           |
        23 |         episode_s: 2, control_hz: -1, physics_hz: 200,
           |                                   ^^ found `-1`
           |
           = note: this is the scene as changed by --set task.control_hz=-1
           = help: a number above 0 (Hz)"#]]
    .assert_eq(&shown(&folder, &error.to_string()));
}

fn refused(changes: &str, expected: Expect) {
    let text = format!("(base: \"small.ron\", {changes})");
    says(&[("mine.ron", &text)], expected);
}

/// What is said about `mine.ron` among other scenes.
fn says(scenes: &[(&str, &str)], expected: Expect) {
    let folder = folder(scenes);
    let path = folder.path().join("mine.ron");
    let error = Scene::open(path.to_str().unwrap()).unwrap_err();
    assert!(error.line().is_some() && error.column().is_some());
    expected.assert_eq(&shown(&folder, &error.to_string()));
}

fn shown(folder: &TempDir, error: &str) -> String {
    error.replace(folder.path().to_str().unwrap(), "HERE")
}
