//! The command line: arguments to a command. The only room that prints or exits.

mod bench;
mod check;
mod compare;
mod eval;
mod lesson;
mod own;
mod play;
mod print;
mod replay;
mod rollout;
mod signals;
mod terminal;
mod train;
mod watch;

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

pub use own::{OwnEnvironment, train_environment, train_environment_with};

use crate::scene::{Scene, SceneError};
use print::{Failure, is_cut_short, say};

/// Robots that learn: train a policy on a scene, headless or in a 3D window.
#[derive(Parser)]
#[command(
    name = "sinew",
    version,
    about,
    after_help = "No command is `train reach`."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Train a policy, in a window if there is a display
    Train(TrainArgs),
    /// Judge a trained policy on fresh episodes, with its mean action
    Eval(EvalArgs),
    /// Open a window on a scene (move its joints) or on a run (watch its policy)
    Play(PlayArgs),
    /// Follow a run that another process trains, in a window if there is a display
    Watch(WatchArgs),
    /// Play the last episode of an environment that broke, from its crash record
    Replay(ReplayArgs),
    /// Measure speed, and how near it is to what this machine could do at best
    Bench(BenchArgs),
    /// Train several learners with several seeds, and say which is how good
    Compare(CompareArgs),
    /// Show how learning works, step by step, in numbers
    Lesson(LessonArgs),
    /// Play one episode to a CSV table, to compare with a real robot or another simulator
    Rollout(RolloutArgs),
    /// Say what is wrong with a scene, and after a second of playing it what is probably wrong
    Check(CheckArgs),
    /// List the shipped scenes
    Scenes,
}

/// A scene, a preset, and changes to both.
#[derive(Args)]
struct SceneArgs {
    /// A RON file, or the name of a shipped scene [default: reach, or that of the run that goes on]
    scene: Option<String>,
    #[command(flatten)]
    preset: PresetArgs,
}

/// A preset, changes to it, and how its learner is run and answers.
#[derive(Args)]
struct PresetArgs {
    /// One of the presets, the shipped ones included [default: the first]
    #[arg(long, value_name = "NAME")]
    learner: Option<String>,
    /// Change any value, like learner.gamma=0.99; can be repeated
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Environments stepped together [default: the preset's]
    #[arg(long, value_name = "N")]
    envs: Option<usize>,
    /// Threads to train with; results do not depend on it [default: all cores, one less with a window]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Print one JSON object on standard output, last
    #[arg(long)]
    json: bool,
}

/// A run, whatever is trained in it.
#[derive(Args)]
struct RunArgs {
    /// Where all randomness comes from [default: 1, or that of the run that goes on]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Control steps over all environments [default: the preset's]
    #[arg(long, value_name = "N")]
    steps: Option<u64>,
    /// Keep the run in this folder; one that is in it already goes on [default: a new runs/<name>-<learner>-s<seed>]
    #[arg(long, value_name = "DIR")]
    run: Option<PathBuf>,
    /// Time between two checkpoints, 0 for one after each iteration [default: 30, and under 1 % of the run's time]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    checkpoint_every: Option<Duration>,
    /// Train in the terminal even if there is a display
    #[arg(long)]
    headless: bool,
    /// End as soon as it is solved; fail if it is not by the last step
    #[arg(long)]
    until_solved: bool,
}

#[derive(Args)]
struct TrainArgs {
    #[command(flatten)]
    scene: SceneArgs,
    #[command(flatten)]
    run: RunArgs,
    /// Go on with the scene's file as it is saved, from the next update on; with a window that is the default
    #[arg(long, conflicts_with = "no_live")]
    live: bool,
    /// Go on with the scene as it was, whatever becomes of its file
    #[arg(long)]
    no_live: bool,
    /// Let the critic begin anew with a change of the reward
    #[arg(long, conflicts_with = "no_live")]
    reset_critic: bool,
    /// Save a picture of the window, as soon as the scene is solved or so many seconds have passed, and end
    #[arg(long, value_name = "FILE.png", conflicts_with = "headless")]
    picture: Option<PathBuf>,
    /// When to take the picture, in seconds after the first frame [default: when the scene is solved]
    #[arg(long, value_name = "SECONDS", requires = "picture")]
    picture_after: Option<f32>,
}

#[derive(Args)]
struct EvalArgs {
    /// The folder of a run
    run: PathBuf,
    /// The policy that solved the scene, instead of the newest
    #[arg(long)]
    best: bool,
    /// Episodes to play
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    episodes: u64,
    /// Which episodes
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct PlayArgs {
    /// A RON file, the name of a shipped scene, or the folder of a run
    what: String,
    /// The policy that solved the scene, instead of the newest
    #[arg(long)]
    best: bool,
    /// Save a picture of the window and end
    #[arg(long, value_name = "FILE.png")]
    picture: Option<PathBuf>,
    /// When to take the picture, in seconds after the first frame
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 3.0,
        requires = "picture"
    )]
    picture_after: f32,
}

