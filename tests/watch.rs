//! Promise: a run folder that another process writes is followed without a word lost, and nothing is written to it.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its own data fails"
)]

use sinew::checkpoint::follow::{FolderUpdate, Follower};
use sinew::checkpoint::policy_file::to_bytes;
use sinew::metrics::Metric;
use sinew::nn::{Activation, Layout, Mlp};
use sinew::policy::normalize::Normalizer;
use sinew::policy::{Head, Policy};
use sinew::step::{ActionSpace, Spaces};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

const SETTINGS: &str = r#"{"version": "0.1.0", "scene": "pendulum", "learner": "ppo", "seed": 1, "steps": 1000, "envs": 1}"#;

fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("run.json"), SETTINGS).unwrap();
    folder
}

fn append(folder: &TempDir, file: &str, text: &str) {
    let mut options = OpenOptions::new();
    let file = options
        .append(true)
        .create(true)
        .open(folder.path().join(file));
    file.unwrap().write_all(text.as_bytes()).unwrap();
}

fn policy(weight: f32) -> Policy {
    Policy {
        spaces: spaces("seen"),
        normalizer: Normalizer::identity(),
        network: Mlp::from_parameters(Layout::new(vec![1, 1], Activation::Tanh), vec![weight, 0.0]),
        head: Head::Gaussian { log_std: vec![0.0] },
    }
}

fn spaces(observation: &str) -> Spaces {
    Spaces {
        observation: vec![observation.into()],
        action: ActionSpace::Continuous(vec!["done".into()]),
    }
}

fn steps(found: &FolderUpdate) -> Vec<f64> {
    let steps = found.rows.iter().map(|row| row.get(Metric::Steps).unwrap());
    steps.collect()
}

#[test]
fn rows_come_once_each_and_half_lines_wait() {
    let folder = folder();
    let mut follower = Follower::new(folder.path(), spaces("seen"));
    assert!(steps(&follower.look()).is_empty(), "no file yet");
    append(&folder, "metrics.csv", "iteration,steps\n1,10\n2,2");
    append(&folder, "timing.csv", "iteration,wall_s\n1,0.5\n2,");
    let found = follower.look();
    assert_eq!(steps(&found), [10.0]);
    assert_eq!(found.times, [(1, 0.5)]);
    assert!(steps(&follower.look()).is_empty());
    append(&folder, "metrics.csv", "0\n3,30\n");
    append(&folder, "timing.csv", "0.75\n");
    let found = follower.look();
    assert_eq!(steps(&found), [20.0, 30.0]);
    assert_eq!(found.times, [(2, 0.75)]);
    assert!(!found.begins_anew && found.trouble.is_none());
}

#[test]
fn a_file_that_has_become_shorter_is_read_anew() {
    let folder = folder();
    append(&folder, "metrics.csv", "iteration,steps\n1,10\n2,20\n");
    let mut follower = Follower::new(folder.path(), spaces("seen"));
    assert_eq!(steps(&follower.look()), [10.0, 20.0]);
    fs::write(folder.path().join("metrics.csv"), "iteration,steps\n1,10\n").unwrap();
    let found = follower.look();
    assert!(found.begins_anew);
    assert_eq!(steps(&found), [10.0]);
    append(&folder, "metrics.csv", "2,20\n");
    let found = follower.look();
    assert!(!found.begins_anew);
    assert_eq!(steps(&found), [20.0]);
}

#[test]
fn another_run_in_its_place_is_seen_by_its_iterations() {
    let folder = folder();
    append(&folder, "metrics.csv", "iteration,steps\n1,10\n2,20\n");
    let mut follower = Follower::new(folder.path(), spaces("seen"));
    follower.look();
    append(&folder, "metrics.csv", "3,30\n1,11\n2,22\n");
    let found = follower.look();
    assert!(found.begins_anew);
    assert_eq!(steps(&found), [11.0, 22.0]);
}

#[test]
fn a_long_history_comes_in_pieces() {
    let folder = folder();
    let rows: String = (1..=10_000).map(|i| format!("{i},{i}\n")).collect();
    append(&folder, "metrics.csv", &format!("iteration,steps\n{rows}"));
    let mut follower = Follower::new(folder.path(), spaces("seen"));
    let (mut read, mut looks) = (Vec::new(), 0);
    loop {
        let found = follower.look();
        read.extend(steps(&found));
        looks += 1;
        if !found.has_more {
            break;
        }
    }
    assert!(looks > 1);
    assert_eq!(read, (1..=10_000).map(f64::from).collect::<Vec<_>>());
}

