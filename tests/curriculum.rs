//! Promise: a task becomes harder as it is learnt: episodes begin at the level that the last ones have earned, evaluations are of the
//! task itself, and a run that was stopped goes on at its level.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use sinew::checkpoint::{RunFolder, RunSettings};
use sinew::metrics::Metric;
use sinew::pod::scene::{Goal, SceneEnvironment};
use sinew::pod::{Environment, Level, Pod, Purpose};
use sinew::scene::Scene;
use sinew::seed::Seed;
use sinew::train::publish::Viewer;
use sinew::train::{Job, TrainResult, Trainer};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Episodes of 2 steps at the first level, of 4 at the second, of 8 in the task itself; the goal goes along. 10 episodes pass a level
/// if their mean return is that.
fn scene(pass: &str) -> Scene {
    let text = include_str!("scenes/hinge.ron").replace(
        "episode_s: 0.7, control_hz: 50, physics_hz: 100,",
        &format!(
            r#"episode_s: 0.16, control_hz: 50, physics_hz: 100, goal: Fixed(at: (3, 0, 0)),
            curriculum: (pass: {pass}, episodes: 10, levels: [
                {{"task.episode_s": 0.04, "task.goal.at": (1, 0, 0)}},
                {{"task.episode_s": 0.08, "task.goal.at": (2, 0, 0), "robot.joints.hinge.damping": 1}},
            ]),"#
        ),
    );
    Scene::parse("hinge", &text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn an_episode_is_what_its_level_says() {
    let environment = SceneEnvironment::new(Arc::new(scene("Return(0)")));
    assert_eq!(environment.curriculum().unwrap().levels, 2);
    let lengths = |purpose, level: Option<u32>| {
        let mut pod = Pod::new(&environment, Seed::new(1), purpose, 0..1).unwrap();
        if let Some(level) = level {
            pod.set_level(Level(level));
        }
        // The first one is of the level that it was begun at.
        let mut lengths = Vec::new();
        while lengths.len() < 2 {
            pod.step();
            lengths.extend(pod.take_finished().iter().map(|episode| episode.length));
        }
        let Goal([x, ..]) = *pod.world.get(pod.entity(0)).unwrap();
        (lengths, x)
    };
    assert_eq!(lengths(Purpose::Training, None), (vec![2, 2], 1.0));
    assert_eq!(lengths(Purpose::Training, Some(1)), (vec![2, 4], 2.0));
    assert_eq!(lengths(Purpose::Training, Some(2)), (vec![2, 8], 3.0));
    assert_eq!(lengths(Purpose::Training, Some(9)), (vec![2, 8], 3.0));
    assert_eq!(lengths(Purpose::Evaluation, None), (vec![8, 8], 3.0));
}

/// Trains for so many steps in a folder, with 80 steps to an iteration.
fn train(scene: &Arc<Scene>, folder: &Path, steps: u64, threads: usize) -> TrainResult {
    let settings = RunSettings {
        version: "test".into(),
        scene: scene.name().into(),
        learner: "ppo".into(),
        seed: 1,
        steps,
        envs: 4,
    };
    let mut job = Job {
        solved: None,
        threads,
        folder: Some(RunFolder::open(Some(folder), settings, Some(&**scene)).unwrap()),
        checkpoint_every: Some(Duration::ZERO),
        ..Job::new(scene, Some("ppo"), 1).unwrap()
    };
    job.learner = job.learner.with_steps(steps);
    let result = Trainer::new(job, Viewer::default().publisher())
        .unwrap()
        .run();
    assert_eq!(result.trouble, None);
    result
}

/// A column of the table of a run.
fn column(folder: &Path, metric: Metric) -> Vec<f64> {
    let text = fs::read_to_string(folder.join("metrics.csv")).unwrap();
    let mut rows = text.lines();
    let names = rows.next().unwrap().split(',');
    let column = names
        .clone()
        .position(|name| name == metric.name())
        .unwrap();
    rows.map(|row| row.split(',').nth(column).unwrap().parse().unwrap())
        .collect()
}

#[test]
fn a_level_that_is_passed_is_followed_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    // What nobody can fail: 40 episodes of 2 steps pass the first level in the first iteration, and the second takes 10 of 4.
    train(&Arc::new(scene("Return(-1000)")), folder.path(), 480, 2);
    let levels = column(folder.path(), Metric::Level);
    assert_eq!(levels, [1.0, 2.0, 2.0, 2.0, 2.0, 2.0]);
    let lengths = column(folder.path(), Metric::Length);
    assert_eq!(lengths[0], 2.0);
    assert!(lengths.windows(2).all(|pair| pair[0] <= pair[1]) && lengths[5] > 3.0);
}

#[test]
fn a_level_that_is_not_passed_stays() {
    let folder = tempfile::tempdir().unwrap();
    train(&Arc::new(scene("Return(1000)")), folder.path(), 400, 1);
    assert_eq!(column(folder.path(), Metric::Level), [0.0; 5]);
}

#[test]
fn a_run_goes_on_at_its_level() {
    let (whole, parts) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // Passed now and then: its returns of 4 steps are about this.
    let scene = Arc::new(scene("Return(-0.28)"));
    let expected = train(&scene, whole.path(), 2400, 2);
    let levels = column(whole.path(), Metric::Level);
    assert!(levels.contains(&0.0) && levels.contains(&1.0), "{levels:?}");
    for (steps, threads) in [(80, 1), (240, 3), (640, 2), (1600, 1), (2400, 2)] {
        let result = train(&scene, parts.path(), steps, threads);
        if steps == 2400 {
            assert_eq!(result.state_hash, expected.state_hash);
        }
    }
    let table = |folder: &Path| fs::read(folder.join("metrics.csv")).unwrap();
    assert!(table(whole.path()) == table(parts.path()));
}