#[derive(Args)]
struct WatchArgs {
    /// The folder of a run
    run: PathBuf,
    /// Watch in the terminal even if there is a display
    #[arg(long)]
    headless: bool,
    /// Save a picture of the window, as soon as the scene is solved or so many seconds have passed, and end
    #[arg(long, value_name = "FILE.png", conflicts_with = "headless")]
    picture: Option<PathBuf>,
    /// When to take the picture, in seconds after the first frame [default: when the scene is solved]
    #[arg(long, value_name = "SECONDS", requires = "picture")]
    picture_after: Option<f32>,
}

#[derive(Args)]
struct ReplayArgs {
    /// A crash record, from the folder `crashes` of a run
    file: PathBuf,
    /// Print the last steps even if there is a display
    #[arg(long)]
    headless: bool,
    /// Print one JSON object on standard output instead
    #[arg(long)]
    json: bool,
    /// Save a picture of the window and end
    #[arg(long, value_name = "FILE.png", conflicts_with_all = ["headless", "json"])]
    picture: Option<PathBuf>,
    /// When to take the picture, in seconds after the first frame
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 3.0,
        requires = "picture"
    )]
    picture_after: f32,
}

#[derive(Args)]
struct BenchArgs {
    #[command(flatten)]
    scene: SceneArgs,
}

#[derive(Args)]
struct CompareArgs {
    /// A RON file, or the name of a shipped scene
    scene: String,
    #[command(flatten)]
    contest: ContestArgs,
}

