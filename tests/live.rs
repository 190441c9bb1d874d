//! Promise: a scene may change while it is learnt in; from which step on is written down before the run comes there, so whoever goes
//! on with the run comes by the same change and ends with the same bytes. What cannot change is refused in words and changes no bit.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use sinew::checkpoint::crash_record::CrashRecord;
use sinew::checkpoint::versions::{VersionFile, newest_in_force};
use sinew::checkpoint::{RunFolder, RunSettings};
use sinew::scene::Scene;
use sinew::train::publish::Viewer;
use sinew::train::versions::SceneEdit;
use sinew::train::{Job, TrainResult, Trainer};
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

/// One of each kind of state.
const PPO: (&str, &[&str]) = ("ppo", &["learner.horizon=25", "learner.batch=50"]);
const KINDS: [(&str, &[&str]); 3] = [
    PPO,
    ("reppo", &["learner.horizon=25", "learner.batch=50"]),
    (
        "sac-cpu",
        &[
            "learner.horizon=25",
            "learner.batch=150",
            "learner.widths=[16, 16]",
            "learner.warmup=300",
            "learner.updates=0.02",
            "learner.replay=1000",
        ],
    ),
];
/// Control steps of an iteration.
const ITERATION: u64 = 150;
/// Control steps of a run.
const STEPS: u64 = 1800;
/// Other pay, other lengths of episodes, heavier damping.
const CHANGED: [&str; 3] = [
    "task.reward[0].weight=3",
    "task.episode_s=0.3",
    "robot.joints.elbow.damping=2",
];

/// Small, with episodes that end in mid-rollout.
fn scene((learner, its_own): (&str, &[&str]), more: &[&str]) -> Scene {
    let set = ["learner.envs=6", "learner.steps=1800", "task.episode_s=0.2"];
    let set = set.iter().chain(its_own).chain(more);
    let set: Vec<String> = set.map(|&s| s.to_owned()).collect();
    Scene::open_with("reach", Some(learner), &set).expect("it is shipped")
}

/// Trains in a folder up to some step, and returns what it told, too.
fn train(
    folder: &Path,
    kind: (&str, &[&str]),
    steps: u64,
    threads: usize,
    change: Option<SceneEdit>,
) -> (TrainResult, Vec<String>) {
    let steps = format!("learner.steps={steps}");
    let scene = Arc::new(scene(kind, &[&steps]));
    let (learner, settings) = scene.learner(Some(kind.0)).unwrap();
    let settings = RunSettings {
        version: "test".into(),
        scene: scene.name().into(),
        learner: learner.into(),
        seed: 1,
        steps: settings.settings().steps(),
        envs: 6,
    };
    let job = Job {
        solved: None,
        threads,
        folder: Some(RunFolder::open(Some(folder), settings, Some(&*scene)).unwrap()),
        checkpoint_every: Some(Duration::ZERO),
        ..Job::new(&scene, Some(learner), 1).unwrap()
    };
    let told = Arc::new(Mutex::new(Vec::new()));
    let hears = told.clone();
    let viewer = Viewer::telling(move |line| hears.lock().unwrap().push(line.to_owned()));
    if let Some(change) = change {
        viewer.propose_scene(change);
    }
    let result = Trainer::new(job, viewer.publisher()).unwrap().run();
    assert_eq!(result.trouble, None);
    let told = std::mem::take(&mut *told.lock().unwrap());
    (result, told)
}

fn undisturbed(folder: &Path, kind: (&str, &[&str])) -> TrainResult {
    train(folder, kind, STEPS, 1, None).0
}

fn to(scene: Scene) -> SceneEdit {
    SceneEdit {
        scene: Arc::new(scene),
        forget_values: false,
    }
}

