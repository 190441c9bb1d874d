//! `--set path=value`: which places a path reaches, and what it says when it reaches none.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use expect_test::{Expect, expect};
use sinew::{
    learn::{LearnerSettings, Rate, ppo::PpoSettings},
    scene::Scene,
    task::{
        Goal, Sensor, Term,
        goals::shell::Shell,
        rewards::{expr::Expr, height::Height},
        sensors::cos::Cos,
    },
};

const SMALL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenes/small.ron");

fn edited(edits: &[&str]) -> Scene {
    let edits: Vec<String> = edits.iter().map(|edit| edit.to_string()).collect();
    Scene::open_with(SMALL, None, &edits).unwrap()
}

fn ppo(scene: &Scene) -> &PpoSettings {
    let LearnerSettings::Ppo(settings) = scene.learner(None).unwrap().1 else {
        panic!("it is PPO");
    };
    settings
}

#[test]
fn a_written_value_is_replaced() {
    let scene = edited(&[
        "learner.gamma=0.5",
        "learners.mine.rate=KlAdaptive(start: 0.005, target: 0.25)",
    ]);
    assert_eq!(ppo(&scene).gamma, 0.5);
    assert_eq!(
        ppo(&scene).rate,
        Rate::KlAdaptive {
            start: 0.005,
            target: 0.25
        }
    );
    let scene = edited(&[
        "learner.rate.0=0.25",
        "learner.widths=[4, 2]",
        "learner.widths[1]=3",
    ]);
    assert_eq!(ppo(&scene).rate, Rate::Constant(0.25));
    assert_eq!(ppo(&scene).widths, [4, 3]);
}

#[test]
fn a_list_is_reached_by_name_and_by_number() {
    for path in [
        "robot.joints.elbow.damping",
        "robot.joints[1].damping",
        "robot.joints.1.damping",
    ] {
        let scene = edited(&[&format!("{path}=0.25")]);
        let damping: Vec<f32> = scene
            .robot()
            .joints
            .iter()
            .map(|joint| joint.damping)
            .collect();
        assert_eq!(damping, [1.0, 0.25], "{path}");
    }
    let scene = edited(&[
        "task.goal.radius[0] = 0.5",
        "robot.links.upper.shapes[0].mass=4",
    ]);
    assert!(matches!(
        scene.task().goal,
        Some(Goal::Shell(Shell {
            radius: [0.5, 0.8],
            ..
        }))
    ));
}

#[test]
fn a_missing_optional_value_is_added() {
    let scene = edited(&[
        "robot.joints.shoulder.max_speed=8",
        "robot.home.shoulder=0.25",
        "robot.collide=true",
    ]);
    let robot = scene.robot();
    assert_eq!(robot.joints[0].max_speed, Some(8.0));
    assert_eq!(
        robot
            .joints
            .iter()
            .map(|joint| joint.home)
            .collect::<Vec<_>>(),
        [0.25, 0.5]
    );
    assert!(robot.collide);
    let scene = edited(&[
        "task.observe[0].joints=[\"elbow\"]",
        "task.gravity=(0, 0, -1)",
    ]);
    assert_eq!(
        scene.task().observation[0].of,
        Sensor::Cos(Cos { joints: vec![1] })
    );
    assert_eq!(scene.task().gravity, [0.0, 0.0, -1.0]);
}

#[test]
fn options_of_terms_are_reached() {
    let scene = edited(&[
        "task.observe[0].noise=0.25",
        "task.observe[0].history=3",
        "task.observe[1].clip=(-1, 1)",
        "task.observe[1].delay=2",
        "task.reward[0].of=Height(point: \"tip\", target: 1, width: 0.5)",
        "task.reward[0].of.width=0.25",
        "version=1",
    ]);
    let [cos, speed, _] = &scene.task().observation[..] else {
        panic!("there are three");
    };
    assert_eq!((cos.noise, cos.history), (0.25, 3));
    assert_eq!((speed.clip, speed.delay), (Some([-1.0, 1.0]), 2));
    let Term::Height(Height { width, .. }) = scene.task().reward[0].of else {
        panic!("it was set");
    };
    assert_eq!(width, 0.25);

    let scene = edited(&[
        "task.reward[0].of=Expr(\"tip.x\")",
        "task.reward[0].of[0]=\"tip.y - tip.x\"",
        "task.end[0]=When(\"tip.z < 0\")",
    ]);
    let Term::Expr(Expr(formula)) = &scene.task().reward[0].of else {
        panic!("it was set");
    };
    assert_eq!(formula.text, "tip.y - tip.x");
}

