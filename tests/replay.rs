//! Promise: a crash record is played again as it was, and whoever plays it is told if it is not.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its own data fails"
)]

use serde_json::Value;
use sinew::checkpoint::crash_record::CrashRecord;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

fn sinew(folder: &Path, args: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sinew"));
    command.current_dir(folder).args(args.split(' '));
    // No display, wherever the tests run.
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        command.env_remove(name);
    }
    command.output().expect("the binary starts")
}

/// A run whose pendulum swings into its tripwire, and the longest of its records.
fn broken_run(folder: &Path) -> (PathBuf, CrashRecord) {
    let trained = sinew(
        folder,
        "train pendulum --headless --run r --set task.max_joint_speed=6 \
         --set learner.steps=2048",
    );
    assert!(trained.status.success(), "{trained:?}");
    let files = fs::read_dir(folder.join("r/crashes")).unwrap();
    let records = files.map(|file| {
        let path = file.unwrap().path();
        let record = CrashRecord::read(&path).unwrap();
        (path, record)
    });
    let longest = records.max_by_key(|(path, record)| (record.crash.steps(1), path.clone()));
    let (path, record) = longest.expect("it broke");
    assert!(record.crash.steps(1) > 20, "{}", record.crash.steps(1));
    (path, record)
}

fn written(folder: &Path, record: &CrashRecord) -> String {
    fs::write(folder.join("changed.crash"), record.to_bytes()).unwrap();
    "changed.crash".to_owned()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn what_broke_breaks_again_in_the_same_step() {
    let folder = TempDir::new().unwrap();
    let (path, record) = broken_run(folder.path());
    let path = path.display();
    let steps = record.crash.steps(1);

    let played = sinew(folder.path(), &format!("replay {path} --json"));
    assert_eq!(played.status.code(), Some(0), "{played:?}");
    let json: Value = serde_json::from_str(text(&played.stdout)).unwrap();
    assert_eq!(json["scene"], "pendulum");
    assert_eq!(json["seed"], 1);
    assert_eq!(json["environment"], record.crash.environment);
    assert_eq!(json["episode"], record.crash.episode);
    assert_eq!(json["steps"], steps);
    assert_eq!(json["reason"], record.crash.reason);
    assert_eq!(json["reproduced"], true);

    let played = sinew(folder.path(), &format!("replay {path} --headless"));
    assert_eq!(played.status.code(), Some(0), "{played:?}");
    let lines: Vec<&str> = text(&played.stdout).lines().collect();
    assert_eq!(lines.len(), 22, "a header, 20 steps and the reason");
    let header: Vec<&str> = lines[0].split_whitespace().collect();
    assert_eq!(header, ["t", "a1", "q1", "qd1", "reward"]);
    assert!(lines[21].ends_with(&record.crash.reason), "{}", lines[21]);
}

#[test]
fn what_breaks_in_another_step_is_not_reproduced() {
    let folder = TempDir::new().unwrap();
    let (_, mut record) = broken_run(folder.path());
    // It is to break in the step before it does.
    record
        .crash
        .actions
        .truncate(record.crash.actions.len() - 1);
    let file = written(folder.path(), &record);
    let played = sinew(folder.path(), &format!("replay {file} --json"));
    assert_eq!(played.status.code(), Some(1), "{played:?}");
    let json: Value = serde_json::from_str(text(&played.stdout)).unwrap();
    assert_eq!(json["reproduced"], false);
    let told = text(&played.stderr);
    assert!(told.contains("floating-point results differ"), "{told}");
}

#[test]
fn what_is_no_record_of_its_scene_is_refused() {
    let folder = TempDir::new().unwrap();
    let (_, good) = broken_run(folder.path());
    let refused = |change: &dyn Fn(&mut CrashRecord), why: &str| {
        let mut record = good.clone();
        change(&mut record);
        let file = written(folder.path(), &record);
        let played = sinew(folder.path(), &format!("replay {file} --json"));
        let told = text(&played.stderr);
        assert_eq!(played.status.code(), Some(2), "{told}");
        assert!(told.contains(why), "{told}");
    };
    refused(&|record| record.text = None, "is not a scene");
    refused(&|record| record.text = Some("(".into()), "its scene");
    refused(&|record| record.crash.actions.clear(), "its actions");
    refused(&|record| record.crash.episode = 0, "no episode");
    refused(&|record| record.crash.environment = u64::MAX, "no episode");
    let played = sinew(folder.path(), "replay r/run.json");
    assert_eq!(played.status.code(), Some(2));
    assert!(text(&played.stderr).contains("it is not a sinew crash record"));
    let played = sinew(folder.path(), "replay nowhere");
    assert_eq!(played.status.code(), Some(2));
}
