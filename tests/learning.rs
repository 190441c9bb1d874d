//! Promise: it learns. Deterministic on one machine; the bounds are far from what any seed reaches.

use sinew::scene::Scene;
use sinew::train::publish::Viewer;
use sinew::train::{Job, TrainResult, Trainer};
use std::sync::Arc;

fn train(scene: &str, steps: u64, until_solved: bool) -> TrainResult {
    let set = [format!("learner.steps={steps}")];
    let scene = Arc::new(Scene::open_with(scene, None, &set).expect("it is shipped"));
    let job = Job {
        until_solved,
        ..Job::new(&scene, None, 1).expect("it has a preset")
    };
    let viewer = Viewer::default();
    Trainer::new(job, viewer.publisher())
        .expect("it builds")
        .run()
}

#[test]
fn the_arm_learns_to_reach() {
    let result = train("reach", 800_000, true);
    assert!(result.solved_step.is_some(), "{result:?}");
    assert!(
        result.success > Some(0.8),
        "and keeps it in fresh episodes: {result:?}"
    );
}

#[test]
fn the_planar_reacher_gets_better() {
    let untrained = train("reacher", 1, false).return_mean.unwrap();
    let trained = train("reacher", 200_000, false).return_mean.unwrap();
    assert!(trained > 0.5 * untrained, "{untrained} became {trained}");
}