#[test]
fn edits_are_judged_together() {
    let scene = edited(&["task.control_hz=30", "task.physics_hz=240"]);
    assert_eq!((scene.task().episode_steps, scene.task().substeps), (60, 8));
}

#[test]
fn the_text_says_what_the_scene_is() {
    let scene = Scene::open_with(SMALL, Some("ppo"), &["learner.gamma=0.5".to_owned()]).unwrap();
    let again = Scene::parse(scene.name(), scene.text()).unwrap();
    assert_eq!(again.robot(), scene.robot());
    assert_eq!(again.task(), scene.task());
    assert_eq!(again.learners(), scene.learners());
    let names: Vec<&str> = again
        .learners()
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(names, ["mine", "ppo"]);
    let LearnerSettings::Ppo(settings) = again.learner(Some("ppo")).unwrap().1 else {
        panic!("it is PPO");
    };
    assert_eq!(settings.gamma, 0.5);
    assert_eq!(ppo(&again).gamma, 0.9);
}

#[test]
fn a_scene_without_learners_gets_the_shipped_default() {
    let text = std::fs::read_to_string(SMALL).unwrap();
    let (before, _) = text.split_once("    learners: {").unwrap();
    for learners in ["", "learners: {}"] {
        let path = std::env::temp_dir().join(format!(
            "sinew-{}-{}.ron",
            std::process::id(),
            learners.len()
        ));
        std::fs::write(&path, format!("{before}{learners})")).unwrap();
        let path = path.to_str().unwrap();
        let plain = Scene::open(path).unwrap();
        let chosen = Scene::open_with(path, None, &["learner.envs=7".to_owned()]).unwrap();
        std::fs::remove_file(path).unwrap();
        assert!(plain.learners().is_empty());
        assert_eq!(plain.learner(None).unwrap().0, "ppo");
        assert_eq!(chosen.learners().len(), 1);
        assert_eq!(ppo(&chosen).envs, 7);
    }
}

