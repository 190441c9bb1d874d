//! Promise: the command does what docs/command-line.md says, with the exit codes and the JSON that scripts rely on.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its own data fails"
)]

use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const TINY: [&str; 10] = [
    "--headless",
    "--set",
    "learner.steps=3000",
    "--set",
    "learner.envs=4",
    "--set",
    "learner.horizon=50",
    "--set",
    "learner.batch=100",
    "--json",
];

fn sinew(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sinew"));
    command.current_dir(folder).args(args);
    // No display, wherever the tests run.
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        command.env_remove(name);
    }
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    sinew(folder, args).output().expect("the binary starts")
}

fn tiny(folder: &Path, more: &[&str]) -> Output {
    run(folder, &[&["train", "pendulum"], &TINY[..], more].concat())
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("output is text")
}

fn json(output: &Output) -> Value {
    let last = text(&output.stdout).lines().last().expect("it answers");
    serde_json::from_str(last).unwrap_or_else(|error| panic!("{error} in {last}"))
}

fn assert_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
}

#[test]
fn train_prints_one_object_and_keeps_the_run() {
    let folder = TempDir::new().unwrap();
    let output = tiny(folder.path(), &["--seed", "7"]);
    assert_code(&output, 0);
    assert_eq!(
        text(&output.stdout).lines().count(),
        1,
        "nothing but the object"
    );
    let result = json(&output);
    for key in [
        "scene",
        "learner",
        "seed",
        "steps",
        "wall_s",
        "steps_per_s",
        "first_update_s",
        "solved_step",
        "solved_wall_s",
        "success",
        "return_mean",
        "state_hash",
        "run",
    ] {
        assert!(result.get(key).is_some(), "{key} in {result}");
    }
    assert_eq!(result["scene"], "pendulum");
    assert_eq!(result["seed"], 7);
    assert_eq!(result["steps"], 3000);
    assert!(result["solved_step"].is_null() && result["success"].is_null());
    assert!(result["return_mean"].as_f64().unwrap() < 0.0);

    let kept = folder.path().join("runs/pendulum-ppo-s7");
    for file in [
        "scene.ron",
        "run.json",
        "policy.safetensors",
        "metrics.csv",
        "timing.csv",
        "result.json",
    ] {
        assert!(kept.join(file).is_file(), "{file}");
    }
    let metrics = fs::read_to_string(kept.join("metrics.csv")).unwrap();
    assert_eq!(
        metrics.lines().count(),
        1 + 15,
        "a header and a row per iteration"
    );
    assert!(
        fs::read_to_string(kept.join("scene.ron"))
            .unwrap()
            .contains("horizon: 50")
    );
}

#[test]
fn a_run_is_reproduced_byte_for_byte_and_gets_a_folder_of_its_own() {
    let folder = TempDir::new().unwrap();
    let hashes: Vec<Value> = ["1", "2"]
        .map(|threads| json(&tiny(folder.path(), &["--threads", threads]))["state_hash"].clone())
        .into();
    assert_eq!(hashes[0], hashes[1]);
    let runs = folder.path().join("runs");
    for file in ["metrics.csv", "policy.safetensors"] {
        let read = |run: &str| fs::read(runs.join(run).join(file)).unwrap();
        assert_eq!(read("pendulum-ppo-s1"), read("pendulum-ppo-s1-2"), "{file}");
    }
}

#[test]
fn a_finished_run_answers_again_and_another_one_is_refused() {
    let folder = TempDir::new().unwrap();
    let first = tiny(folder.path(), &["--run", "mine"]);
    assert_code(&first, 0);
    let again = tiny(folder.path(), &["--run", "mine"]);
    assert_code(&again, 0);
    assert_eq!(again.stdout, first.stdout);
    // Nothing named: what the run was started with.
    let bare = run(folder.path(), &["train", "--run", "mine", "--json"]);
    assert_eq!(bare.stdout, first.stdout);

    let refused = |more: &[&str], difference: &str| {
        let output = tiny(folder.path(), &[&["--run", "mine"], more].concat());
        assert_code(&output, 2);
        let said = text(&output.stderr);
        assert!(said.contains(difference), "{difference}: {said}");
    };
    refused(&["--seed", "2"], "its seed is 1, not 2");
    refused(&["--envs", "3"], "`learner.envs` changed from 4 to 3");
    refused(
        &["--set", "task.max_joint_speed=90"],
        "`task.max_joint_speed` changed",
    );
    refused(&["--set", "learner.gamma=0.5"], "`learner.gamma` changed");
}

