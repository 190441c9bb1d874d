//! Promise: with `--live`, a scene's file that is saved is gone on with, also by whoever goes on with a run that was killed; without it, a
//! run does not care for its file.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use tempfile::TempDir;

/// Never solved, so that it goes on until its file says something else.
fn scene(weight: &str, solved: &str) -> String {
    let hinge = include_str!("scenes/hinge.ron");
    hinge
        .replace(
            "weight: -1, of: AngleError",
            &format!("weight: {weight}, of: AngleError"),
        )
        .replace("solved: Return(-8)", &format!("solved: Return({solved})"))
}

fn sinew(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sinew"));
    command.current_dir(folder).args(args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    sinew(folder, args).output().unwrap()
}

/// A training whose words are heard.
struct Training {
    child: Child,
    said: Lines<BufReader<ChildStderr>>,
}

impl Training {
    fn start(folder: &Path, more: &[&str]) -> Self {
        let args = ["train", "mine.ron", "--headless", "--run", "run", "--json"];
        let mut child = sinew(folder, &[&args, more].concat()).spawn().unwrap();
        let said = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut training = Self { child, said };
        training.wait_for("run folder: ");
        training
    }

    /// The next line with these words.
    fn wait_for(&mut self, words: &str) -> String {
        let mut before = Vec::new();
        for line in self.said.by_ref().map(Result::unwrap) {
            if line.contains(words) {
                return line;
            }
            before.push(line);
        }
        panic!("{words}: never said; {before:#?}");
    }

    fn end(mut self) -> Value {
        for line in self.said.by_ref() {
            let line = line.unwrap();
            assert!(!line.contains("panicked"), "{line}");
        }
        let output = self.child.wait_with_output().unwrap();
        let answer = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{answer}");
        serde_json::from_str(answer.lines().last().unwrap()).unwrap()
    }
}

fn assert_refused(output: &Output, words: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(words), "{said}");
}

#[test]
fn what_is_saved_is_gone_on_with() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let save = |text: &str| fs::write(folder.join("mine.ron"), text).unwrap();
    let first = scene("-1", "1000");
    save(&first);
    let args = [
        "--live",
        "--until-solved",
        "--steps=100000000",
        "--checkpoint-every=0",
    ];
    let mut training = Training::start(folder, &args);
    save(&first.replace("control_hz: 50", "control_hz: fast"));
    training.wait_for("the scene was edited, but is invalid now");
    assert!(training.wait_for("-->").contains("mine.ron:"));
    save(
        &first
            .replace("name: \"hinge\"", "name: \"elbow\"")
            .replace("joint: \"hinge\"", "joint: \"elbow\""),
    );
    training.wait_for("joints differ: `elbow` instead of `hinge`; this cannot change during a run");
    save(&format!("// This one pays more.\n{}", scene("-2", "1000")));
    let told = training.wait_for("the scene has changed");
    assert!(
        told.contains(": `task.reward[0].weight` changed from -1 to -2"),
        "{told}"
    );
    training.child.kill().unwrap();
    training.child.wait().unwrap();
    let versions = || fs::read_dir(folder.join("run/versions")).unwrap().count();
    assert_eq!(versions(), 1);

    // The file is what the run has come to, and another change makes it a scene that is solved.
    let mut training = Training::start(folder, &args);
    let solved = scene("-2", "-100000");
    save(&solved);
    // If it was killed before it had saved that, it comes by the first change again.
    let mut told = training.wait_for("the scene has changed");
    if told.contains("task.reward") {
        told = training.wait_for("the scene has changed");
    }
    assert!(
        told.contains("`task.solved` changed from 1000 to -100000"),
        "{told}"
    );
    let result = training.end();
    assert!(result["solved_step"].is_u64(), "{result}");
    assert_eq!(versions(), 2);
    let events = fs::read_to_string(folder.join("run/events.csv")).unwrap();
    let events: Vec<&str> = events.lines().collect();
    assert_eq!(events.len(), 3, "{events:?}");
    assert!(events[1].contains(",scene,\"`task.reward[0].weight` changed from -1 to -2\""));

    // The scene that it began with and the newest one are those of the run; the run itself needs neither.
    for text in [&first, &solved] {
        save(text);
        let args = [
            "train",
            "mine.ron",
            "--headless",
            "--until-solved",
            "--json",
            "--run",
            "run",
        ];
        let again = run(folder, &args);
        let answer: Value = serde_json::from_slice(&again.stdout).unwrap();
        assert_eq!(answer["state_hash"], result["state_hash"]);
    }
    save(&scene("-2", "1000"));
    let other = run(folder, &["train", "mine.ron", "--headless", "--run", "run"]);
    assert_refused(
        &other,
        "its scene differs: `task.reward[0].weight` changed from -1 to -2",
    );
    fs::remove_file(folder.join("mine.ron")).unwrap();
    let judged = run(folder, &["eval", "run", "--episodes", "5", "--json"]);
    assert_eq!(judged.status.code(), Some(0));
}

#[test]
fn without_live_an_edit_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let save = |text: &str| fs::write(folder.join("mine.ron"), text).unwrap();
    let (first, args) = (scene("-1", "1000"), ["--steps=300000"]);
    save(&first);
    let expected = Training::start(folder, &args).end();
    fs::rename(folder.join("run"), folder.join("undisturbed")).unwrap();
    let training = Training::start(folder, &args);
    save(&scene("-2", "1000"));
    assert_eq!(training.end()["state_hash"], expected["state_hash"]);
    assert!(!folder.join("run/versions").exists());
}

#[test]
fn what_cannot_be_watched_is_said() {
    let folder = TempDir::new().unwrap();
    let tiny = [
        "--headless",
        "--steps=1",
        "--envs=2",
        "--set=learner.horizon=5",
        "--set=learner.batch=10",
    ];
    let output = run(
        folder.path(),
        &[&["train", "pendulum", "--live"], &tiny[..]].concat(),
    );
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("--live: `pendulum` is a shipped scene"),
        "{said}"
    );
    let output = run(
        folder.path(),
        &[&["train", "pendulum", "--reset-critic"], &tiny[..]].concat(),
    );
    assert_refused(
        &output,
        "--reset-critic: has no effect in the terminal without --live",
    );
}
