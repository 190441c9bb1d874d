//! Promise: `sinew compare` trains every learner with every seed once, however often it is stopped; its table, files, charts and page
//! agree; runs of another comparison are never mistaken for its own.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its own data fails"
)]

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::SystemTime;
use tempfile::TempDir;

use sinew::compare::{Comparison, Entrant};
use sinew::scene::Scene;
use sinew::train::Job;

/// The shipped pendulum with short episodes and two presets, one with a smaller learning rate, in the file `mine.ron`.
fn folder_with_a_scene() -> TempDir {
    let folder = TempDir::new().unwrap();
    let scene = include_str!("../scenes/pendulum.ron");
    let (_, learners) = scene.split_once("learners: {").unwrap();
    let (preset, _) = learners.split_once("        // The whole ladder").unwrap();
    let preset = preset
        .replace("envs: 16", "envs: 4")
        .replace("horizon: 64", "horizon: 50")
        .replace("batch: 256", "batch: 100");
    let slow = preset
        .replace("\"ppo\"", "\"slow\"")
        .replace("rate: Constant(0.001)", "rate: Constant(0.0001)");
    let scene = scene
        .replace(learners, &format!("{preset}{slow}}},\n)\n"))
        .replace("episode_s: 10", "episode_s: 2");
    fs::write(folder.path().join("mine.ron"), scene).unwrap();
    folder
}

fn sinew(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sinew"));
    command.current_dir(folder).args(args);
    command
}

fn compare(folder: &Path, more: &[&str]) -> Output {
    let args = ["compare", "mine.ron", "--learners", "ppo,slow"];
    sinew(folder, &[&args, more].concat()).output().unwrap()
}

const TINY: [&str; 4] = ["--seeds", "2", "--steps", "3000"];

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn assert_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
}

/// A table as a map from head to column, and the number of its rows.
fn table(path: &Path) -> (BTreeMap<String, Vec<String>>, usize) {
    let mut table = csv::Reader::from_path(path).unwrap();
    let heads: Vec<String> = table.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    let column = |i: usize| rows.iter().map(|row| row[i].to_owned()).collect();
    let columns = heads
        .into_iter()
        .enumerate()
        .map(|(i, head)| (head, column(i)));
    (columns.collect(), rows.len())
}

/// When the files of runs were last changed.
fn changes(compared: &Path) -> BTreeMap<String, SystemTime> {
    let mut found = BTreeMap::new();
    for run in ["ppo-s1", "ppo-s2", "slow-s1", "slow-s2"] {
        for file in ["result.json", "metrics.csv", "judged.json", "checkpoints"] {
            let path = compared.join(run).join(file);
            let changed = fs::metadata(&path).unwrap().modified().unwrap();
            found.insert(path.display().to_string(), changed);
        }
    }
    found
}