#[test]
fn a_broken_policy_keeps_the_one_before() {
    let folder = folder();
    let file = folder.path().join("policy.safetensors");
    let mut follower = Follower::new(folder.path(), spaces("seen"));
    let found = follower.look();
    assert!(found.policy.is_none() && found.trouble.is_none(), "not yet");
    fs::write(&file, to_bytes(&policy(0.25))).unwrap();
    assert_eq!(follower.look().policy, Some(policy(0.25)));
    assert_eq!(follower.look().policy, None, "it is the same");
    fs::write(&file, &to_bytes(&policy(0.5))[..100]).unwrap();
    for _ in 0..2 {
        let found = follower.look();
        assert!(found.policy.is_none() && found.trouble.is_some());
    }
    fs::remove_file(&file).unwrap();
    let trouble = follower.look().trouble.unwrap();
    assert!(trouble.contains("no longer there"), "{trouble}");
    fs::write(&file, to_bytes(&policy(0.75))).unwrap();
    let found = follower.look();
    assert_eq!(found.policy, Some(policy(0.75)));
    assert_eq!(found.trouble, None);
}

#[test]
fn a_policy_of_another_scene_is_not_shown() {
    let folder = folder();
    let bytes = to_bytes(&policy(0.25));
    fs::write(folder.path().join("policy.safetensors"), bytes).unwrap();
    let mut follower = Follower::new(folder.path(), spaces("heard"));
    let found = follower.look();
    assert!(found.policy.is_none());
    assert!(
        found
            .trouble
            .unwrap()
            .contains("does not match the run's scene")
    );
}

#[test]
fn what_is_no_table_is_said() {
    let folder = folder();
    append(
        &folder,
        "metrics.csv",
        "iteration,steps\n1,10\n2,many\n3,30\n",
    );
    let mut follower = Follower::new(folder.path(), spaces("seen"));
    let found = follower.look();
    assert_eq!(steps(&found), [10.0]);
    assert!(found.trouble.unwrap().contains("2,many"));
    fs::create_dir(folder.path().join("timing.csv")).unwrap();
    let trouble = follower.look().trouble.unwrap();
    assert!(trouble.contains("timing.csv: not a file"), "{trouble}");
}

#[test]
fn a_run_that_is_to_go_further_is_known_to() {
    let folder = folder();
    let mut follower = Follower::new(folder.path(), spaces("seen"));
    assert_eq!(follower.look().total_steps, Some(1000));
    assert_eq!(follower.look().total_steps, None, "nothing new");
    let settings = SETTINGS.replace("1000", "20000");
    fs::write(folder.path().join("run.json"), settings).unwrap();
    assert_eq!(follower.look().total_steps, Some(20_000));
}

#[test]
fn a_folder_that_is_gone_is_said() {
    let folder = folder();
    let mut follower = Follower::new(folder.path(), spaces("seen"));
    fs::remove_dir_all(folder.path()).unwrap();
    let found = follower.look();
    assert!(found.is_gone && found.trouble.unwrap().contains("no longer there"));
}

fn sinew(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sinew"));
    command.current_dir(folder).args(args);
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        command.env_remove(name);
    }
    command.output().expect("the binary starts")
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    files
        .filter(|entry| entry.path().is_file())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

#[test]
fn a_finished_run_is_told_in_the_terminal_and_left_as_it_is() {
    let folder = TempDir::new().unwrap();
    let train = "train pendulum --headless --set learner.steps=3000 --set learner.envs=4 --run r";
    let args: Vec<&str> = train.split(' ').collect();
    assert!(sinew(folder.path(), &args).status.success());
    let before = contents(&folder.path().join("r"));
    let watched = sinew(folder.path(), &["watch", "r", "--headless"]);
    assert_eq!(watched.status.code(), Some(0));
    let told = String::from_utf8(watched.stdout).unwrap();
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 2, "{told}");
    assert!(lines[0].contains("/3000 steps"), "{told}");
    assert!(lines[1].starts_with("ended at "), "{told}");
    assert_eq!(contents(&folder.path().join("r")), before);
}

#[test]
fn what_is_no_run_is_refused() {
    let folder = TempDir::new().unwrap();
    let watched = sinew(folder.path(), &["watch", "nowhere", "--headless"]);
    assert_eq!(watched.status.code(), Some(2));
    let told = String::from_utf8(watched.stderr).unwrap();
    assert!(told.contains("not a run folder"), "{told}");
}
