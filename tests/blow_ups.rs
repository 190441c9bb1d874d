//! Promise: an environment that breaks is ended, counted and begun anew, on any number of threads in the same way; what it said
//! is in no weight, log or checkpoint; and its last episode can be played again.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its own data fails"
)]

use bevy::ecs::prelude::{Component, IntoScheduleConfigs, Query};
use serde::{Deserialize, Serialize};
use sinew::checkpoint::crash_record::CrashRecord;
use sinew::checkpoint::{RunFolder, RunSettings, SavedPolicy, read_policy};
use sinew::pod::scene::SceneEnvironment;
use sinew::pod::{
    Action, Control, Decider, Environment, Episode, Observation, Pod, Purpose, Reward, Slot,
};
use sinew::scene::Scene;
use sinew::seed::Seed;
use sinew::step::{ActionSpace, Spaces, StepEnd};
use sinew::train::publish::Viewer;
use sinew::train::{Job, TrainResult, Trainer};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// What goes wrong in some steps of some environments.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Trouble {
    None,
    Reward(f32),
    Observation(f32),
    LastObservation(f32),
    /// Rewards that are numbers, and whose sums are not.
    Beyond,
    Panic,
}

/// A point on a line that is pushed left and right; now and then it gets into trouble.
struct Line(Trouble);

#[derive(Component, Clone, Serialize, Deserialize)]
struct Place(f32);

#[derive(Component, Clone, Copy)]
struct Prone(Trouble);

impl Environment for Line {
    fn spaces(&self) -> Spaces {
        Spaces {
            observation: vec!["x".into()],
            action: ActionSpace::Continuous(vec!["push".into()]),
        }
    }

    fn build(&self, pod: &mut Pod) {
        for slot in pod.slots() {
            pod.spawn(slot, (Place(0.0), Prone(self.0)));
        }
        pod.save::<Place>();
        pod.add_systems((
            push.in_set(Control::Physics),
            judge.in_set(Control::Judge),
            begin.in_set(Control::Reset),
        ));
    }
}

fn push(mut places: Query<(&Slot, &Episode, &Action, &mut Place, &Prone)>) {
    for (slot, episode, action, mut place, prone) in &mut places {
        place.0 += 0.1 * action.0[0].clamp(-1.0, 1.0);
        let is_due = prone.0 == Trouble::Panic && is_due(slot, episode);
        assert!(!is_due, "the point fell off the line");
    }
}

fn judge(
    mut places: Query<(
        &Slot,
        &Place,
        &Prone,
        &mut Episode,
        &mut Observation,
        &mut Reward,
        &mut StepEnd,
    )>,
) {
    for (slot, place, prone, mut episode, mut observation, mut reward, mut end) in &mut places {
        let is_due = is_due(slot, &episode);
        episode.steps += 1;
        observation.0[0] = place.0;
        reward.0 = -place.0.abs();
        if episode.steps == 20 {
            *end = StepEnd::TimeLimit {
                last: observation.0.clone(),
            };
        }
        match (prone.0, &mut *end) {
            (Trouble::Reward(bad), _) if is_due => reward.0 = bad,
            (Trouble::Beyond, _) => reward.0 = -f32::MAX,
            (Trouble::Observation(bad), _) if is_due => observation.0[0] = bad,
            (Trouble::LastObservation(bad), StepEnd::TimeLimit { last })
                if slot.environment == 1 && episode.number.is_multiple_of(3) =>
            {
                last[0] = bad;
            }
            _ => {}
        }
    }
}

/// Environment 1, in the step 7 of every third episode.
fn is_due(slot: &Slot, episode: &Episode) -> bool {
    slot.environment == 1 && episode.number.is_multiple_of(3) && episode.steps == 7
}

fn begin(mut places: Query<(&mut Place, &Episode, &mut Observation, &StepEnd)>) {
    for (mut place, episode, mut observation, end) in &mut places {
        if end.is_end() {
            place.0 = (episode.number % 5) as f32 - 2.0;
            observation.0[0] = place.0;
        }
    }
}

