//! Promise: a program with a custom environment has the whole command line of `sinew train`, and the examples are what they say.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its own data fails"
)]

use bevy::ecs::prelude::{Component, IntoScheduleConfigs, Query};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sinew::cli::{CustomEnvironment, train_environment_with};
use sinew::pod::{Action, Control, Environment, Episode, Observation, Pod, Reward};
use sinew::scene::{Presets, Scene};
use sinew::step::curriculum::Solved;
use sinew::step::{ActionSpace, Spaces, StepEnd};
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, ExitCode, Output, Stdio};
use std::sync::Arc;
use tempfile::TempDir;

/// Their tests are run here.
#[path = "../examples/cartpole.rs"]
#[expect(dead_code, reason = "its `main` is for the example itself")]
mod cartpole;
#[path = "../examples/pendulum.rs"]
#[expect(dead_code, reason = "its `main` is for the example itself")]
mod pendulum;

/// A point on a line that is to be pushed to its middle.
struct Line {
    entries: usize,
}

#[derive(Component, Clone, Serialize, Deserialize)]
struct Place(f32);

impl Environment for Line {
    fn spaces(&self) -> Spaces {
        Spaces {
            observation: vec!["x".into(); self.entries],
            action: ActionSpace::Continuous(vec!["push".into()]),
        }
    }

    fn build(&self, pod: &mut Pod) {
        for slot in pod.slots() {
            pod.spawn(slot, Place(0.0));
        }
        pod.save::<Place>();
        pod.add_systems((push.in_set(Control::Judge), begin.in_set(Control::Reset)));
    }
}

fn push(
    mut places: Query<(
        &Action,
        &mut Place,
        &mut Episode,
        &mut Observation,
        &mut Reward,
        &mut StepEnd,
    )>,
) {
    for (action, mut place, mut episode, mut observation, mut reward, mut end) in &mut places {
        place.0 += 0.1 * action.0[0].clamp(-1.0, 1.0);
        episode.steps += 1;
        observation.0.fill(place.0);
        reward.0 = -place.0.abs();
        if episode.steps == 20 {
            let last = observation.0.clone();
            *end = StepEnd::TimeLimit { last };
        }
    }
}

fn begin(mut places: Query<(&mut Place, &Episode, &mut Observation, &StepEnd)>) {
    for (mut place, episode, mut observation, end) in &mut places {
        if end.is_end() {
            place.0 = (episode.number % 5) as f32 - 2.0;
            observation.0.fill(place.0);
        }
    }
}

const LEARNERS: &str = r#"(
    learners: {
        "small": Ppo(
            steps: 1280, envs: 4, horizon: 16, epochs: 2, batch: 32, widths: [8], activation: Tanh, gamma: 0.9, lambda: 0.9, clip: 0.2,
            rate: Constant(0.003), critic_rate: 0.003, entropy: 0, max_gradient_norm: 0.5, log_std: 0, normalize_observations: false,
            scale_rewards: false,
        ),
    },
)
"#;

/// The program is this test in a process of its own, with its arguments in a variable.
const ARGS: &str = "SINEW_TEST_ARGS";

#[test]
fn program() {
    let Some(args) = std::env::var_os(ARGS) else {
        return;
    };
    let args: Vec<String> = serde_json::from_str(args.to_str().unwrap()).unwrap();
    let wrong = || Box::leak(LEARNERS.replace("gamma", "gama").into_boxed_str());
    let own = CustomEnvironment {
        name: if args[0] == "other" { "other" } else { "line" },
        environment: Arc::new(Line {
            entries: if args[0] == "wide" { 2 } else { 1 },
        }),
        solved: (args[0] != "endless").then_some(Solved::Return(-1000.0)),
        learners: if args[0] == "wrong" {
            wrong()
        } else {
            LEARNERS
        },
    };
    let code = train_environment_with(own, args.into_iter().map(OsString::from));
    let number = (0..=255).find(|&number| ExitCode::from(number) == code);
    std::process::exit(number.unwrap().into());
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "own_environment::program", "--nocapture"]);
    command.env(ARGS, serde_json::to_string(args).unwrap());
    command.current_dir(folder);
    command
}

