//! Promise: what a robot touches pushes back as it would; what nothing holds falls; what has no motor is only looked at.
//!
//! The numbers are those of textbooks, with gravity 10 m/s^2 and bodies of 1 kg.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use sinew::pod::scene::{SceneEnvironment, spaces};
use sinew::pod::{Action, Observation, Pod, Purpose};
use sinew::scene::Scene;
use sinew::seed::Seed;
use sinew::step::{ActionSpace, StepEnd};
use std::sync::Arc;

const BALL: &str = include_str!("scenes/ball.ron");

/// The ball's scene with other texts in place of some.
fn ball(changes: &[(&str, &str)]) -> Pod {
    pod(changed(BALL, changes))
}

fn changed(text: &str, changes: &[(&str, &str)]) -> Scene {
    let mut text = text.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    Scene::parse("changed", &text).unwrap_or_else(|error| panic!("{error}"))
}

fn pod(scene: Scene) -> Pod {
    let environment = SceneEnvironment::new(Arc::new(scene));
    Pod::new(&environment, Seed::new(1), Purpose::Watching, 0..1).unwrap()
}

fn seen(pod: &Pod, name: &str) -> f32 {
    let scene: &sinew::pod::scene::PlayedScene = pod.world.resource();
    let names = spaces(&scene.0).observation;
    let index = names.iter().position(|other| other == name);
    let index = index.unwrap_or_else(|| panic!("no {name} in {names:?}"));
    pod.world.get::<Observation>(pod.entity(0)).unwrap().0[index]
}

/// Takes so many steps, none of which ends the episode.
fn steps(pod: &mut Pod, count: usize) {
    for _ in 0..count {
        assert_eq!(pod.step_without_reset(), StepEnd::Running);
    }
}

fn close(found: f32, expected: f32, within: f32) {
    assert!(
        (found - expected).abs() <= within,
        "{found} is not {expected}"
    );
}

#[test]
fn what_nothing_holds_falls() {
    let mut pod = ball(&[("(xyz: (0, 0, 0.1))", "(xyz: (0, 0, 9))")]);
    steps(&mut pod, 50);
    // After 1 s at 10 m/s^2: 5 m and 10 m/s; steps of h = 2 ms, each at its end's speed, add g t h / 2 = 0.01 m.
    close(seen(&pod, "middle.z"), 9.0 - 5.01, 1e-3);
    close(seen(&pod, "middle.velocity.z"), -10.0, 1e-3);
    close(seen(&pod, "ball.velocity.z"), -10.0, 1e-3);
    assert_eq!(seen(&pod, "ball.contact_force"), 0.0);
}

#[test]
fn the_ground_carries_what_lies_on_it() {
    let mut pod = ball(&[]);
    steps(&mut pod, 90);
    for _ in 0..5 {
        steps(&mut pod, 1);
        // 1 kg at 10 m/s^2.
        close(seen(&pod, "ball.contact_force"), 10.0, 0.05);
        // What does not touch feels nothing.
        assert_eq!(seen(&pod, "wheel.contact_force"), 0.0);
    }
    close(seen(&pod, "middle.z"), 0.1, 2e-3);
    close(seen(&pod, "middle.velocity.z"), 0.0, 1e-3);
}
