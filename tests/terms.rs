//! Promise: what a task observes is what its sensors read, also late, noisy and with its history; and what an environment remembers
//! of its episode comes back with it. What each term says is tested in its file.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its own data fails"
)]

use sinew::pod::scene::{Goal, SceneEnvironment, spaces};
use sinew::pod::{Action, Observation, Pod, Purpose, Restored, Reward};
use sinew::scene::Scene;
use sinew::seed::Seed;
use sinew::sim::Readings;
use sinew::task::observe::SensorState;
use sinew::task::{Moment, observe};
use std::sync::Arc;

const EVERYTHING: &str = include_str!("scenes/everything.ron");

/// The robot of `everything.ron`, a cart on a rail from -1 to 1 with a motor of 20 N, and on it an arm with one of 2 N m, with another task.
fn scene(observe: &str, reward: &str, more: &str) -> Scene {
    let (robot, _) = EVERYTHING.split_once("    task: (").unwrap();
    let text = format!(
        "{robot} task: (
            episode_s: 2, control_hz: 50, physics_hz: 200, start: (angle: 0.1, speed: 0.1), goal: Fixed(at: (1, 2, 0)),
            observe: [{observe}], reward: [{reward}], max_joint_speed: 100, {more}
        ))"
    );
    Scene::parse("terms", &text).unwrap_or_else(|error| panic!("{error}"))
}

fn readings(angles: [f32; 2], speeds: [f32; 2]) -> Readings {
    Readings {
        angles: angles.to_vec(),
        speeds: speeds.to_vec(),
        points: vec![[1.0, 2.0, 2.0]],
        velocities: vec![[1.5, 2.0, 0.0]],
        jacobians: vec![vec![[1.0, 0.0, 0.0], [0.0, 0.5, 2.0]]],
        gravity_loads: vec![0.25, 0.75],
        ..Readings::default()
    }
}

fn moment<'a>(readings: &'a Readings, action: &'a [f32], step: u32) -> Moment<'a> {
    Moment {
        readings,
        goal: [1.0, 2.0, 0.0],
        action,
        previous_action: action,
        efforts: action,
        commands: &[0.75],
        step,
    }
}

/// What a term shows while the cart goes to 1, 2 and 3 and the arm stays at 0.5.
fn seen(term: &str) -> Vec<Vec<f32>> {
    let scene = scene(term, "(weight: 1, of: Alive())", "");
    let mut senses = SensorState::new(scene.task());
    let see = |(step, place)| {
        let readings = readings([place, 0.5], [0.0; 2]);
        let mut observation = Vec::new();
        let moment = moment(&readings, &[0.5, -0.5], step);
        observe::observe(scene.task(), &moment, &mut senses, &mut observation);
        observation
    };
    [(0, 1.0), (1, 2.0), (2, 3.0)]
        .into_iter()
        .map(see)
        .collect()
}

#[test]
fn observations_are_clipped_scaled_late_and_remembered() {
    assert_eq!(
        seen("Angle(clip: (0.75, 2.5), scale: 2)"),
        [[2.0, 1.5], [4.0, 1.5], [5.0, 1.5]]
    );
    let rail = r#"joints: ["rail"]"#;
    assert_eq!(
        seen(&format!("Angle({rail}, history: 3)")),
        [[1.0, 1.0, 1.0], [2.0, 1.0, 1.0], [3.0, 2.0, 1.0]]
    );
    assert_eq!(
        seen(&format!("Angle({rail}, delay: 1)")),
        [[1.0], [1.0], [2.0]]
    );
    assert_eq!(
        seen(&format!("Angle({rail}, delay: 2)")),
        [[1.0], [1.0], [1.0]]
    );
    assert_eq!(
        seen(&format!("Angle({rail}, delay: 1, history: 2)"))[2],
        [2.0, 1.0]
    );
    // All entries of a step stand together, and terms do not mix.
    assert_eq!(
        seen("Angle(history: 2), TimeLeft()")[2],
        [3.0, 0.5, 2.0, 0.5, 0.98]
    );
}