/// Calls the program by a name, which says what is wrong with it, with some arguments.
fn run_as(name: &str, folder: &Path, args: &[&str]) -> Output {
    let output = command(folder, &[&[name], args].concat()).output();
    output.expect("a test's executable starts")
}

fn run(folder: &Path, args: &[&str]) -> Output {
    run_as("line", folder, args)
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("output is text")
}

fn json(output: &Output) -> Value {
    // The test's own words come first.
    let said = text(&output.stdout);
    let object = said
        .find('{')
        .unwrap_or_else(|| panic!("no answer: {said}"));
    serde_json::from_str(&said[object..]).unwrap()
}

fn assert_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
}

#[test]
fn the_presets_of_the_examples_can_be_used() {
    for text in [
        include_str!("../examples/presets/cartpole.ron"),
        include_str!("../examples/presets/pendulum.ron"),
    ] {
        let presets = Presets::parse("presets", text).unwrap();
        assert_eq!(presets.learner(None).unwrap().0, "ppo");
        assert_eq!(presets.text(), text);
    }
}

#[test]
fn the_pendulum_without_physics_is_learnt_as_that_with_it() {
    let text = include_str!("../examples/presets/pendulum.ron");
    let presets = Presets::parse("presets", text).unwrap();
    let scene = Scene::open("pendulum").unwrap();
    assert!(scene.learners().len() >= 9);
    for (name, settings) in scene.learners() {
        assert_eq!(presets.learner(Some(name)).unwrap().1, settings, "{name}");
    }
}

#[test]
fn its_learners_are_compared_and_each_run_can_be_gone_on_with() {
    let folder = TempDir::new().unwrap();
    let args = [
        "compare",
        "--learners",
        "small,a2c",
        "--seeds",
        "2",
        "--steps",
        "640",
    ];
    let out = ["--set", "learner.envs=4", "--out", "compared"];
    let output = run(folder.path(), &[&args[..], &out, &["--json"]].concat());
    assert_code(&output, 0);
    let rows = json(&output)["rows"].as_array().unwrap().clone();
    let learners: Vec<&str> = rows
        .iter()
        .map(|row| row["learner"].as_str().unwrap())
        .collect();
    assert_eq!(learners, ["small", "a2c"]);
    assert!(rows.iter().all(|row| row["finished"] == true), "{rows:?}");
    let longer = [
        "--run",
        "compared/a2c-s2",
        "--steps",
        "704",
        "--headless",
        "--json",
    ];
    let output = run(folder.path(), &longer);
    assert_code(&output, 0);
    assert_eq!(json(&output)["resumed_from_step"], 640);
    // It trains or compares; the flags of the one are not those of the other.
    let both = run(folder.path(), &[&["--seed", "1"][..], &args].concat());
    assert_code(&both, 2);
}

#[test]
fn it_trains_as_its_flags_say_and_keeps_the_run() {
    let folder = TempDir::new().unwrap();
    let args = [
        "--seed",
        "7",
        "--steps",
        "600",
        "--envs",
        "2",
        "--set",
        "learner.horizon=20",
    ];
    let output = run(
        folder.path(),
        &[&args[..], &["--headless", "--json"]].concat(),
    );
    assert_code(&output, 0);
    let result = json(&output);
    assert_eq!(result["scene"], "line");
    assert_eq!(result["learner"], "small");
    assert_eq!(
        (&result["seed"], &result["steps"]),
        (&7.into(), &600.into())
    );
    assert!(result["return_mean"].as_f64().unwrap() < 0.0);
    let kept = folder.path().join("runs/line-small-s7");
    let metrics = fs::read_to_string(kept.join("metrics.csv")).unwrap();
    assert_eq!(metrics.lines().count(), 1 + 600 / (2 * 20));
    let learners = fs::read_to_string(kept.join("learners.ron")).unwrap();
    assert!(
        learners.contains("horizon: 20") && learners.contains("envs: 2"),
        "{learners}"
    );
    assert!(!kept.join("scene.ron").exists());
    // In words, without a recommendation that could not be followed.
    let output = run(folder.path(), &["--threads", "1"]);
    assert_code(&output, 0);
    let said = text(&output.stdout);
    assert!(
        said.contains("1280 steps in") && !said.contains("evaluate it"),
        "{said}"
    );
}

