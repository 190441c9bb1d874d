//! `sinew replay`: the last episode of an environment that broke, played again.

use serde::Serialize;
use std::collections::VecDeque;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::ReplayArgs;
use super::print::{Failure, note, say, say_json};
use super::signals::Signals;
use crate::checkpoint::crash_record::CrashRecord;
use crate::pod::scene::{MotorAction, SceneEnvironment};
use crate::pod::{CrashedEpisode, Pod, Reward};
use crate::scene::Scene;
use crate::seed::Seed;
use crate::sim::Readings;
use crate::step::StepEnd;

/// Steps that the table shows.
const LAST: usize = 20;

/// What `replay --json` prints.
#[derive(Serialize)]
struct Report<'a> {
    scene: &'a str,
    seed: u64,
    environment: u64,
    episode: u64,
    /// Control steps in the record; with the last one it broke.
    steps: usize,
    reason: &'a str,
    /// It breaks in the same step here.
    reproduced: bool,
}

/// What playing it came to.
struct Outcome {
    /// Steps that did not end the episode.
    good_steps: usize,
    reproduced: bool,
    /// The last rows of its table.
    rows: VecDeque<Vec<String>>,
}

pub(super) fn replay(args: &ReplayArgs) -> Result<ExitCode, Failure> {
    let file = args.file.display();
    let wrong = |message: String| Failure::Wrong(format!("{file}: {message}"));
    let record =
        CrashRecord::read(&args.file).map_err(|error| Failure::Wrong(error.to_string()))?;
    let no_scene = "its environment is no scene, so only the program that has it can play it";
    let text = record
        .text
        .as_ref()
        .ok_or_else(|| wrong(no_scene.to_owned()))?;
    let scene = Scene::parse(&format!("{file}: its scene"), text)?.renamed(record.scene.clone());
    let scene = Arc::new(scene);
    let crash = &record.crash;
    let outcome = play(&scene, record.seed, crash).map_err(wrong)?;
    let acted = scene.robot().motors.len();
    let report = Report {
        scene: scene.name(),
        seed: record.seed,
        environment: crash.environment,
        episode: crash.episode,
        steps: crash.steps(acted),
        reason: &crash.reason,
        reproduced: outcome.reproduced,
    };
    if args.json {
        say_json(&report);
    } else if super::play::opens_window(
        args.headless,
        args.picture.is_some(),
        "its last steps instead",
    )? {
        let stop = Arc::new(AtomicBool::new(false));
        let signals = Signals::listen(&stop)
            .map_err(|error| Failure::Failed(format!("cannot listen for signals: {error}")))?;
        super::play::replay(
            &record,
            scene.clone(),
            outcome.good_steps,
            outcome.reproduced,
            &signals,
            args,
        )?;
        if let Some(code) = signals.exit_code() {
            return Ok(ExitCode::from(code));
        }
    } else {
        print(&report, &scene, &outcome);
    }
    if !outcome.reproduced {
        let here = match outcome.good_steps {
            all if all == report.steps => format!("step {all} does not break it"),
            good => format!("the episode ends in step {}", good + 1),
        };
        note(format_args!(
            "not reproduced: {here} here, and the record says that step {} broke it; this machine, or this version ({}, the record's is {}), computes other bits",
            report.steps,
            env!("CARGO_PKG_VERSION"),
            record.version,
        ));
    }
    Ok(ExitCode::from(u8::from(!outcome.reproduced)))
}

/// Plays the whole record, as far as the episode goes here.
fn play(scene: &Arc<Scene>, seed: u64, crash: &CrashedEpisode) -> Result<Outcome, String> {
    let environment = SceneEnvironment::new(scene.clone());
    let mut pod = crash.begin(&environment, Seed::new(seed))?;
    let dt = 1.0 / scene.task().control_hz;
    let steps = crash.steps(scene.robot().motors.len());
    let mut outcome = Outcome {
        good_steps: 0,
        reproduced: false,
        rows: VecDeque::new(),
    };
    for number in 0..steps {
        let end = crash.step(&mut pod, number);
        if outcome.rows.len() == LAST {
            outcome.rows.pop_front();
        }
        outcome.rows.push_back(row(&pod, (number + 1) as f32 * dt));
        if end.is_end() {
            outcome.reproduced = end == StepEnd::Broken && number + 1 == steps;
            return Ok(outcome);
        }
        outcome.good_steps += 1;
    }
    Ok(outcome)
}

/// The state after a step, and what led to it.
fn row(pod: &Pod, time: f32) -> Vec<String> {
    let (world, entity) = (&pod.world, pod.entity(0));
    let MotorAction(action) = world.get(entity).expect("a scene has motors");
    let readings: &Readings = world.get(entity).expect("a scene is read");
    let Reward(reward) = *world.get(entity).expect("every step earns");
    let numbers = [time].into_iter().chain(action.iter().copied());
    let numbers = numbers
        .chain(readings.angles.iter().copied())
        .chain(readings.speeds.iter().copied());
    numbers.chain([reward]).map(short).collect()
}

/// A number in few characters, whatever its size.
fn short(number: f32) -> String {
    if number.abs() < 1e4 {
        format!("{number:.3}")
    } else {
        format!("{number:.1e}")
    }
}

fn print(report: &Report, scene: &Scene, outcome: &Outcome) {
    let robot = scene.robot();
    let (motors, joints) = (1..=robot.motors.len(), 1..=robot.joints.len());
    let header: Vec<String> = ["t".to_owned()]
        .into_iter()
        .chain(motors.map(|i| format!("a{i}")))
        .chain(joints.clone().map(|i| format!("q{i}")))
        .chain(joints.map(|i| format!("qd{i}")))
        .chain(["reward".to_owned()])
        .collect();
    for row in [&header].into_iter().chain(&outcome.rows) {
        let cells: Vec<String> = row.iter().map(|cell| format!("{cell:>8}")).collect();
        say(format_args!("{}", cells.join(" ")));
    }
    let Report {
        scene,
        seed,
        environment,
        episode,
        steps,
        reason,
        ..
    } = report;
    say(format_args!(
        "{scene}, seed {seed}, environment {environment}, episode {episode}: broke in step {steps}: {reason}"
    ));
}