fn train(trouble: Trouble, threads: usize, folder: &Path, stop: Option<Duration>) -> TrainResult {
    let set = [
        "learner.envs=4",
        "learner.horizon=16",
        "learner.batch=32",
        "learner.steps=2048",
    ];
    let scene = Scene::open_with("pendulum", None, &set.map(str::to_owned)).unwrap();
    let job = Job::new(&Arc::new(scene), None, 1).unwrap();
    let settings = RunSettings {
        version: "test".into(),
        scene: "line".into(),
        learner: job.learner_name.clone(),
        seed: 1,
        steps: 2048,
        envs: 4,
    };
    let job = Job {
        environment: Arc::new(Line(trouble)),
        threads,
        folder: Some(RunFolder::open(Some(folder), settings, None).unwrap()),
        checkpoint_every: stop.map(|_| Duration::ZERO),
        ..job
    };
    let viewer = Viewer::default();
    let trainer = Trainer::new(job, viewer.publisher()).unwrap();
    std::thread::scope(|scope| {
        if let Some(stop) = stop {
            scope.spawn(move || {
                std::thread::sleep(stop);
                viewer.stop();
            });
        }
        trainer.run()
    })
}

/// Environments that broke, according to the log; and that every number in it is one.
fn broken(folder: &Path) -> f64 {
    let mut table = csv::Reader::from_path(folder.join("metrics.csv")).unwrap();
    let headers = table.headers().unwrap().clone();
    let column = headers.iter().position(|name| name == "broken").unwrap();
    let mut broken = 0.0;
    for row in table.records() {
        let row = row.unwrap();
        for cell in row.iter().filter(|cell| !cell.is_empty()) {
            assert!(cell.parse::<f64>().unwrap().is_finite(), "{cell}");
        }
        broken = row[column].parse().unwrap();
    }
    broken
}

const BAD: [f32; 3] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY];

#[test]
fn nothing_that_is_no_number_leaves_an_environment() {
    let calm = TempDir::new().unwrap();
    let undisturbed = train(Trouble::None, 2, calm.path(), None);
    assert_eq!(broken(calm.path()), 0.0);
    let kinds = BAD.into_iter().flat_map(|bad| {
        [
            Trouble::Reward(bad),
            Trouble::Observation(bad),
            Trouble::LastObservation(bad),
        ]
    });
    for trouble in kinds {
        let folder = TempDir::new().unwrap();
        let result = train(trouble, 2, folder.path(), None);
        assert_eq!(result.trouble, None, "{trouble:?}");
        assert_eq!(result.steps, 2048);
        assert_ne!(result.state_hash, undisturbed.state_hash);
        assert!(broken(folder.path()) >= 8.0, "{trouble:?}");
        let policy = read_policy(folder.path(), SavedPolicy::Newest).unwrap();
        assert!(policy.is_finite(), "{trouble:?}");
        let other = TempDir::new().unwrap();
        let alone = train(trouble, 1, other.path(), None);
        assert_eq!(result.state_hash, alone.state_hash, "{trouble:?}");
    }
}

#[test]
fn a_panic_ends_its_environment_alone_on_any_number_of_threads() {
    let run = |threads| {
        let folder = TempDir::new().unwrap();
        let result = train(Trouble::Panic, threads, folder.path(), None);
        assert_eq!(result.trouble, None);
        let crashes = fs::read_dir(folder.path().join("crashes")).unwrap().count();
        (result.state_hash, broken(folder.path()) as u64, crashes)
    };
    let alone = run(1);
    // 2048 / 4 steps of at most 47 for three episodes, the third of which ends early.
    assert_eq!((alone.1, alone.2), (10, 10));
    assert_eq!(run(2), alone);
    assert_eq!(run(4), alone);
}

#[test]
fn a_run_with_panics_goes_on_as_the_same_run() {
    let (whole, parts) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let expected = train(Trouble::Panic, 2, whole.path(), None);
    let mut stops = 0;
    let result = loop {
        let stop = Duration::from_millis(5 + 3 * stops);
        let result = train(
            Trouble::Panic,
            1 + stops as usize % 3,
            parts.path(),
            Some(stop),
        );
        stops += 1;
        if !result.stopped {
            break result;
        }
    };
    assert!(stops > 1);
    assert_eq!(result.state_hash, expected.state_hash);
    let metrics = |folder: &TempDir| fs::read(folder.path().join("metrics.csv")).unwrap();
    assert!(metrics(&whole) == metrics(&parts));
}

