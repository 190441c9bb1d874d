//! Promise: the doctor finds what is probably wrong with a scene, says where it is, and finds nothing else.
//!
//! Each test changes one place of a healthy scene. `UPDATE_EXPECT=1 cargo test` rewrites the texts.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use expect_test::{Expect, expect};
use sinew::doctor::{self, Finding};
use sinew::scene::Scene;
use std::sync::Arc;

const ARM: &str = include_str!("doctor/arm.ron");
/// Its reward.
const REWARD: &str = r#"[(weight: -1, of: Distance(point: "tip")), (weight: -0.01, of: Effort())]"#;
const OBSERVE: &str = "[Cos(), Sin(), Speed(scale: 0.2), Goal(axes: [X, Z])]";
const SPEED_LIMIT: &str = "max_joint_speed: 100,";

/// The name of a finding's kind, and the finding as it is printed.
type Printed = (&'static str, String);

fn printed(scene: &Scene, findings: &[Finding]) -> Vec<Printed> {
    let print = |finding: &Finding| {
        let text = finding.remark(scene).told(finding.severity);
        (finding.kind.name(), text)
    };
    findings.iter().map(print).collect()
}

fn findings(name: &str, text: &str) -> Vec<Printed> {
    let scene = Arc::new(Scene::parse(name, text).unwrap());
    let preset = scene.learner(None).unwrap();
    let checkup = doctor::check(&scene, preset).unwrap();
    printed(&scene, &checkup.findings)
}

fn check_static(scene: &Scene) -> Vec<Finding> {
    doctor::check_static(scene, scene.learner(None).unwrap())
}

/// The arm with one place changed has this one finding.
fn found(from: &str, to: &str, kind: &str, expected: Expect) {
    one(&findings("arm.ron", &changed(from, to)), kind, expected);
}

/// The same without a rollout.
fn found_statically(from: &str, to: &str, kind: &str, expected: Expect) {
    let scene = Scene::parse("arm.ron", &changed(from, to)).unwrap();
    one(&printed(&scene, &check_static(&scene)), kind, expected);
}

fn changed(from: &str, to: &str) -> String {
    assert_eq!(ARM.matches(from).count(), 1, "{from}");
    ARM.replace(from, to)
}

fn one(findings: &[Printed], kind: &str, expected: Expect) {
    let [(found, text)] = findings else {
        panic!("{findings:#?}");
    };
    assert_eq!(*found, kind);
    expected.assert_eq(text);
}

#[test]
fn a_healthy_scene_has_no_findings() {
    assert_eq!(findings("arm.ron", ARM), []);
}

#[test]
fn intended_settings_are_not_reported() {
    // Every step costs, but reaching the end costs more than a whole episode.
    assert_eq!(findings("hinge.ron", include_str!("scenes/hinge.ron")), []);
    for (from, to) in [
        // An end at the goal is wanted.
        (
            SPEED_LIMIT,
            r#"max_joint_speed: 100, end: [Inside(point: "tip", distance: 0.1)],"#,
        ),
        // Entries of past steps are nearly the same as the present ones.
        ("Speed(scale: 0.2)", "Speed(scale: 0.2, history: 2)"),
    ] {
        assert_eq!(findings("arm.ron", &changed(from, to)), [], "{to}");
    }
    // A spring carries the arm, which the motor alone could not hold.
    let sprung = changed(
        "torque: 3",
        "torque: 0.5, spring: (stiffness: 1, rest: 0.5)",
    );
    let found = findings("arm.ron", &sprung);
    assert!(
        !found.iter().any(|(_, told)| told.starts_with("serious")),
        "{found:#?}"
    );
    // A vertical axis has no gravity load, however weak its motor is.
    let upright = ARM.replace("axis: (0, 1, 0)", "axis: (0, 0, 1)");
    let upright = upright
        .replace("torque: 8", "torque: 0.5")
        .replace("torque: 3", "torque: 0.2");
    let scene = Scene::parse("upright.ron", &upright).unwrap();
    let found = check_static(&scene);
    assert!(
        found
            .iter()
            .all(|finding| finding.kind.name() == "goal-out-of-reach"),
        "{found:#?}"
    );
}

#[test]
fn goals_out_of_reach() {
    found(
        "(min: (0.2, 0, 0.8), max: (0.4, 0, 1.2))",
        "(min: (0.2, 0, 0.8), max: (1.2, 0, 1.2))",
        "goal-out-of-reach",
        expect![[r#"
            warning: `tip` cannot reach 44 % of the goals
              --> arm.ron:24:15
               |
            24 |         goal: Box(min: (0.2, 0, 0.8), max: (1.2, 0, 1.2)),
               |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ it stops 0.59 m from (1.17, 0, 1.1)
               |
               = help: 32 goals were tried, each within 0.05 m
               = help: try goals nearer to the robot, and in its plane if it moves in one; longer links; wider joint ranges"#]],
    );
    // Not in the plane in which the arm moves.
    found(
        "(min: (0.2, 0, 0.8), max: (0.4, 0, 1.2))",
        "(min: (0.2, 0.1, 0.8), max: (0.4, 0.1, 1.2))",
        "goal-out-of-reach",
        expect![[r#"
            serious: `tip` can reach none of the goals
              --> arm.ron:24:15
               |
            24 |         goal: Box(min: (0.2, 0.1, 0.8), max: (0.4, 0.1, 1.2)),
               |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ it stops 0.1 m from (0.26, 0.1, 1)
               |
               = help: 21 goals were tried, each within 0.05 m
               = help: try goals nearer to the robot, and in its plane if it moves in one; longer links; wider joint ranges"#]],
    );
}

#[test]
fn goals_out_of_the_reach_that_a_formula_asks_for() {
    let far = changed(
        "(min: (0.2, 0, 0.8), max: (0.4, 0, 1.2))",
        "(min: (0.2, 0, 0.8), max: (1.2, 0, 1.2))",
    );
    let told = |condition: &str| {
        let when = format!(r#"When("{condition}")"#);
        let scene = far.replace(r#"Within(point: "tip", distance: 0.05)"#, &when);
        let scene = Scene::parse("arm.ron", &scene).unwrap();
        let findings = check_static(&scene);
        let goal = |finding: &Finding| finding.kind.name() == "goal-out-of-reach";
        (findings.iter().find(|finding| goal(finding))).map(|finding| finding.help[0].clone())
    };
    let asked = Some("32 goals were tried, each within 0.1 m".to_owned());
    assert_eq!(told("tip.distance < 0.1"), asked);
    assert_eq!(told("0.1 >= tip.distance and elbow.speed < 1"), asked);
    // The reward says what success does not: it wants the point at the goal.
    let near = Some("32 goals were tried, each within 0.02 m".to_owned());
    assert_eq!(told("tip.distance < 0.1 or elbow.angle > 1"), near);
    // Near enough everywhere.
    assert_eq!(told("tip.distance < 1"), None);
}

#[test]
fn overlaps_at_the_start() {
    let block = |x: f32| {
        format!(
            r#"objects: [(name: "block", shapes: [Box(center: (0, 0, 0), half: (0.05, 0.05, 0.05), mass: 0.5)],
        origin: (xyz: ({x}, 0, 1)))],
    task: ("#
        )
    };
    found_statically(
        "    task: (",
        &block(0.4),
        "overlaps-at-start",
        expect![[r#"
            serious: `block` starts inside `lower`
              --> arm.ron:21:18
               |
            21 | objects: [(name: "block", shapes: [Box(center: (0, 0, 0), half: (0.05, 0.05, 0.05), mass: 0.5)],
               |                  ^^^^^^^ in 69 % of the starts, up to 0.077 m deep
               |
               = help: move one of them, or reduce the noise at the start: the physics throws overlapping solids apart"#]],
    );
    // Beside it, it is not in its way.
    let beside = changed("    task: (", &block(0.8));
    let scene = Scene::parse("arm.ron", &beside).unwrap();
    assert_eq!(check_static(&scene), []);
    // So is the terrain that an arm begins in, and the ground below it is not.
    let terrain =
        "world: (ground: (z: 0.5), terrain: [Box(center: (0.4, 0, 1), half: (0.05, 0.05, 0.05))]),";
    found_statically(
        "(\n    robot:",
        &format!("(\n    {terrain}\n    robot:"),
        "overlaps-at-start",
        expect![[r#"
            serious: `lower` starts inside the terrain
             --> arm.ron:7:20
              |
            7 |             (name: "lower", shapes: [Capsule(from: (0, 0, 0), to: (0.3, 0, 0), radius: 0.03, mass: 0.4)]),
              |                    ^^^^^^^ in 69 % of the starts, up to 0.077 m deep
              |
              = help: move one of them, or reduce the noise at the start: the physics throws overlapping solids apart"#]],
    );
    let ground = changed(
        "(\n    robot:",
        "(\n    world: (ground: (z: 0.98)),\n    robot:",
    );
    let scene = Scene::parse("arm.ron", &ground).unwrap();
    let found = check_static(&scene);
    let overlap = found
        .iter()
        .find(|found| found.kind.name() == "overlaps-at-start");
    assert_eq!(
        overlap.unwrap().found,
        "in 31 % of the starts, up to 0.068 m deep"
    );
}

#[test]
fn motors_that_cannot_lift() {
    found(
        "torque: 8",
        "torque: 2",
        "motor-too-weak",
        expect![[r#"
        serious: the motor of `shoulder` cannot hold the pose at which episodes start
          --> arm.ron:11:68
           |
        11 |                 origin: (xyz: (0, 0, 1)), axis: (0, 1, 0), torque: 2, damping: 0.5, armature: 0.05,
           |                                                                    ^ its limit is 2, and the home pose needs 2.3
           |
           = help: try a torque above 2.3, or less weight on the joint"#]],
    );
    found(
        "torque: 3",
        "torque: 0.5",
        "motor-too-weak",
        expect![[r#"
            serious: the motor of `elbow` cannot hold the pose at which episodes start
              --> arm.ron:15:90
               |
            15 |                 origin: (xyz: (0.3, 0, 0)), axis: (0, 1, 0), range: (-2.5, 2.5), torque: 0.5, damping: 0.2, armature: 0.02,
               |                                                                                          ^^^ its limit is 0.5, and the home pose needs 0.52
               |
               = help: try a torque above 0.52, or less weight on the joint"#]],
    );
}

#[test]
fn motors_that_are_too_strong_or_run_free() {
    found_statically(
        "range: (-2.5, 2.5), torque: 3",
        "range: (-2.5, 2.5), torque: 100",
        "motor-too-strong",
        expect![[r#"
            warning: the motor of `elbow` is too strong for its load
              --> arm.ron:15:90
               |
            15 |                 origin: (xyz: (0.3, 0, 0)), axis: (0, 1, 0), range: (-2.5, 2.5), torque: 100, damping: 0.2, armature: 0.02,
               |                                                                                          ^^^ one control step at full action changes the speed by 64; above 100 the environment counts as broken
               |
               = help: try less torque, more armature, or a higher control_hz"#]],
    );
    found_statically(
        "torque: 3, damping: 0.2, armature: 0.02",
        "torque: 3, damping: 0, armature: 0",
        "joint-undamped",
        expect![[r#"
            warning: nothing damps the motor of `elbow`
              --> arm.ron:15:102
               |
            15 |                 origin: (xyz: (0.3, 0, 0)), axis: (0, 1, 0), range: (-2.5, 2.5), torque: 3, damping: 0, armature: 0,
               |                                                                                                      ^ neither damping nor armature
               |
               = help: real motors have both, such as `damping: 0.1, armature: 0.01`; without them the simulation may gain energy"#]],
    );
}

#[test]
fn springs_that_are_too_stiff_for_the_physics() {
    found_statically(
        "torque: 3, damping: 0.2, armature: 0.02",
        "torque: 3, damping: 0.2, armature: 0.02, spring: (stiffness: 1000, rest: 1)",
        "physics-too-coarse",
        expect![[r#"
            warning: the physics is too coarse for the spring of `elbow`
              --> arm.ron:15:131
               |
            15 | ...ture: 0.02, spring: (stiffness: 1000, rest: 1),
               |                        ^^^^^^^^^^^^^^^^^^^^^^^^^^ it oscillates at 29 Hz, with 6.8 physics steps per oscillation
               |
               = help: use a physics_hz of at least 370, a softer spring, or more armature"#]],
    );
}

#[test]
fn rewards_without_a_signal() {
    found(
        "(weight: -0.01, of: Effort())",
        "(weight: 0, of: Effort())",
        "reward-without-weight",
        expect![[r#"
            warning: this reward term has no effect
              --> arm.ron:26:60
               |
            26 |         reward: [(weight: -1, of: Distance(point: "tip")), (weight: 0, of: Effort())],
               |                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^ its weight is 0
               |
               = help: set a weight, or remove the term"#]],
    );
    found(
        "(weight: -0.01, of: Effort())",
        r#"(weight: 5, of: Inside(point: "tip", distance: 0.00001))"#,
        "reward-never-fires",
        expect![[r#"
            warning: this reward term is never paid to an untrained policy
              --> arm.ron:26:60
               |
            26 |         reward: [(weight: -1, of: Distance(point: "tip")), (weight: 5, of: Inside(point: "tip", distance: 0.00001))],
               |                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 0 in each of 60000 steps
               |
               = help: use a term with a signal from farther away, such as `Near` with a larger width"#]],
    );
    found(
        REWARD,
        r#"[(weight: 5, of: Inside(point: "tip", distance: 0.00001))]"#,
        "reward-constant",
        expect![[r#"
            serious: the reward is the same whatever the actions
              --> arm.ron:26:18
               |
            26 |         reward: [(weight: 5, of: Inside(point: "tip", distance: 0.00001))],
               |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 0 in each of 60000 steps
               |
               = help: add a term that shows the way, such as `Distance(point: ..)`: a reward that is never met cannot be learnt"#]],
    );
}

#[test]
fn rewards_that_drown_others() {
    found(
        "(weight: -0.01, of: Effort())",
        "(weight: -20, of: Effort())",
        "reward-drowns",
        expect![[r#"
            warning: the cost of moving outweighs the task's reward
              --> arm.ron:26:60
               |
            26 |         reward: [(weight: -1, of: Distance(point: "tip")), (weight: -20, of: Effort())],
               |                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^ 96 % of the absolute reward under random actions
               |
               = help: a weight of -1.31 would make it as large as the task's other terms"#]],
    );
    found(
        "(weight: -0.01, of: Effort())",
        "(weight: 100, of: Alive())",
        "reward-drowns",
        expect![[r#"
            warning: this reward term drowns the task's other terms
              --> arm.ron:26:60
               |
            26 |         reward: [(weight: -1, of: Distance(point: "tip")), (weight: 100, of: Alive())],
               |                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^ 99 % of the absolute reward under random actions
               |
               = help: a weight of 0.47 would make it as large as the task's other terms"#]],
    );
}

#[test]
fn ends_that_come_too_soon() {
    found(
        SPEED_LIMIT,
        r#"max_joint_speed: 100, end: [PointBelow(point: "tip", z: 2)],"#,
        "ends-at-start",
        expect![[r#"
            serious: episodes end before they begin
              --> arm.ron:27:37
               |
            27 |         max_joint_speed: 100, end: [PointBelow(point: "tip", z: 2)],
               |                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ it holds in 100 % of the starts
               |
               = help: an end condition that is false at the start"#]],
    );
    found(
        SPEED_LIMIT,
        "max_joint_speed: 100, end: [JointSpeedAbove(speed: 0.02)],",
        "falls-at-start",
        expect![[r#"
            serious: episodes end at once, whatever the actions
              --> arm.ron:27:37
               |
            27 |         max_joint_speed: 100, end: [JointSpeedAbove(speed: 0.02)],
               |                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ they last 1.12 steps on average
               |
               = help: try a stable home pose, less noise at the start, or a more lenient end condition"#]],
    );
    found(
        SPEED_LIMIT,
        r#"max_joint_speed: 100, end: [PointBelow(point: "tip", z: 0.6)],"#,
        "pays-to-end",
        expect![[r#"
            serious: it pays to end the episode early
              --> arm.ron:27:37
               |
            27 |         max_joint_speed: 100, end: [PointBelow(point: "tip", z: 0.6)],
               |                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the mean reward per step is -0.31; the mean return -8 with this end, -28 at the time limit
               |
               = help: add a positive reward for every step, such as `(weight: 1, of: Alive())`, or remove this end condition"#]],
    );
}

#[test]
fn tasks_that_need_no_learning() {
    found(
        r#"success: Within(point: "tip", distance: 0.05)"#,
        r#"success: Within(point: "tip", distance: 2)"#,
        "solved-by-nothing",
        expect![[r#"
            serious: the task is solved by actions of 0
              --> arm.ron:29:17
               |
            29 |         solved: Success(0.9),
               |                 ^^^^^^^^^^^^ 100 % of the episodes are successes
               |
               = help: try a harder task, or a stricter `solved` or `success`"#]],
    );
}

#[test]
fn what_breaks() {
    found(
        SPEED_LIMIT,
        "max_joint_speed: 6,",
        "breaks",
        expect![[r#"
            serious: the simulation breaks under random actions
              --> arm.ron:27:26
               |
            27 |         max_joint_speed: 6,
               |                          ^ in 57 % of the episodes: joint 1 moves at 6.5, above max_joint_speed 6
               |
               = help: try weaker motors, more damping and armature, or a higher physics_hz; or a larger max_joint_speed, if such speeds are ordinary here"#]],
    );
    // Independent random actions cancel out; held ones do not.
    found(
        SPEED_LIMIT,
        "max_joint_speed: 12,",
        "breaks",
        expect![[r#"
            warning: the simulation breaks under random actions held for 0.25 s
              --> arm.ron:27:26
               |
            27 |         max_joint_speed: 12,
               |                          ^^ in 48 % of the episodes: joint 2 moves at 12.1, above max_joint_speed 12
               |
               = help: try weaker motors, more damping and armature, or a higher physics_hz; or a larger max_joint_speed, if such speeds are ordinary here"#]],
    );
    found(
        "(weight: -0.01, of: Effort())",
        r#"(weight: 0.01, of: Expr("ln(tip.z - 0.8)"))"#,
        "breaks",
        expect![[r#"
            serious: the simulation breaks under actions of 0
              --> arm.ron:26:60
               |
            26 |         reward: [(weight: -1, of: Distance(point: "tip")), (weight: 0.01, of: Expr("ln(tip.z - 0.8)"))],
               |                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ in 100 % of the episodes: the reward is not finite
               |
               = help: use a formula that is finite everywhere: no division by 0, no root or logarithm of a negative number"#]],
    );
}

#[test]
fn motors_that_saturate() {
    found(
        "torque: 3, damping: 0.2, armature: 0.02",
        "torque: 3, damping: 0.2, armature: 0.02, spring: (stiffness: 4, rest: -2)",
        "motor-saturates",
        expect![[r#"
            warning: the motor of `elbow` saturates while it holds its home
              --> arm.ron:15:90
               |
            15 | ...   origin: (xyz: (0.3, 0, 0)), axis: (0, 1, 0), range: (-2.5, 2.5), torque: 3, damping: 0.2, armature: 0.02, spring: (stiffness: ...
               |                                                                                ^ at its torque limit in 95 % of the steps
               |
               = help: try more torque, or less load on the joint: springs, weight"#]],
    );
}

#[test]
fn energy_gain_of_an_undriven_robot() {
    one(
        &findings("chain.ron", include_str!("doctor/chain.ron")),
        "energy-gain",
        expect![[r#"
            warning: the robot gains energy without motor torques
              --> chain.ron:13:37
               |
            13 |                 torque: 6, damping: 0, armature: 0.05,
               |                                     ^ 17.4 % of its largest kinetic energy
               |
               = help: damping and armature at every joint, or a physics_hz above 100"#]],
    );
}

#[test]
fn observations_that_are_constant_redundant_or_unscaled() {
    found(
        "Goal(axes: [X, Z])",
        "Goal()",
        "observation-constant",
        expect![[r#"
            warning: an observation that never changes carries no information
              --> arm.ron:25:52
               |
            25 |         observe: [Cos(), Sin(), Speed(scale: 0.2), Goal()],
               |                                                    ^^^^^^ `goal.y`: always 0
               |
               = help: remove it; `axes`, `joints` and `links` select the entries of a term"#]],
    );
    found(
        OBSERVE,
        "[Cos(), Sin(), Speed(scale: 0.2), Goal(axes: [X, Z]), Angle(joints: [\"elbow\"], scale: 2), Angle(joints: [\"elbow\"])]",
        "observation-redundant",
        expect![[r#"
            note: an observation duplicates another one
              --> arm.ron:25:108
               |
            25 |         observe: [Cos(), Sin(), Speed(scale: 0.2), Goal(axes: [X, Z]), Angle(joints: ["elbow"], scale: 2), Angle(joints: ["elbow"])],
               |                                                                                                            ^^^^^^^^^^^^^^^^^^^^^^^^ `elbow.angle` is a linear function of `elbow.angle`
               |
               = help: one of them is enough"#]],
    );
    found(
        "Speed(scale: 0.2)",
        "Speed(scale: 200)",
        "observation-unscaled",
        expect![[r#"
            note: an observation is far from the scale of 1
              --> arm.ron:25:33
               |
            25 |         observe: [Cos(), Sin(), Speed(scale: 200), Goal(axes: [X, Z])],
               |                                 ^^^^^^^^^^^^^^^^^ `shoulder.speed`, `elbow.speed`: std 600
               |
               = help: this learner normalises observations; others need a `scale`"#]],
    );
    let text = ARM.replace("Speed(scale: 0.2)", "Speed(scale: 200)");
    let text = text.replace(
        "normalize_observations: true",
        "normalize_observations: false",
    );
    one(
        &findings("arm.ron", &text),
        "observation-unscaled",
        expect![[r#"
            warning: an observation is far from the scale of 1
              --> arm.ron:25:33
               |
            25 |         observe: [Cos(), Sin(), Speed(scale: 200), Goal(axes: [X, Z])],
               |                                 ^^^^^^^^^^^^^^^^^ `shoulder.speed`, `elbow.speed`: std 600
               |
               = help: `scale: 0.00167`, or a learner that normalises observations"#]],
    );
}

#[test]
fn learners_that_do_not_look_ahead() {
    found(
        "gamma: 0.95",
        "gamma: 0.5",
        "short-sighted",
        expect![[r#"
            note: `ppo` looks only 0.04 s ahead in episodes of 2 s
              --> arm.ron:33:117
               |
            33 |             steps: 100_000, envs: 16, horizon: 32, epochs: 4, batch: 64, widths: [32, 32], activation: Tanh, gamma: 0.5,
               |                                                                                                                     ^^^ gamma 0.5 means a horizon of 2 steps
               |
               = help: a gamma near 0.97 lets the start of an episode see rewards at its end"#]],
    );
}

#[test]
fn a_scene_always_gets_the_same_findings() {
    let text = ARM.replace("torque: 8", "torque: 2");
    assert_eq!(findings("arm.ron", &text), findings("arm.ron", &text));
}

#[test]
fn every_kind_of_finding_is_provoked_here() {
    let tests = include_str!("doctor.rs");
    for kind in doctor::finding_kinds() {
        let name = format!("        \"{}\",", kind.name());
        assert!(tests.contains(&name), "no test provokes {name}");
        assert!(!kind.meaning().is_empty());
    }
}