/// Writes down that the scene becomes another, as a training does.
fn schedule(folder: &Path, step: u64, forgets_values: bool, scene: &Scene) {
    let version = VersionFile {
        step,
        forgets_values,
        text: scene.text().to_owned(),
    };
    fs::create_dir_all(folder.join("versions")).unwrap();
    fs::write(folder.join(version.path()), version.text).unwrap();
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn assert_same(mine: (&Path, &TrainResult), other: (&Path, &TrainResult)) {
    assert_eq!(mine.1.state_hash, other.1.state_hash);
    assert_eq!(mine.1.return_mean, other.1.return_mean);
    for file in ["metrics.csv", "policy.safetensors", "events.csv"] {
        assert!(read(mine.0, file) == read(other.0, file), "{file} differs");
    }
}

#[test]
fn a_run_that_is_broken_off_around_a_change_ends_with_the_same_bytes() {
    for kind in KINDS {
        let (whole, parts) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let (at, back) = (6 * ITERATION, 10 * ITERATION);
        for folder in [&whole, &parts] {
            schedule(folder.path(), at, true, &scene(kind, &CHANGED));
            schedule(folder.path(), back, false, &scene(kind, &CHANGED[1..]));
        }
        let expected = undisturbed(whole.path(), kind);
        // Before the change, with it, and after it; the checkpoint of the change is lost, so that it is come by again.
        let ends = [at - ITERATION, at, at + 2 * ITERATION];
        for (end, threads) in ends.into_iter().zip([2, 1, 3]) {
            let (result, _) = train(parts.path(), kind, end, threads, None);
            assert_eq!(result.steps, end);
            if end == at {
                let newest = format!("checkpoints/{:012}.sinew", end / ITERATION);
                fs::write(parts.path().join(newest), "damaged").unwrap();
            }
        }
        let (result, _) = train(parts.path(), kind, STEPS, 3, None);
        assert_eq!(result.resumed_from_step, Some(at + 2 * ITERATION));
        assert_same((parts.path(), &result), (whole.path(), &expected));

        let alone = TempDir::new().unwrap();
        let hash = undisturbed(alone.path(), kind).state_hash;
        assert_ne!(hash, expected.state_hash, "the change is one");
        let events = String::from_utf8(read(whole.path(), "events.csv")).unwrap();
        let heads: Vec<&str> = events
            .lines()
            .map(|line| line.split('"').next().unwrap())
            .collect();
        assert_eq!(
            heads,
            [
                "step,event,what",
                "900,scene,",
                "900,critic,",
                "1500,scene,"
            ]
        );
    }
}

#[test]
fn a_change_is_written_down_with_its_step_and_told() {
    for forget_values in [false, true] {
        let (live, again) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let change = SceneEdit {
            scene: Arc::new(scene(PPO, &CHANGED)),
            forget_values,
        };
        let (expected, told) = train(live.path(), PPO, STEPS, 2, Some(change.clone()));
        let line = "step 150: the scene has changed: ";
        let line = told.iter().find(|told| told.starts_with(line)).unwrap();
        let elbow = "`robot.joints.elbow.damping` changed from 1 to 2";
        let weight = "`task.reward[0].weight` changed from -1 to 3";
        assert!(line.contains(elbow) && line.contains(weight), "{line}");
        assert_eq!(line.contains("the critic was reinitialised"), forget_values);
        let version = newest_in_force(live.path()).unwrap().unwrap();
        assert_eq!(version.text, change.scene.text());
        assert_eq!((version.step, version.forgets_values), (150, forget_values));
        let events = String::from_utf8(read(live.path(), "events.csv")).unwrap();
        assert!(
            events.starts_with("step,event,what\n150,scene,\"`robot."),
            "{events}"
        );
        assert_eq!(events.contains("\n150,critic,"), forget_values);

        // What is written down is all there is to know.
        schedule(again.path(), 150, forget_values, &change.scene);
        let result = undisturbed(again.path(), PPO);
        assert_same((again.path(), &result), (live.path(), &expected));
    }
}

#[test]
fn critics_stay_where_the_pay_is_the_same() {
    let folder = TempDir::new().unwrap();
    let change = SceneEdit {
        scene: Arc::new(scene(PPO, &CHANGED[1..])),
        forget_values: true,
    };
    train(folder.path(), PPO, 300, 1, Some(change));
    assert!(folder.path().join("versions/000000000150.ron").is_file());
}

#[test]
fn what_cannot_change_is_refused_in_words_and_what_means_the_same_is_nothing() {
    let alone = TempDir::new().unwrap();
    let expected = undisturbed(alone.path(), PPO);
    let text = scene(PPO, &[]).text().to_owned();
    let renamed = text.replace("\"elbow\"", "\"hinge\"");
    let commented = format!("// a note\n{text}");
    let parsed = |text: &str| Scene::parse("reach", text).unwrap();
    let proposals = [
        (
            scene(PPO, &["learner.gamma=0.5"]),
            Some("`learner.gamma` changed from 0.93 to 0.5: learner hyperparameters"),
        ),
        (
            scene(PPO, &["task.observe[0].history=2"]),
            Some("the task's observations differ: "),
        ),
        (
            parsed(&renamed),
            Some(
                "the robot's joints differ: `hinge` instead of `elbow`; this cannot change during a run",
            ),
        ),
        (parsed(&commented), None),
        (scene(PPO, &["learner.steps=77"]), None),
    ];
    for (proposed, problem) in proposals {
        let folder = TempDir::new().unwrap();
        let (result, told) = train(folder.path(), PPO, STEPS, 2, Some(to(proposed)));
        match problem {
            Some(problem) => {
                let is_told =
                    |line: &&String| line.starts_with("step 0: the scene was edited, but ");
                let told = told.iter().find(is_told).unwrap();
                assert!(told.contains(problem), "{told}");
                assert!(told.contains("--run NEW` begins a new run"), "{told}");
            }
            None => assert_eq!(told, [""; 0]),
        }
        assert_eq!(result.state_hash, expected.state_hash);
        for file in ["versions", "events.csv"] {
            assert!(!folder.path().join(file).exists(), "{file}");
        }
        assert!(read(folder.path(), "metrics.csv") == read(alone.path(), "metrics.csv"));
    }
}

#[test]
fn a_version_that_is_none_of_the_run_is_refused() {
    let folder = TempDir::new().unwrap();
    schedule(
        folder.path(),
        300,
        false,
        &scene(PPO, &["learner.gamma=0.5"]),
    );
    let scene = Arc::new(scene(PPO, &[]));
    let settings = RunSettings {
        version: "test".into(),
        scene: "reach".into(),
        learner: "ppo".into(),
        seed: 1,
        steps: STEPS,
        envs: 6,
    };
    let job = Job {
        folder: Some(RunFolder::open(Some(folder.path()), settings, Some(&*scene)).unwrap()),
        ..Job::new(&scene, Some("ppo"), 1).unwrap()
    };
    let error = Trainer::new(job, Viewer::default().publisher())
        .err()
        .unwrap();
    assert!(error.to_string().contains("000000000300.ron"), "{error}");
}

#[test]
fn workers_that_do_not_wait_change_between_two_rounds() {
    let kind = ("a3c", &["learner.horizon=5", "learner.turns=5"][..]);
    let folder = TempDir::new().unwrap();
    let changed = scene(kind, &CHANGED);
    let (result, told) = train(folder.path(), kind, 450, 2, Some(to(changed)));
    assert_eq!(result.steps, 450);
    assert!(
        told.iter()
            .any(|told| told.starts_with("step 150: the scene has changed")),
        "{told:?}"
    );
    assert!(folder.path().join("versions/000000000150.ron").is_file());
}

#[test]
fn what_breaks_is_recorded_with_the_version_that_it_broke_in() {
    let folder = TempDir::new().unwrap();
    let changed = scene(PPO, &["task.max_joint_speed=0.5"]);
    let text = changed.text().to_owned();
    train(folder.path(), PPO, 300, 1, Some(to(changed)));
    let crashes = fs::read_dir(folder.path().join("crashes")).unwrap();
    let records: Vec<CrashRecord> = crashes
        .map(|entry| CrashRecord::read(&entry.unwrap().path()).unwrap())
        .collect();
    assert!(!records.is_empty());
    let is_of_it = |record: &CrashRecord| record.text.as_ref() == Some(&text);
    assert!(records.iter().all(is_of_it));
}
