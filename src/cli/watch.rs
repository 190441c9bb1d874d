//! `sinew watch`: a training that another process runs, followed in its run folder.

use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Instant;

use super::Run;
use super::eval::open_scene;
use super::print::{Failure, note, or_dash, say};
use super::signals::Signals;
use super::terminal::progress_line;
use super::window::{self, PictureRequest};
use crate::checkpoint::RunSettings;
use crate::checkpoint::follow::Follower;
use crate::metrics::Metric;
use crate::pod::scene::spaces;
use crate::train::TrainResult;
use crate::train::status::TrainingStatus;
use crate::train::watch::{LOOK_EVERY, WatchedRun};

/// Follow a run that another process trains, in a window if there is a display
#[derive(Args)]
pub(super) struct Watch {
    /// Run folder; nothing is written to it
    run: PathBuf,
    /// Follow the run in the terminal even if there is a display
    #[arg(long)]
    headless: bool,
    /// Save a picture of the window when the scene is solved or --picture-after has passed, and exit
    #[arg(long, value_name = "FILE.png", conflicts_with = "headless")]
    picture: Option<PathBuf>,
    /// Seconds after the first frame at which the picture is taken [default: when the scene is solved]
    #[arg(long, value_name = "SECONDS", requires = "picture")]
    picture_after: Option<f32>,
}

impl Run for Watch {
    fn run(&self, _: Instant) -> Result<ExitCode, Failure> {
        let (settings, scene) = open_scene(&self.run)?;
        let follower = Follower::new(&self.run, spaces(&scene));
        let picture = PictureRequest {
            path: self.picture.as_ref(),
            after: self.picture_after,
        };
        let instead = "following the run in the terminal";
        let has_window = window::opens_window(self.headless, picture, instead)?;
        let signals = Signals::listen(&Arc::new(AtomicBool::new(false)))?;
        if has_window {
            window::watch(follower, &settings, &Arc::new(scene), &signals, picture)?;
            let code = signals.exit_code();
            return Ok(code.map_or(ExitCode::SUCCESS, ExitCode::from));
        }
        let watched = WatchedRun::new(scene.task().solved);
        in_terminal(follower, watched, &settings, &signals, &self.run)
    }
}

/// Prints a line for each iteration seen, until the training ends.
fn in_terminal(
    mut follower: Follower,
    mut watched: WatchedRun,
    settings: &RunSettings,
    signals: &Signals,
    run: &Path,
) -> Result<ExitCode, Failure> {
    let mut news = TrainingStatus::default();
    let mut printed = None;
    let mut warned_of = None;
    loop {
        let found = follower.look();
        let (has_more, is_gone) = (found.has_more, found.is_gone);
        watched.take_in(found, &mut news);
        if let Some(code) = signals.exit_code() {
            return Ok(ExitCode::from(code));
        }
        // Rows that are already there are read before the first line.
        if has_more {
            continue;
        }
        if is_gone {
            let run = run.display();
            return Err(Failure::Runtime(format!("{run} no longer exists")));
        }
        if news.trouble != warned_of {
            warned_of.clone_from(&news.trouble);
            if let Some(trouble) = &warned_of {
                note(format_args!("warning: {trouble}"));
            }
        }
        if let Some(change) = news.change.take() {
            note(format_args!("{change}"));
        }
        let iteration = news.row.get(Metric::Iteration);
        if iteration != printed {
            printed = iteration;
            let total = news.total_steps.unwrap_or(settings.steps);
            say(format_args!("{}", progress_line(&news, total)));
        }
        if let Some(Ok(result)) = &news.result {
            say(format_args!("{}", final_line(result)));
            return Ok(ExitCode::SUCCESS);
        }
        thread::sleep(LOOK_EVERY);
    }
}

fn final_line(result: &TrainResult) -> String {
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