#[test]
fn table_files_pictures_and_page_agree_and_nothing_is_trained_twice() {
    let folder = folder_with_a_scene();
    let first = compare(folder.path(), &[&TINY[..], &["--json"]].concat());
    assert_code(&first, 0);
    assert_eq!(text(&first.stdout).lines().count(), 1, "one object");
    let report: Value = serde_json::from_str(text(&first.stdout)).unwrap();
    assert_eq!(report["scene"], "mine");
    let rows = report["rows"].as_array().unwrap();
    let names: Vec<&Value> = rows.iter().map(|row| &row["learner"]).collect();
    assert_eq!(names, ["ppo", "slow"]);
    let kept = folder.path().join("runs/compare-mine");
    let (csv, count) = table(&kept.join("table.csv"));
    assert_eq!(count, 2);
    for (i, row) in rows.iter().enumerate() {
        let row = row.as_object().unwrap();
        assert_eq!(row.len(), csv.len(), "{csv:?}");
        assert_eq!((&row["seeds"], &row["finished"]), (&2.into(), &true.into()));
        assert!(row["return_low"].as_f64() <= row["return_iqm"].as_f64());
        assert!(row["return_iqm"].as_f64() <= row["return_high"].as_f64());
        for (key, value) in row {
            let cell = match value {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                value => value.to_string(),
            };
            assert_eq!(csv[key][i], cell, "{key}");
        }
    }

    // The row of a run agrees with `sinew train` and `sinew eval`.
    let (runs, count) = table(&kept.join("runs.csv"));
    assert_eq!(count, 4);
    assert_eq!(runs["learner"], ["ppo", "slow", "ppo", "slow"]);
    assert_eq!(runs["seed"], ["1", "1", "2", "2"]);
    assert_eq!(runs["steps"], ["3000"; 4]);
    let args = ["train", "mine.ron", "--headless", "--json", "--run", "own"];
    let args = [
        &args[..],
        &["--learner", "slow", "--seed", "2", "--steps", "3000"],
    ];
    let alone = sinew(folder.path(), &args.concat()).output().unwrap();
    let alone: Value = serde_json::from_slice(&alone.stdout).unwrap();
    assert_eq!(alone["state_hash"], runs["state_hash"][3].as_str());
    let args = ["eval", "own", "--json"];
    let judged = sinew(folder.path(), &args).output().unwrap();
    let judged: Value = serde_json::from_slice(&judged.stdout).unwrap();
    assert_eq!(
        judged["return_mean"].to_string(),
        runs["return_mean"][3],
        "the episodes of `sinew eval`"
    );

    let (curves, _) = table(&kept.join("curves.csv"));
    let last = |learner: &str| {
        let row = curves["learner"].iter().rposition(|name| name == learner);
        curves["steps"][row.unwrap()].clone()
    };
    assert_eq!((last("ppo"), last("slow")), ("3000".into(), "3000".into()));
    let svg = fs::read_to_string(kept.join("curves.svg")).unwrap();
    let page = fs::read_to_string(kept.join("index.html")).unwrap();
    for name in ["ppo", "slow"] {
        assert!(svg.contains(&format!("\n{name}\n")), "{name} in {svg}");
        assert!(page.contains(&format!("<td>{name}</td><td>2/2</td>")));
    }
    assert!(page.contains(&svg), "the same picture");
    assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("href="));
    let png = fs::read(kept.join("curves.png")).unwrap();
    let mut picture = png::Decoder::new(std::io::Cursor::new(png))
        .read_info()
        .unwrap();
    let mut pixels = vec![0_u8; picture.output_buffer_size().unwrap()];
    picture.next_frame(&mut pixels).unwrap();
    let coloured = pixels.chunks(3).filter(|p| p[0].abs_diff(p[2]) > 100);
    assert!(coloured.count() > 1000, "curves in colour");

    let before = changes(&kept);
    let again = compare(folder.path(), &[&TINY[..], &["--json"]].concat());
    assert_code(&again, 0);
    assert_eq!(again.stdout, first.stdout);
    assert_eq!(changes(&kept), before, "nothing was trained or judged");
    let printed = compare(folder.path(), &TINY);
    let lines: Vec<&str> = text(&printed.stdout).lines().collect();
    assert_eq!(lines.len(), 4, "a head, two rows, where the page is");
    assert!(lines[0].starts_with("learner  seeds  solved") && lines[2].starts_with("slow"));
}

