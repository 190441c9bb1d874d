//! `sinew train`.

use bevy::app::App;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use super::eval::open_scene;
use super::print::{Failure, note, or_dash, say, say_json};
use super::signals::Signals;
use super::terminal::TerminalPlugin;
use super::{PresetArgs, RunArgs, TrainArgs};
use crate::checkpoint::run_subject::RunSubject;
use crate::checkpoint::versions;
use crate::checkpoint::{RunError, RunFolder, RunSettings, read_run};
use crate::learn::LearnerSettings;
use crate::scene::Scene;
use crate::scene::files::SceneFiles;
use crate::train::plugin::LearnerPlugin;
use crate::train::publish::Viewer;
use crate::train::scene_watch::SceneWatchPlugin;
use crate::train::{Job, TrainResult};

pub(super) fn train(args: &TrainArgs, launched: Instant) -> Result<ExitCode, Failure> {
    let Asked {
        scene,
        settings,
        files,
    } = asked(args)?;
    if args.run.until_solved && scene.task().solved.is_none() {
        let name = scene.name();
        return Err(Failure::Wrong(format!(
            "--until-solved: scene `{name}` does not say when it is solved; add `solved: Success(0.95)` or `solved: Return(x)` to its task"
        )));
    }
    let instead = "training in the terminal";
    let has_window = super::play::opens_window(args.run.headless, args.picture.is_some(), instead)?;
    super::check::warn(&scene, scene.learner(Some(&settings.learner))?);
    let is_live = args.live || (has_window && !args.no_live);
    if args.reset_critic && !is_live {
        return Err(Failure::Wrong(
            "--reset-critic: without a window, nothing changes in mid-run; add --live".to_owned(),
        ));
    }
    if args.live && files.is_none() {
        note(format_args!("--live: {}", nothing_to_watch(args)));
    }
    let files = files.filter(|_| is_live);
    let preset = &args.scene.preset;
    let job = Job {
        threads: preset.threads(usize::from(has_window)),
        until_solved: args.run.until_solved,
        checkpoint_every: args.run.checkpoint_every,
        launched,
        ..Job::new(&scene, Some(&settings.learner), settings.seed)?
    };
    let training = Training {
        run: &args.run,
        json: preset.json,
        subject: &*scene,
        settings,
        program: "sinew train",
        is_known: true,
    };
    training.run(job, |job, viewer, signals| {
        let forgets = args.reset_critic;
        let live = |files| SceneWatchPlugin::new(files).proposing(viewer.clone(), forgets);
        let live = files.map(live);
        if !has_window {
            return in_terminal(job, viewer, live);
        }
        // What the run has come to, if it goes on.
        let run = job.folder.as_ref().map(RunFolder::path);
        let newest = run.and_then(|run| open_scene(run).ok());
        let shown = newest.map_or(scene.clone(), |(_, newest)| Arc::new(newest));
        super::play::train(job, viewer, &shown, signals, args, live)
    })
}

/// Why a scene that was to be watched cannot be.
fn nothing_to_watch(args: &TrainArgs) -> String {
    match (&args.scene.scene, &args.run.run) {
        (None, Some(run)) if run.join("run.json").is_file() => {
            let run = run.display();
            format!(
                "the run does not know its scene's file; name it, as in `sinew train SCENE.ron --run {run} --live`"
            )
        }
        (scene, _) => {
            let scene = scene.as_deref().unwrap_or("reach");
            format!("`{scene}` is a scene of sinew's own, not in a file here that could change")
        }
    }
}

/// What is to be trained.
struct Asked {
    scene: Arc<Scene>,
    settings: RunSettings,
    /// The files of the scene that was named, if it is in some.
    files: Option<SceneFiles>,
}

