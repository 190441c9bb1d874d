//! Promise: what a robot senses of itself and of what is around it is what a real sensor there would read.
//!
//! The ball of `world.rs`, 1 kg at 10 m/s^2, and what a page of arithmetic says of it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::arena;

use arena::{all_close, pod, seen};
use sinew::pod::scene::{SceneEnvironment, spaces};
use sinew::pod::{Action, Pod, Purpose, Restored};
use sinew::scene::Scene;
use sinew::seed::Seed;
use std::sync::Arc;

const BALL: &str = include_str!("scenes/ball.ron");

/// The ball at a place, turned, in a world with this besides the ground, seen through these terms.
fn ball(xyz: &str, rpy: &str, terrain: &str, observe: &str) -> Scene {
    let (before, rest) = BALL.split_once("observe: [").unwrap();
    let (_, after) = rest.split_once("],\n").unwrap();
    let text = format!("{before}observe: [{observe}],\n{after}")
        .replace("(xyz: (0, 0, 0.1))", &format!("(xyz: {xyz}, rpy: {rpy})"))
        .replace(
            "(ground: (z: 0, friction: 0.5))",
            &format!("(ground: (z: 0, friction: 0.5), terrain: [{terrain}])"),
        );
    Scene::parse("ball", &text).unwrap_or_else(|error| panic!("{error}"))
}

/// A quarter turn about y: the ball's x points down.
const PITCHED: &str = "(0, 1.5707964, 0)";

#[test]
fn an_accelerometer_feels_what_holds_it_and_not_what_pulls_it() {
    let accelerometer = r#"Accelerometer(link: "ball")"#;
    let mut falling = pod(ball("(0, 0, 5)", PITCHED, "", accelerometer));
    // As if it had always stood there: 10 m/s^2 upwards, which is against its x.
    all_close(&seen(&falling, 0), &[-10.0, 0.0, 0.0], 1e-4);
    falling.step();
    all_close(&seen(&falling, 0), &[0.0, 0.0, 0.0], 1e-3);
    let mut lying = pod(ball("(0, 0, 0.1)", "(0, 0, 0)", "", accelerometer));
    (0..90).for_each(|_| lying.step());
    all_close(&seen(&lying, 0), &[0.0, 0.0, 10.0], 0.05);
}

#[test]
fn a_link_knows_where_down_is_and_how_it_turns() {
    let terms = r#"GravityDirection(link: "ball"), Gyroscope(link: "ball")"#;
    let pitched = pod(ball("(0, 0, 5)", PITCHED, "", terms));
    all_close(&seen(&pitched, 0)[..3], &[1.0, 0.0, 0.0], 1e-6);
    all_close(&seen(&pitched, 0)[3..], &[0.0; 3], 0.0);
}

#[test]
fn poses_and_velocities_can_be_told_in_the_frame_of_a_link() {
    let terms = r#"LinkPosition(link: "wheel"), LinkPosition(link: "wheel", frame: "ball"),
        LinkOrientation(link: "wheel", frame: "ball"), LinkVelocity(link: "ball", frame: "ball"),
        LinkVelocity(link: "ball", axes: [Z])"#;
    let mut falling = pod(ball("(0, 0, 5)", PITCHED, "", terms));
    let at_first = seen(&falling, 0);
    let wheel = &at_first[..3];
    // The ball's x is down, its z is the world's x.
    all_close(&at_first[3..6], &[5.0 - wheel[2], wheel[1], wheel[0]], 1e-5);
    let half = std::f32::consts::FRAC_1_SQRT_2;
    all_close(&at_first[6..10], &[0.0, -half, 0.0, half], 1e-6);
    falling.step();
    let falls = seen(&falling, 0)[13];
    assert!(falls < -0.1);
    all_close(&seen(&falling, 0)[10..13], &[-falls, 0.0, 0.0], 1e-5);
}

#[test]
fn rays_end_where_something_stands() {
    let rays = r#"Rays(link: "ball", at: (0, 0, 0), directions: [(2, 0, 0), (0, 0, -1), (0, 1, 0), (1, 0, -1)], range: 3)"#;
    let wall = "Box(center: (1.5, 0, 0), half: (0.25, 1, 5))";
    // 1.25 m ahead a wall, 0.8 m below the ground, to the left nothing, ahead and down the ground.
    let ahead = pod(ball("(0, 0, 0.8)", "(0, 0, 0)", wall, rays));
    all_close(
        &seen(&ahead, 0),
        &[1.25, 0.8, 3.0, 0.8 * 2.0_f32.sqrt()],
        1e-5,
    );
    // Turned with the link: x is down.
    let down = pod(ball("(0, 0, 0.8)", PITCHED, wall, rays));
    all_close(&seen(&down, 0)[..1], &[0.8], 1e-5);
}

