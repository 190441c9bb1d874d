//! Promise: a run has the same bits for any number of threads, watched or not.

use sinew::scene::Scene;
use sinew::scene::task::Solved;
use sinew::train::publish::Viewer;
use sinew::train::{Job, Trainer};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Small, but with several minibatches, a ragged last chunk, episodes that end and evaluations.
fn job(scene: &str, seed: u64, threads: usize) -> Job {
    let set = [
        "learner.envs=12",
        "learner.horizon=25",
        "learner.batch=130",
        "learner.steps=6000",
        "task.episode_s=0.4",
    ];
    let scene = Scene::open_with(scene, None, &set.map(str::to_owned)).expect("it is shipped");
    let scene = Arc::new(scene);
    Job {
        solved: Some(Solved::Return(-1e9)),
        threads,
        ..Job::new(&scene, None, seed).expect("it has a preset")
    }
}

fn hash(scene: &str, seed: u64, threads: usize) -> String {
    let viewer = Viewer::default();
    let trainer = Trainer::new(job(scene, seed, threads), viewer.publisher()).expect("it builds");
    let result = trainer.run();
    assert_eq!(
        result.solved_step,
        Some(300 * 17),
        "an evaluation was part of it"
    );
    result.state_hash
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let alone = hash("reach", 1, 1);
    for threads in [2, 3, 8] {
        assert_eq!(hash("reach", 1, threads), alone, "{threads} threads");
    }
    assert_ne!(hash("reach", 2, 1), alone, "another seed");
}

#[test]
fn nor_for_any_other_learner() {
    let learners = [
        ("reinforce-baseline", "learner.horizon=40"),
        ("actor-critic", "learner.entropy=0.001"),
        ("a2c", "learner.optimizer=RmsProp"),
        ("sac-cpu", "learner.updates=0.02"),
        ("reppo", "learner.batch=130"),
    ];
    for (learner, its_own) in learners {
        let hash = |threads| {
            let set = [
                "learner.envs=10",
                "learner.steps=4000",
                "task.episode_s=0.4",
                its_own,
            ];
            let scene = Scene::open_with("reach", Some(learner), &set.map(str::to_owned));
            let scene = Arc::new(scene.expect("it is shipped"));
            let job = Job {
                solved: None,
                threads,
                ..Job::new(&scene, Some(learner), 1).expect("it has a preset")
            };
            let trainer = Trainer::new(job, Viewer::default().publisher()).expect("it builds");
            trainer.run().state_hash
        };
        let alone = hash(1);
        for threads in [2, 3, 8] {
            assert_eq!(hash(threads), alone, "{learner}, {threads} threads");
        }
    }
}

#[test]
fn a_watcher_changes_nothing() {
    let alone = hash("reach", 1, 2);
    let viewer = Viewer::default();
    let trainer = Trainer::new(job("reach", 1, 2), viewer.publisher()).expect("it builds");
    let done = AtomicBool::new(false);
    let watched = std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut seen = 0;
            let mut held = false;
            while !done.load(Ordering::Relaxed) {
                let (snapshot, rows) = viewer.take_updates();
                seen += rows.len() + usize::from(snapshot.is_some());
                // Hold it and let it go on, again and again.
                held = !held;
                viewer.hold(held);
                std::thread::yield_now();
            }
            seen
        });
        let result = trainer.run().state_hash;
        done.store(true, Ordering::Relaxed);
        assert!(
            watcher.join().expect("it does not panic") > 0,
            "somebody watched"
        );
        result
    });
    assert_eq!(watched, alone);
}
