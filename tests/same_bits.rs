//! Promise: a run has the same bits for any number of threads, watched or not.

use sinew::learn::{Driver, LearnerKind};
use sinew::scene::Scene;
use sinew::step::curriculum::Solved;
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

/// What makes a run of any learner short, with ragged chunks and with updates: the settings that its preset has.
fn short(text: &str) -> Vec<String> {
    let all = [
        "horizon=40",
        "batch=130",
        "optimizer=RmsProp",
        "updates=0.02",
        "warmup=500",
    ];
    let has = |setting: &&str| {
        let (field, _) = setting.split_once('=').expect("it has a value");
        text.contains(&format!("\n    {field}: "))
    };
    let its_own = all.iter().filter(|setting| has(setting));
    let shared = [
        "task.episode_s=0.4",
        "learner.envs=10",
        "learner.steps=4000",
    ];
    let shared = shared.map(str::to_owned).into_iter();
    shared
        .chain(its_own.map(|setting| format!("learner.{setting}")))
        .collect()
}

/// The hash of a short run with a shipped preset; none for a learner whose workers do not wait for one another.
fn hash_of(preset: &str, text: &str, threads: usize) -> Option<String> {
    let scene = Scene::open_with("reach", Some(preset), &short(text));
    let scene = Arc::new(scene.expect("it is shipped"));
    let job = Job {
        solved: None,
        threads,
        ..Job::new(&scene, Some(preset), 1).expect("it has a preset")
    };
    let spaces = job.environment.spaces();
    match job.learner.settings().start(&spaces, job.seed) {
        Driver::Workers(_) => None,
        Driver::Rollouts(_) => {
            let trainer = Trainer::new(job, Viewer::default().publisher()).expect("it builds");
            Some(trainer.run().state_hash)
        }
    }
}

#[test]
fn nor_for_any_learner() {
    let mut asynchronous = Vec::new();
    for (preset, text) in LearnerKind::ALL.iter().flat_map(|kind| kind.presets) {
        let Some(alone) = hash_of(preset, text, 1) else {
            asynchronous.push(preset);
            continue;
        };
        for threads in [2, 3, 8] {
            let hash = hash_of(preset, text, threads);
            assert_eq!(hash.as_ref(), Some(&alone), "{preset}, {threads} threads");
        }
    }
    assert_eq!(
        asynchronous,
        [&"a3c"],
        "the one whose bits depend on timing"
    );
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
