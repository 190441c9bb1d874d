//! Promise: a motor does what it is given: a torque, a place or a speed, as strong as it is, late and smoothed where the task says
//! so; and it carries the robot's weight where that is asked of it.
//!
//! A hinge about the vertical with 1 kg m^2 behind it, so that angles follow from a page of arithmetic.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::arena;

use arena::{close, pod};
use sinew::pod::scene::SceneEnvironment;
use sinew::pod::{Action, Pod, Purpose, Restored, Reward};
use sinew::scene::Scene;
use sinew::seed::Seed;
use std::sync::Arc;

/// A bar of 1 kg m^2 on a hinge, whose joint says this besides, in a task that says that.
fn scene(axis: &str, joint: &str, robot: &str, task: &str) -> Scene {
    let text = format!(
        r#"(
            robot: (
                links: [(name: "bar", inertia: (mass: 1, center: (0.5, 0, 0), principal: (0.25, 0.25, 0.25)))],
                joints: [(
                    name: "hinge", kind: Revolute, parent: "world", child: "bar", origin: (xyz: (0, 0, 1)), axis: {axis},
                    damping: 0, {joint}
                )],
                {robot}
            ),
            task: (
                episode_s: 10, control_hz: 50, physics_hz: 1000, gravity: (0, 0, -10), start: (angle: 0, speed: 0),
                observe: [Angle(), Speed(), LastAction()], reward: [(weight: 1, of: Effort())], max_joint_speed: 1000, {task}
            ),
        )"#
    );
    Scene::parse("hinge", &text).unwrap_or_else(|error| panic!("{error}"))
}

/// The inertia about the hinge is 0.25 + 1 * 0.5^2 + 0.5 = 1 kg m^2.
fn upright(joint: &str, task: &str) -> Scene {
    scene("(0, 0, 1)", &format!("armature: 0.5, {joint}"), "", task)
}

/// Takes so many steps with this action, and says angle, speed, the action as seen, and the squared effort of the last step.
fn act(pod: &mut Pod, action: f32, steps: usize) -> [f32; 4] {
    let seen = arena::act(pod, action, steps);
    let Reward(effort) = *pod.world.get(pod.entity(0)).unwrap();
    [seen[0], seen[1], seen[2], effort]
}

#[test]
fn a_position_servo_goes_where_it_is_told() {
    let joint =
        "torque: 1000, range: (-0.5, 1.5), servo: Position(stiffness: 100, damping: 20, reach: 1)";
    let home = r#"home: {"hinge": 0.25},"#;
    let servo = || {
        pod(scene(
            "(0, 0, 1)",
            &format!("armature: 0.5, {joint}"),
            home,
            "",
        ))
    };
    // Critically damped with 10/s, so after 2 s at rest at 0.25 + 0.5 * 1.
    let [angle, speed, ..] = act(&mut servo(), 0.5, 100);
    close(angle, 0.75, 1e-4);
    close(speed, 0.0, 1e-3);
    // On its way after t = 0.1 s: 1 - (1 + 10 t) exp(-10 t) = 0.264 of it.
    let [angle, ..] = act(&mut servo(), 0.5, 5);
    close(angle, 0.25 + 0.5 * 0.264, 0.01);
    // What lies beyond the range is not asked for: -0.5 and not -0.75, with no torque left.
    let [angle, _, _, effort] = act(&mut servo(), -1.0, 100);
    close(angle, -0.5, 1e-4);
    close(effort, 0.0, 1e-6);
}

#[test]
fn a_servo_is_no_stronger_than_its_motor() {
    let servo = "torque: 2, servo: Position(stiffness: 10000, damping: 0, reach: 1)";
    let mut servo = pod(upright(servo, ""));
    // 2 N m on 1 kg m^2: 2 rad/s^2 for 0.2 s.
    let [_, speed, _, effort] = act(&mut servo, 1.0, 10);
    close(speed, 0.4, 1e-4);
    assert_eq!(effort, 1.0);
}