#[test]
fn a_height_scan_turns_about_the_vertical_alone() {
    let scan = r#"HeightScan(link: "ball", cells: (3, 1), size: (2, 0), range: 1.5)"#;
    // A step of 0.25 m that begins 0.5 m ahead.
    let step = "Box(center: (2.5, 0, 0.125), half: (2, 5, 0.125))";
    let names = spaces(&ball("(0, 0, 1)", "(0, 0, 0)", step, scan)).observation;
    assert_eq!(names, ["ball.height.1", "ball.height.2", "ball.height.3"]);
    let ahead = pod(ball("(0, 0, 1)", "(0, 0, 0)", step, scan));
    all_close(&seen(&ahead, 0), &[1.0, 1.0, 0.75], 1e-5);
    let tilted = pod(ball("(0, 0, 1)", "(0, 0.5, 0)", step, scan));
    all_close(&seen(&tilted, 0), &[1.0, 1.0, 0.75], 1e-5);
    let backwards = pod(ball("(0, 0, 1)", "(0, 0, 3.1415927)", step, scan));
    all_close(&seen(&backwards, 0), &[0.75, 1.0, 1.0], 1e-5);
    // Nothing within its range below; and a step that is higher than the link.
    let high = pod(ball("(0, 0, 4)", "(0, 0, 0)", step, scan));
    all_close(&seen(&high, 0), &[1.5; 3], 1e-5);
    let below = pod(ball("(0, 0, 0.15)", "(0, 0, 0)", step, scan));
    all_close(&seen(&below, 0)[2..], &[-0.1], 1e-5);
}

#[test]
fn heights_are_those_of_their_formula() {
    let scan = r#"HeightScan(link: "ball", cells: (2, 2), size: (1, 0.5), range: 2)"#;
    // A plane between any corners, around (1, 2, 0.25).
    let heights = |more: &str| {
        format!(
            r#"Heights(center: (1, 2, 0.25), size: (4, 2), cells: (8, 3), z: "1 + 0.5 * x + 0.1 * y"{more})"#
        )
    };
    let ahead = pod(ball("(1.7, 2.1, 2)", "(0, 0, 0)", &heights(""), scan));
    let z = |x: f32, y: f32| 0.25 + 1.0 + 0.5 * x + 0.1 * y;
    // 0.7 m and 0.1 m from the middle, and from there 0.5 m behind and ahead, 0.25 m right and left.
    let expected = [z(0.2, -0.15), z(0.2, 0.35), z(1.2, -0.15), z(1.2, 0.35)];
    all_close(&seen(&ahead, 0), &expected.map(|z| 2.0 - z), 1e-5);
    // Half a turn about its middle.
    let turned = pod(ball(
        "(1.7, 2.1, 2)",
        "(0, 0, 3.1415927)",
        &heights(", yaw: 3.1415927"),
        r#"HeightScan(link: "ball", cells: (1, 1), size: (0, 0), range: 2)"#,
    ));
    all_close(&seen(&turned, 0), &[2.0 - z(-0.7, -0.1)], 1e-5);
    // Beside it there is the ground, and level heights stop slanted rays too.
    let rays = r#"Rays(link: "ball", at: (0, 0, 0), directions: [(0, 0, -1), (0.6, 0.0, -0.8), (-0.48, 0.36, -0.8)], range: 9)"#;
    let level = r#"Heights(center: (0, 0, 1), size: (2, 2), cells: (1, 1), z: "0")"#;
    let above = pod(ball("(0.1, 0.2, 1.4)", "(0, 0, 0)", level, rays));
    all_close(&seen(&above, 0), &[0.4, 0.5, 0.5], 1e-5);
    let beside = pod(ball("(1.1, 0.2, 1.6)", "(0, 0, 0)", level, rays));
    all_close(&seen(&beside, 0), &[1.6, 2.0, 0.75], 1e-5);
}

#[test]
fn a_contact_is_a_bit() {
    let term = r#"Contact(links: ["ball", "wheel"])"#;
    let mut falling = pod(ball("(0, 0, 0.2)", "(0, 0, 0)", "", term));
    falling.step();
    assert_eq!(seen(&falling, 0), [0.0, 0.0]);
    (0..60).for_each(|_| falling.step());
    assert_eq!(seen(&falling, 0), [1.0, 0.0]);
}

#[test]
fn an_episode_goes_on_with_the_accelerations_that_it_had() {
    let scene = Arc::new(ball(
        "(0, 0, 0.2)",
        "(0, 0, 0)",
        "",
        r#"Accelerometer(link: "ball")"#,
    ));
    let environment = SceneEnvironment::new(scene);
    let new = || Pod::new(&environment, Seed::new(3), Purpose::Training, 0..1).unwrap();
    let mut whole = new();
    for _ in 0..8 {
        whole.world.get_mut::<Action>(whole.entity(0)).unwrap().0[0] = 0.5;
        whole.step();
    }
    let mut again = new();
    let saved = whole.states();
    let restored = again.restore(saved.iter().map(Vec::as_slice)).unwrap();
    assert_eq!(restored, Restored::Same);
    assert_eq!(seen(&whole, 0), seen(&again, 0));
}
