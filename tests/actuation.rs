//! Promise: a motor follows its command (torque, position or speed) within its torque limit, delayed and smoothed as the task says, and
//! compensates gravity where the scene says so.
//!
//! A hinge about the vertical with an inertia of 1 kg m^2, so that angles can be computed by hand.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::arena;

use arena::{close, pod};
use sinew::pod::scene::SceneEnvironment;
use sinew::pod::{Action, Pod, Purpose, Restored, Reward};
use sinew::scene::Scene;
use sinew::seed::Seed;
use std::sync::Arc;

/// A bar of 1 kg m^2 on a hinge, with additional fields of joint, robot and task.
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

/// Takes `steps` steps with an action; returns angle, speed, the observed action, and the squared effort of the last step.
fn act(pod: &mut Pod, action: f32, steps: usize) -> [f32; 4] {
    let seen = arena::act(pod, action, steps);
    let Reward(effort) = *pod.world.get(pod.entity(0)).unwrap();
    [seen[0], seen[1], seen[2], effort]
}

#[test]
fn a_position_servo_reaches_its_target() {
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
    // Critically damped with 10 rad/s, so after 2 s at rest at 0.25 + 0.5 * 1.
    let [angle, speed, ..] = act(&mut servo(), 0.5, 100);
    close(angle, 0.75, 1e-4);
    close(speed, 0.0, 1e-3);
    // After t = 0.1 s it has covered 1 - (1 + 10 t) exp(-10 t) = 0.264 of the way.
    let [angle, ..] = act(&mut servo(), 0.5, 5);
    close(angle, 0.25 + 0.5 * 0.264, 0.01);
    // Targets are clamped to the range: -0.5 and not -0.75, without remaining torque.
    let [angle, _, _, effort] = act(&mut servo(), -1.0, 100);
    close(angle, -0.5, 1e-4);
    close(effort, 0.0, 1e-6);
}

#[test]
fn a_servo_is_limited_by_its_motor() {
    let servo = "torque: 2, servo: Position(stiffness: 10000, damping: 0, reach: 1)";
    let mut servo = pod(upright(servo, ""));
    // 2 N m on 1 kg m^2: 2 rad/s^2 for 0.2 s.
    let [_, speed, _, effort] = act(&mut servo, 1.0, 10);
    close(speed, 0.4, 1e-4);
    assert_eq!(effort, 1.0);
}

#[test]
fn a_velocity_servo_reaches_its_speed() {
    let servo = "torque: 100, servo: Velocity(gain: 20, speed: 3)";
    let mut servo = pod(upright(servo, ""));
    let [_, speed, ..] = act(&mut servo, -0.5, 50);
    close(speed, -1.5, 1e-4);
}

#[test]
fn a_gear_multiplies_torque_and_rotor_inertia() {
    // A gear of 4 turns 0.5 N m into 2 N m, and a rotor inertia of 0.03125 kg m^2 into 0.5 kg m^2.
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
fn an_action_is_delayed() {
    let mut late = pod(upright("torque: 1", "action: (delay: 2)"));
    // It is observed at once, and has no effect for two steps.
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
fn a_motor_compensates_gravity() {
    let robot = "compensate_gravity: true,";
    let lying = |torque: &str| {
        let joint = format!("armature: 0.5, torque: {torque}");
        pod(scene("(0, 1, 0)", &joint, robot, ""))
    };
    // 1 kg at 0.5 m and 10 m/s^2 needs 5 N m, of 20.
    let [angle, speed, _, effort] = act(&mut lying("20"), 0.0, 100);
    close(angle, 0.0, 1e-4);
    close(speed, 0.0, 1e-4);
    close(effort, 0.0625, 1e-5);
    // The action is added: -0.125 of 20 N m for 0.1 s.
    let [_, speed, ..] = act(&mut lying("20"), -0.125, 5);
    close(speed, -0.25, 2e-3);
    // A motor of 4 N m saturates, and the bar falls under the rest of its weight.
    let [_, speed, _, effort] = act(&mut lying("4"), 0.0, 5);
    close(speed, 0.1, 2e-3);
    assert_eq!(effort, 1.0);
}

#[test]
fn a_saved_episode_resumes_with_its_delayed_actions() {
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