#[test]
fn what_cannot_be_set() {
    refused(
        "learner.gamma",
        expect![[r#"
        error: expected path=value
         --> --set:1:1
          |
        1 | learner.gamma
          | ^^^^^^^^^^^^^ no `=` in here
          |
          = help: write it like `learner.gamma=0.99`"#]],
    );
    refused(
        "learner.gamma=",
        expect![[r#"
            error: expected one value and nothing else
             --> --set:1:15
              |
            1 | learner.gamma=
              |               ^ this value
              |
              = help: a number, `true`, a "text" in quotes, a (tuple), a [list] or a Name(..)"#]],
    );
    refused(
        "learner.gamma=0.9, clip: 5",
        expect![[r#"
            error: expected one value and nothing else
             --> --set:1:15
              |
            1 | learner.gamma=0.9, clip: 5
              |               ^^^^^^^^^^^^ this value
              |
              = help: a number, `true`, a "text" in quotes, a (tuple), a [list] or a Name(..)"#]],
    );
    refused(
        "learner.gamma=0.9 // mine",
        expect![[r#"
            error: expected one value and nothing else
             --> --set:1:15
              |
            1 | learner.gamma=0.9 // mine
              |               ^^^^^^^^^^^ this value
              |
              = help: a number, `true`, a "text" in quotes, a (tuple), a [list] or a Name(..)"#]],
    );
    refused(
        "learner..gamma=0.9",
        expect![[r#"
        error: a part of the path is empty
         --> --set:1:9
          |
        1 | learner..gamma=0.9
          |         ^ here
          |
          = help: write it like `robot.joints.elbow.damping`"#]],
    );
    refused(
        "robot.joints.elbo.damping=1",
        expect![[r#"
        error: there is no `elbo` in `robot.joints`
         --> --set:1:14
          |
        1 | robot.joints.elbo.damping=1
          |              ^^^^ no such part
          |
          = help: did you mean `elbow`?
          = help: what is there: `shoulder`, `elbow`, `weld`"#]],
    );
    refused(
        "robot.joints[7].damping=1",
        expect![[r#"
        error: there is no `7` in `robot.joints`
         --> --set:1:14
          |
        1 | robot.joints[7].damping=1
          |              ^ no such part
          |
          = help: what is there: `shoulder`, `elbow`, `weld`"#]],
    );
    refused(
        "rowbot.joints=1",
        expect![[r#"
        error: there is no `rowbot` in the scene
         --> --set:1:1
          |
        1 | rowbot.joints=1
          | ^^^^^^ no such part
          |
          = help: did you mean `robot`?
          = help: what is there: `robot`, `task`, `learners`"#]],
    );
    refused(
        "task.control_hz.fast=1",
        expect![[r#"
        error: `task.control_hz` is a single value and has no parts
         --> --set:1:17
          |
        1 | task.control_hz.fast=1
          |                 ^^^^ no such part"#]],
    );
    refused(
        "task.start.angel=1",
        expect![[r#"
            error: there is no field `angel` in `Start`
              --> HERE/tests/scenes/small.ron:24:39
               |
            24 |         start: (angle: 0.1, speed: 0, angel: 1),
               |                                       ^^^^^ unknown field
               |
               = note: this is the scene as changed by --set task.start.angel=1
               = help: did you mean `angle`?
               = help: fields: `angle`, `speed`, `free`"#]],
    );
    refused(
        "learner.gamma=1.5",
        expect![[r#"
            error: `gamma` is out of its range
              --> HERE/tests/scenes/small.ron:35:107
               |
            35 |             steps: 1000, envs: 4, horizon: 8, epochs: 2, batch: 16, widths: [8], activation: Tanh, gamma: 1.5,
               |                                                                                                           ^^^ found `1.5`
               |
               = note: this is the scene as changed by --set learner.gamma=1.5
               = help: it must be from 0 to 1"#]],
    );
    refused(
        "learner.gamma=high",
        expect![[r#"
        error: expected a number
          --> HERE/tests/scenes/small.ron:35:107
           |
        35 |             steps: 1000, envs: 4, horizon: 8, epochs: 2, batch: 16, widths: [8], activation: Tanh, gamma: high,
           |                                                                                                           ^^^^ found `high`
           |
           = note: this is the scene as changed by --set learner.gamma=high"#]],
    );
    refused(
        "robot.joints.elbow.max_speed=-1",
        expect![[r#"
        error: `max_speed` must be above 0
          --> HERE/tests/scenes/small.ron:15:128
           |
        15 |                 origin: (xyz: (0.5, 0, 0)), axis: (0, 2, 0), range: (-1, 2), torque: 20, damping: 1, armature: 0.1, max_speed: -1,
           |                                                                                                                                ^^ found `-1`
           |
           = note: this is the scene as changed by --set robot.joints.elbow.max_speed=-1
           = help: a number above 0 (rad/s)"#]],
    );
    refused(
        "task.success.point=tip",
        expect![[r#"
        error: expected a text in quotes, like "tip"
          --> HERE/tests/scenes/small.ron:30:32
           |
        30 |         success: Within(point: tip, distance: 0.05),
           |                                ^^^ found `tip`
           |
           = note: this is the scene as changed by --set task.success.point=tip"#]],
    );
    refused(
        "learners.other.gamma=0.5",
        expect![[r#"
        error: there is no `other` in `learners`
         --> --set:1:10
          |
        1 | learners.other.gamma=0.5
          |          ^^^^^ no such part
          |
          = help: what is there: `mine`"#]],
    );
    refused(
        "task.a: 1, b=1",
        expect![[r#"
        error: there is no `a: 1, b` in `task`
         --> --set:1:6
          |
        1 | task.a: 1, b=1
          |      ^^^^^^^ no such part
          |
          = help: what is there: `episode_s`, `control_hz`, `physics_hz`, `start`, `goal`, `observe`, `reward`, `end`, `max_joint_speed`, `success`, `solved`"#]],
    );
}

fn refused(edit: &str, expected: Expect) {
    let error = Scene::open_with(SMALL, None, &[edit.to_owned()]).unwrap_err();
    assert!(error.line().is_some());
    expected.assert_eq(
        &error
            .to_string()
            .replace(env!("CARGO_MANIFEST_DIR"), "HERE"),
    );
}