#[test]
fn shipped_presets_come_after_its_own() {
    let folder = TempDir::new().unwrap();
    let tiny = [
        "--steps",
        "64",
        "--envs",
        "4",
        "--set",
        "learner.horizon=16",
    ];
    let tiny = [&tiny[..], &["--set", "learner.batch=32", "--json"]].concat();
    let output = run(folder.path(), &[&["--learner", "ppo"], &tiny[..]].concat());
    assert_code(&output, 0);
    assert_eq!(json(&output)["learner"], "ppo");
    let kept = folder.path().join("runs/line-ppo-s1/learners.ron");
    assert!(fs::read_to_string(kept).unwrap().contains("\"ppo\": "));
    let again = run(folder.path(), &["--run", "runs/line-ppo-s1", "--json"]);
    assert_eq!(json(&again)["learner"], "ppo");
}

#[test]
fn a_run_goes_on_by_its_folder_alone_with_the_same_bits() {
    let folder = TempDir::new().unwrap();
    let set = ["--set", "learner.gamma=0.5", "--seed", "3", "--json"];
    let at_once = json(&run(
        folder.path(),
        &[&set[..], &["--run", "whole"]].concat(),
    ));
    let part = [&set[..], &["--run", "parts", "--steps", "640"]].concat();
    let part = json(&run(folder.path(), &part));
    assert_eq!(part["steps"], 640);
    let rest = run(
        folder.path(),
        &["--run", "parts", "--steps", "1280", "--json"],
    );
    assert_code(&rest, 0);
    let rest = json(&rest);
    assert_eq!(rest["resumed_from_step"], 640);
    assert_eq!(rest["seed"], 3);
    assert_eq!(rest["state_hash"], at_once["state_hash"]);
    for file in ["metrics.csv", "policy.safetensors"] {
        let read = |run: &str| fs::read(folder.path().join(run).join(file)).unwrap();
        assert!(read("whole") == read("parts"), "{file} differs");
    }
    // A run that has ended answers again.
    let again = run(folder.path(), &["--run", "parts", "--json"]);
    assert_eq!(json(&again), rest);
}

#[test]
fn another_run_is_refused_in_words() {
    let folder = TempDir::new().unwrap();
    assert_code(&run(folder.path(), &["--run", "mine"]), 0);
    let refused = |name: &str, more: &[&str], difference: &str| {
        let output = run_as(name, folder.path(), &[&["--run", "mine"], more].concat());
        assert_code(&output, 2);
        let said = text(&output.stderr);
        assert!(said.contains(difference), "{difference}: {said}");
    };
    refused("line", &["--seed", "2"], "its seed is 1, not 2");
    refused(
        "line",
        &["--learner", "ppo"],
        "its learner is `small`, not `ppo`",
    );
    let gamma = "its preset differs: `learner.gamma` changed from 0.9 to 0.5";
    refused("line", &["--set", "learner.gamma=0.5"], gamma);
    refused(
        "line",
        &["--envs", "3"],
        "`learner.envs` changed from 4 to 3",
    );
    refused("other", &[], "its environment is `line`, not `other`");
    // The same name, and another observation.
    refused("wide", &[], "belongs to another run");
    // Nothing of that has touched it.
    let output = run(folder.path(), &["--run", "mine", "--json"]);
    assert_eq!(json(&output)["steps"], 1280);
}

