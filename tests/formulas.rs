//! Promise: a formula gives what it says, computes nothing that it does not read, and breaks the environment where it is no number.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its own data fails"
)]

use sinew::pod::scene::SceneEnvironment;
use sinew::pod::{Fault, Pod, Purpose};
use sinew::scene::Scene;
use sinew::seed::Seed;
use sinew::sim::Readings;
use sinew::step::StepEnd;
use sinew::task::{Moment, judge};
use std::borrow::Cow;
use std::sync::Arc;

/// The robot of `everything.ron`, a cart on a rail with a motor of 20 N, and on it an arm with one of 2 N m, with another task of 2 s.
fn scene(reward: &str, more: &str) -> Scene {
    let everything = include_str!("scenes/everything.ron");
    let (robot, _) = everything.split_once("    task: (").unwrap();
    let text = format!(
        "{robot} task: (
            episode_s: 2, control_hz: 50, physics_hz: 200, start: (angle: 0.1, speed: 0.1), goal: Fixed(at: (1, 2, 0)),
            observe: [Angle()], reward: [{reward}], max_joint_speed: 100, {more}
        ))"
    );
    Scene::parse("formulas", &text).unwrap_or_else(|error| panic!("{error}"))
}

/// What `judge` says of half a second into the episode.
fn judged<T>(scene: &Scene, judge: impl Fn(&sinew::task::Task, &Moment, &Moment) -> T) -> T {
    let moment = |readings, action, step| Moment {
        readings,
        goal: [1.0, 2.0, 0.0],
        action,
        previous_action: action,
        efforts: action,
        commands: &[0.75],
        step,
    };
    let before = Readings {
        angles: vec![1.25, 2.0],
        speeds: vec![1.0, -1.0],
        points: vec![[1.0, 2.0, 3.0]],
        velocities: vec![[1.0, 0.0, 0.0]],
        ..Readings::default()
    };
    let after = Readings {
        angles: vec![0.5, 2.5],
        speeds: vec![3.0, -4.0],
        points: vec![[1.0, 2.0, 2.0]],
        velocities: vec![[1.5, 2.0, 0.0]],
        gravity_loads: vec![0.0, 0.75],
        ..Readings::default()
    };
    let before = moment(&before, &[0.5, -0.5], 24);
    let after = moment(&after, &[1.0, 0.5], 25);
    judge(scene.task(), &before, &after)
}

fn value(formula: &str) -> f32 {
    let reward = format!("(weight: 1, of: Expr(\"{formula}\"))");
    judged(&scene(&reward, ""), judge::reward)
}

#[test]
fn operators_bind_as_in_mathematics() {
    for (formula, expected) in [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("7 - 2 - 1", 4.0),
        ("8 / 4 / 2", 1.0),
        ("2 * 3^2", 18.0),
        ("2^3^2", 512.0),
        ("-2^2", -4.0),
        ("2^-1", 0.5),
        ("2 * -3 - -1", -5.0),
        ("-(2 - 5)", 3.0),
        (" 1e1+.5\t*\n4. ", 12.0),
        ("if(not 1 < 2 or 2 < 3 and 3 != 4, 1, 0)", 1.0),
        ("if(not (1 < 2 or 2 < 3), 1, 0)", 0.0),
        ("if(1 + 1 >= 4 / 2, 1, 0)", 1.0),
    ] {
        assert_eq!(value(formula), expected, "{formula}");
    }
}