#[test]
fn a_stopped_comparison_ends_like_an_uninterrupted_one() {
    let folder = folder_with_a_scene();
    let args = ["--seeds", "2", "--steps", "10000"];
    let whole = compare(folder.path(), &[&args[..], &["--out", "whole"]].concat());
    assert_code(&whole, 0);

    let stopped = folder.path().join("stopped");
    let command = ["compare", "mine.ron", "--learners", "ppo,slow", "--json"];
    let command = [&command[..], &args, &["--out", "stopped"]].concat();
    // Each time as soon as the next run has begun.
    for run in ["ppo-s1", "ppo-s2"] {
        let mut child = sinew(folder.path(), &command)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let checkpoints = stopped.join(run).join("checkpoints");
        while !checkpoints.is_dir() {
            assert!(child.try_wait().unwrap().is_none(), "it has ended");
            std::thread::yield_now();
        }
        let mut kill = Command::new("sh");
        kill.arg("-c").arg(format!("kill -TERM {}", child.id()));
        assert!(kill.status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_code(&output, 143);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["stopped"], true);
        assert_eq!(report["rows"][0]["finished"], false);
    }
    let output = sinew(folder.path(), &command).output().unwrap();
    assert_code(&output, 0);
    let said = text(&output.stderr);
    assert!(said.contains("-s2: resumed from step"), "{said}");

    let whole = folder.path().join("whole");
    for file in ["curves.csv", "curves.svg", "curves.png"] {
        let read = |compared: &Path| fs::read(compared.join(file)).unwrap();
        assert!(read(&whole) == read(&stopped), "{file}");
    }
    let clocks = [
        "seconds_to_solve",
        "steps_per_s",
        "solved_s",
        "wall_s",
        "at_once",
    ];
    for file in ["table.csv", "runs.csv"] {
        let without_clocks = |compared: &Path| {
            let (mut columns, _) = table(&compared.join(file));
            columns.retain(|head, _| !clocks.contains(&head.as_str()));
            assert!(columns.len() >= 8, "{columns:?}");
            columns
        };
        assert_eq!(without_clocks(&whole), without_clocks(&stopped), "{file}");
    }
}

#[test]
fn a_training_time_per_run_is_kept_and_evaluated() {
    let folder = folder_with_a_scene();
    let args = ["--seeds", "1", "--seconds", "0.5", "--json"];
    let first = compare(folder.path(), &args);
    assert_code(&first, 0);
    let kept = folder.path().join("runs/compare-mine");
    let (runs, count) = table(&kept.join("runs.csv"));
    assert_eq!(count, 2);
    let all = |head: &str, holds: fn(f64) -> bool| {
        let cells = runs[head].iter();
        assert!(cells.map(|c| c.parse().unwrap()).all(holds), "{runs:?}");
    };
    all("wall_s", |seconds| seconds >= 0.5);
    all("steps", |steps| steps > 0.0);
    all("return_mean", |mean| mean < 0.0);
    let again = compare(folder.path(), &args);
    assert_eq!(again.stdout, first.stdout);
    for file in ["curves.png", "curves-seconds.png", "curves-seconds.csv"] {
        assert!(kept.join(file).is_file(), "{file}");
    }
    let other = compare(folder.path(), &["--seeds", "1", "--seconds", "1"]);
    assert_code(&other, 2);
    assert!(text(&other.stderr).contains("0.5 s each, and not 1 s each"));
}

#[test]
fn a_time_shorter_than_an_update_allows_one() {
    let folder = folder_with_a_scene();
    let args = ["--seeds", "1", "--seconds", "0.001", "--json"];
    assert_code(&compare(folder.path(), &args), 0);
    let (runs, count) = table(&folder.path().join("runs/compare-mine/runs.csv"));
    assert_eq!(count, 2);
    for steps in &runs["steps"] {
        assert!(steps.parse::<f64>().unwrap() > 0.0, "{runs:?}");
    }
}

