//! `sinew watch`: a training that another process runs, followed in its run folder.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

use super::WatchArgs;
use super::eval::open_scene;
use super::print::{Failure, note, or_dash, say};
use super::signals::Signals;
use super::terminal::line;
use crate::checkpoint::RunSettings;
use crate::checkpoint::follow::Follower;
use crate::metrics::Metric;
use crate::pod::scene::spaces;
use crate::train::TrainResult;
use crate::train::status::TrainingStatus;
use crate::train::watch::{LOOK_EVERY, WatchedRun};

pub(super) fn watch(args: &WatchArgs) -> Result<ExitCode, Failure> {
    let (settings, scene) = open_scene(&args.run)?;
    let follower = Follower::new(&args.run, spaces(&scene));
    let has_window = super::play::opens_window(
        args.headless,
        args.picture.is_some(),
        "watching in the terminal",
    )?;
    let signals = Signals::listen(&Arc::new(AtomicBool::new(false)))
        .map_err(|error| Failure::Failed(format!("cannot listen for signals: {error}")))?;
    if has_window {
        super::play::watch(follower, &settings, &Arc::new(scene), &signals, args)?;
        let code = signals.exit_code();
        return Ok(code.map_or(ExitCode::SUCCESS, ExitCode::from));
    }
    let watched = WatchedRun::new(scene.task().solved);
    in_terminal(follower, watched, &settings, &signals, &args.run)
}

/// A line whenever there is news, until the training has ended.
fn in_terminal(
    mut follower: Follower,
    mut watched: WatchedRun,
    settings: &RunSettings,
    signals: &Signals,
    run: &Path,
) -> Result<ExitCode, Failure> {
    let mut news = TrainingStatus::default();
    let mut told = None;
    let mut complained = None;
    loop {
        let found = follower.look();
        let (has_more, is_gone) = (found.has_more, found.is_gone);
        watched.take_in(found, &mut news);
        if let Some(code) = signals.exit_code() {
            return Ok(ExitCode::from(code));
        }
        // What has long been there is one piece of news.
        if has_more {
            continue;
        }
        if is_gone {
            let run = run.display();
            return Err(Failure::Failed(format!("{run} is no longer there")));
        }
        if news.trouble != complained {
            complained.clone_from(&news.trouble);
            if let Some(trouble) = &complained {
                note(format_args!("warning: {trouble}"));
            }
        }
        if let Some(change) = news.change.take() {
            note(format_args!("{change}"));
        }
        let iteration = news.row.get(Metric::Iteration);
        if iteration != told {
            told = iteration;
            let total = news.total_steps.unwrap_or(settings.steps);
            say(format_args!("{}", line(&news, total)));
        }
        if let Some(Ok(result)) = &news.result {
            say(format_args!("{}", how_it_ended(result)));
            return Ok(ExitCode::SUCCESS);
        }
        thread::sleep(LOOK_EVERY);
    }
}

fn how_it_ended(result: &TrainResult) -> String {
    let how = if result.stopped { "stopped" } else { "ended" };
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let trouble = result.trouble.as_ref();
    let trouble = trouble.map_or_else(String::new, |trouble| format!("; {trouble}"));
    format!(
        "{how} at {} steps: success {}, return {}{trouble}",
        result.steps,
        or_dash(result.success.map(percent)),
        or_dash(result.return_mean.map(|r| format!("{r:.2}"))),
    )
}