#[test]
fn what_is_taken_in_another_order_gives_the_same() {
    // A sum or a product may be taken from behind, a difference may not; squares of readings are a step of their own.
    for (formula, expected) in [
        ("2 + (tip.vx + 1)", 4.5),
        ("2 - (tip.vx + 1)", -0.5),
        ("10 - 2 * (3 + tip.vx)", 1.0),
        ("8 / (tip.vx + 0.5)", 4.0),
        ("elbow.speed^2 - rail.angle^2", 15.75),
        ("3 - elbow.speed^2", -13.0),
        ("-elbow.speed^2", -16.0),
        ("elbow.speed^2^2", 256.0),
        ("(elbow.speed - rail.angle)^2", 20.25),
        ("1 + clamp(tip.vx * 2, 0, 1 + 2 * (tip.x + 0.5))", 4.0),
        ("1 + if(tip.z > 1, 2 * (1 + tip.z), 3)", 7.0),
        ("max(1, 2 + (1 + tip.x^2), 3)", 4.0),
        // Summands of whatever form, each with its sign and number.
        (
            "-rail.angle - -2 * tip.x + 0.5 * elbow.speed^2 - tip.z * 3 + -(elbow.action * 2) - 1",
            1.5,
        ),
        ("tip.x - (tip.z - 3) - tip.vx^2", -0.25),
        ("tip.x * tip.z + 2 * tip.vx - rail.angle", 4.5),
        ("2 * tip.vx + tip.x * tip.z - rail.angle", 4.5),
        ("tip.z * (tip.x + rail.angle) - tip.vx", 1.5),
        ("(2 * tip.z)^2 - (rail.angle - elbow.speed)^2", -4.25),
        // What is the same before and after is taken as a change.
        (
            "(elbow.action - before.elbow.action)^2 + 2 * (rail.action - before.rail.action)",
            2.0,
        ),
        ("before.tip.z - tip.z", 1.0),
        ("tip.z - before.tip.x", 1.0),
        // Neighbours are taken at once where their number, their power and their moment are one.
        ("rail.speed + elbow.speed", -1.0),
        ("elbow.speed + rail.speed", -1.0),
        ("tip.x + rail.speed + elbow.speed + 1", 1.0),
        (
            "0.5 * rail.speed^2 + 0.5 * elbow.speed^2 + rail.angle",
            13.0,
        ),
        ("0.5 * rail.speed^2 + elbow.speed^2", 20.5),
        ("rail.speed + elbow.speed^2", 19.0),
        ("rail.angle + elbow.speed", -3.5),
        ("rail.angle + before.elbow.angle", 2.5),
        ("before.rail.angle + before.elbow.angle", 3.25),
        (
            "(rail.action - before.rail.action)^2 + (elbow.action - before.elbow.action)^2",
            1.25,
        ),
        // 0 keeps its sign.
        ("if(1 / (-tip.vz - 0) < 0, 1, 0)", 1.0),
    ] {
        assert_eq!(value(formula), expected, "{formula}");
    }
}

#[test]
fn readings_are_those_of_their_moment() {
    for (formula, expected) in [
        ("tip.x", 1.0),
        ("tip.y", 2.0),
        ("tip.z", 2.0),
        ("'tip'.vx", 1.5),
        ("tip.vy", 2.0),
        ("tip.vz", 0.0),
        ("tip.speed", 2.5),
        ("tip.distance", 2.0),
        ("goal.x + goal.y + goal.z", 3.0),
        ("rail.angle", 0.5),
        ("elbow.speed", -4.0),
        ("elbow.action", 0.5),
        ("rail.torque", 20.0),
        ("elbow.gravity_load", 0.75),
        ("time", 0.5),
        ("time_left", 0.75),
        ("1 / dt", 50.0),
        ("cos(pi)", -1.0),
        ("before.tip.z", 3.0),
        ("before.tip.distance - tip.distance", 1.0),
        ("before.elbow.action", -0.5),
        ("before.rail.torque", 10.0),
        ("before.time_left", 0.76),
    ] {
        assert_eq!(value(formula), expected, "{formula}");
    }
    let before = |formula: &str| {
        let reward = format!("(weight: 2, of: Expr(\"{formula}\"), at: Before)");
        judged(&scene(&reward, ""), judge::reward)
    };
    assert_eq!(before("tip.z"), 6.0);
    // The action is that of the step in either case.
    assert_eq!(before("elbow.action"), 1.0);
}

#[test]
fn functions_give_what_they_say() {
    for (formula, expected) in [
        ("abs(-2)", 2.0),
        ("sqrt(9)", 3.0),
        ("exp(0)", 1.0),
        ("ln(1)", 0.0),
        ("sin(0) + tan(0) + asin(0) + atan(0) + tanh(0)", 0.0),
        ("cos(0) + acos(1)", 1.0),
        ("atan2(0, 1)", 0.0),
        ("floor(-1.5)", -2.0),
        ("sign(-3) + sign(0)", -1.0),
        ("wrap(0.5) - wrap(-0.5)", 1.0),
        ("min(3, 1, 2)", 1.0),
        ("max(1, 3, 2)", 3.0),
        ("clamp(5, 0, 1)", 1.0),
        ("clamp(-5, 0, 1)", 0.0),
        ("clamp(0.5, 0, 1)", 0.5),
        ("if(tip.z > 1, 2, 3)", 2.0),
        ("if(tip.z > 2, 2, 3)", 3.0),
    ] {
        assert_eq!(value(formula), expected, "{formula}");
    }
}

