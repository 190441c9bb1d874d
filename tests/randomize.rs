//! Promise: what a task says that episodes differ in is what they differ in, by as much, each for itself, and again the same where an
//! episode is played again.
//!
//! A bar on a hinge with 0.5 kg m^2 about it, and a block of 1 kg on the ground, gravity 10 m/s^2.

use crate::arena;

use arena::{close, pod_of, seen};
use sinew::pod::scene::{EpisodeRules, SceneEnvironment};
use sinew::pod::{Observation, Pod, Purpose, Restored};
use sinew::scene::Scene;
use sinew::seed::Seed;
use std::sync::Arc;

fn scene(axis: &str, damping: f32, randomize: &str) -> Scene {
    let text = format!(
        r#"(
            world: (ground: (z: 0, friction: 0)),
            robot: (
                links: [(name: "bar", inertia: (mass: 1, center: (0.5, 0, 0), principal: (0.25, 0.25, 0.25)))],
                joints: [(
                    name: "hinge", kind: Revolute, parent: "world", child: "bar", origin: (xyz: (0, 0, 1)), axis: {axis},
                    torque: 10, damping: {damping}, armature: 0,
                )],
            ),
            objects: [(
                name: "block", shapes: [Box(center: (0, 0, 0), half: (0.1, 0.1, 0.1), mass: 1, friction: 0.4)],
                origin: (xyz: (3, 0, 0.1)),
            )],
            task: (
                episode_s: 2, control_hz: 50, physics_hz: 1000, gravity: (0, 0, -10), start: (angle: 0, speed: 0),
                observe: [Speed(), LinkVelocity(link: "block"), ContactForce(links: ["block"]), Phase(period_s: 0.02, noise: 0.1)],
                reward: [(weight: 1, of: Alive())], max_joint_speed: 1000, randomize: [{randomize}],
            ),
        )"#
    );
    Scene::parse("bar", &text).unwrap_or_else(|error| panic!("{error}"))
}

fn upright(randomize: &str) -> Pod {
    pod(scene("(0, 0, 1)", 0.0, randomize))
}

fn pod(scene: Scene) -> Pod {
    pod_of(scene, 2)
}

/// The observation of a row after so many steps with this action: the hinge's speed, the block's velocity, what presses on it, noise.
fn act(pod: &mut Pod, action: f32, steps: usize, row: usize) -> Vec<f32> {
    arena::act(pod, action, steps);
    seen(pod, row)
}

#[test]
fn what_is_drawn_is_what_happens() {
    // 1 N m on 0.5 kg m^2 for 0.2 s.
    close(act(&mut upright(""), 0.1, 10, 0)[0], 0.4, 1e-4);
    let lighter = r#"Mass(links: ["bar"], scale: Uniform(0.5, 0.5))"#;
    close(act(&mut upright(lighter), 0.1, 10, 0)[0], 0.8, 1e-4);
    let weaker = "MotorStrength(scale: Uniform(0.25, 0.25))";
    close(act(&mut upright(weaker), 0.1, 10, 0)[0], 0.1, 1e-4);
    // 5 N m against 10 N m s/rad, and against half of that.
    let damped = |randomize| pod(scene("(0, 0, 1)", 10.0, randomize));
    close(act(&mut damped(""), 0.5, 60, 0)[0], 0.5, 1e-4);
    let smoother = "Damping(scale: Normal(0.5, 0))";
    close(act(&mut damped(smoother), 0.5, 60, 0)[0], 1.0, 1e-4);
    // Falling about the hinge: 5 N m on 0.5 kg m^2, or half of it. The block presses with half of its 10 N.
    let lying = |randomize| pod(scene("(0, 1, 0)", 0.0, randomize));
    close(act(&mut lying(""), 0.0, 1, 0)[0], 0.2, 1e-3);
    let mut light = lying("Gravity(scale: LogUniform(0.5, 0.5))");
    close(act(&mut light, 0.0, 1, 0)[0], 0.1, 1e-3);
    close(act(&mut light, 0.0, 60, 0)[4], 5.0, 0.05);
    let silent = act(
        &mut upright("SensorNoise(scale: Uniform(1e-9, 1e-9))"),
        0.0,
        1,
        0,
    );
    close(silent[5], 0.0, 1e-5);
    assert!(act(&mut upright(""), 0.0, 1, 0)[5].abs() > 1e-3);
}

