//! Promise: contacts, free fall, friction, stops and springs follow textbook physics; joints without motors are observed, not driven.
//!
//! Gravity is 10 m/s^2, and bodies weigh 1 kg.

use crate::arena;

use arena::{close, pod, tell};
use sinew::pod::scene::{SceneEnvironment, spaces};
use sinew::pod::{Action, Observation, Pod, Purpose, Restored};
use sinew::scene::Scene;
use sinew::seed::Seed;
use sinew::step::{ActionSpace, StepEnd};
use std::sync::Arc;

const BALL: &str = include_str!("scenes/ball.ron");
const CART: &str = include_str!("scenes/cart.ron");

/// The ball's scene with some texts replaced.
fn ball(changes: &[(&str, &str)]) -> Pod {
    pod(changed(BALL, changes))
}

/// The cart's scene with some texts replaced.
fn cart(changes: &[(&str, &str)]) -> Pod {
    pod(changed(CART, changes))
}

fn changed(text: &str, changes: &[(&str, &str)]) -> Scene {
    let mut text = text.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    Scene::parse("changed", &text).unwrap_or_else(|error| panic!("{error}"))
}

fn seen(pod: &Pod, name: &str) -> f32 {
    let played: &sinew::pod::scene::SceneLevels = pod.world.resource();
    let names = spaces(&played.last().scene).observation;
    let index = names.iter().position(|other| other == name);
    let index = index.unwrap_or_else(|| panic!("no {name} in {names:?}"));
    arena::seen(pod, 0)[index]
}

/// Takes `count` steps, none of which ends the episode.
fn steps(pod: &mut Pod, count: usize) {
    for _ in 0..count {
        assert_eq!(pod.step_without_reset(), StepEnd::Running);
    }
}

/// Takes `count` steps with the same action of the only motor.
fn act(pod: &mut Pod, action: f32, count: usize) {
    tell(pod, action);
    steps(pod, count);
}

#[test]
fn a_free_body_falls() {
    let mut pod = ball(&[("(xyz: (0, 0, 0.1))", "(xyz: (0, 0, 9))")]);
    steps(&mut pod, 50);
    // After 1 s at 10 m/s^2: 5 m and 10 m/s; semi-implicit steps of h = 2 ms add g t h / 2 = 0.01 m.
    close(seen(&pod, "middle.z"), 9.0 - 5.01, 1e-3);
    close(seen(&pod, "middle.velocity.z"), -10.0, 1e-3);
    close(seen(&pod, "ball.velocity.z"), -10.0, 1e-3);
    assert_eq!(seen(&pod, "ball.contact_force"), 0.0);
}

#[test]
fn the_ground_carries_a_resting_body() {
    let mut pod = ball(&[]);
    steps(&mut pod, 90);
    for _ in 0..5 {
        steps(&mut pod, 1);
        // The weight of 1 kg at 10 m/s^2.
        close(seen(&pod, "ball.contact_force"), 10.0, 0.05);
        // A link without contact feels no force.
        assert_eq!(seen(&pod, "wheel.contact_force"), 0.0);
    }
    close(seen(&pod, "middle.z"), 0.1, 2e-3);
    close(seen(&pod, "middle.velocity.z"), 0.0, 1e-3);
}

#[test]
fn friction_holds_a_body_until_it_slides() {
    // The larger friction coefficient counts: 0.5 times 10 N. The motor applies 10 N at action 1.
    let mut pod = cart(&[]);
    act(&mut pod, 0.0, 20);
    let (rest, height) = (seen(&pod, "x.angle"), seen(&pod, "z.angle"));
    act(&mut pod, 0.4, 40);
    close(seen(&pod, "x.angle"), rest, 1e-3);
    // 8 N less 5 N of friction on 1 kg: 3 m/s^2 for 0.2 s.
    let before = seen(&pod, "x.speed");
    act(&mut pod, 0.8, 10);
    close(seen(&pod, "x.speed") - before, 0.6, 0.02);
    close(seen(&pod, "z.angle"), height, 1e-3);
    close(seen(&pod, "box.contact_force"), 10.0, 0.1);
}

