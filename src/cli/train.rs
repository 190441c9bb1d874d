//! `sinew train`.

use bevy::app::App;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use super::TrainArgs;
use super::print::{Failure, note, or_dash, say, say_json};
use super::signals::Signals;
use super::terminal::TerminalPlugin;
use crate::checkpoint::{RunFolder, RunSettings, read_run};
use crate::scene::Scene;
use crate::train::plugin::LearnerPlugin;
use crate::train::publish::Viewer;
use crate::train::{Job, TrainResult};

pub(super) fn train(args: &TrainArgs, launched: Instant) -> Result<ExitCode, Failure> {
    let Asked {
        scene,
        learner_name,
        settings,
    } = asked(args)?;
    if args.until_solved && scene.task().solved.is_none() {
        let name = scene.name();
        return Err(Failure::Wrong(format!(
            "--until-solved: scene `{name}` does not say when it is solved; add `solved: Success(0.95)` or `solved: Return(x)` to its task"
        )));
    }
    let instead = "training in the terminal";
    let has_window = super::play::opens_window(args.headless, args.picture.is_some(), instead)?;
    // From here on there is something to save, so from here on signals are heard.
    let viewer = Viewer::telling(|line| note(format_args!("{line}")));
    let signals = Signals::listen(&viewer.stop_flag())
        .map_err(|error| Failure::Failed(format!("cannot listen for signals: {error}")))?;
    let seed = settings.seed;
    let folder = RunFolder::open(args.run.as_deref(), settings, Some(&scene))?;
    note(format_args!("run folder: {}", folder.path().display()));
    let job = Job {
        threads: args.scene.threads(usize::from(has_window)),
        until_solved: args.until_solved,
        checkpoint_every: args.checkpoint_every,
        launched,
        ..Job::new(&scene, Some(&learner_name), seed)?
    };
    if let Some((json, mut result)) = finished(&folder, &job) {
        note(format_args!(
            "this run has ended at step {}; a larger --steps goes on with it",
            result.steps
        ));
        if args.scene.json {
            say(format_args!("{json}"));
        } else {
            // The folder may have been moved since.
            result.run = Some(folder.path().to_path_buf());
            report(args, &result);
        }
        return Ok(exit_code(args, &result, &signals));
    }
    let job = Job {
        folder: Some(folder),
        ..job
    };
    let result = if has_window {
        super::play::train(job, &viewer, &scene, &signals, args)
    } else {
        in_terminal(job, &viewer)
    };
    let result = result.map_err(Failure::Failed)?;
    report(args, &result);
    Ok(exit_code(args, &result, &signals))
}

/// What is to be trained.
struct Asked {
    scene: Arc<Scene>,
    learner_name: String,
    settings: RunSettings,
}

/// What the arguments say, and where they say nothing, what the run in the folder was started with.
fn asked(args: &TrainArgs) -> Result<Asked, Failure> {
    let stored = match &args.run {
        Some(run) if run.join("run.json").is_file() => Some((run, read_run(run)?.0)),
        _ => None,
    };
    if let (Some(run), None, None) = (&args.run, &stored, &args.scene.scene) {
        let run = run.display();
        note(format_args!(
            "no run in {run} yet: a new one of `reach` begins"
        ));
    }
    let steps_are_set = args
        .scene
        .set
        .iter()
        .any(|set| set.trim_start().starts_with("learner.steps"));
    let stored_steps = stored.as_ref().map(|(_, settings)| settings.steps);
    let steps = args.steps.or(stored_steps.filter(|_| !steps_are_set));
    let scene = match &stored {
        Some((run, settings)) if args.scene.scene.is_none() => {
            let learner = args.scene.learner.as_ref().unwrap_or(&settings.learner);
            let text = run.join("scene.ron").display().to_string();
            let scene = args.scene.open_as(&text, Some(learner), steps)?;
            scene.renamed(settings.scene.clone())
        }
        _ => args.scene.open(steps)?,
    };
    let learner = args.scene.learner.clone();
    let stored_learner = || {
        stored
            .as_ref()
            .map(|(_, settings)| settings.learner.clone())
    };
    let learner = learner.or_else(|| stored_learner().filter(|_| args.scene.scene.is_none()));
    let (learner_name, learner) = scene.learner(learner.as_deref())?;
    let stored_seed = stored.as_ref().map(|(_, settings)| settings.seed);
    let settings = RunSettings {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        scene: scene.name().to_owned(),
        learner: learner_name.to_owned(),
        seed: args.seed.or(stored_seed).unwrap_or(1),
        steps: learner.settings().steps(),
        envs: learner.settings().envs(),
    };
    Ok(Asked {
        learner_name: learner_name.to_owned(),
        scene: Arc::new(scene),
        settings,
    })
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

fn in_terminal(job: Job, viewer: &Viewer) -> Result<TrainResult, String> {
    let total_steps = job.learner.settings().steps();
    App::new()
        .add_plugins((
            LearnerPlugin::with_viewer(job, viewer.clone()),
            TerminalPlugin { total_steps },
        ))
        .run();
    viewer
        .result()
        .expect("the app runs until the training has ended")
}

fn report(args: &TrainArgs, result: &TrainResult) {
    if args.scene.json {
        say_json(result);
    } else {
        summarize(result);
    }
    let unsolved = args.until_solved && result.solved_step.is_none() && !result.stopped;
    if let Some(trouble) = &result.trouble {
        note(format_args!("error: {trouble}"));
    } else if unsolved {
        let steps = result.steps;
        note(format_args!(
            "error: not solved within {steps} steps; a larger --steps goes on"
        ));
    } else if let Some(run) = &result.run {
        let run = run.display();
        if result.stopped {
            note(format_args!("stopped; go on with: sinew train --run {run}"));
        } else if !args.scene.json {
            if cfg!(feature = "window") {
                say(format_args!("watch it: sinew play {run}"));
            }
            say(format_args!("judge it: sinew eval {run}"));
        }
    }
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

fn exit_code(args: &TrainArgs, result: &TrainResult, signals: &Signals) -> ExitCode {
    // A signal's code promises that the state was saved.
    if result.trouble.is_some() {
        return ExitCode::FAILURE;
    }
    if let Some(code) = signals.exit_code() {
        return ExitCode::from(code);
    }
    let unsolved = args.until_solved && result.solved_step.is_none() && !result.stopped;
    ExitCode::from(u8::from(unsolved))
}