#[test]
fn a_push_has_its_force_and_its_time() {
    // On smooth ground, 2 N for 0.1 s on 1 kg, first after 0.2 s.
    let push = r#"Push(link: "block", force: Uniform(2, 2), every_s: (0.2, 0.2), lasts_s: 0.1), Friction(scale: Uniform(1e-6, 1e-6))"#;
    let mut pod = upright(push);
    let still = act(&mut pod, 0.0, 10, 0);
    close(still[1].hypot(still[2]), 0.0, 1e-4);
    let pushed = act(&mut pod, 0.0, 5, 0);
    close(pushed[1].hypot(pushed[2]), 0.2, 2e-3);
    let after = act(&mut pod, 0.0, 4, 0);
    close(after[1].hypot(after[2]), 0.2, 2e-3);
    // Another environment is pushed elsewhere.
    let other = pod
        .world
        .get::<Observation>(pod.entity(1))
        .unwrap()
        .0
        .clone();
    close(other[1].hypot(other[2]), 0.2, 2e-3);
    assert!((other[1] - after[1]).abs() > 1e-3);
}

#[test]
fn friction_is_that_of_everything_or_of_links() {
    // Pushed by 20 N for 0.1 s it has 2 m/s, less what friction takes: 4 m/s^2 where the block's own 0.4 counts.
    let after = |friction: &str| {
        let push =
            r#"Push(link: "block", force: Uniform(20, 20), every_s: (0.2, 0.2), lasts_s: 0.1)"#;
        let mut pod = upright(&format!("{push}, {friction}"));
        let before = act(&mut pod, 0.0, 15, 0);
        let after = act(&mut pod, 0.0, 4, 0);
        before[1].hypot(before[2]) - after[1].hypot(after[2])
    };
    close(after("Gravity(scale: Uniform(1, 1))"), 0.32, 0.02);
    close(after("Friction(scale: Uniform(0.5, 0.5))"), 0.16, 0.02);
    let of_links = r#"Friction(links: ["block"], scale: Uniform(0.25, 0.25))"#;
    close(after(of_links), 0.08, 0.02);
}

#[test]
fn every_episode_draws_its_own_and_draws_it_again() {
    let drawn = r#"Mass(links: ["bar"], scale: Uniform(0.5, 2)), MotorStrength(scale: Normal(1, 0.1)), Gravity(scale: LogUniform(0.9, 1.1)),
        Push(link: "block", force: Uniform(0, 9), every_s: (0.1, 0.5), lasts_s: 0.1), SensorNoise(scale: Uniform(0.5, 1.5))"#;
    let new = || upright(drawn);
    let mut whole = new();
    let mut speeds = Vec::new();
    for _ in 0..20 {
        let mut first = act(&mut whole, 0.1, 10, 0);
        first.extend(act(&mut whole, 0.0, 90, 1));
        speeds.push(first[0]);
    }
    speeds.sort_by(f32::total_cmp);
    // From 0.2 to 0.8, but for the motor's strength.
    assert!(speeds[0] < 0.3 && speeds[19] > 0.55, "{speeds:?}");
    act(&mut whole, 0.3, 37, 0);
    let saved = whole.states();
    let mut again = new();
    let restored = again.restore(saved.iter().map(Vec::as_slice)).unwrap();
    assert_eq!(restored, Restored::Same);
    assert_eq!(act(&mut whole, -0.2, 80, 1), act(&mut again, -0.2, 80, 1));
    assert_eq!(whole.states(), again.states());
}

#[test]
fn without_noise_an_episode_is_as_the_scene_says() {
    let drawn = r#"Mass(links: ["bar"], scale: Uniform(0.5, 0.5)), MotorStrength(scale: Uniform(2, 2)),
        Push(link: "block", force: Uniform(9, 9), every_s: (0.1, 0.1), lasts_s: 0.1)"#;
    let rules = EpisodeRules {
        no_noise: true,
        no_time_limit: false,
    };
    let scene = Arc::new(scene("(0, 0, 1)", 0.0, drawn));
    let environment = SceneEnvironment::with_rules(scene, rules);
    let mut pod = Pod::new(&environment, Seed::new(1), Purpose::Training, 0..2).unwrap();
    let seen = act(&mut pod, 0.1, 10, 0);
    close(seen[0], 0.4, 1e-4);
    close(seen[1].hypot(seen[2]), 0.0, 1e-4);
    close(seen[5], 0.0, 1e-5);
}