#[test]
fn a_run_can_be_judged_and_played_to_a_table() {
    let folder = TempDir::new().unwrap();
    assert_code(&tiny(folder.path(), &["--run", "mine"]), 0);
    let judge = || {
        json(&run(
            folder.path(),
            &["eval", "mine", "--episodes", "10", "--json"],
        ))
    };
    let evaluation = judge();
    assert_eq!(evaluation["episodes"], 10);
    assert_eq!(evaluation["length_mean"], 200.0);
    assert!(evaluation["success"].is_null());
    for key in ["return_mean", "return_std"] {
        assert!(evaluation[key].as_f64().unwrap().is_finite());
    }
    assert_eq!(evaluation, judge(), "the same episodes");
    assert_code(&run(folder.path(), &["eval", "mine", "--best"]), 2);

    let rollout = [
        "rollout",
        "pendulum",
        "--run",
        "mine",
        "--out",
        "episode.csv",
    ];
    assert_code(&run(folder.path(), &rollout), 0);
    let table = fs::read_to_string(folder.path().join("episode.csv")).unwrap();
    assert_eq!(table.lines().count(), 1 + 201);
    assert!(
        table.starts_with("t,a1,q1,qd1,"),
        "{}",
        table.lines().next().unwrap()
    );
}

#[test]
fn a_table_of_actions_is_played_from_home() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("actions.csv"), "a1,a2\n0.5,-2\n0,0.25\n").unwrap();
    let args = [
        "rollout",
        "reacher",
        "--actions",
        "actions.csv",
        "--noise",
        "off",
        "--out",
        "out.csv",
    ];
    assert_code(&run(folder.path(), &args), 0);
    let mut table = csv::Reader::from_path(folder.path().join("out.csv")).unwrap();
    let column = |name: &str, table: &mut csv::Reader<fs::File>| {
        table
            .headers()
            .unwrap()
            .iter()
            .position(|c| c == name)
            .unwrap()
    };
    let (a2, q1, reward) = (
        column("a2", &mut table),
        column("q1", &mut table),
        column("reward", &mut table),
    );
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3, "two actions, three states");
    assert_eq!(rows[0][q1].parse::<f32>(), Ok(0.0));
    assert_eq!(rows[0][a2].parse::<f32>(), Ok(-1.0), "as the motors got it");
    assert!(rows[1][q1].parse::<f32>().unwrap() > 0.0);
    assert!(rows[1][reward].parse::<f32>().unwrap() < 0.0);
    assert!(rows[2][a2].is_empty() && rows[2][reward].is_empty());

    fs::write(folder.path().join("actions.csv"), "a1,a2\n0.5,nan\n").unwrap();
    let output = run(folder.path(), &args);
    assert_code(&output, 2);
    assert!(
        text(&output.stderr).contains("line 2: a2 is `nan`"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_signal_saves_and_ends_with_its_own_code() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let folder = TempDir::new().unwrap();
        let args = [
            "train",
            "reach",
            "--headless",
            "--steps",
            "1000000000",
            "--json",
            "--run",
            "mine",
            "--checkpoint-every",
            "0",
        ];
        let mut child = sinew(folder.path(), &args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        // The first line says that the folder is there; then until something has been learnt.
        let mut first = String::new();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        stderr.read_line(&mut first).unwrap();
        assert!(first.contains("mine"), "{first}");
        let checkpoints = folder.path().join("mine/checkpoints");
        let has_learnt = || {
            let names = fs::read_dir(&checkpoints).into_iter().flatten();
            let mut names = names.map(|entry| entry.unwrap().file_name());
            names.any(|name| {
                name.to_string_lossy()
                    .contains(|c| ('1'..='9').contains(&c))
            })
        };
        while !has_learnt() {
            assert!(child.try_wait().unwrap().is_none(), "it has ended");
            std::thread::yield_now();
        }
        let mut kill = Command::new("sh");
        // `timeout` tells the program and then its whole group: the same signal twice in a moment is one.
        let id = child.id();
        kill.arg("-c")
            .arg(format!("kill -{signal} {id}; kill -{signal} {id}"));
        kill.status().unwrap();
        let mut stdout = String::new();
        child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut stdout)
            .unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code));
        let result: Value = serde_json::from_str(stdout.trim()).unwrap();
        assert_eq!(result["stopped"], true);
        assert!(folder.path().join("mine/policy.safetensors").is_file());
        // What was printed is what was saved: the next process goes on there.
        let at = result["steps"].to_string();
        let next = run(
            folder.path(),
            &[
                "train",
                "--run",
                "mine",
                "--headless",
                "--json",
                "--steps",
                &at,
            ],
        );
        assert_code(&next, 0);
        let next = json(&next);
        assert_eq!(next["resumed_from_step"], result["steps"]);
        assert_eq!(next["state_hash"], result["state_hash"]);
    }
}

