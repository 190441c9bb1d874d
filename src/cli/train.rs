//! `sinew train`.

use bevy::app::App;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use super::TrainArgs;
use super::print::{Failure, note, or_dash, say, say_json};
use super::signals::Signals;
use super::terminal::TerminalPlugin;
use crate::checkpoint::{RunFolder, RunSettings};
use crate::train::plugin::LearnerPlugin;
use crate::train::publish::Viewer;
use crate::train::{Job, TrainResult};

pub(super) fn train(args: &TrainArgs, launched: Instant) -> Result<ExitCode, Failure> {
    let scene = Arc::new(args.scene.open(args.steps)?);
    let (learner_name, learner) = scene.learner(args.scene.learner.as_deref())?;
    if args.until_solved && scene.task().solved.is_none() {
        let name = scene.name();
        return Err(Failure::Wrong(format!(
            "--until-solved: scene `{name}` does not say when it is solved; add `solved: Success(0.95)` or `solved: Return(x)` to its task"
        )));
    }
    let has_window = opens_window(args)?;
    let settings = RunSettings {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        scene: scene.name().to_owned(),
        learner: learner_name.to_owned(),
        seed: args.seed,
        steps: learner.steps(),
        envs: learner.envs(),
    };
    // From here on there is something to save, so from here on signals are heard.
    let viewer = Viewer::default();
    let signals = Signals::listen(&viewer.stop_flag())
        .map_err(|error| Failure::Failed(format!("cannot listen for signals: {error}")))?;
    let folder = RunFolder::create(args.run.as_deref(), &settings, Some(scene.text()))?;
    note(format_args!("run folder: {}", folder.path().display()));
    let job = Job {
        threads: args.scene.threads(usize::from(has_window)),
        until_solved: args.until_solved,
        folder: Some(folder),
        launched,
        ..Job::new(&scene, args.scene.learner.as_deref(), args.seed)?
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

/// Whether there is a usable display; says why not, once.
fn opens_window(args: &TrainArgs) -> Result<bool, Failure> {
    if args.headless {
        return Ok(false);
    }
    match super::play::probe() {
        Ok(()) => Ok(true),
        Err(reason) if args.picture.is_some() => {
            Err(Failure::Failed(format!("no window: {reason}")))
        }
        Err(reason) => {
            note(format_args!(
                "no window ({reason}); training in the terminal"
            ));
            Ok(false)
        }
    }
}

fn in_terminal(job: Job, viewer: &Viewer) -> Result<TrainResult, String> {
    let total_steps = job.learner.steps();
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
    if let Some(trouble) = &result.trouble {
        note(format_args!("warning: {trouble}"));
    }
    if args.scene.json {
        say_json(result);
        return;
    }
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    say(format_args!(
        "{} steps in {:.1} s ({:.0} per second)\nsolved after {} s and {} steps\nsuccess {}, return {}\nstate {}",
        result.steps,
        result.wall_s,
        result.steps_per_s,
        or_dash(result.solved_wall_s.map(|s| format!("{s:.1}"))),
        or_dash(result.solved_step),
        or_dash(result.success.map(percent)),
        or_dash(result.return_mean.map(|r| format!("{r:.2}"))),
        result.state_hash,
    ));
    if let Some(run) = &result.run {
        let run = run.display();
        say(format_args!(
            "watch it: sinew play {run}\njudge it: sinew eval {run}"
        ));
    }
}

fn exit_code(args: &TrainArgs, result: &TrainResult, signals: &Signals) -> ExitCode {
    if let Some(code) = signals.exit_code() {
        return ExitCode::from(code);
    }
    let unsolved = args.until_solved && result.solved_step.is_none() && !result.stopped;
    ExitCode::from(u8::from(unsolved || result.trouble.is_some()))
}
