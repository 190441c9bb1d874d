//! Promise: a run that was stopped anywhere goes on as the same run, on any number of threads, and a checkpoint that
//! cannot be used costs no more than the work since the one before it.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its own data fails"
)]

use sinew::checkpoint::{RunError, RunFolder, RunSettings};
use sinew::learn::LearnerKind;
use sinew::pod::scene::SceneEnvironment;
use sinew::pod::{Environment, Pod};
use sinew::scene::Scene;
use sinew::step::Spaces;
use sinew::step::curriculum::Solved;
use sinew::train::publish::Viewer;
use sinew::train::{Job, TrainResult, Trainer};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// Presets, and what makes them small, with several minibatches or updates in an iteration.
const LEARNERS: [(&str, &[&str]); 6] = [
    ("ppo", &["learner.horizon=25", "learner.batch=50"]),
    (
        "reinforce-baseline",
        &["learner.horizon=25", "learner.baseline.fits=3"],
    ),
    (
        "actor-critic",
        &["learner.envs=30", "learner.rate=Constant(0.001)"],
    ),
    (
        "a2c",
        &["learner.horizon=25", "learner.rate=Constant(0.001)"],
    ),
    ("reppo", &["learner.horizon=25", "learner.batch=50"]),
    (
        "sac-cpu",
        &[
            "learner.horizon=25",
            "learner.batch=150",
            "learner.widths=[16, 16]",
            "learner.warmup=300",
            "learner.updates=0.02",
            "learner.replay=2000",
        ],
    ),
];

/// All of them, and a preset as it is of every learner that is not among them. A3C never goes on as the same run.
fn learners() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let others = LearnerKind::ALL.iter().filter(|kind| {
        let is_listed =
            |(name, _): &(&str, &[&str])| kind.presets.iter().any(|(own, _)| own == name);
        kind.name != "A3c" && !LEARNERS.iter().any(is_listed)
    });
    let others = others.map(|kind| (kind.presets[0].0, &[][..]));
    LEARNERS.into_iter().chain(others)
}

/// One of each kind of state: the policy gradient's, REPPO's, and one with a memory.
fn kinds_of_state() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let kinds = ["ppo", "reppo", "sac-cpu"];
    LEARNERS
        .into_iter()
        .filter(move |(name, _)| kinds.contains(name))
}

/// Control steps of a run.
const STEPS: u64 = 3000;

/// A scene with one of its presets.
struct Case {
    scene: Arc<Scene>,
    learner: &'static str,
}

/// Small, with episodes that end in mid-rollout, and evaluations.
fn case_of((learner, its_own): (&'static str, &[&str]), more: &[&str]) -> Case {
    let steps = format!("learner.steps={STEPS}");
    let set = ["learner.envs=6", &steps, "task.episode_s=0.2"];
    let set = set.iter().chain(its_own).chain(more);
    let set: Vec<String> = set.map(|&s| s.to_owned()).collect();
    let scene = Scene::open_with("reach", Some(learner), &set).expect("it is shipped");
    Case {
        scene: Arc::new(scene),
        learner,
    }
}

/// Control steps of an iteration.
fn iteration(Case { scene, learner }: &Case) -> u64 {
    let settings = scene.learner(Some(learner)).unwrap().1.settings();
    (settings.envs() * settings.horizon()) as u64
}

/// For what does not depend on the learner.
fn any_case(more: &[&str]) -> Case {
    case_of(LEARNERS[0], more)
}

fn settings(Case { scene, learner }: &Case) -> RunSettings {
    let (learner, settings) = scene.learner(Some(learner)).unwrap();
    RunSettings {
        version: "test".into(),
        scene: scene.name().into(),
        learner: learner.into(),
        seed: 1,
        steps: settings.settings().steps(),
        envs: settings.settings().envs(),
    }
}

fn open(folder: &Path, case: &Case) -> Result<RunFolder, RunError> {
    RunFolder::open(Some(folder), settings(case), Some(&*case.scene))
}

/// Trains in a folder, with a checkpoint after each iteration, until it is done or `stop` has passed.
fn train_for(folder: &Path, case: &Case, threads: usize, stop: Option<Duration>) -> TrainResult {
    let job = Job {
        solved: Some(Solved::Return(-1e9)),
        threads,
        folder: Some(open(folder, case).unwrap()),
        checkpoint_every: Some(Duration::ZERO),
        ..Job::new(&case.scene, Some(case.learner), 1).unwrap()
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

fn train(folder: &Path, case: &Case, threads: usize) -> TrainResult {
    train_for(folder, case, threads, None)
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).unwrap()
}

fn checkpoints(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("checkpoints")).unwrap();
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "sinew"))
        .collect();
    paths.sort();
    paths
}

fn assert_same(folder: &Path, result: &TrainResult, whole: &Path, expected: &TrainResult) {
    assert_eq!(result.state_hash, expected.state_hash);
    assert_eq!(result.solved_step, expected.solved_step);
    assert_eq!(result.return_mean, expected.return_mean);
    for file in ["metrics.csv", "policy.safetensors", "best.safetensors"] {
        assert!(read(folder, file) == read(whole, file), "{file} differs");
    }
}

