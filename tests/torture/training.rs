//! A training in a process of its own, and what it leaves behind.

use serde_json::Value;
use sinew::checkpoint::snapshot::{Snapshot, State};
use sinew::checkpoint::versions::VersionFile;
use sinew::scene::Scene;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// Presets of the scene: they take turns.
pub(crate) const LEARNERS: [&str; 3] = ["ppo", "a2c", "sac"];

/// A training to be disturbed.
#[derive(Clone, Copy)]
pub(crate) struct Training {
    pub(crate) learner: &'static str,
    args: &'static [&'static str],
    /// Its scene changes in the middle.
    changes: bool,
}

impl Training {
    /// Some seconds and many iterations, saved often.
    pub(crate) fn long(learner: &'static str) -> Self {
        let args = &["--checkpoint-every", "0.1"];
        Self {
            learner,
            args,
            changes: false,
        }
    }

    /// A moment and few iterations, saved after each, solved in the middle.
    #[cfg(debug_assertions)]
    pub(crate) fn short(learner: &'static str) -> Self {
        let args = &[
            "--checkpoint-every=0",
            "--steps=2560",
            "--envs=16",
            "--set=task.episode_s=0.14",
            "--set=task.solved=Return(-1000)",
        ];
        Self {
            learner,
            args,
            changes: false,
        }
    }

    /// The same, of a scene that changes in the middle, which has been written down.
    #[cfg(debug_assertions)]
    pub(crate) fn changing(learner: &'static str) -> Self {
        Self {
            changes: true,
            ..Self::short(learner)
        }
    }

    fn write_change(&self, run: &Path) {
        let set = [
            "learner.envs=16",
            "task.episode_s=0.14",
            "task.solved=Return(-1000)",
            "task.reward[0].weight=-3",
        ];
        let hinge = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenes/hinge.ron");
        let scene = Scene::open_with(hinge, Some(self.learner), &set.map(str::to_owned));
        let version = VersionFile {
            // After it has been solved.
            step: 1920,
            forgets_values: true,
            text: scene.unwrap().text().to_owned(),
        };
        fs::create_dir_all(run.join("versions")).unwrap();
        fs::write(run.join(version.path()), version.text).unwrap();
    }

    /// Starts it, or goes on with it.
    pub(crate) fn start(&self, run: &Path, threads: u64, variables: &[(&str, &str)]) -> Child {
        if self.changes {
            self.write_change(run);
        }
        Command::new(env!("CARGO_BIN_EXE_sinew"))
            .args(["train", "hinge.ron", "--headless", "--json"])
            .args(["--learner", self.learner])
            .args(["--threads", &threads.to_string()])
            .args(self.args)
            .arg("--run")
            .arg(run)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenes"))
            .env_remove("SINEW_FAIL")
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// What a run keeps that nobody disturbs.
    pub(crate) fn undisturbed(&self, run: &Path) -> Kept {
        let ended = Ended::new(self.start(run, 1, &[]));
        assert_eq!(ended.code(), Some(0), "{}", ended.stderr());
        Kept::of(run, &ended)
    }
}

/// A process that has ended.
pub(crate) struct Ended(Output);

impl Ended {
    /// Waits for the end, which must not be a panic.
    pub(crate) fn new(child: Child) -> Self {
        let ended = Self(child.wait_with_output().unwrap());
        let said = ended.stderr();
        assert!(!said.contains("panicked"), "{said}");
        ended
    }

    /// None if it was killed.
    pub(crate) fn code(&self) -> Option<i32> {
        self.0.status.code()
    }

    pub(crate) fn stderr(&self) -> &str {
        std::str::from_utf8(&self.0.stderr).unwrap()
    }

    pub(crate) fn json(&self) -> Option<Value> {
        let answer = std::str::from_utf8(&self.0.stdout).unwrap();
        let last = answer.lines().last()?;
        Some(serde_json::from_str(last).unwrap())
    }

    /// Where it went on, if it said so.
    pub(crate) fn resumed_from(&self) -> Option<u64> {
        let mut lines = self.stderr().lines();
        lines.find_map(|line| line.strip_prefix("resumed from step ")?.parse().ok())
    }
}

/// What must not depend on how a run came to its end.
pub(crate) struct Kept {
    state: State,
    files: [(&'static str, Vec<u8>); 3],
}

impl Kept {
    pub(crate) fn of(run: &Path, ended: &Ended) -> Self {
        let json = ended.json().expect("a run that ends says how");
        let newest = newest_checkpoint(run).expect("a run that ends has saved its state");
        let newest = run.join(format!("checkpoints/{newest:012}.sinew"));
        let state = Snapshot::from_bytes(&fs::read(newest).unwrap())
            .unwrap()
            .state;
        assert_eq!(
            json["state_hash"],
            state.hash(),
            "it is the state at the end"
        );
        for folder in [run, &run.join("checkpoints")] {
            let mut names = fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().file_name());
            assert!(
                names.all(|name| !name.to_string_lossy().ends_with(".tmp")),
                "nothing is left lying about"
            );
        }
        let names = ["metrics.csv", "policy.safetensors", "best.safetensors"];
        Self {
            state,
            files: names.map(|name| (name, fs::read(run.join(name)).unwrap())),
        }
    }

    pub(crate) fn assert_is(&self, reference: &Self, how: &str) {
        for ((name, mine), (_, theirs)) in self.files.iter().zip(&reference.files) {
            assert!(mine == theirs, "{name} differs: {how}");
        }
        assert!(self.state == reference.state, "the state differs: {how}");
    }
}

/// The iteration of the newest checkpoint.
pub(crate) fn newest_checkpoint(run: &Path) -> Option<u64> {
    let entries = fs::read_dir(run.join("checkpoints")).ok()?;
    let names = entries.filter_map(|entry| entry.unwrap().file_name().into_string().ok());
    names
        .filter_map(|name| name.strip_suffix(".sinew")?.parse().ok())
        .max()
}
