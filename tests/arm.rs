//! Promise: the arm of `scenes/reach.ron` moves as the reference arm in MuJoCo does, and so does the same arm from its URDF.
//!
//! The trajectories in `tests/data` were computed with MuJoCo 4.0 (RK4, 12,000 steps/s).
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its own data fails"
)]

use bevy::ecs::prelude::World;
use bevy_rapier3d::plugin::context::{RapierContextJoints, RapierRigidBodySet};
use sinew::pod::scene::{EpisodeRules, SceneEnvironment, SceneLevels};
use sinew::pod::{Action, Pod, Purpose};
use sinew::scene::Scene;
use sinew::seed::Seed;
use sinew::sim::Readings;
use sinew::sim::energy::energy;
use sinew::sim::shapes::mass_properties;
use std::sync::Arc;

fn reach() -> Scene {
    Scene::parse("reach", include_str!("../scenes/reach.ron")).expect("the scene is shipped")
}

/// The arm from its scene and from its URDF.
fn arms() -> [Scene; 2] {
    let urdf = Scene::open("tests/robots/reach.ron").expect("it is fine");
    [reach(), urdf]
}

fn at_home(scene: Scene) -> Pod {
    let rules = EpisodeRules {
        no_noise: true,
        no_time_limit: true,
    };
    let environment = SceneEnvironment::with_rules(Arc::new(scene), rules);
    Pod::new(&environment, Seed::new(1), Purpose::Watching, 0..1).expect("the scene builds")
}

fn act(pod: &mut Pod, action: &[f32]) {
    let entity = pod.entity(0);
    pod.world
        .get_mut::<Action>(entity)
        .unwrap()
        .0
        .copy_from_slice(action);
    pod.step();
}

fn readings(pod: &Pod) -> &Readings {
    pod.world.get(pod.entity(0)).unwrap()
}

fn energy_of(world: &World, pod: &Pod) -> f64 {
    let joints: &RapierContextJoints = world.get(pod.entity(0)).unwrap();
    let bodies: &RapierRigidBodySet = world.get(pod.entity(0)).unwrap();
    energy(
        &world.resource::<SceneLevels>().last().plant,
        &joints.multibody_joints,
        &bodies.bodies,
    )
}

/// Largest deviation of a joint angle of both arms from a table (rad), within the first half second.
fn deviation(table: &str) -> f32 {
    arms()
        .map(|arm| deviation_of(arm, table))
        .into_iter()
        .fold(0.0, f32::max)
}

fn deviation_of(arm: Scene, table: &str) -> f32 {
    let mut pod = at_home(arm);
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let mut worst: f32 = 0.0;
    for row in reader.records().take(31) {
        let numbers: Vec<f32> = row.unwrap().iter().map(|x| x.parse().unwrap()).collect();
        for (angle, truth) in readings(&pod).angles.iter().zip(&numbers[7..13]) {
            worst = worst.max((angle - truth).abs());
        }
        act(&mut pod, &numbers[1..7]);
    }
    worst
}

#[test]
fn it_falls_freely_as_the_reference_does() {
    let worst = deviation(include_str!("data/arm_free.csv"));
    assert!(worst < 0.04, "{worst} rad");
}

#[test]
fn it_follows_torques_as_the_reference_does() {
    let worst = deviation(include_str!("data/arm_sine.csv"));
    assert!(worst < 0.10, "{worst} rad");
}

#[test]
fn its_tip_is_where_the_reference_has_it() {
    let [tip] = readings(&at_home(reach())).points[..] else {
        panic!("one named point");
    };
    for (got, truth) in tip.iter().zip([0.515_242, 0.232_900, 0.306_187]) {
        assert!((got - truth).abs() < 1e-5, "{tip:?}");
    }
}

#[test]
fn its_links_have_the_inertias_of_solid_capsules() {
    // Principal, about each link's centre (kg m2).
    let truth = [
        [0.008986, 0.008986, 0.005937],
        [0.174013, 0.174013, 0.011829],
        [0.050217, 0.050217, 0.002805],
        [0.004613, 0.004613, 0.001033],
        [0.003134, 0.003134, 0.000968],
        [0.000780, 0.000780, 0.000209],
    ];
    for (link, mut truth) in reach().robot().links.iter().zip(truth) {
        let mut got = mass_properties(link).principal_inertia().to_array();
        got.sort_by(f32::total_cmp);
        truth.sort_by(f32::total_cmp);
        for (got, truth) in got.iter().zip(truth) {
            assert!((got - truth).abs() < 2e-6, "{}: {got} {truth}", link.name);
        }
    }
}

#[test]
fn a_point_moves_as_its_velocity_says() {
    let mut pod = at_home(reach());
    for _ in 0..10 {
        act(&mut pod, &[0.1, 0.05, -0.1, 0.2, 0.1, 0.0]);
    }
    // The displacement of one step divided by its duration is the mean velocity within it.
    let before = readings(&pod).clone();
    act(&mut pod, &[0.1, 0.05, -0.1, 0.2, 0.1, 0.0]);
    let after = readings(&pod);
    for axis in 0..3 {
        let way = (after.points[0][axis] - before.points[0][axis]) * 60.0;
        let [low, high] = {
            let mut ends = [before.velocities[0][axis], after.velocities[0][axis]];
            ends.sort_by(f32::total_cmp);
            ends
        };
        assert!(
            (low - 0.01..high + 0.01).contains(&way),
            "axis {axis}: {way}, {low} to {high}"
        );
    }
}

#[test]
fn passive_and_damped_it_only_loses_energy() {
    let mut pod = at_home(reach());
    let mut last = energy_of(&pod.world, &pod);
    for step in 0..600 {
        act(&mut pod, &[0.0; 6]);
        let now = energy_of(&pod.world, &pod);
        let rounding = 1e-5 * last.abs().max(1.0);
        assert!(
            now <= last + rounding,
            "step {step}: {last} J, then {now} J"
        );
        last = now;
    }
}