#[test]
fn a_run_that_is_stopped_again_and_again_ends_as_the_same_run() {
    // Sensors that are noisy and late have a past, which comes back too.
    let sensors = [
        "task.observe[0].noise=0.05",
        "task.observe[1].delay=2",
        "task.observe[2].history=3",
    ];
    let learners = learners().map(|learner| (learner, &[][..]));
    for (learner, more) in learners.chain([(LEARNERS[0], &sensors[..])]) {
        let (whole, parts) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let case = case_of(learner, more);
        let expected = train(whole.path(), &case, 1);
        assert_eq!(expected.resumed_from_step, None);
        let mut stops = 0;
        let mut went_on_in_mid_run = 0;
        let result = loop {
            // Whatever it is doing then; later each time, so that a busy machine comes to an end too.
            let stop = Duration::from_millis(15 + 15 * stops);
            let threads = [2, 1, 3][stops as usize % 3];
            let result = train_for(parts.path(), &case, threads, Some(stop));
            went_on_in_mid_run += usize::from(result.resumed_from_step > Some(0));
            stops += 1;
            if !result.stopped {
                break result;
            }
        };
        assert!(went_on_in_mid_run > 1, "{stops} stops");
        assert_same(parts.path(), &result, whole.path(), &expected);
    }
}

/// The scene, with a word to the training whenever pods for an evaluation are built, which have many environments.
struct StopsInEvaluations(SceneEnvironment, Viewer);

impl Environment for StopsInEvaluations {
    fn spaces(&self) -> Spaces {
        self.0.spaces()
    }

    fn build(&self, pod: &mut Pod) {
        if pod.slots().count() > 32 {
            self.1.stop();
        }
        self.0.build(pod);
    }
}

#[test]
fn an_evaluation_that_is_broken_off_is_done_by_the_next_process() {
    for learner in kinds_of_state() {
        let (whole, parts) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let case = case_of(learner, &[]);
        let expected = train(whole.path(), &case, 2);
        let viewer = Viewer::default();
        let job = Job {
            environment: Arc::new(StopsInEvaluations(
                SceneEnvironment::new(case.scene.clone()),
                viewer.clone(),
            )),
            solved: Some(Solved::Return(-1e9)),
            folder: Some(open(parts.path(), &case).unwrap()),
            checkpoint_every: Some(Duration::ZERO),
            ..Job::new(&case.scene, Some(case.learner), 1).unwrap()
        };
        let stopped = Trainer::new(job, viewer.publisher()).unwrap().run();
        assert!(stopped.stopped && stopped.solved_step.is_none());
        assert!(!parts.path().join("best.safetensors").exists());
        let result = train(parts.path(), &case, 1);
        assert_eq!(result.resumed_from_step, Some(stopped.steps));
        assert_same(parts.path(), &result, whole.path(), &expected);

        // As the last thing of a run, too: what the evaluation found is saved.
        let prolonged = TempDir::new().unwrap();
        let short = case_of(learner, &[&format!("learner.steps={}", stopped.steps)]);
        let viewer = Viewer::default();
        let job = Job {
            environment: Arc::new(StopsInEvaluations(
                SceneEnvironment::new(short.scene.clone()),
                viewer.clone(),
            )),
            solved: Some(Solved::Return(-1e9)),
            folder: Some(open(prolonged.path(), &short).unwrap()),
            checkpoint_every: Some(Duration::ZERO),
            ..Job::new(&short.scene, Some(short.learner), 1).unwrap()
        };
        Trainer::new(job, viewer.publisher()).unwrap().run();
        let ended = train(prolonged.path(), &short, 2);
        assert_eq!(ended.solved_step, Some(stopped.steps));
        assert!(prolonged.path().join("best.safetensors").is_file());
        let result = train(prolonged.path(), &case, 2);
        assert_same(prolonged.path(), &result, whole.path(), &expected);
    }
}

#[test]
fn a_finished_run_that_is_prolonged_equals_a_longer_one() {
    for learner in kinds_of_state() {
        let (long, prolonged) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let expected = train(long.path(), &case_of(learner, &[]), 2);
        let short = train(
            prolonged.path(),
            &case_of(learner, &["learner.steps=1000"]),
            2,
        );
        assert!((1000..=1050).contains(&short.steps));
        let result = train(prolonged.path(), &case_of(learner, &[]), 2);
        assert_eq!(result.resumed_from_step, Some(short.steps));
        assert_same(prolonged.path(), &result, long.path(), &expected);
    }
}

