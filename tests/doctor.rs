//! Promise: what is probably wrong with a scene is found, told where it is, and nothing else is found.
//!
//! Each test changes one place of a healthy scene. `UPDATE_EXPECT=1 cargo test` rewrites the texts.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use expect_test::{Expect, expect};
use sinew::doctor::{self, Kind};
use sinew::scene::Scene;
use std::sync::Arc;

const ARM: &str = include_str!("doctor/arm.ron");
/// Its reward.
const REWARD: &str = r#"[(weight: -1, of: Distance(point: "tip")), (weight: -0.01, of: Effort())]"#;
const OBSERVE: &str = "[Cos(), Sin(), Speed(scale: 0.2), Goal(axes: [X, Z])]";
const SPEED_LIMIT: &str = "max_joint_speed: 100,";

fn findings(name: &str, text: &str) -> Vec<(Kind, String)> {
    let scene = Arc::new(Scene::parse(name, text).unwrap());
    let preset = scene.learner(None).unwrap();
    let checkup = doctor::check(&scene, preset).unwrap();
    let told = |finding: &doctor::Finding| {
        let told = finding.remark(&scene).told(finding.severity);
        (finding.kind, told)
    };
    checkup.findings.iter().map(told).collect()
}

/// The arm with one place changed has this one finding.
fn found(from: &str, to: &str, kind: Kind, expected: Expect) {
    one(&findings("arm.ron", &changed(from, to)), kind, expected);
}

/// The same without a rollout.
fn seen(from: &str, to: &str, kind: Kind, expected: Expect) {
    let scene = Scene::parse("arm.ron", &changed(from, to)).unwrap();
    let findings = doctor::look(&scene, scene.learner(None).unwrap());
    let told: Vec<(Kind, String)> = (findings.iter())
        .map(|finding| (finding.kind, finding.remark(&scene).told(finding.severity)))
        .collect();
    one(&told, kind, expected);
}

fn changed(from: &str, to: &str) -> String {
    assert_eq!(ARM.matches(from).count(), 1, "{from}");
    ARM.replace(from, to)
}

fn one(findings: &[(Kind, String)], kind: Kind, expected: Expect) {
    let [(found, told)] = findings else {
        panic!("{findings:#?}");
    };
    assert_eq!(*found, kind);
    expected.assert_eq(told);
}

#[test]
fn of_a_healthy_scene_there_is_nothing_to_say() {
    assert_eq!(findings("arm.ron", ARM), []);
}

#[test]
fn what_is_as_it_should_be_is_not_accused() {
    // An end that only a dear way leads to does not pay, though every step costs.
    assert_eq!(findings("hinge.ron", include_str!("scenes/hinge.ron")), []);
    for (from, to) in [
        // To get to the goal sooner is what is wanted.
        (
            SPEED_LIMIT,
            r#"max_joint_speed: 100, end: [Inside(point: "tip", distance: 0.1)],"#,
        ),
        // Past readings are nearly the same as present ones, which is what they are there for.
        ("Speed(scale: 0.2)", "Speed(scale: 0.2, history: 2)"),
    ] {
        assert_eq!(findings("arm.ron", &changed(from, to)), [], "{to}");
    }
    // A spring that carries the arm spares its motor, which could not hold it alone.
    let sprung = changed(
        "torque: 3",
        "torque: 0.5, spring: (stiffness: 1, rest: 0.5)",
    );
    let found = findings("arm.ron", &sprung);
    assert!(
        !found.iter().any(|(_, told)| told.starts_with("serious")),
        "{found:#?}"
    );
    // An upright axis carries nothing, however weak its motor is.
    let upright = ARM.replace("axis: (0, 1, 0)", "axis: (0, 0, 1)");
    let upright = upright
        .replace("torque: 8", "torque: 0.5")
        .replace("torque: 3", "torque: 0.2");
    let scene = Scene::parse("upright.ron", &upright).unwrap();
    let found = doctor::look(&scene, scene.learner(None).unwrap());
    assert!(
        found
            .iter()
            .all(|finding| finding.kind == Kind::GoalOutOfReach),
        "{found:#?}"
    );
}

