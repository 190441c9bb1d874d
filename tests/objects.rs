//! Promise: loose objects fall, rest, are pushed, are sensed, and start where the task says.
//!
//! A block of 1 kg on frictionless ground, gravity 10 m/s^2, and in front of it a pusher of 1 kg on a rail with a motor of 10 N.

use crate::arena;

use arena::{act, all_close, pod};
use sinew::pod::scene::SceneEnvironment;
use sinew::pod::{Pod, Purpose, Restored};
use sinew::scene::Scene;
use sinew::seed::Seed;
use std::sync::Arc;

/// A scene with the block at a position, these observation terms, and this start.
fn scene(block: &str, observe: &str, start: &str) -> Scene {
    let text = format!(
        r#"(
            world: (ground: (z: 0, friction: 0)),
            robot: (
                links: [(name: "pusher", shapes: [Box(center: (0, 0, 0), half: (0.1, 0.1, 0.1), mass: 1, friction: 0)])],
                joints: [(
                    name: "rail", kind: Prismatic, parent: "world", child: "pusher", origin: (xyz: (0, 0, 0.2)),
                    axis: (1, 0, 0), torque: 10, damping: 0, armature: 0,
                )],
                points: {{"corner": (link: "block", at: (0.1, 0.1, 0.1))}},
            ),
            objects: [(
                name: "block", shapes: [Box(center: (0, 0, 0), half: (0.1, 0.1, 0.1), mass: 1, friction: 0)],
                origin: {block},
            )],
            task: (
                episode_s: 1, control_hz: 50, physics_hz: 1000, gravity: (0, 0, -10),
                start: (angle: 0, speed: 0, {start}),
                observe: [{observe}], reward: [(weight: 1, of: Alive())], max_joint_speed: 1000,
            ),
        )"#
    );
    Scene::parse("block", &text).unwrap_or_else(|error| panic!("{error}"))
}

const PLACE: &str =
    r#"LinkPosition(link: "block"), LinkVelocity(link: "block"), ContactForce(links: ["block"])"#;

#[test]
fn an_object_falls_and_rests() {
    let mut falling = pod(scene("(xyz: (3, 0, 2))", PLACE, ""));
    // 0.2 s at 10 m/s^2: 0.2 m and 2 m/s; semi-implicit steps of 1 ms add 0.001 m.
    let seen = act(&mut falling, 0.0, 10);
    all_close(&seen[..3], &[3.0, 0.0, 2.0 - 0.201], 1e-4);
    all_close(&seen[3..], &[0.0, 0.0, -2.0, 0.0], 1e-3);
    let mut lying = pod(scene("(xyz: (3, 0, 0.1))", PLACE, ""));
    let seen = act(&mut lying, 0.0, 40);
    all_close(&seen[..3], &[3.0, 0.0, 0.1], 2e-3);
    all_close(&seen[6..], &[10.0], 0.1);
}

#[test]
fn a_robot_pushes_it() {
    // From contact on, 10 N push 2 kg: 5 m/s^2 for 0.4 s.
    let mut pushed = pod(scene("(xyz: (0.2, 0, 0.1))", PLACE, ""));
    let seen = act(&mut pushed, 1.0, 20);
    all_close(&seen[3..4], &[2.0], 0.05);
    all_close(&seen[..1], &[0.2 + 0.5 * 5.0 * 0.16], 0.02);
}

#[test]
fn a_point_on_it_moves_with_it() {
    let terms = r#"Point(point: "corner"), PointVelocity(point: "corner")"#;
    let mut falling = pod(scene("(xyz: (3, 0, 2), rpy: (0, 0, 1.5707964))", terms, ""));
    let seen = act(&mut falling, 0.0, 10);
    all_close(&seen[..3], &[2.9, 0.1, 2.1 - 0.201], 1e-4);
    all_close(&seen[3..], &[0.0, 0.0, -2.0], 1e-3);
}