#[test]
fn a_damaged_checkpoint_costs_the_work_since_the_one_before() {
    for learner in kinds_of_state() {
        let (whole, damaged) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let case = case_of(learner, &[]);
        let expected = train(whole.path(), &case, 1);
        let damages: [fn(&mut Vec<u8>); 3] = [
            |bytes| bytes.truncate(bytes.len() / 2),
            |bytes| *bytes.last_mut().unwrap() ^= 1,
            Vec::clear,
        ];
        for damage in damages {
            train(damaged.path(), &case, 2);
            let newest = checkpoints(damaged.path()).pop().unwrap();
            let mut bytes = fs::read(&newest).unwrap();
            damage(&mut bytes);
            fs::write(&newest, bytes).unwrap();
            let result = train(damaged.path(), &case, 2);
            assert_eq!(result.resumed_from_step, Some(STEPS - iteration(&case)));
            assert_same(damaged.path(), &result, whole.path(), &expected);
        }
        // None left: from the beginning.
        for checkpoint in checkpoints(damaged.path()) {
            fs::write(checkpoint, "nothing of sinew").unwrap();
        }
        let result = train(damaged.path(), &case, 2);
        assert_eq!(result.resumed_from_step, None);
        assert_same(damaged.path(), &result, whole.path(), &expected);
    }
}

#[test]
fn a_checkpoint_of_another_run_is_not_written_over() {
    let (mine, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let case = any_case(&[]);
    train(mine.path(), &case, 1);
    train(other.path(), &any_case(&["learner.gamma=0.5"]), 1);
    let foreign = checkpoints(other.path()).pop().unwrap();
    for checkpoint in checkpoints(mine.path()) {
        fs::copy(&foreign, checkpoint).unwrap();
    }
    let refused = open(mine.path(), &case).err().expect("it is another's");
    assert!(matches!(refused, RunError::OtherRun(..)), "{refused}");
    assert_eq!(
        fs::read(checkpoints(mine.path()).pop().unwrap()).unwrap(),
        fs::read(&foreign).unwrap()
    );
}

#[test]
fn a_run_whose_settings_are_lost_goes_on_or_is_refused() {
    let folder = TempDir::new().unwrap();
    let case = any_case(&[]);
    let expected = train(folder.path(), &case, 1);
    fs::remove_file(folder.path().join("run.json")).unwrap();
    let other = any_case(&["task.max_joint_speed=90"]);
    assert!(matches!(
        open(folder.path(), &other),
        Err(RunError::OtherRun(..))
    ));
    let result = train(folder.path(), &case, 1);
    assert_eq!(result.resumed_from_step, Some(STEPS));
    assert_eq!(result.state_hash, expected.state_hash);
}

#[test]
fn two_checkpoints_are_kept() {
    let folder = TempDir::new().unwrap();
    train(folder.path(), &any_case(&[]), 1);
    let names: Vec<_> = checkpoints(folder.path())
        .iter()
        .map(|path| path.file_name().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["000000000019.sinew", "000000000020.sinew"]);
}

#[test]
fn a_folder_has_one_writer() {
    let folder = TempDir::new().unwrap();
    let case = any_case(&[]);
    let first = open(folder.path(), &case).unwrap();
    assert!(matches!(
        open(folder.path(), &case),
        Err(RunError::Locked(_))
    ));
    drop(first);
    assert!(open(folder.path(), &case).is_ok());
}

#[test]
fn what_a_run_was_started_with_is_compared_by_what_it_means() {
    let folder = TempDir::new().unwrap();
    let case = any_case(&[]);
    train(folder.path(), &case, 1);
    let text = format!("// a note\n{}", case.scene.text());
    let commented = Case {
        scene: Arc::new(Scene::parse("reach", &text).unwrap()),
        ..case
    };
    assert!(open(folder.path(), &commented).is_ok());
    let changed = any_case(&["task.max_joint_speed=90"]);
    let error = open(folder.path(), &changed).err().expect("another scene");
    assert!(
        error.to_string().contains("`task.max_joint_speed` changed"),
        "{error}"
    );
}

#[test]
fn a_folder_that_is_deleted_is_made_again() {
    for learner in kinds_of_state() {
        let (whole, lost) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let case = case_of(learner, &["learner.steps=12000"]);
        let expected = train(whole.path(), &case, 2);
        let path = lost.path().join("run");
        let job = Job {
            solved: Some(Solved::Return(-1e9)),
            folder: Some(open(&path, &case).unwrap()),
            checkpoint_every: Some(Duration::ZERO),
            ..Job::new(&case.scene, Some(case.learner), 1).unwrap()
        };
        let viewer = Viewer::default();
        let trainer = Trainer::new(job, viewer.publisher()).unwrap();
        let result = std::thread::scope(|scope| {
            let deleter = scope.spawn(|| {
                while viewer.steps() < 3000 {
                    std::thread::yield_now();
                }
                // It is being written, so this may have to be tried again.
                while fs::remove_dir_all(&path).is_err() {}
            });
            let result = trainer.run();
            deleter.join().unwrap();
            result
        });
        assert_eq!(result.state_hash, expected.state_hash);
        assert!(path.join("scene.ron").is_file() && checkpoints(&path).len() == 2);
        // The run in it is finished, and would go on if more was asked.
        let again = train(&path, &case, 1);
        assert_eq!(again.resumed_from_step, Some(12_000));
        assert_eq!(again.state_hash, expected.state_hash);
    }
}
