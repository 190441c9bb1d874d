//! `sinew replay`.

use clap::Args;
use serde::Serialize;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::Run;
use super::print::{Failure, note, say, say_json};
use super::signals::Signals;
use super::window::{self, PictureRequest};
use crate::checkpoint::crash_record::CrashRecord;
use crate::pod::scene::{MotorAction, SceneEnvironment};
use crate::pod::{CrashedEpisode, Pod, Reward};
use crate::scene::Scene;
use crate::seed::Seed;
use crate::sim::Readings;
use crate::step::StepEnd;

/// Number of steps in the printed table.
const LAST: usize = 20;

/// Replay the last episode of a broken environment from its crash record
#[derive(Args)]
pub(super) struct Replay {
    /// Crash record, from the folder `crashes` of a run
    file: PathBuf,
    /// Print the last steps as a table even if there is a display
    #[arg(long)]
    headless: bool,
    /// Print one JSON object on standard output instead
    #[arg(long)]
    json: bool,
    /// Save a picture of the window and exit
    #[arg(long, value_name = "FILE.png", conflicts_with_all = ["headless", "json"])]
    picture: Option<PathBuf>,
    /// Seconds after the first frame at which the picture is taken
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 3.0,
        requires = "picture"
    )]
    picture_after: f32,
}

/// What `replay --json` prints.
#[derive(Serialize)]
struct Json<'a> {
    scene: &'a str,
    seed: u64,
    environment: u64,
    episode: u64,
    /// Control steps in the record; the environment broke in the last one.
    steps: usize,
    reason: &'a str,
    /// Whether it breaks in the same step here.
    reproduced: bool,
}

/// Result of playing a record.
struct Outcome {
    /// Steps that did not end the episode.
    good_steps: usize,
    reproduced: bool,
    /// The last rows of the table.
    rows: VecDeque<Vec<String>>,
}

impl Run for Replay {
    fn run(&self, _: Instant) -> Result<ExitCode, Failure> {
        let file = self.file.display();
        let wrong = |message: String| Failure::Usage(format!("{file}: {message}"));
        let record =
            CrashRecord::read(&self.file).map_err(|error| Failure::Usage(error.to_string()))?;
        let text = record.text.as_ref().ok_or_else(|| {
            let problem =
                "its environment is not a scene; only the program that defines it can replay it";
            wrong(problem.to_owned())
        })?;
        let scene =
            Scene::parse(&format!("{file}: its scene"), text)?.renamed(record.scene.clone());
        let scene = Arc::new(scene);
        let crash = &record.crash;
        let outcome = play(&scene, record.seed, crash).map_err(wrong)?;
        let json = Json {
            scene: scene.name(),
            seed: record.seed,
            environment: crash.environment,
            episode: crash.episode,
            steps: crash.steps(scene.robot().motors.len()),
            reason: &crash.reason,
            reproduced: outcome.reproduced,
        };
        let picture = PictureRequest {
            path: self.picture.as_ref(),
            after: Some(self.picture_after),
        };
        if self.json {
            say_json(&json);
        } else if window::opens_window(self.headless, picture, "printing its last steps")? {
            let signals = Signals::listen(&Arc::new(AtomicBool::new(false)))?;
            let (good_steps, reproduced) = (outcome.good_steps, outcome.reproduced);
            window::replay(
                &record,
                scene.clone(),
                good_steps,
                reproduced,
                &signals,
                picture,
            )?;
            if let Some(code) = signals.exit_code() {
                return Ok(ExitCode::from(code));
            }
        } else {
            print_table(&json, &scene, &outcome);
        }
        if !outcome.reproduced {
            note(format_args!("{}", difference(&json, &outcome, &record)));
        }
        Ok(ExitCode::from(u8::from(!outcome.reproduced)))
    }
}

/// How this machine's replay differs from the record.
fn difference(json: &Json, outcome: &Outcome, record: &CrashRecord) -> String {
    let here = match outcome.good_steps {
        all if all == json.steps => format!("step {all} does not break the environment"),
        good => format!("the episode ends in step {}", good + 1),
    };
    format!(
        "not reproduced: here {here}, but the record says that it broke in step {}; floating-point results differ on this machine or in this version ({}, the record's is {})",
        json.steps,
        env!("CARGO_PKG_VERSION"),
        record.version,
    )
}

/// Plays the record until the episode ends.
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

/// A table row: time, actions, joint positions and speeds after the step, reward.
fn row(pod: &Pod, time: f32) -> Vec<String> {
    let (world, entity) = (&pod.world, pod.entity(0));
    let MotorAction(action) = world.get(entity).expect("a scene has motors");
    let readings: &Readings = world.get(entity).expect("a scene has readings");
    let Reward(reward) = *world.get(entity).expect("every step has a reward");
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

fn print_table(json: &Json, scene: &Scene, outcome: &Outcome) {
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
    let Json {
        scene,
        seed,
        environment,
        episode,
        steps,
        reason,
        ..
    } = json;
    say(format_args!(
        "{scene}, seed {seed}, environment {environment}, episode {episode}: broke in step {steps}: {reason}"
    ));
}
