//! A training run from its folder to its report: what `sinew train` and programs with a custom environment share.

use bevy::app::App;
use std::process::ExitCode;

use super::args::RunArgs;
use super::print::{Failure, note, or_dash, say, say_json};
use super::signals::Signals;
use super::terminal::TerminalPlugin;
use crate::checkpoint::run_subject::RunSubject;
use crate::checkpoint::{RunFolder, RunSettings};
use crate::learn::LearnerSettings;
use crate::train::plugin::LearnerPlugin;
use crate::train::publish::Viewer;
use crate::train::scene_watch::SceneWatchPlugin;
use crate::train::{Job, TrainResult};

/// The settings that the run folder records.
pub(super) fn settings(
    name: &str,
    (learner_name, learner): (&str, &LearnerSettings),
    run: &RunArgs,
    stored: Option<&RunSettings>,
) -> RunSettings {
    let stored_seed = stored.map(|settings| settings.seed);
    RunSettings {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        scene: name.to_owned(),
        learner: learner_name.to_owned(),
        seed: run.seed.or(stored_seed).unwrap_or(1),
        steps: learner.settings().steps(),
        envs: learner.settings().envs(),
    }
}

/// A training to run, of a scene or of a custom environment.
pub(super) struct Training<'a> {
    pub(super) run: &'a RunArgs,
    pub(super) json: bool,
    pub(super) subject: &'a dyn RunSubject,
    pub(super) settings: RunSettings,
    /// The command that trains, for messages.
    pub(super) program: &'a str,
    /// Whether `sinew eval` and `sinew play` can open the run.
    pub(super) has_commands: bool,
}

impl Training<'_> {
    /// Opens the run folder, trains, and reports.
    pub(super) fn run(
        &self,
        job: Job,
        train: impl FnOnce(Job, &Viewer, &Signals) -> Result<TrainResult, String>,
    ) -> Result<ExitCode, Failure> {
        // Signals are handled before the folder exists: from then on there is something to save.
        let viewer = Viewer::telling(|line| note(format_args!("{line}")));
        let signals = Signals::listen(&viewer.stop_flag())?;
        let (path, settings) = (self.run.run.as_deref(), self.settings.clone());
        let folder = RunFolder::open(path, settings, Some(self.subject))?;
        note(format_args!("run folder: {}", folder.path().display()));
        if let Some((json, mut result)) = finished(&folder, &job) {
            note(format_args!(
                "this run is complete at step {}; pass a larger --steps to continue",
                result.steps
            ));
            if self.json {
                say(format_args!("{json}"));
            } else {
                // The folder may have been moved since then.
                result.run = Some(folder.path().to_path_buf());
                self.report(&result);
            }
            return Ok(self.exit_code(&result, &signals));
        }
        let job = Job {
            folder: Some(folder),
            ..job
        };
        let result = train(job, &viewer, &signals).map_err(Failure::Runtime)?;
        self.report(&result);
        Ok(self.exit_code(&result, &signals))
    }

    fn report(&self, result: &TrainResult) {
        if self.json {
            say_json(result);
        } else {
            summarize(result);
        }
        if let Some(trouble) = &result.trouble {
            note(format_args!("error: {trouble}"));
        } else if self.has_not_solved(result) {
            let steps = result.steps;
            note(format_args!(
                "error: not solved within {steps} steps; a larger --steps resumes the run"
            ));
        } else if let Some(run) = &result.run {
            let (run, program) = (run.display(), self.program);
            if result.stopped {
                note(format_args!("stopped; resume with: {program} --run {run}"));
            } else if !self.json && self.has_commands {
                if cfg!(feature = "window") {
                    say(format_args!("watch it: sinew play {run}"));
                }
                say(format_args!("evaluate it: sinew eval {run}"));
            }
        }
    }

    fn exit_code(&self, result: &TrainResult, signals: &Signals) -> ExitCode {
        // A signal's exit code promises that the state was saved.
        if result.trouble.is_some() {
            return ExitCode::FAILURE;
        }
        if let Some(code) = signals.exit_code() {
            return ExitCode::from(code);
        }
        ExitCode::from(u8::from(self.has_not_solved(result)))
    }

    /// Whether --until-solved was asked for and the last step came first.
    fn has_not_solved(&self, result: &TrainResult) -> bool {
        self.run.until_solved && result.solved_step.is_none() && !result.stopped
    }
}

/// The result of the run in the folder, as printed and as parsed, if that run is as far as the job asks.
fn finished(folder: &RunFolder, job: &Job) -> Option<(String, TrainResult)> {
    let json = folder.result()?;
    let result: TrainResult = serde_json::from_str(&json).ok()?;
    let is_far_enough = result.steps >= job.learner.settings().steps()
        || (job.until_solved && result.solved_step.is_some());
    let is_complete = !result.stopped && result.trouble.is_none();
    (is_far_enough && is_complete).then_some((json, result))
}

/// Trains with progress in the terminal.
pub(super) fn in_terminal(
    job: Job,
    viewer: &Viewer,
    live: Option<SceneWatchPlugin>,
) -> Result<TrainResult, String> {
    let total_steps = job.learner.settings().steps();
    let mut app = App::new();
    app.add_plugins((
        LearnerPlugin::with_viewer(job, viewer.clone()),
        TerminalPlugin { total_steps },
    ));
    if let Some(live) = live {
        app.add_plugins(live);
    }
    app.run();
    viewer
        .result()
        .expect("the app runs until the training has ended")
}

/// Prints the result for people.
fn summarize(result: &TrainResult) {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let solved = match (result.solved_step, result.solved_wall_s) {
        (Some(step), Some(seconds)) => format!("solved after {seconds:.1} s and {step} steps"),
        (Some(step), None) => format!("solved after {step} steps"),
        (None, _) => "not solved".to_owned(),
    };
    say(format_args!(
        "{} steps in {:.1} s ({:.0} steps/s)\n{solved}\nsuccess {}, return {}\nstate {}",
        result.steps,
        result.wall_s,
        result.steps_per_s,
        or_dash(result.success.map(percent)),
        or_dash(result.return_mean.map(|r| format!("{r:.2}"))),
        result.state_hash,
    ));
}