#[test]
fn a_velocity_servo_is_as_fast_as_it_is_told() {
    let servo = "torque: 100, servo: Velocity(gain: 20, speed: 3)";
    let mut servo = pod(upright(servo, ""));
    let [_, speed, ..] = act(&mut servo, -0.5, 50);
    close(speed, -1.5, 1e-4);
}

#[test]
fn a_gear_makes_a_motor_strong_and_its_rotor_heavy() {
    // 0.5 N m before a gear of 4 are 2 N m; a rotor of 0.03125 kg m^2 before it is one of 0.5 behind it.
    let mut geared = pod(scene(
        "(0, 0, 1)",
        "armature: 0.03125, torque: 0.5, gear: 4",
        "",
        "",
    ));
    let [_, speed, ..] = act(&mut geared, 0.5, 50);
    close(speed, 1.0, 1e-4);
}

#[test]
fn an_action_arrives_late() {
    let mut late = pod(upright("torque: 1", "action: (delay: 2)"));
    // It is seen as it was taken, and does nothing for two steps.
    assert_eq!(act(&mut late, 1.0, 2), [0.0, 0.0, 1.0, 0.0]);
    let [_, speed, _, effort] = act(&mut late, 0.0, 1);
    close(speed, 0.02, 1e-6);
    assert_eq!(effort, 1.0);
    act(&mut late, 0.0, 1);
    let [_, speed, _, effort] = act(&mut late, 0.0, 1);
    close(speed, 0.04, 1e-6);
    assert_eq!(effort, 0.0);
}

#[test]
fn an_action_is_smoothed() {
    let mut smooth = pod(upright("torque: 1", "action: (smoothing: 0.5)"));
    for expected in [0.5, 0.75, 0.875_f32] {
        let [.., effort] = act(&mut smooth, 1.0, 1);
        assert_eq!(effort, expected * expected);
    }
}

#[test]
fn a_motor_carries_the_weight_where_it_is_asked_to() {
    let robot = "compensate_gravity: true,";
    let lying = |torque: &str| {
        let joint = format!("armature: 0.5, torque: {torque}");
        pod(scene("(0, 1, 0)", &joint, robot, ""))
    };
    // 1 kg at 0.5 m and 10 m/s^2 take 5 N m, of 20.
    let [angle, speed, _, effort] = act(&mut lying("20"), 0.0, 100);
    close(angle, 0.0, 1e-4);
    close(speed, 0.0, 1e-4);
    close(effort, 0.0625, 1e-5);
    // What the action asks for comes on top: -0.125 of 20 N m for 0.1 s.
    let [_, speed, ..] = act(&mut lying("20"), -0.125, 5);
    close(speed, -0.25, 2e-3);
    // A motor of 4 N m gives what it has, and the bar falls with the rest.
    let [_, speed, _, effort] = act(&mut lying("4"), 0.0, 5);
    close(speed, 0.1, 2e-3);
    assert_eq!(effort, 1.0);
}

#[test]
fn an_episode_goes_on_with_what_is_under_way() {
    let everything = include_str!("scenes/everything.ron");
    let environment =
        SceneEnvironment::new(Arc::new(Scene::parse("everything", everything).unwrap()));
    let new = || Pod::new(&environment, Seed::new(2), Purpose::Training, 0..2).unwrap();
    let step = |pod: &mut Pod, i: usize| {
        for row in 0..2 {
            let mut action = pod.world.get_mut::<Action>(pod.entity(row)).unwrap();
            action.0[0] = ((i * 3 + row) % 5) as f32 / 2.0 - 1.0;
            action.0[1] = ((i * 7 + row) % 11) as f32 / 5.0 - 1.0;
        }
        pod.step();
    };
    let mut whole = new();
    (0..33).for_each(|i| step(&mut whole, i));
    let saved = whole.states();
    let mut again = new();
    let restored = again.restore(saved.iter().map(Vec::as_slice)).unwrap();
    assert_eq!(restored, Restored::Same);
    for i in 33..150 {
        step(&mut whole, i);
        step(&mut again, i);
    }
    assert_eq!(whole.states(), again.states());
}