#[test]
fn sinew_says_that_it_does_not_know_the_environment_and_the_program_that_it_knows_no_scene() {
    let folder = TempDir::new().unwrap();
    assert_code(&run(folder.path(), &["--run", "mine"]), 0);
    let sinew = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sinew"));
        command
            .current_dir(folder.path())
            .args(args)
            .output()
            .unwrap()
    };
    for command in [
        &["eval", "mine"][..],
        &["train", "--run", "mine"],
        &["watch", "mine"],
    ] {
        let output = sinew(command);
        assert_code(&output, 2);
        let said = text(&output.stderr);
        assert!(
            said.contains("was written by another program (environment `line`)"),
            "{said}"
        );
    }
    let tiny = [
        "--headless",
        "--steps",
        "1",
        "--run",
        "scene",
        "--envs",
        "16",
    ];
    assert_code(&sinew(&[&["train", "pendulum"], &tiny[..]].concat()), 0);
    let output = run(folder.path(), &["--run", "scene"]);
    assert_code(&output, 2);
    let said = text(&output.stderr);
    assert!(
        said.contains("another run: it is of the scene `pendulum`"),
        "{said}"
    );
}

#[test]
fn mistakes_are_shown_with_their_place_and_exit_code_2() {
    let folder = TempDir::new().unwrap();
    for (name, args, words) in [
        (
            "wrong",
            &[][..],
            &["--> learners of line:4:", "`gama`", "did you mean `gamma`"][..],
        ),
        (
            "line",
            &["--set", "learner.gamma=2"],
            &[
                "--> learners of line:4:108",
                "as changed by --set learner.gamma=2",
                "from 0 to 1",
            ],
        ),
        (
            "line",
            &["--set", "learner.gama=0.5"],
            &["there is no field `gama`"],
        ),
        (
            "line",
            &["--set", "lerner.gamma=1"],
            &["--> --set:1:1", "no `lerner` in the preset file"],
        ),
        (
            "line",
            &["--learner", "smal"],
            &["did you mean `small`", "`small`, `ppo`"],
        ),
        ("line", &["--envs", "0"], &["`envs` is out of its range"]),
        ("line", &["--seed", "x"], &["--seed"]),
        ("line", &["--picture", "x.png"], &["--picture"]),
        (
            "endless",
            &["--until-solved"],
            &["`line` does not say when it is solved"],
        ),
    ] {
        let output = run_as(name, folder.path(), args);
        assert_code(&output, 2);
        let said = text(&output.stderr);
        assert!(
            words.iter().all(|words| said.contains(words)),
            "{words:?}: {said}"
        );
    }
    assert!(
        !folder.path().join("runs").exists(),
        "nothing else happened"
    );
    let help = run(folder.path(), &["--help"]);
    assert_code(&help, 0);
    assert!(text(&help.stdout).contains("--until-solved"));
}

#[test]
fn until_solved_ends_early_and_a_signal_saves() {
    let folder = TempDir::new().unwrap();
    let long = ["--steps", "1000000000", "--json", "--checkpoint-every", "0"];
    let solved = [&long[..], &["--until-solved"]].concat();
    let output = run(folder.path(), &solved);
    assert_code(&output, 0);
    assert!(json(&output)["solved_step"].as_u64().is_some());

    let args = [&["line", "--run", "mine"], &long[..]].concat();
    let mut child = command(folder.path(), &args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a test's executable starts");
    // The first line says that the folder is there, and signals are heard.
    let mut first = String::new();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    stderr.read_line(&mut first).unwrap();
    assert!(first.contains("mine"), "{first}");
    // Until something has been learnt.
    let metrics = folder.path().join("mine/metrics.csv");
    let rows = || fs::read_to_string(&metrics).map_or(0, |rows| rows.lines().count());
    while rows() < 2 {
        assert!(child.try_wait().unwrap().is_none(), "it has ended");
        std::thread::yield_now();
    }
    let mut kill = Command::new("sh");
    kill.arg("-c").arg(format!("kill -INT {}", child.id()));
    assert!(kill.status().unwrap().success());
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_code(&output, 130);
    assert!(
        rest.contains("stopped; resume with: line --run mine"),
        "{rest}"
    );
    let stopped = json(&output);
    assert_eq!(stopped["stopped"], true);
    let at = stopped["steps"].to_string();
    let next = json(&run(
        folder.path(),
        &["--run", "mine", "--steps", &at, "--json"],
    ));
    assert_eq!(next["state_hash"], stopped["state_hash"]);
}
