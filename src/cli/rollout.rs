//! `sinew rollout`.

use bevy::ecs::prelude::World;
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use super::Run;
use super::eval::open_run;
use super::print::{Failure, say};
use crate::model::robot::Robot;
use crate::pod::scene::{EpisodeRules, MotorAction, SceneEnvironment};
use crate::pod::{Action, Decider, Pod, Purpose, Reward};
use crate::scene::Scene;
use crate::seed::Seed;
use crate::sim::Readings;
use crate::step::StepEnd;

/// Largest table of actions that is read (bytes).
const LARGEST_TABLE: u64 = 64 << 20;

/// Write one episode to a CSV table, to compare with a real robot or another simulator
#[derive(Args)]
pub(super) struct Rollout {
    /// A RON file or the name of a shipped scene
    scene: String,
    /// Table of actions with the header a1,a2,.. and one row per control step [default: zero actions for one episode]
    #[arg(long, value_name = "FILE.csv", conflicts_with = "run")]
    actions: Option<PathBuf>,
    /// Act with the newest policy of this run, for one episode
    #[arg(long, value_name = "DIR")]
    run: Option<PathBuf>,
    /// Seed of the start and the goal
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// `off` starts exactly at home and at rest, without domain randomisation, sensor noise and pushes
    #[arg(long, value_name = "on|off", default_value = "on", value_parser = ["on", "off"])]
    noise: String,
    /// File to write
    #[arg(long, value_name = "FILE.csv")]
    out: PathBuf,
}

/// Where the actions come from.
enum ActionSource {
    /// One row per control step.
    Table(Vec<Vec<f32>>),
    /// The mean action of a policy.
    Policy(Decider),
    Zero,
}

impl Run for Rollout {
    fn run(&self, _: Instant) -> Result<ExitCode, Failure> {
        let scene = Scene::open(&self.scene)?;
        let motors = scene.robot().motors.len();
        let actions = match (&self.actions, &self.run) {
            (Some(table), _) => ActionSource::Table(read_actions(table, motors)?),
            (_, Some(run)) => ActionSource::Policy(policy_of(run, &scene)?),
            _ => ActionSource::Zero,
        };
        let rules = EpisodeRules {
            no_noise: self.noise == "off",
            no_time_limit: matches!(actions, ActionSource::Table(_)),
        };
        let unwritable =
            |error: csv::Error| Failure::Runtime(format!("{}: {error}", self.out.display()));
        let mut out = csv::Writer::from_path(&self.out).map_err(unwritable)?;
        let mut write = |row: Vec<String>| out.write_record(row).map_err(unwritable);
        let steps = play(scene, rules, &actions, self.seed, &mut write)?;
        out.flush().map_err(|error| unwritable(error.into()))?;
        say(format_args!("{}: {steps} steps", self.out.display()));
        Ok(ExitCode::SUCCESS)
    }
}

fn policy_of(run: &Path, scene: &Scene) -> Result<Decider, Failure> {
    let (_, policy) = open_run(run, false)?;
    if policy.spaces != crate::pod::scene::spaces(scene) {
        return Err(Failure::Usage(format!(
            "{}: the policy's observations or actions do not match this scene",
            run.display()
        )));
    }
    Ok(Decider::Mean(policy))
}