#[test]
fn friction_holds_planar_robots() {
    // Friction of 5 N holds a robot that cannot leave its plane, whatever the plane, with and without a hinge.
    let aslant = ("axis: (1, 0, 0)", "axis: (0.8, 0.6, 0)");
    let hinged = [
        (
            "(name: \"box\"",
            "(name: \"lift\", inertia: (mass: 0.001, center: (0, 0, 0), principal: (0.001, 0.001, 0.001))),\n(name: \"box\"",
        ),
        ("child: \"box\"", "child: \"lift\""),
        (
            "joints: [",
            "joints: [(
                name: \"pitch\", kind: Revolute, parent: \"lift\", child: \"box\", origin: (xyz: (0, 0, 0)), axis: (0, -1, 0),
                damping: 0, armature: 0,
            ),",
        ),
    ];
    let hinged_aslant = [
        hinged[0],
        hinged[1],
        (
            hinged[2].0,
            &hinged[2].1.replace("(0, -1, 0)", "(0.6, -0.8, 0)"),
        ),
        aslant,
    ];
    for changes in [&[aslant][..], &hinged, &hinged_aslant] {
        let mut pod = cart(changes);
        act(&mut pod, 0.0, 20);
        let rest = seen(&pod, "x.angle");
        act(&mut pod, 0.4, 40);
        close(seen(&pod, "x.angle"), rest, 1e-4);
        let before = seen(&pod, "x.speed");
        act(&mut pod, 0.8, 10);
        close(seen(&pod, "x.speed") - before, 0.6, 0.02);
    }
}

#[test]
fn joints_pressed_against_stops_rest() {
    // 5 N against a stop at 0.1 m, which is hit at about 1 m/s: the joint stays there, and its speed reads 0.
    let stop = ("axis: (1, 0, 0)", "axis: (1, 0, 0), range: (-0.1, 0.1)");
    let mut pod = cart(&[
        stop,
        // 21 physics steps per action: an oscillation from step to step would show in every other reading.
        ("physics_hz: 1000", "physics_hz: 1050"),
        ("friction: 0.5", "friction: 0"),
        ("friction: 0.25", "friction: 0"),
    ]);
    act(&mut pod, 0.5, 60);
    for _ in 0..5 {
        act(&mut pod, 0.5, 1);
        close(seen(&pod, "x.angle"), 0.1, 1e-3);
        close(seen(&pod, "x.speed"), 0.0, 1e-3);
    }
}

#[test]
fn frictionless_ground_does_not_hold() {
    let mut pod = cart(&[
        ("friction: 0.5", "friction: 0"),
        ("friction: 0.25", "friction: 0"),
    ]);
    act(&mut pod, 0.4, 10);
    // 4 N on 1 kg for 0.2 s.
    close(seen(&pod, "x.speed"), 0.8, 1e-2);
}

#[test]
fn restitution_keeps_its_share_of_the_speed() {
    let mut pod = ball(&[
        ("(xyz: (0, 0, 0.1))", "(xyz: (0, 0, 1.35))"),
        ("friction: 0.5)", "friction: 0.5, restitution: 0.5)"),
    ]);
    // A fall of 1.25 m takes 0.5 s and ends at 5 m/s; a bounce at 2.5 m/s lasts 0.5 s and is 0.3125 m high.
    let mut top = 0.0_f32;
    for _ in 0..48 {
        steps(&mut pod, 1);
        if pod
            .world
            .get::<sinew::pod::Episode>(pod.entity(0))
            .unwrap()
            .steps
            > 30
        {
            top = top.max(seen(&pod, "middle.z") - 0.1);
        }
    }
    close(top, 0.3125, 0.04);
}

#[test]
fn a_joint_without_a_motor_is_observed_and_not_driven() {
    let scene = changed(CART, &[]);
    assert_eq!(scene.robot().joints.len(), 3);
    let spaces = spaces(&scene);
    assert_eq!(spaces.action, ActionSpace::Continuous(vec!["x".to_owned()]));
    for name in [
        "swing.angle",
        "swing.speed",
        "x.last_action",
        "x.gravity_load",
    ] {
        assert!(spaces.observation.contains(&name.to_owned()), "{name}");
    }
    for name in ["swing.last_action", "z.gravity_load"] {
        assert!(!spaces.observation.contains(&name.to_owned()), "{name}");
    }
    // A pendulum of 1 m at 10 m/s^2 has a period of 2 pi / sqrt(10) = 1.987 s: about half of it are 50 steps of 0.02 s.
    let mut pod = pod(scene);
    act(&mut pod, 0.0, 50);
    close(seen(&pod, "swing.angle"), -0.1, 1e-3);
    close(seen(&pod, "x.gravity_load"), 0.0, 1e-6);
}

#[test]
fn springs_and_dry_friction_carry_loads() {
    let scene = [(
        "axis: (0, 1, 0),\n                damping: 0, armature: 0,",
        "axis: (0, 1, 0), damping: 100, armature: 0, spring: (stiffness: 1000, rest: 0.3),",
    )];
    let mut pod = cart(&scene);
    act(&mut pod, 0.0, 100);
    // 1000 (0.3 - a) = 10 sin(a), so a = 0.29708.
    close(seen(&pod, "swing.angle"), 0.29708, 1e-4);
    let friction = "axis: (0, 1, 0), damping: 0, armature: 0, friction: 2,";
    let mut pod = cart(&[(
        "axis: (0, 1, 0),\n                damping: 0, armature: 0,",
        friction,
    )]);
    act(&mut pod, 0.0, 50);
    // 10 sin(0.1) = 1 N m does not overcome 2 N m.
    close(seen(&pod, "swing.angle"), 0.1, 1e-4);
}