#[test]
fn goals_out_of_reach() {
    found(
        "(min: (0.2, 0, 0.8), max: (0.4, 0, 1.2))",
        "(min: (0.2, 0, 0.8), max: (1.2, 0, 1.2))",
        Kind::GoalOutOfReach,
        expect![[r#"
            warning: `tip` cannot get to 44 % of the goals
              --> arm.ron:24:15
               |
            24 |         goal: Box(min: (0.2, 0, 0.8), max: (1.2, 0, 1.2)),
               |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 0.59 m are missing to (1.17, 0, 1.1)
               |
               = help: 32 goals were tried, each within 0.05 m
               = help: goals nearer to the robot and in its plane, if it moves in one; longer links, wider ranges"#]],
    );
    // Not in the plane in which the arm moves.
    found(
        "(min: (0.2, 0, 0.8), max: (0.4, 0, 1.2))",
        "(min: (0.2, 0.1, 0.8), max: (0.4, 0.1, 1.2))",
        Kind::GoalOutOfReach,
        expect![[r#"
            serious: `tip` can get to none of the goals
              --> arm.ron:24:15
               |
            24 |         goal: Box(min: (0.2, 0.1, 0.8), max: (0.4, 0.1, 1.2)),
               |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 0.1 m are missing to (0.26, 0.1, 1)
               |
               = help: 21 goals were tried, each within 0.05 m
               = help: goals nearer to the robot and in its plane, if it moves in one; longer links, wider ranges"#]],
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
        let findings = doctor::look(&scene, scene.learner(None).unwrap());
        let goal = |finding: &doctor::Finding| finding.kind == Kind::GoalOutOfReach;
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
fn what_starts_inside_of_something_else() {
    let block = |x: f32| {
        format!(
            r#"objects: [(name: "block", shapes: [Box(center: (0, 0, 0), half: (0.05, 0.05, 0.05), mass: 0.5)],
        origin: (xyz: ({x}, 0, 1)))],
    task: ("#
        )
    };
    seen(
        "    task: (",
        &block(0.4),
        Kind::OverlapsAtStart,
        expect![[r#"
            serious: `block` starts inside of `lower`
              --> arm.ron:21:18
               |
            21 | objects: [(name: "block", shapes: [Box(center: (0, 0, 0), half: (0.05, 0.05, 0.05), mass: 0.5)],
               |                  ^^^^^^^ in 69 % of the starts, up to 0.077 m deep
               |
               = help: another place for one of them, or less noise at the start: the physics throws apart what overlaps"#]],
    );
    // Beside it, it is not in its way.
    let beside = changed("    task: (", &block(0.8));
    let scene = Scene::parse("arm.ron", &beside).unwrap();
    assert_eq!(doctor::look(&scene, scene.learner(None).unwrap()), []);
    // So is the terrain that an arm begins in, and the ground below it is not.
    let terrain =
        "world: (ground: (z: 0.5), terrain: [Box(center: (0.4, 0, 1), half: (0.05, 0.05, 0.05))]),";
    seen(
        "(\n    robot:",
        &format!("(\n    {terrain}\n    robot:"),
        Kind::OverlapsAtStart,
        expect![[r#"
            serious: `lower` starts inside of the terrain
             --> arm.ron:7:20
              |
            7 |             (name: "lower", shapes: [Capsule(from: (0, 0, 0), to: (0.3, 0, 0), radius: 0.03, mass: 0.4)]),
              |                    ^^^^^^^ in 69 % of the starts, up to 0.077 m deep
              |
              = help: another place for one of them, or less noise at the start: the physics throws apart what overlaps"#]],
    );
    let ground = changed(
        "(\n    robot:",
        "(\n    world: (ground: (z: 0.98)),\n    robot:",
    );
    let scene = Scene::parse("arm.ron", &ground).unwrap();
    let found = doctor::look(&scene, scene.learner(None).unwrap());
    let overlap = found
        .iter()
        .find(|found| found.kind == Kind::OverlapsAtStart);
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
        Kind::MotorTooWeak,
        expect![[r#"
        serious: the motor of `shoulder` cannot hold the pose at which episodes start
          --> arm.ron:11:68
           |
        11 |                 origin: (xyz: (0, 0, 1)), axis: (0, 1, 0), torque: 2, damping: 0.5, armature: 0.05,
           |                                                                    ^ it has 2, and home takes 2.3
           |
           = help: a torque above 2.3, or less weight on the joint"#]],
    );
    found(
        "torque: 3",
        "torque: 0.5",
        Kind::MotorTooWeak,
        expect![[r#"
            serious: the motor of `elbow` cannot hold the pose at which episodes start
              --> arm.ron:15:90
               |
            15 |                 origin: (xyz: (0.3, 0, 0)), axis: (0, 1, 0), range: (-2.5, 2.5), torque: 0.5, damping: 0.2, armature: 0.02,
               |                                                                                          ^^^ it has 0.5, and home takes 0.52
               |
               = help: a torque above 0.52, or less weight on the joint"#]],
    );
}

#[test]
fn motors_that_are_too_strong_or_run_free() {
    seen(
        "range: (-2.5, 2.5), torque: 3",
        "range: (-2.5, 2.5), torque: 100",
        Kind::MotorTooStrong,
        expect![[r#"
            warning: the motor of `elbow` is very strong for what it moves
              --> arm.ron:15:90
               |
            15 |                 origin: (xyz: (0.3, 0, 0)), axis: (0, 1, 0), range: (-2.5, 2.5), torque: 100, damping: 0.2, armature: 0.02,
               |                                                                                          ^^^ one action of 1 changes the speed by 64; above 100 the physics counts as broken
               |
               = help: less torque, more armature, or a higher control_hz"#]],
    );
    seen(
        "torque: 3, damping: 0.2, armature: 0.02",
        "torque: 3, damping: 0, armature: 0",
        Kind::JointUndamped,
        expect![[r#"
            warning: nothing slows the motor of `elbow` down
              --> arm.ron:15:102
               |
            15 |                 origin: (xyz: (0.3, 0, 0)), axis: (0, 1, 0), range: (-2.5, 2.5), torque: 3, damping: 0, armature: 0,
               |                                                                                                      ^ neither damping nor armature
               |
               = help: real motors have both, like `damping: 0.1, armature: 0.01`; without, the physics may gain energy"#]],
    );
}

#[test]
fn springs_that_are_too_stiff_for_the_physics() {
    seen(
        "torque: 3, damping: 0.2, armature: 0.02",
        "torque: 3, damping: 0.2, armature: 0.02, spring: (stiffness: 1000, rest: 1)",
        Kind::PhysicsTooCoarse,
        expect![[r#"
            warning: the physics is too coarse for the spring of `elbow`
              --> arm.ron:15:131
               |
            15 | ...re: 0.02, spring: (stiffness: 1000, rest: 1),
               |                      ^^^^^^^^^^^^^^^^^^^^^^^^^^ it swings 29 times a second, with 6.8 physics steps for each swing
               |
               = help: a physics_hz of at least 370, a softer spring, or more armature"#]],
    );
}

#[test]
fn rewards_that_say_nothing() {
    found(
        "(weight: -0.01, of: Effort())",
        "(weight: 0, of: Effort())",
        Kind::RewardWithoutWeight,
        expect![[r#"
            warning: this reward term counts for nothing
              --> arm.ron:26:60
               |
            26 |         reward: [(weight: -1, of: Distance(point: "tip")), (weight: 0, of: Effort())],
               |                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^ its weight is 0
               |
               = help: a weight, or remove the term"#]],
    );
    found(
        "(weight: -0.01, of: Effort())",
        r#"(weight: 5, of: Inside(point: "tip", distance: 0.00001))"#,
        Kind::RewardNeverFires,
        expect![[r#"
            warning: this reward term is never paid to somebody who has learnt nothing
              --> arm.ron:26:60
               |
            26 |         reward: [(weight: -1, of: Distance(point: "tip")), (weight: 5, of: Inside(point: "tip", distance: 0.00001))],
               |                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 0 in each of 60000 steps
               |
               = help: a term that is already felt from afar, like `Near` with a larger width"#]],
    );
    found(
        REWARD,
        r#"[(weight: 5, of: Inside(point: "tip", distance: 0.00001))]"#,
        Kind::RewardConstant,
        expect![[r#"
            serious: the reward is the same whatever is done
              --> arm.ron:26:18
               |
            26 |         reward: [(weight: 5, of: Inside(point: "tip", distance: 0.00001))],
               |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 0 in each of 60000 steps
               |
               = help: a term that says which way is better, like `Distance(point: ..)`: what is never met cannot be followed"#]],
    );
}

#[test]
fn rewards_that_drown_others() {
    found(
        "(weight: -0.01, of: Effort())",
        "(weight: -20, of: Effort())",
        Kind::RewardDrowns,
        expect![[r#"
            warning: moving costs more than there is to earn
              --> arm.ron:26:60
               |
            26 |         reward: [(weight: -1, of: Distance(point: "tip")), (weight: -20, of: Effort())],
               |                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^ 96 % of what terms give and take when somebody acts at random
               |
               = help: with a weight of -1.31 it would be as large as the task's other terms"#]],
    );
    found(
        "(weight: -0.01, of: Effort())",
        "(weight: 100, of: Alive())",
        Kind::RewardDrowns,
        expect![[r#"
            warning: this reward term drowns what else the task pays
              --> arm.ron:26:60
               |
            26 |         reward: [(weight: -1, of: Distance(point: "tip")), (weight: 100, of: Alive())],
               |                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^ 99 % of what terms give and take when somebody acts at random
               |
               = help: with a weight of 0.47 it would be as large as the task's other terms"#]],
    );
}

#[test]
fn ends_that_come_too_soon() {
    found(
        SPEED_LIMIT,
        r#"max_joint_speed: 100, end: [PointBelow(point: "tip", z: 2)],"#,
        Kind::EndsAtStart,
        expect![[r#"
            serious: episodes are over before they begin
              --> arm.ron:27:37
               |
            27 |         max_joint_speed: 100, end: [PointBelow(point: "tip", z: 2)],
               |                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ it holds in 100 % of the starts
               |
               = help: an end that does not hold at home"#]],
    );
    found(
        SPEED_LIMIT,
        "max_joint_speed: 100, end: [JointSpeedAbove(speed: 0.02)],",
        Kind::FallsAtStart,
        expect![[r#"
            serious: episodes are over at once, whatever is done
              --> arm.ron:27:37
               |
            27 |         max_joint_speed: 100, end: [JointSpeedAbove(speed: 0.02)],
               |                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ they last 1.12 steps on average
               |
               = help: a home that stands, less noise at the start, or an end that waits longer"#]],
    );
    found(
        SPEED_LIMIT,
        r#"max_joint_speed: 100, end: [PointBelow(point: "tip", z: 0.6)],"#,
        Kind::PaysToEnd,
        expect![[r#"
            serious: it pays to end the episode early
              --> arm.ron:27:37
               |
            27 |         max_joint_speed: 100, end: [PointBelow(point: "tip", z: 0.6)],
               |                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a step pays -0.31 on average: -8 in episodes that it ends, -28 in whole ones
               |
               = help: a reward for every step that is lived, like `(weight: 1, of: Alive())`, or no such end"#]],
    );
}

#[test]
fn what_is_solved_by_nothing() {
    found(
        r#"success: Within(point: "tip", distance: 0.05)"#,
        r#"success: Within(point: "tip", distance: 2)"#,
        Kind::SolvedByNothing,
        expect![[r#"
            serious: it is solved by somebody who does nothing
              --> arm.ron:29:17
               |
            29 |         solved: Success(0.9),
               |                 ^^^^^^^^^^^^ 100 % of its episodes are successes
               |
               = help: a harder task, or more that is asked of `solved` or `success`"#]],
    );
}

#[test]
fn what_breaks() {
    found(
        SPEED_LIMIT,
        "max_joint_speed: 6,",
        Kind::Breaks,
        expect![[r#"
            serious: the simulation breaks when somebody acts at random
              --> arm.ron:27:26
               |
            27 |         max_joint_speed: 6,
               |                          ^ in 57 % of the episodes: joint 1 moves at 6.5, above max_joint_speed 6
               |
               = help: weaker motors, more damping and armature, a higher physics_hz; or a larger max_joint_speed, if such speeds are ordinary here"#]],
    );
    // Random actions take each other back; held ones do not.
    found(
        SPEED_LIMIT,
        "max_joint_speed: 12,",
        Kind::Breaks,
        expect![[r#"
            warning: the simulation breaks when somebody holds random actions for a moment
              --> arm.ron:27:26
               |
            27 |         max_joint_speed: 12,
               |                          ^^ in 48 % of the episodes: joint 2 moves at 12.1, above max_joint_speed 12
               |
               = help: weaker motors, more damping and armature, a higher physics_hz; or a larger max_joint_speed, if such speeds are ordinary here"#]],
    );
    found(
        "(weight: -0.01, of: Effort())",
        r#"(weight: 0.01, of: Expr("ln(tip.z - 0.8)"))"#,
        Kind::Breaks,
        expect![[r#"
            serious: the simulation breaks when somebody does nothing
              --> arm.ron:26:60
               |
            26 |         reward: [(weight: -1, of: Distance(point: "tip")), (weight: 0.01, of: Expr("ln(tip.z - 0.8)"))],
               |                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ in 100 % of the episodes: the reward is not finite
               |
               = help: a formula that is a number everywhere: not divided by 0, no root or logarithm of what is negative"#]],
    );
}

#[test]
fn motors_with_nothing_left() {
    found(
        "torque: 3, damping: 0.2, armature: 0.02",
        "torque: 3, damping: 0.2, armature: 0.02, spring: (stiffness: 4, rest: -2)",
        Kind::MotorSaturates,
        expect![[r#"
            warning: the motor of `elbow` has nothing left when it holds its home
              --> arm.ron:15:90
               |
            15 | ...   origin: (xyz: (0.3, 0, 0)), axis: (0, 1, 0), range: (-2.5, 2.5), torque: 3, damping: 0.2, armature: 0.02, spring: (stiffness: ...
               |                                                                                ^ it gives all it has in 95 % of the steps
               |
               = help: more torque, or less of what pushes the joint away: springs, weight"#]],
    );
}

#[test]
fn energy_out_of_nothing() {
    one(
        &findings("chain.ron", include_str!("doctor/chain.ron")),
        Kind::EnergyGain,
        expect![[r#"
            warning: the robot gains energy that no motor gives it
              --> chain.ron:13:37
               |
            13 |                 torque: 6, damping: 0, armature: 0.05,
               |                                     ^ left alone, it gains 17.4 % of its swing
               |
               = help: damping and armature at every joint, or a physics_hz above 100"#]],
    );
}

#[test]
fn observations_that_tell_nothing_or_too_much() {
    found(
        "Goal(axes: [X, Z])",
        "Goal()",
        Kind::ObservationConstant,
        expect![[r#"
            warning: an observation that never changes tells nothing
              --> arm.ron:25:52
               |
            25 |         observe: [Cos(), Sin(), Speed(scale: 0.2), Goal()],
               |                                                    ^^^^^^ `goal.y`: always 0
               |
               = help: leave it out; `axes`, `joints` and `links` say which entries a term has"#]],
    );
    found(
        OBSERVE,
        "[Cos(), Sin(), Speed(scale: 0.2), Goal(axes: [X, Z]), Angle(joints: [\"elbow\"], scale: 2), Angle(joints: [\"elbow\"])]",
        Kind::ObservationRedundant,
        expect![[r#"
            note: an observation says what another one says
              --> arm.ron:25:108
               |
            25 |         observe: [Cos(), Sin(), Speed(scale: 0.2), Goal(axes: [X, Z]), Angle(joints: ["elbow"], scale: 2), Angle(joints: ["elbow"])],
               |                                                                                                            ^^^^^^^^^^^^^^^^^^^^^^^^ `elbow.angle` says what `elbow.angle` says
               |
               = help: one of them will do"#]],
    );
    found(
        "Speed(scale: 0.2)",
        "Speed(scale: 200)",
        Kind::ObservationUnscaled,
        expect![[r#"
            note: an observation is far from the size of 1
              --> arm.ron:25:33
               |
            25 |         observe: [Cos(), Sin(), Speed(scale: 200), Goal(axes: [X, Z])],
               |                                 ^^^^^^^^^^^^^^^^^ `shoulder.speed`, `elbow.speed`: deviation 600
               |
               = help: this learner's normaliser takes care of it; others need a `scale`"#]],
    );
    let text = ARM.replace("Speed(scale: 0.2)", "Speed(scale: 200)");
    let text = text.replace(
        "normalize_observations: true",
        "normalize_observations: false",
    );
    one(
        &findings("arm.ron", &text),
        Kind::ObservationUnscaled,
        expect![[r#"
            warning: an observation is far from the size of 1
              --> arm.ron:25:33
               |
            25 |         observe: [Cos(), Sin(), Speed(scale: 200), Goal(axes: [X, Z])],
               |                                 ^^^^^^^^^^^^^^^^^ `shoulder.speed`, `elbow.speed`: deviation 600
               |
               = help: `scale: 0.00167`, or a learner that normalises observations"#]],
    );
}

#[test]
fn learners_that_do_not_look_ahead() {
    found(
        "gamma: 0.95",
        "gamma: 0.5",
        Kind::ShortSighted,
        expect![[r#"
            note: `ppo` looks ahead 0.04 s of an episode's 2 s
              --> arm.ron:33:117
               |
            33 |             steps: 100_000, envs: 16, horizon: 32, epochs: 4, batch: 64, widths: [32, 32], activation: Tanh, gamma: 0.5,
               |                                                                                                                     ^^^ with a gamma of 0.5, 2 steps
               |
               = help: what is paid at the end is seen from the start with a gamma near 0.97"#]],
    );
}

#[test]
fn a_scene_is_told_the_same_whenever_it_asks() {
    let text = ARM.replace("torque: 8", "torque: 2");
    assert_eq!(findings("arm.ron", &text), findings("arm.ron", &text));
}