/// Learners, and how they are compared, whatever they learn.
#[derive(Args)]
struct ContestArgs {
    /// Presets of its own, or shipped ones
    #[arg(
        long,
        value_name = "NAME,NAME..",
        value_delimiter = ',',
        required = true
    )]
    learners: Vec<String>,
    /// Train each learner with the seeds from 1 to this
    #[arg(long, value_name = "K", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1000))]
    seeds: u64,
    /// Control steps of each run, over all environments [default: the preset's]
    #[arg(long, value_name = "N")]
    steps: Option<u64>,
    /// Train each run for so long instead, on one core, and for one update at least
    #[arg(long, value_name = "S", value_parser = compare::seconds, conflicts_with = "steps")]
    seconds: Option<Duration>,
    /// Where to keep runs, tables, pictures and page; what is there already goes on [default: runs/compare-<name>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Change any value, or with learner.gamma=0.99 that of every compared preset; can be repeated
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct LessonArgs {
    /// Which lesson [default: list them]
    name: Option<String>,
    /// Where all randomness comes from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Threads to use; results do not depend on it [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Print one JSON object on standard output instead
    #[arg(long)]
    json: bool,
    /// Write the lesson's picture there, as SVG and PNG
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Args)]
struct CheckArgs {
    /// A RON file, or the name of a shipped scene
    scene: String,
    /// The preset that it is to be trained with [default: the first]
    #[arg(long, value_name = "NAME")]
    learner: Option<String>,
    /// Change any value, like robot.joints.elbow.torque=20; can be repeated
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Print one JSON object on standard output instead
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct RolloutArgs {
    /// A RON file, or the name of a shipped scene
    scene: String,
    /// A table of actions with the header a1,a2,..; one row a control step [default: zeros for one episode]
    #[arg(long, value_name = "FILE.csv", conflicts_with = "run")]
    actions: Option<PathBuf>,
    /// Let the newest policy of this run act for one episode
    #[arg(long, value_name = "DIR")]
    run: Option<PathBuf>,
    /// Which start and goal
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// `off` starts exactly at home, at rest, and leaves out what the scene randomizes, noise of sensors and pushes
    #[arg(long, value_name = "on|off", default_value = "on", value_parser = ["on", "off"])]
    noise: String,
    /// Where to write the table
    #[arg(long, value_name = "FILE.csv")]
    out: PathBuf,
}

impl SceneArgs {
    /// The scene as asked for.
    fn open(&self, steps: Option<u64>) -> Result<Scene, SceneError> {
        let scene = self.scene.as_deref().unwrap_or("reach");
        let preset = &self.preset;
        Scene::open_with(scene, preset.learner.as_deref(), &preset.changes(steps))
    }
}

/// Threads to use: so many, or as many as there are cores when so many are to be left alone.
fn threads(asked: Option<u16>, spare: usize) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let default = cores.saturating_sub(spare).max(1);
    asked.map_or(default, usize::from)
}

impl PresetArgs {
    /// Flags that say how a run is made are changes of its preset, so that the stored text says all.
    fn changes(&self, steps: Option<u64>) -> Vec<String> {
        let steps = steps.map(|n| format!("learner.steps={n}"));
        let envs = self.envs.map(|n| format!("learner.envs={n}"));
        self.set.iter().cloned().chain(steps).chain(envs).collect()
    }

    /// Threads to use when so many cores are to be left alone.
    fn threads(&self, spare: usize) -> usize {
        threads(self.threads, spare)
    }
}

/// A time that a person gives.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok();
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let time = time.filter(|time| time.as_secs() <= 365 * 86_400);
    time.ok_or_else(|| "expected a number of seconds from 0 to 31536000".to_owned())
}

/// Runs the command that the arguments name. `launched` is when the program began.
pub fn main(launched: Instant) -> ExitCode {
    crate::panics::silence_caught_panics();
    let cli = Cli::parse();
    let command = cli.command.unwrap_or_else(|| {
        let Some(command) = Cli::parse_from(["sinew", "train"]).command else {
            unreachable!("a command was given");
        };
        command
    });
    let outcome = match command {
        Command::Train(args) => train::train(&args, launched),
        Command::Eval(args) => eval::eval(&args),
        Command::Play(args) => play::play(&args),
        Command::Watch(args) => watch::watch(&args),
        Command::Replay(args) => replay::replay(&args),
        Command::Bench(args) => bench::bench(&args),
        Command::Compare(args) => compare::compare(&args),
        Command::Lesson(args) => lesson::lesson(&args),
        Command::Rollout(args) => rollout::rollout(&args),
        Command::Check(args) => check::check(&args),
        Command::Scenes => scenes(),
    };
    end(outcome)
}

/// How a program ends.
fn end(outcome: Result<ExitCode, Failure>) -> ExitCode {
    match outcome {
        Ok(_) if is_cut_short() => ExitCode::FAILURE,
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

fn scenes() -> Result<ExitCode, Failure> {
    for (name, text) in Scene::shipped() {
        let about = text.lines().next().unwrap_or_default();
        say(format_args!(
            "{name:14} {}",
            about.trim_start_matches(['/', ' '])
        ));
    }
    Ok(ExitCode::SUCCESS)
}
