//! Checkpoints: a run goes on from them, to its end. What is in a part of one is reached by damaging that part alone.

use sinew::checkpoint::snapshot::{Clock, Snapshot};
use sinew::checkpoint::{RunError, RunFolder, RunSettings};
use sinew::scene::Scene;
use sinew::train::publish::Viewer;
use sinew::train::{Job, Trainer};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tempfile::TempDir;

use super::{Loader, Seal, sealed};
use crate::LARGEST;

/// Some iterations of a few steps.
struct Run {
    folder: TempDir,
    scene: Arc<Scene>,
}

static RUN: LazyLock<Run> = LazyLock::new(|| {
    let set = [
        "task.episode_s=0.06",
        "task.solved=Return(-1000)",
        "learner.envs=3",
        "learner.horizon=5",
        "learner.batch=15",
        "learner.epochs=1",
        "learner.widths=[2]",
        "learner.steps=75",
    ];
    let scene = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenes/hinge.ron");
    let scene = Scene::open_with(scene, None, &set.map(str::to_owned)).unwrap();
    // In memory if that is possible, because a run waits for the disk.
    let folder = TempDir::new_in("/dev/shm").or_else(|_| TempDir::new());
    Run {
        folder: folder.unwrap(),
        scene: Arc::new(scene),
    }
});

impl Run {
    fn checkpoints(&self) -> PathBuf {
        self.folder.path().join("checkpoints")
    }

    /// A trainer that goes on from what is in the folder, or begins anew.
    fn trainer(&self) -> Result<Trainer, RunError> {
        let (learner, settings) = self.scene.learner(None).unwrap();
        let settings = RunSettings {
            version: "test".to_owned(),
            scene: self.scene.name().to_owned(),
            learner: learner.to_owned(),
            seed: 1,
            steps: settings.settings().steps(),
            envs: settings.settings().envs(),
        };
        let folder = RunFolder::open(Some(self.folder.path()), settings, Some(&*self.scene))?;
        let job = Job {
            threads: 1,
            folder: Some(folder),
            checkpoint_every: Some(Duration::ZERO),
            ..Job::new(&self.scene, None, 1).unwrap()
        };
        Ok(Trainer::new(job, Viewer::default().publisher()).unwrap())
    }
}

/// Files of the whole, and of each part of it.
pub(super) fn loaders() -> [Loader; 4] {
    RUN.trainer().unwrap().run();
    let mut files: Vec<PathBuf> = entries(&RUN.checkpoints()).collect();
    files.sort();
    let files = files
        .iter()
        .map(|file| without_clock(&fs::read(file).unwrap()));
    let files: Vec<Vec<u8>> = files.collect();
    // As many environments as have room, with nothing in them.
    let empty = with(&files[0], |snapshot| {
        snapshot.state.environments = vec![Vec::new(); LARGEST];
    });
    let loader = |name, open, close| Loader {
        every: 8,
        large: vec![empty.clone()],
        seal: Some(Seal { open, close }),
        ..Loader::new(name, files.clone(), load)
    };
    [
        loader("checkpoint", sealed::open, sealed::close),
        loader(
            "checkpoint-learner",
            |file| Some(Snapshot::from_bytes(file).ok()?.state.learner),
            |file, part| with(file, |snapshot| snapshot.state.learner = part),
        ),
        loader(
            "checkpoint-progress",
            |file| Some(Snapshot::from_bytes(file).ok()?.state.progress),
            |file, part| with(file, |snapshot| snapshot.state.progress = part),
        ),
        loader(
            "checkpoint-environment",
            |file| Some(Snapshot::from_bytes(file).ok()?.state.environments[1].clone()),
            |file, part| with(file, |snapshot| snapshot.state.environments[1] = part),
        ),
    ]
}

/// Without what differs from run to run, so that an input is the same each time.
fn without_clock(file: &[u8]) -> Vec<u8> {
    with(file, |snapshot| {
        snapshot.clock = Clock::default();
        snapshot.logs.timing = 0;
    })
}

fn with(file: &[u8], change: impl FnOnce(&mut Snapshot)) -> Vec<u8> {
    let mut snapshot = Snapshot::from_bytes(file).unwrap();
    change(&mut snapshot);
    snapshot.to_bytes()
}

fn load(bytes: &[u8]) -> bool {
    for old in entries(&RUN.checkpoints()) {
        fs::remove_file(old).unwrap();
    }
    // Under the name that it should have, or it would not be looked at.
    let iteration = Snapshot::from_bytes(bytes).map_or(3, |snapshot| snapshot.iteration);
    let file = RUN.checkpoints().join(format!("{iteration:012}.sinew"));
    fs::write(&file, bytes).unwrap();
    let trainer = match RUN.trainer() {
        Ok(trainer) => trainer,
        Err(RunError::OtherVersion(..) | RunError::OtherRun(..)) => return false,
        Err(error) => panic!("{error}"),
    };
    // A run that begins anew has no use for it.
    if !file.exists() {
        return false;
    }
    let result = trainer.run();
    assert!(result.resumed_from_step.is_some());
    assert!(result.trouble.is_none(), "{:?}", result.trouble);
    true
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path())
}