#[test]
fn a_crash_record_plays_up_to_the_step_that_broke() {
    // A tripwire so low that a policy at its beginning breaks it soon.
    let set = [
        "task.max_joint_speed=5",
        "learner.envs=2",
        "learner.horizon=64",
        "learner.batch=64",
        "learner.steps=256",
    ];
    let scene = Scene::open_with("pendulum", None, &set.map(str::to_owned)).unwrap();
    let scene = Arc::new(scene);
    let folder = TempDir::new().unwrap();
    let (learner, settings) = scene.learner(None).unwrap();
    let settings = RunSettings {
        version: "test".into(),
        scene: "pendulum".into(),
        learner: learner.into(),
        seed: 3,
        steps: settings.settings().steps(),
        envs: settings.settings().envs(),
    };
    let job = Job {
        folder: Some(RunFolder::open(Some(folder.path()), settings, Some(&*scene)).unwrap()),
        ..Job::new(&scene, None, 3).unwrap()
    };
    let result = Trainer::new(job, Viewer::default().publisher())
        .unwrap()
        .run();
    assert!(broken(folder.path()) > 0.0, "{result:?}");
    let mut played = 0;
    for entry in fs::read_dir(folder.path().join("crashes")).unwrap() {
        let record = CrashRecord::read(&entry.unwrap().path()).unwrap();
        let scene = Scene::parse(&record.scene, record.text.as_ref().unwrap()).unwrap();
        let environment = SceneEnvironment::new(Arc::new(scene));
        let crash = record.crash;
        assert!(crash.reason.contains("max_joint_speed"), "{}", crash.reason);
        let mut pod = crash.begin(&environment, Seed::new(record.seed)).unwrap();
        let actions: Vec<&[f32]> = crash.actions.chunks(1).collect();
        for (step, action) in actions.iter().enumerate() {
            let entity = pod.entity(0);
            pod.world
                .get_mut::<Action>(entity)
                .unwrap()
                .0
                .copy_from_slice(action);
            let is_last = step + 1 == actions.len();
            assert_eq!(pod.step_without_reset() == StepEnd::Broken, is_last);
        }
        played += 1;
    }
    assert!(played > 0);
}

#[test]
fn a_run_that_gets_no_better_is_given_up_and_says_so() {
    let folder = TempDir::new().unwrap();
    let result = train(Trouble::Beyond, 2, folder.path(), None);
    assert!(result.given_up && result.trouble.is_some(), "{result:?}");
    assert!(result.steps < 2048, "{result:?}");
    assert_eq!(result.return_mean, None);
    // What goes on to the end has not been given up.
    let folder = TempDir::new().unwrap();
    let result = train(Trouble::None, 2, folder.path(), None);
    assert!(!result.given_up, "{result:?}");
}

#[test]
fn it_does_not_pay_to_break() {
    // A step that broke is worth nothing, and the good one before it is a time limit, not an end.
    let pod = |bad: bool| {
        let trouble = if bad {
            Trouble::Reward(f32::INFINITY)
        } else {
            Trouble::None
        };
        let mut pod = Pod::new(&Line(trouble), Seed::new(1), Purpose::Training, 1..2).unwrap();
        let scene = Scene::open("pendulum").unwrap();
        let (_, learner) = scene.learner(None).unwrap();
        let student = learner
            .settings()
            .start(&Line(trouble).spaces(), Seed::new(1));
        pod.collect(Decider::Sample(student.policy()), 60, &|| false);
        pod.rollout().clone()
    };
    let (good, bad) = (pod(false), pod(true));
    // Two episodes of 20 steps, then step 7 of the third, counted from 0.
    assert_eq!(bad.ends[47], StepEnd::Broken);
    assert_eq!(bad.rewards[47], 0.0);
    let seen = good.observations[47];
    assert!(matches!(&bad.ends[46], StepEnd::TimeLimit { last } if last[..] == [seen]));
    assert_eq!(good.ends[46], StepEnd::Running);
    assert_eq!(good.rewards[..47], bad.rewards[..47]);
}