#[test]
fn terms_of_joints_have_an_entry_for_each_or_for_some() {
    let first = |term: &str| seen(term).swap_remove(0);
    assert_eq!(first("GravityLoad()"), [0.25, 0.75]);
    assert_eq!(first(r#"GravityLoad(joints: ["elbow"])"#), [0.75]);
    assert_eq!(first("LastAction()"), [0.5, -0.5]);
    assert_eq!(
        first(r#"LastAction(joints: ["elbow", "rail"])"#),
        [-0.5, 0.5]
    );
    // The tip is 2 m above the goal, and only the elbow lifts it: 2 m/rad.
    assert_eq!(first(r#"Pull(point: "tip")"#), [0.0, -4.0]);
    assert_eq!(first(r#"Pull(point: "tip", joints: ["elbow"])"#), [-4.0]);
    let some = r#"Pull(point: "tip", joints: ["rail"]), GravityLoad(joints: ["elbow"]), LastAction(joints: ["rail"])"#;
    assert_eq!(
        spaces(&scene(some, "(weight: 1, of: Alive())", "")).observation,
        ["rail.pull_of_tip", "elbow.gravity_load", "rail.last_action"]
    );
}

#[test]
fn entries_have_names() {
    let scene = scene(
        "Angle(history: 2, delay: 3), Phase(period_s: 1)",
        "(weight: 1, of: Alive())",
        "",
    );
    let expected = [
        "rail.angle",
        "elbow.angle",
        "rail.angle.1ago",
        "elbow.angle.1ago",
        "phase.sin",
        "phase.cos",
    ];
    assert_eq!(spaces(&scene).observation, expected);
}

fn pod(scene: &Arc<Scene>, environments: std::ops::Range<u64>) -> Pod {
    let environment = SceneEnvironment::new(scene.clone());
    Pod::new(&environment, Seed::new(1), Purpose::Training, environments).unwrap()
}

/// Everything that an environment shows over some steps, as bits.
fn trace(pod: &mut Pod, row: usize, steps: std::ops::Range<usize>) -> Vec<u32> {
    let mut bits = Vec::new();
    for step in steps {
        let entity = pod.entity(row);
        let mut action = pod.world.get_mut::<Action>(entity).unwrap();
        for (i, action) in action.0.iter_mut().enumerate() {
            *action = ((step * (i + 2)) as f32 * 0.37).sin();
        }
        pod.step();
        let Observation(observation) = pod.world.get(entity).unwrap();
        let Reward(reward) = pod.world.get(entity).unwrap();
        bits.extend(observation.iter().chain([reward]).map(|x| x.to_bits()));
    }
    bits
}

#[test]
fn noise_has_its_deviation_and_touches_nothing_else() {
    let of = |term: &str| Arc::new(scene(term, "(weight: 1, of: Alive())", ""));
    let (exact, noisy) = (of("Angle()"), of("Angle(noise: 0.5, scale: 2)"));
    let (mut exact, mut noisy) = (pod(&exact, 0..1000), pod(&noisy, 0..1000));
    let see = |pod: &Pod, row| {
        pod.world
            .get::<Observation>(pod.entity(row))
            .unwrap()
            .0
            .clone()
    };
    for _ in 0..2 {
        let mut errors = Vec::new();
        for row in 0..1000 {
            assert_eq!(
                exact.world.get::<Readings>(exact.entity(row)),
                noisy.world.get::<Readings>(noisy.entity(row))
            );
            assert_eq!(
                exact.world.get::<Goal>(exact.entity(row)),
                noisy.world.get::<Goal>(noisy.entity(row))
            );
            let pairs = see(&exact, row).into_iter().zip(see(&noisy, row));
            errors.extend(pairs.map(|(exact, noisy)| f64::from(noisy / 2.0 - exact)));
        }
        let mean = errors.iter().sum::<f64>() / 2000.0;
        let variance = errors.iter().map(|error| error * error).sum::<f64>() / 2000.0;
        // Four standard deviations of each.
        assert!(
            mean.abs() < 0.045 && (variance - 0.25).abs() < 0.032,
            "{mean} {variance}"
        );
        exact.step();
        noisy.step();
    }
}

#[test]
fn an_environment_that_remembers_has_the_same_bits_in_any_pod_and_any_episode() {
    let scene = Arc::new(Scene::parse("everything", EVERYTHING).unwrap());
    let mut among_others = pod(&scene, 0..4);
    let mut alone = pod(&scene, 2..3);
    // Two episodes and a half of 100 steps at most.
    assert_eq!(
        trace(&mut alone, 0, 0..250),
        trace(&mut among_others, 2, 0..250)
    );
}

#[test]
fn what_is_remembered_comes_back() {
    let scene = Arc::new(Scene::parse("everything", EVERYTHING).unwrap());
    for steps in [0, 1, 2, 3, 4, 17] {
        let mut first = pod(&scene, 0..2);
        trace(&mut first, 0, 0..steps);
        let mut second = pod(&scene, 0..2);
        let states = first.states();
        let restored = second.restore(states.iter().map(Vec::as_slice)).unwrap();
        assert_eq!(restored, Restored::Same, "after {steps} steps");
        let see = |pod: &Pod| {
            pod.world
                .get::<Observation>(pod.entity(0))
                .unwrap()
                .0
                .clone()
        };
        assert_eq!(see(&first), see(&second), "after {steps} steps");
        let on = steps..steps + 30;
        assert_eq!(
            trace(&mut first, 0, on.clone()),
            trace(&mut second, 0, on),
            "after {steps} steps"
        );
        assert_eq!(first.states(), second.states());
    }
}

#[test]
fn what_sensors_and_rewards_know_of_the_steps_before_comes_back() {
    let scene = Arc::new(scene(
        "JointTemperature(tau_s: 0.1)",
        "(weight: 1, of: Jerk())",
        "",
    ));
    for steps in [0, 1, 2, 3, 60] {
        let mut first = pod(&scene, 0..1);
        trace(&mut first, 0, 0..steps);
        let mut second = pod(&scene, 0..1);
        let states = first.states();
        let restored = second.restore(states.iter().map(Vec::as_slice)).unwrap();
        assert_eq!(restored, Restored::Same, "after {steps} steps");
        // Into the next episode, which begins with cold motors.
        let on = steps..steps + 70;
        let seen = trace(&mut first, 0, on.clone());
        assert_eq!(seen, trace(&mut second, 0, on), "after {steps} steps");
        assert!(seen.iter().any(|&bits| f32::from_bits(bits) > 0.05));
    }
    let mut pod = pod(&scene, 0..1);
    let Observation(cold) = pod.world.get(pod.entity(0)).unwrap();
    assert_eq!(*cold, [0.0, 0.0]);
    trace(&mut pod, 0, 0..100);
    let Observation(cold) = pod.world.get(pod.entity(0)).unwrap();
    assert_eq!(*cold, [0.0, 0.0], "100 steps are an episode");
}

#[test]
fn a_command_is_drawn_for_each_episode_and_can_be_seen_and_paid_for() {
    let scene = scene(
        "Command(), TimeLeft()",
        r#"(weight: 1, of: Expr("command.speed"))"#,
        r#"commands: {"speed": (0.5, 1), "height": (2, 2)}, end: [When("time > 0.03")]"#,
    );
    let names = spaces(&scene).observation;
    assert_eq!(names, ["command.speed", "command.height", "time_left"]);
    let mut pod = Pod::new(
        &SceneEnvironment::new(Arc::new(scene)),
        Seed::new(1),
        Purpose::Training,
        0..1,
    )
    .unwrap();
    let mut drawn = Vec::new();
    for _ in 0..40 {
        let Observation(seen) = pod.world.get(pod.entity(0)).unwrap();
        let (speed, height) = (seen[0], seen[1]);
        assert!((0.5..=1.0).contains(&speed) && height == 2.0, "{seen:?}");
        // Two steps to an episode, with the same command.
        for _ in 0..2 {
            let Observation(seen) = pod.world.get(pod.entity(0)).unwrap();
            assert_eq!(seen[0], speed);
            pod.step();
            let Reward(paid) = *pod.world.get(pod.entity(0)).unwrap();
            assert_eq!(paid, speed);
        }
        drawn.push(speed);
    }
    let least = drawn.iter().copied().fold(1.0, f32::min);
    let most = drawn.iter().copied().fold(0.5, f32::max);
    assert!(least < 0.6 && most > 0.9, "{drawn:?}");
}