/// What the arguments say, and where they say nothing, what the run in the folder was started with.
fn asked(args: &TrainArgs) -> Result<Asked, Failure> {
    let (preset, run) = (&args.scene.preset, &args.run);
    let stored = stored(run, read_run)?.map(|(settings, _)| settings);
    if let (Some(run), None, None) = (&run.run, &stored, &args.scene.scene) {
        let run = run.display();
        note(format_args!(
            "no run in {run} yet: a new one of `reach` begins"
        ));
    }
    let steps = steps(preset, run, stored.as_ref());
    // Nothing named: what the run was started with.
    let unnamed = stored.as_ref().filter(|_| args.scene.scene.is_none());
    let learner = preset.learner.as_ref();
    let learner = learner.or(unnamed.map(|settings| &settings.learner));
    let learner = learner.map(String::as_str);
    let scene = match (unnamed, &run.run) {
        (Some(settings), Some(run)) => {
            let text = run.join("scene.ron").display().to_string();
            let scene = Scene::open_with(&text, learner, &preset.changes(steps))?;
            scene.renamed(settings.scene.clone())
        }
        _ => args.scene.open(steps)?,
    };
    let files = match unnamed {
        Some(_) => None,
        None => files(args, &scene, scene.learner(learner)?.0),
    };
    let begun = match (&stored, &run.run) {
        (Some(stored), Some(run)) if unnamed.is_none() => as_begun(run, stored, &scene, learner)?,
        _ => None,
    };
    let scene = begun.unwrap_or(scene);
    let settings = settings(scene.name(), scene.learner(learner)?, run, stored.as_ref());
    Ok(Asked {
        scene: Arc::new(scene),
        settings,
        files,
    })
}

/// The files of the scene that was named, which is read again as it was now.
fn files(args: &TrainArgs, scene: &Scene, learner: &str) -> Option<SceneFiles> {
    let named = args.scene.scene.as_deref().unwrap_or("reach").to_owned();
    let (learner, changes) = (
        learner.to_owned(),
        args.scene.preset.changes(args.run.steps),
    );
    let open = move || Scene::open_with(&named, Some(&learner), &changes);
    SceneFiles::of(scene, open)
}

/// The scene that a run began with, where the one that is given is what it has become.
fn as_begun(
    run: &Path,
    stored: &RunSettings,
    given: &Scene,
    learner: Option<&str>,
) -> Result<Option<Scene>, Failure> {
    let (name, settings) = given.learner(learner)?;
    let newest = versions::newest(run)?;
    let Some(newest) = newest.filter(|_| name == stored.learner) else {
        return Ok(None);
    };
    let origin = run.join(newest.path()).display().to_string();
    let is_it = Scene::parse(&origin, &newest.text)?
        .difference(given, name)
        .is_none();
    if !is_it {
        return Ok(None);
    }
    let steps = format!("learner.steps={}", settings.settings().steps());
    let first = run.join("scene.ron").display().to_string();
    let first = Scene::open_with(&first, Some(name), &[steps])?;
    Ok(Some(first.renamed(stored.scene.clone())))
}

/// What the run in the folder was started with and is of, if there is one.
pub(super) fn stored(
    run: &RunArgs,
    read: impl Fn(&Path) -> Result<(RunSettings, String), RunError>,
) -> Result<Option<(RunSettings, String)>, RunError> {
    let there = run
        .run
        .as_ref()
        .filter(|run| run.join("run.json").is_file());
    there.map(|run| read(run)).transpose()
}

/// How far to train: as the arguments say, or as far as the run that goes on.
pub(super) fn steps(
    preset: &PresetArgs,
    run: &RunArgs,
    stored: Option<&RunSettings>,
) -> Option<u64> {
    let set = |set: &String| set.trim_start().starts_with("learner.steps");
    let stored = stored.map(|settings| settings.steps);
    run.steps.or(stored.filter(|_| !preset.set.iter().any(set)))
}

/// What the run's folder is to say.
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