#[test]
fn rays_hit_it_where_it_starts() {
    let terms = r#"LinkPosition(link: "block"), Rays(link: "pusher", at: (0, 0, 0), directions: [(1, 0, 0)], range: 5)"#;
    let start = r#"free: {"block": (xyz: (0.5, 0.05, 0))}"#;
    let mut pod = pod(scene("(xyz: (3, 0, 0.15))", terms, start));
    let mut places = Vec::new();
    for _ in 0..20 {
        let seen = act(&mut pod, 0.0, 50);
        assert!((2.5..=3.5).contains(&seen[0]) && seen[1].abs() <= 0.05);
        // From the centre of the pusher to the side of the block.
        all_close(&seen[3..], &[seen[0] - 0.1], 1e-4);
        places.push(seen[0]);
    }
    let spread = places
        .iter()
        .fold(0.0_f32, |most, place| most.max((place - 3.0).abs()));
    assert!(spread > 0.3, "{places:?}");
}

#[test]
fn an_object_starts_rotated() {
    let start = r#"free: {"block": (rpy: (0, 0, 3))}"#;
    let terms = r#"LinkOrientation(link: "block"), LinkPosition(link: "block")"#;
    let mut pod = pod(scene("(xyz: (3, 0, 0.1))", terms, start));
    let mut turned = 0.0_f32;
    for _ in 0..10 {
        let seen = act(&mut pod, 0.0, 50);
        // About the vertical alone, by up to 3 rad: the quaternion's z is the sine of half the angle.
        all_close(&seen[..2], &[0.0, 0.0], 1e-3);
        all_close(&seen[4..6], &[3.0, 0.0], 1e-3);
        turned = turned.max(seen[2].abs());
    }
    assert!(turned > 0.5, "{turned}");
}

#[test]
fn a_floating_robot_starts_around_its_origin() {
    let ball = include_str!("scenes/ball.ron")
        .replace(
            "(xyz: (0, 0, 0.1))",
            "(xyz: (1, 0, 3), rpy: (0, 0, 1.5707964))",
        )
        .replace(
            "start: (angle: 0, speed: 0)",
            r#"start: (angle: 0, speed: 0, free: {"ball": (xyz: (0.5, 0, 0), rpy: (0, 0.5, 0))})"#,
        )
        .replace(
            "observe: [",
            r#"observe: [LinkPosition(link: "ball"), LinkOrientation(link: "ball"),"#,
        )
        .replace("episode_s: 2", "episode_s: 0.02");
    let mut pod = pod(Scene::parse("ball", &ball).unwrap());
    let mut most = [0.0_f32; 2];
    for _ in 0..20 {
        // Every step ends an episode, so this is the start of the next one.
        let seen = act(&mut pod, 0.0, 1);
        // Noise is along and about the world's axes, although the origin is rotated: a pitch q after a quarter turn of yaw is the
        // quaternion (sin, sin, cos, cos) of q / 2, times sqrt(1/2).
        all_close(&seen[1..3], &[0.0, 3.0], 1e-5);
        all_close(&[seen[3], seen[5]], &[seen[4], seen[6]], 1e-5);
        most[0] = most[0].max((seen[0] - 1.0).abs());
        most[1] = most[1].max(seen[4].abs());
    }
    assert!(most[0] > 0.25 && most[0] <= 0.5, "{most:?}");
    assert!(most[1] > 0.1 && most[1] <= 0.175, "{most:?}");
}

#[test]
fn a_saved_episode_resumes_with_its_objects() {
    let start = r#"free: {"block": (xyz: (0.05, 0.05, 0), rpy: (0, 0, 1))}"#;
    let scene = Arc::new(scene("(xyz: (0.3, 0, 0.1))", PLACE, start));
    let environment = SceneEnvironment::new(scene);
    let new = || Pod::new(&environment, Seed::new(3), Purpose::Training, 0..1).unwrap();
    let mut whole = new();
    act(&mut whole, 1.0, 30);
    let saved = whole.states();
    let mut again = new();
    let restored = again.restore(saved.iter().map(Vec::as_slice)).unwrap();
    assert_eq!(restored, Restored::Same);
    assert_eq!(act(&mut whole, 0.5, 10), act(&mut again, 0.5, 10));
    assert_eq!(whole.states(), again.states());
}