/// Writes the table, header first: row k holds the state before action k; the last row has no action and no reward. Returns the
/// number of steps.
fn play(
    scene: Scene,
    rules: EpisodeRules,
    actions: &ActionSource,
    seed: u64,
    write: &mut dyn FnMut(Vec<String>) -> Result<(), Failure>,
) -> Result<usize, Failure> {
    let scene = Arc::new(scene);
    let dt = 1.0 / f64::from(scene.task().control_hz);
    let environment = SceneEnvironment::with_rules(scene.clone(), rules);
    let mut pod = Pod::new(&environment, Seed::new(seed), Purpose::Watching, 0..1)?;
    if let ActionSource::Policy(decider) = actions {
        pod.world.insert_resource(decider.clone());
    }
    let entity = pod.entity(0);
    write(header(scene.robot()))?;
    let mut before = state(&pod.world, entity);
    let mut steps = 0;
    let mut is_over = false;
    while !is_over {
        if let ActionSource::Table(table) = actions {
            let Some(action) = table.get(steps) else {
                break;
            };
            let mut slot = pod.world.get_mut::<Action>(entity).expect("it acts");
            slot.0.copy_from_slice(action);
        }
        let end = pod.step_without_reset();
        if end == StepEnd::Broken {
            return Err(Failure::Runtime(format!(
                "the simulation broke in step {steps}"
            )));
        }
        let MotorAction(action) = pod.world.get(entity).expect("a scene has motors");
        let Reward(reward) = *pod.world.get(entity).expect("every step has a reward");
        let cells = [time(steps, dt)]
            .into_iter()
            .chain(action.iter().map(ToString::to_string))
            .chain(before)
            .chain([reward.to_string()]);
        write(cells.collect())?;
        before = state(&pod.world, entity);
        steps += 1;
        is_over = end.is_end();
    }
    let blanks = vec![String::new(); scene.robot().motors.len()];
    let last = [time(steps, dt)].into_iter().chain(blanks).chain(before);
    write(last.chain([String::new()]).collect())?;
    Ok(steps)
}

fn time(step: usize, dt: f64) -> String {
    (step as f64 * dt).to_string()
}

fn header(robot: &Robot) -> Vec<String> {
    let (motors, joints) = (1..=robot.motors.len(), 1..=robot.joints.len());
    let points = robot.points.iter().map(|point| &point.name);
    ["t".to_owned()]
        .into_iter()
        .chain(motors.map(|i| format!("a{i}")))
        .chain(joints.clone().map(|i| format!("q{i}")))
        .chain(joints.map(|i| format!("qd{i}")))
        .chain(points.flat_map(|name| ["x", "y", "z"].map(|axis| format!("{name}_{axis}"))))
        .chain(["reward".to_owned()])
        .collect()
}

fn state(world: &World, entity: bevy::ecs::prelude::Entity) -> Vec<String> {
    let readings: &Readings = world.get(entity).expect("a scene has readings");
    let numbers = (readings.angles.iter())
        .chain(&readings.speeds)
        .chain(readings.points.iter().flatten());
    numbers.map(ToString::to_string).collect()
}

fn read_actions(path: &Path, motors: usize) -> Result<Vec<Vec<f32>>, Failure> {
    let wrong = |message: String| Failure::Usage(format!("{}: {message}", path.display()));
    let size = std::fs::metadata(path).map_err(|error| wrong(error.to_string()))?;
    if !size.is_file() || size.len() > LARGEST_TABLE {
        return Err(wrong("expected a file of at most 64 MiB".to_owned()));
    }
    let mut reader = csv::Reader::from_path(path).map_err(|error| wrong(error.to_string()))?;
    let header = reader.headers().map_err(|error| wrong(error.to_string()))?;
    let columns = (1..=motors)
        .map(|i| {
            let name = format!("a{i}");
            header
                .iter()
                .position(|column| column.trim() == name)
                .ok_or_else(|| {
                    wrong(format!(
                        "line 1: no column `{name}`; the scene's robot has the actions a1 to a{motors}"
                    ))
                })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut table = Vec::new();
    let mut is_over = false;
    for record in reader.records() {
        let record = record.map_err(|error| wrong(error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cells: Vec<&str> = columns.iter().map(|&i| record[i].trim()).collect();
        // The last row that `rollout` writes has no action; an empty row before others is an error.
        if !is_over && cells.iter().all(|cell| cell.is_empty()) {
            is_over = true;
            continue;
        }
        if is_over {
            let gap = line - 1;
            return Err(wrong(format!(
                "line {gap}: no action, but more rows follow"
            )));
        }
        let number = |(i, cell): (usize, &&str)| match cell.parse::<f32>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err(wrong(format!(
                "line {line}: a{} is `{cell}`, expected a finite number",
                i + 1
            ))),
        };
        table.push(
            cells
                .iter()
                .enumerate()
                .map(number)
                .collect::<Result<_, _>>()?,
        );
    }
    Ok(table)
}