#[test]
fn without_a_display_it_trains_in_the_terminal_and_says_why() {
    let folder = TempDir::new().unwrap();
    let args: Vec<&str> = ["train", "pendulum"]
        .into_iter()
        .chain(TINY)
        .filter(|a| *a != "--headless")
        .collect();
    let output = run(folder.path(), &args);
    assert_code(&output, 0);
    let reasons = text(&output.stderr)
        .lines()
        .filter(|line| line.starts_with("no window ("))
        .count();
    assert_eq!(reasons, 1, "{}", text(&output.stderr));
}

#[test]
fn until_solved_has_its_own_answers() {
    let folder = TempDir::new().unwrap();
    let unsolved = tiny(
        folder.path(),
        &["--until-solved", "--set", "task.solved=Return(0)"],
    );
    assert_code(&unsolved, 1);
    assert!(json(&unsolved)["solved_wall_s"].is_null());
    let scene = include_str!("../scenes/pendulum.ron");
    let without: String = scene
        .lines()
        .filter(|line| !line.contains("solved:"))
        .map(|l| format!("{l}\n"))
        .collect();
    fs::write(folder.path().join("task.ron"), without).unwrap();
    let wrong = run(
        folder.path(),
        &["train", "task.ron", "--headless", "--until-solved"],
    );
    assert_code(&wrong, 2);
    assert!(text(&wrong.stderr).contains("does not say when it is solved"));
    assert!(
        !folder.path().join("runs/task-ppo-s1").exists(),
        "nothing else happened"
    );
}

#[test]
fn a_solved_scene_keeps_the_policy_that_solved_it() {
    let folder = TempDir::new().unwrap();
    let args = [
        "--until-solved",
        "--run",
        "mine",
        "--steps",
        "60000",
        "--set",
        "task.solved=Return(-1600)",
    ];
    let output = tiny(folder.path(), &args);
    assert_code(&output, 0);
    let result = json(&output);
    assert!(result["solved_step"].as_u64().unwrap() < 60_000);
    assert!(result["solved_wall_s"].as_f64().unwrap() <= result["wall_s"].as_f64().unwrap());
    assert_code(
        &run(
            folder.path(),
            &["eval", "mine", "--best", "--episodes", "5"],
        ),
        0,
    );
}