#[test]
fn a_joint_at_the_end_of_its_range_ends_the_episode() {
    let mut pod = cart(&[]);
    let mut ended = false;
    for _ in 0..100 {
        pod.world.get_mut::<Action>(pod.entity(0)).unwrap().0[0] = 1.0;
        let end = pod.step_without_reset();
        ended = seen(&pod, "x.angle") > 0.5;
        assert_eq!(end == StepEnd::Terminated, ended);
        // The reward is the speed of the joint, with its sign.
        let reward = pod
            .world
            .get::<sinew::pod::Reward>(pod.entity(0))
            .unwrap()
            .0;
        assert_eq!(reward, seen(&pod, "x.speed"));
        if ended {
            break;
        }
    }
    assert!(ended);
}

#[test]
fn stairs_are_as_high_as_they_are_written() {
    // The third of three stairs of 0.2 m is from x = 1 to x = 1.5.
    let stairs = "terrain: [Stairs(foot: (0, 0, 0), count: 3, rise: 0.2, run: 0.5, width: 1)])";
    let world = format!("(ground: (z: 0, friction: 0.5), {stairs}");
    let mut pod = ball(&[
        ("(ground: (z: 0, friction: 0.5))", &world),
        ("(xyz: (0, 0, 0.1))", "(xyz: (1.25, 0, 0.75))"),
    ]);
    steps(&mut pod, 60);
    close(seen(&pod, "middle.z"), 0.7, 2e-3);
    close(seen(&pod, "ball.contact_force"), 10.0, 0.05);
}

#[test]
fn a_ball_comes_to_rest_in_a_valley() {
    // An inverted pyramid with slopes of 45 degrees about (0.25, -0.5), centred at (1, 2, 0.5).
    let valley = r#"Heights(center: (1, 2, 0.5), size: (4, 2), cells: (80, 40), z: "max(abs(x - 0.25), abs(y + 0.5))")"#;
    let mut pod = ball(&[
        (
            "(ground: (z: 0, friction: 0.5))",
            &format!("(terrain: [{valley}])"),
        ),
        ("(xyz: (0, 0, 0.1))", "(xyz: (1.15, 1.58, 0.9))"),
    ]);
    steps(&mut pod, 95);
    close(seen(&pod, "middle.x"), 1.25, 2e-3);
    close(seen(&pod, "middle.y"), 1.5, 2e-3);
    // Between slopes of 45 degrees the ball rests sqrt(2) times its radius above the lowest point.
    close(seen(&pod, "middle.z"), 0.5 + 0.141_42, 3e-3);
    close(seen(&pod, "middle.velocity.z"), 0.0, 1e-2);
}

#[test]
fn contact_of_a_link_can_end_the_episode() {
    let end = "reward: [(weight: 1, of: Alive())], end: [Touches(link: \"ball\")],";
    let mut pod = ball(&[
        ("(xyz: (0, 0, 0.1))", "(xyz: (0, 0, 1.35))"),
        ("reward: [(weight: 1, of: Alive())],", end),
    ]);
    let count = (1..).find(|_| pod.step_without_reset() != StepEnd::Running);
    // It falls for 0.5 s.
    assert!((24..=26).contains(&count.unwrap()), "{count:?}");
}

#[test]
fn a_saved_episode_with_contacts_resumes_with_the_same_bits() {
    let (_, walker) = Scene::shipped()
        .find(|(name, _)| *name == "walker")
        .unwrap();
    let scene = Arc::new(changed(
        walker,
        &[("observe: [", "observe: [ContactForce(),")],
    ));
    let environment = SceneEnvironment::new(scene);
    let pod = || Pod::new(&environment, Seed::new(3), Purpose::Training, 0..2).unwrap();
    let push = |pod: &mut Pod, i: usize| {
        for row in 0..2 {
            let mut action = pod.world.get_mut::<Action>(pod.entity(row)).unwrap();
            for (j, action) in action.0.iter_mut().enumerate() {
                *action = ((i * 7 + j * 3 + row) % 11) as f32 / 5.0 - 1.0;
            }
        }
        pod.step();
    };
    let mut whole = pod();
    let mut touched = false;
    for i in 0..60 {
        push(&mut whole, i);
        let Observation(seen) = whole.world.get(whole.entity(0)).unwrap();
        touched |= seen[..9].iter().any(|force| *force > 0.0);
    }
    assert!(touched);
    let saved = whole.states();
    let mut again = pod();
    let restored = again.restore(saved.iter().map(Vec::as_slice)).unwrap();
    assert_eq!(restored, Restored::Same);
    for i in 60..200 {
        push(&mut whole, i);
        push(&mut again, i);
    }
    assert_eq!(whole.states(), again.states());
}