#[test]
fn runs_of_another_comparison_are_refused_with_their_folder() {
    let folder = folder_with_a_scene();
    assert_code(&compare(folder.path(), &TINY), 0);
    let kept = folder.path().join("runs/compare-mine");
    let before = changes(&kept);
    let refused = |more: &[&str], difference: &str| {
        let output = compare(folder.path(), &[&["--seeds", "2"], more].concat());
        assert_code(&output, 2);
        let said = text(&output.stderr);
        assert!(said.contains(difference), "{difference}: {said}");
        assert!(said.contains("runs/compare-mine") && said.contains("--out"));
        assert!(output.stdout.is_empty());
    };
    refused(
        &["--steps", "4000"],
        "for 3000 steps, and is to be trained for 4000",
    );
    refused(&["--seconds", "1"], "is to be trained by the clock");
    refused(
        &["--steps", "3000", "--set", "learner.gamma=0.5"],
        "`learner.gamma` changed",
    );
    refused(
        &["--steps", "3000", "--set", "learners.slow.clip=0.1"],
        "`learner.clip` changed",
    );
    refused(
        &["--steps", "3000", "--set", "task.max_joint_speed=90"],
        "`task.max_joint_speed` changed",
    );
    assert_eq!(changes(&kept), before);
    // More seeds and fewer learners are the same comparison.
    let more = ["--seeds", "3", "--steps", "3000", "--json"];
    let more = [&["compare", "mine.ron", "--learners", "slow"], &more[..]].concat();
    let output = sinew(folder.path(), &more).output().unwrap();
    assert_code(&output, 0);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["rows"][0]["seeds"], 3);
    assert_eq!(changes(&kept), before);
}

#[test]
fn wrong_use_is_exit_code_2_and_nothing_else_happens() {
    let folder = folder_with_a_scene();
    let said = |args: &[&str]| {
        let mut command = sinew(folder.path(), &[&["compare"], args].concat());
        let output = command.output().unwrap();
        assert_code(&output, 2);
        text(&output.stderr).to_owned()
    };
    let unknown = said(&["mine.ron", "--learners", "ppo,slwo"]);
    assert!(unknown.contains("`slwo`") && unknown.contains("`slow`"));
    assert!(said(&["mine.ron", "--learners", "ppo,ppo"]).contains("name each learner once"));
    said(&["mine.ron", "--learners", "ppo,"]);
    said(&["mine.ron"]);
    said(&["mine.ron", "--learners", "ppo", "--seeds", "0"]);
    said(&["mine.ron", "--learners", "ppo", "--seeds", "1001"]);
    said(&["mine.ron", "--learners", "ppo", "--seconds", "0"]);
    said(&[
        "mine.ron",
        "--learners",
        "ppo",
        "--seconds",
        "1",
        "--steps",
        "1",
    ]);
    said(&["nowhere", "--learners", "ppo"]);
    assert!(!folder.path().join("runs").exists());
}

#[test]
fn any_jobs_can_be_compared() {
    let folder = TempDir::new().unwrap();
    let set = ["learner.steps=2048".to_owned()];
    let scene = Arc::new(Scene::open_with("pendulum", None, &set).unwrap());
    let entrant = |name: &str| {
        let scene = scene.clone();
        Entrant::of_jobs(name, move |seed| Ok(Job::new(&scene, None, seed)?))
    };
    let comparison = |names: &[&str]| Comparison {
        task: "my task".to_owned(),
        entrants: names.iter().map(|name| entrant(name)).collect(),
        seeds: 1,
        seconds: None,
        at_once: 2,
        folder: folder.path().join("compared"),
    };
    let mut looks = 0;
    let compared = comparison(&["one", "two"])
        .run(&Arc::default(), |_| {}, &mut |progress| {
            looks += 1;
            assert!((0.0..=1.0).contains(&progress.share) && progress.runs == 2);
        })
        .unwrap();
    assert!(looks > 0 && !compared.is_stopped && compared.troubles.is_empty());
    let [one, two] = &compared.standings[..] else {
        panic!("two learners");
    };
    assert_eq!(one.return_mean, two.return_mean, "the same under two names");
    assert!(one.finished && one.return_low.is_none(), "one seed");
    let twins = comparison(&["a b", "a_b"]);
    let error = twins.run(&Arc::default(), |_| {}, &mut |_| {});
    assert!(error.err().unwrap().to_string().contains("`a b` and `a_b`"));
}