#[test]
fn a_wrong_scene_is_shown_with_its_place() {
    let folder = TempDir::new().unwrap();
    let scene = include_str!("../scenes/reach.ron").replace("torque: 28", "torqe: 28");
    fs::write(folder.path().join("mine.ron"), scene).unwrap();
    for command in ["train", "check"] {
        let output = run(folder.path(), &[command, "mine.ron"]);
        assert_code(&output, 2);
        let error = text(&output.stderr);
        assert!(
            error.contains("mine.ron:") && error.contains("torqe") && error.contains("`torque`"),
            "{error}"
        );
        assert!(output.stdout.is_empty());
    }
    assert!(
        !folder.path().join("runs").exists(),
        "nothing else happened"
    );
    assert_code(&run(folder.path(), &["check", "reach"]), 0);
    let list = run(folder.path(), &["scenes"]);
    assert!(
        ["reach", "reacher", "pendulum"]
            .iter()
            .all(|name| text(&list.stdout).contains(name))
    );
}

#[test]
fn check_says_what_is_probably_wrong_and_train_warns_of_it() {
    let folder = TempDir::new().unwrap();
    let output = run(folder.path(), &["check", "reacher", "--json"]);
    assert_code(&output, 0);
    let checkup = json(&output);
    assert_eq!(checkup["scene"], "reacher");
    assert_eq!(checkup["findings"], Value::Array(Vec::new()));
    assert_eq!(checkup["observations"].as_array().unwrap().len(), 10);
    assert_eq!(checkup["actors"].as_array().unwrap().len(), 4);
    let shares = checkup["rewards"].as_array().unwrap().iter();
    let shares: f64 = shares.map(|term| term["share"].as_f64().unwrap()).sum();
    assert!((shares - 1.0).abs() < 1e-9, "{shares}");

    let weak = "robot.joints.shoulder_lift.torque=20";
    let output = run(folder.path(), &["check", "reach", "--json", "--set", weak]);
    assert_code(&output, 1);
    let finding = &json(&output)["findings"][0];
    assert_eq!(finding["kind"], "motor-too-weak");
    assert_eq!(finding["severity"], "serious");
    assert_eq!(finding["file"], "scenes/reach.ron");
    for key in ["line", "column", "message", "found", "help"] {
        assert!(finding.get(key).is_some(), "{key} in {finding}");
    }
    let output = run(folder.path(), &["check", "reach", "--set", weak]);
    assert_code(&output, 1);
    let told = text(&output.stdout);
    assert!(
        told.starts_with("serious: the motor of `shoulder_lift`"),
        "{told}"
    );
    assert!(told.contains("changed by --set"), "{told}");

    let short = ["--set", "learner.steps=1024", "--set", weak];
    let output = run(
        folder.path(),
        &[&["train", "reach", "--headless"][..], &short].concat(),
    );
    assert_code(&output, 0);
    assert!(text(&output.stderr).starts_with("serious: the motor of `shoulder_lift`"));
}

#[test]
fn wrong_use_is_exit_code_2() {
    let folder = TempDir::new().unwrap();
    for args in [
        &["train", "reach", "--seed", "x"][..],
        &["train", "reach", "--headless", "--learner", "pp"],
        &["train", "reach", "--headless", "--set", "learner.gama=0.9"],
        &["train", "reach", "--headless", "--set", "learner.gamma=2"],
        &["train", "reach", "--headless", "--envs", "0"],
        &["train", "nowhere"],
        &["eval", "nowhere"],
        &["dance"],
    ] {
        let output = run(folder.path(), args);
        assert_code(&output, 2);
        assert!(!text(&output.stderr).contains("panicked"), "{args:?}");
    }
    assert!(
        !folder.path().join("runs").exists(),
        "nothing else happened"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn an_answer_that_cannot_be_written_is_a_failure() {
    let folder = TempDir::new().unwrap();
    assert_code(&tiny(folder.path(), &["--run", "mine"]), 0);
    for args in [&["train", "--run", "mine", "--json"][..], &["scenes"]] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = sinew(folder.path(), args)
            .stdout(full)
            .output()
            .expect("the binary starts");
        assert_code(&output, 1);
        let said = text(&output.stderr);
        assert!(said.contains("standard output"), "{said}");
    }
}
