//! Promise: a run has the same bits today as when its hash was written down, on every machine of the same class.
//!
//! Networks compute the same everywhere; the physics engine and the noise of actions call the C library, whose sine, cosine and
//! logarithm may round differently elsewhere. So a hash belongs to a class of machines: architecture, vector units, C library. On
//! a class without hashes the test compares two runs and prints the class, and what would be its lines in `data/golden.csv`.
//! A changed hash is a changed result: the commit that changes it says why.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and prints what it has found"
)]

use sinew::learn::LearnerKind;
use sinew::scene::Scene;
use sinew::train::publish::Viewer;
use sinew::train::{Job, Trainer};
use std::process::Command;
use std::sync::Arc;

/// Presets, and what makes their runs short, with rollouts, updates and episodes that end. A3C has no bits of its own.
const LEARNERS: [(&str, &[&str]); 6] = [
    ("ppo", &["learner.horizon=64", "learner.batch=128"]),
    ("reinforce-baseline", &["learner.horizon=64"]),
    ("actor-critic", &[]),
    ("a2c", &["learner.horizon=64"]),
    ("reppo", &["learner.horizon=64", "learner.batch=64"]),
    (
        "sac",
        &[
            "learner.horizon=64",
            "learner.updates=0.01",
            "learner.warmup=1024",
        ],
    ),
];

/// The scenes that are played with every learner; the others are with the first.
const EVERY_LEARNER: [&str; 5] = ["reach", "reacher", "pendulum", "hopper", "walker"];

/// What the bits of `f32` functions depend on besides the program.
fn class() -> String {
    let mut class = vec![std::env::consts::ARCH.to_owned()];
    #[cfg(target_arch = "x86_64")]
    {
        let units = [
            ("fma", std::is_x86_feature_detected!("fma")),
            ("avx2", std::is_x86_feature_detected!("avx2")),
            ("avx512f", std::is_x86_feature_detected!("avx512f")),
        ];
        let there = units.into_iter().filter(|(_, is_there)| *is_there);
        class.extend(there.map(|(name, _)| name.to_owned()));
    }
    let library = Command::new("getconf").arg("GNU_LIBC_VERSION").output();
    let library = library.ok().filter(|output| output.status.success());
    let name = library.map_or_else(
        || std::env::consts::OS.to_owned(),
        |output| {
            String::from_utf8_lossy(&output.stdout)
                .trim()
                .replace(' ', "-")
        },
    );
    class.push(name);
    class.join("+")
}

/// A short run of a shipped scene.
fn hash(scene: &str, learner: &str, its_own: &[&str], threads: usize) -> String {
    // Half a second, in whole steps.
    let rate = Scene::open(scene).unwrap().task().control_hz;
    let episode = format!("task.episode_s={}", (0.5 * rate).round() / rate);
    let set = ["learner.envs=8", "learner.steps=4096", &episode];
    let set: Vec<String> = set.iter().chain(its_own).map(|&s| s.to_owned()).collect();
    let scene = Scene::open_with(scene, Some(learner), &set).unwrap();
    let job = Job {
        threads,
        solved: None,
        ..Job::new(&Arc::new(scene), Some(learner), 1).unwrap()
    };
    let trainer = Trainer::new(job, Viewer::default().publisher()).unwrap();
    trainer.run().state_hash
}

#[test]
fn runs_have_the_bits_that_were_written_down() {
    let class = class();
    let mut known = csv::Reader::from_path("tests/data/golden.csv").unwrap();
    let known: Vec<csv::StringRecord> = known.records().map(Result::unwrap).collect();
    let is_known = known.iter().any(|line| line[0] == class);
    println!(
        "class {class}, {}",
        if is_known { "known" } else { "unknown" }
    );
    for (scene, _) in Scene::shipped() {
        let every = EVERY_LEARNER.contains(&scene);
        let learners = if every { &LEARNERS[..] } else { &LEARNERS[..1] };
        for &(learner, its_own) in learners {
            let hash = hash(scene, learner, its_own, 2);
            let alone = self::hash(scene, learner, its_own, 1);
            assert_eq!(hash, alone, "{scene}, {learner}");
            println!("{class},{scene},{learner},{hash}");
            if is_known {
                let line = known
                    .iter()
                    .find(|line| line[0] == class && &line[1] == scene && &line[2] == learner);
                let line = line.unwrap_or_else(|| panic!("no hash of {scene}, {learner}"));
                assert_eq!(hash, line[3], "{scene}, {learner}");
            }
        }
    }
}

/// A new learner gets a line in `LEARNERS`, and lines of hashes in `data/golden.csv`, which the other test prints.
#[test]
fn every_learner_is_among_them() {
    for kind in LearnerKind::ALL {
        // The bits of A3C depend on the machine's timing.
        let has_bits = kind.name != "A3c";
        let is_there =
            |(preset, _): &(&str, _)| kind.presets.iter().any(|(name, _)| name == preset);
        assert_eq!(LEARNERS.iter().any(is_there), has_bits, "{}", kind.name);
    }
}