/// A training that was asked for, of whatever it is.
pub(super) struct Training<'a> {
    pub(super) run: &'a RunArgs,
    pub(super) json: bool,
    pub(super) subject: &'a dyn RunSubject,
    pub(super) settings: RunSettings,
    /// What is called to train.
    pub(super) program: &'a str,
    /// `sinew` knows what is trained, so its other commands can be recommended.
    pub(super) is_known: bool,
}

impl Training<'_> {
    /// Opens the folder for the job, trains, and reports.
    pub(super) fn run(
        &self,
        job: Job,
        train: impl FnOnce(Job, &Viewer, &Signals) -> Result<TrainResult, String>,
    ) -> Result<ExitCode, Failure> {
        // From here on there is something to save, so from here on signals are heard.
        let viewer = Viewer::telling(|line| note(format_args!("{line}")));
        let signals = Signals::listen(&viewer.stop_flag())
            .map_err(|error| Failure::Failed(format!("cannot listen for signals: {error}")))?;
        let (path, settings) = (self.run.run.as_deref(), self.settings.clone());
        let folder = RunFolder::open(path, settings, Some(self.subject))?;
        note(format_args!("run folder: {}", folder.path().display()));
        if let Some((json, mut result)) = finished(&folder, &job) {
            note(format_args!(
                "this run has ended at step {}; a larger --steps goes on with it",
                result.steps
            ));
            if self.json {
                say(format_args!("{json}"));
            } else {
                // The folder may have been moved since.
                result.run = Some(folder.path().to_path_buf());
                self.report(&result);
            }
            return Ok(self.exit_code(&result, &signals));
        }
        let job = Job {
            folder: Some(folder),
            ..job
        };
        let result = train(job, &viewer, &signals).map_err(Failure::Failed)?;
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
                "error: not solved within {steps} steps; a larger --steps goes on"
            ));
        } else if let Some(run) = &result.run {
            let (run, program) = (run.display(), self.program);
            if result.stopped {
                note(format_args!("stopped; go on with: {program} --run {run}"));
            } else if !self.json && self.is_known {
                if cfg!(feature = "window") {
                    say(format_args!("watch it: sinew play {run}"));
                }
                say(format_args!("judge it: sinew eval {run}"));
            }
        }
    }

    fn exit_code(&self, result: &TrainResult, signals: &Signals) -> ExitCode {
        // A signal's code promises that the state was saved.
        if result.trouble.is_some() {
            return ExitCode::FAILURE;
        }
        if let Some(code) = signals.exit_code() {
            return ExitCode::from(code);
        }
        ExitCode::from(u8::from(self.has_not_solved(result)))
    }

    /// It was to be solved, and is not by the last step.
    fn has_not_solved(&self, result: &TrainResult) -> bool {
        self.run.until_solved && result.solved_step.is_none() && !result.stopped
    }
}

/// What the run in the folder ended with, as it was printed and as it was meant, if it has come as far as is asked.
fn finished(folder: &RunFolder, job: &Job) -> Option<(String, TrainResult)> {
    let json = folder.result()?;
    let result: TrainResult = serde_json::from_str(&json).ok()?;
    let is_far_enough = result.steps >= job.learner.settings().steps()
        || (job.until_solved && result.solved_step.is_some());
    let is_whole = !result.stopped && result.trouble.is_none();
    (is_far_enough && is_whole).then_some((json, result))
}

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

fn summarize(result: &TrainResult) {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let solved = match (result.solved_step, result.solved_wall_s) {
        (Some(step), Some(seconds)) => format!("solved after {seconds:.1} s and {step} steps"),
        (Some(step), None) => format!("solved after {step} steps"),
        (None, _) => "not solved".to_owned(),
    };
    say(format_args!(
        "{} steps in {:.1} s ({:.0} per second)\n{solved}\nsuccess {}, return {}\nstate {}",
        result.steps,
        result.wall_s,
        result.steps_per_s,
        or_dash(result.success.map(percent)),
        or_dash(result.return_mean.map(|r| format!("{r:.2}"))),
        result.state_hash,
    ));
}