#[test]
fn what_is_no_number_stays_so() {
    for formula in [
        "sqrt(-1)",
        "0 / 0",
        "min(1, 0 / 0)",
        "max(0 / 0, 1)",
        "clamp(0 / 0, 0, 1)",
        "if(0 / 0 > 1, 1, 2)",
    ] {
        assert!(value(formula).is_nan(), "{formula}");
    }
    // What is not chosen does not matter.
    assert_eq!(value("if(tip.x == 1, 1, 0 / 0)"), 1.0);
}

#[test]
fn conditions_end_episodes_and_are_successes() {
    let ends = |condition: &str| {
        let scene = scene(
            "(weight: 1, of: Alive())",
            &format!("end: [When(\"{condition}\")], success: When(\"{condition}\")"),
        );
        let ends = judged(&scene, |task, _, now| judge::is_terminal(task, now));
        let succeeds = judged(&scene, |task, _, now| judge::success(task, now));
        assert_eq!(ends.is_err(), succeeds.is_err(), "{condition}");
        assert_eq!(
            ends.as_ref().ok().copied(),
            succeeds.ok().flatten(),
            "{condition}"
        );
        ends.ok()
    };
    assert_eq!(ends("tip.z > 1 and tip.x < 2"), Some(true));
    assert_eq!(ends("tip.z > 1 and tip.x > 2"), Some(false));
    assert_eq!(ends("tip.z > 5 or tip.distance <= 2"), Some(true));
    // Neither true nor false, but where it does not matter any more.
    assert_eq!(ends("0 / 0 > 1"), None);
    assert_eq!(ends("not 0 / 0 > 1"), None);
    assert_eq!(ends("tip.z > 5 and 0 / 0 > 1"), Some(false));
    assert_eq!(ends("tip.z > 1 or 0 / 0 > 1"), Some(true));
    assert_eq!(ends("tip.z > 1 and 0 / 0 > 1"), None);
}

#[test]
fn only_what_is_read_is_computed() {
    let of = |formula: &str| scene(&format!("(weight: 1, of: Expr(\"{formula}\"))"), "");
    let looks = |scene: &Scene| {
        (
            scene.task().needs().point_motion,
            scene.task().needs().gravity_loads,
        )
    };
    assert_eq!(
        looks(&of("tip.x - tip.distance + elbow.speed")),
        (false, false)
    );
    assert_eq!(looks(&of("before.tip.vx")), (true, false));
    assert_eq!(looks(&of("elbow.gravity_load")), (false, true));
    let end = scene(
        "(weight: 1, of: Alive())",
        "end: [When(\"tip.speed > 9\")], success: When(\"rail.gravity_load < 1\")",
    );
    assert_eq!(looks(&end), (true, true));
}

#[test]
fn a_formula_that_is_no_number_breaks_the_environment() {
    let alive = "(weight: 1, of: Alive())";
    for (reward, more, reason) in [
        (
            "(weight: 1, of: Expr(\"1 / (time - 2 * dt)\"))",
            "",
            "the reward is not finite",
        ),
        (
            alive,
            "end: [When(\"0 / (time - 2 * dt) > 1\")]",
            "the condition of an end could not be evaluated (NaN)",
        ),
        (
            alive,
            "end: [When(\"time == 2 * dt\")], success: When(\"0 / (time - 2 * dt) > 1\")",
            "the condition of success could not be evaluated (NaN)",
        ),
    ] {
        let environment = SceneEnvironment::new(Arc::new(scene(reward, more)));
        let mut pod = Pod::new(&environment, Seed::new(1), Purpose::Training, 0..1).unwrap();
        assert_eq!(pod.step_without_reset(), StepEnd::Running);
        assert_eq!(pod.step_without_reset(), StepEnd::Broken, "{reason}");
        let fault = pod.world.get::<Fault>(pod.entity(0)).unwrap();
        assert_eq!(fault.0, Cow::Borrowed(reason));
        pod.begin_ended_episodes();
        assert_eq!(pod.step_without_reset(), StepEnd::Running);
    }
}
