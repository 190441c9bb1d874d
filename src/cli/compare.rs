//! `sinew compare`.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::print::{Failure, note, say, say_json};
use super::signals::Signals;
use super::terminal::LINE_EVERY;
use super::{CompareArgs, ContestArgs};
use crate::compare::{
    COLUMNS, CompareError, Compared, Comparison, Entrant, Progress, Standing, folder_name,
};
use crate::scene::{Scene, SceneError};

/// The bar's length: it shows a share.
const LENGTH: u64 = 1000;

/// What `compare --json` prints.
#[derive(Serialize)]
struct Report<'a> {
    scene: &'a str,
    seeds: u64,
    seconds: Option<f64>,
    at_once: usize,
    folder: &'a Path,
    rows: &'a [Standing],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stopped: bool,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    troubles: &'a [String],
}

pub(super) fn compare(args: &CompareArgs) -> Result<ExitCode, Failure> {
    let CompareArgs { scene, contest } = args;
    let scene = Scene::open_with_all(scene, &contest.learners, &contest.changes()?)?;
    let scene = Arc::new(scene);
    let entrants = contest.entrants(|learner| Entrant::of_scene(&scene, learner))?;
    contest.hold(scene.name(), entrants)
}

impl ContestArgs {
    /// What is changed in text and presets.
    pub(super) fn changes(&self) -> Result<Vec<String>, Failure> {
        if self.learners.iter().any(String::is_empty) {
            let words = "--learners: a name is empty; expected names of presets like `ppo,slow`";
            return Err(Failure::Wrong(words.to_owned()));
        }
        let steps = self.steps.map(|n| format!("learner.steps={n}"));
        Ok(self.set.iter().cloned().chain(steps).collect())
    }

    /// The compared learners, in their order.
    pub(super) fn entrants(
        &self,
        entrant: impl Fn(&str) -> Result<Entrant, SceneError>,
    ) -> Result<Vec<Entrant>, SceneError> {
        self.learners
            .iter()
            .map(|learner| entrant(learner))
            .collect()
    }

    /// Compares them on a task of this name, and says what came out.
    pub(super) fn hold(&self, task: &str, entrants: Vec<Entrant>) -> Result<ExitCode, Failure> {
        let folder = || PathBuf::from(format!("runs/compare-{}", folder_name(task)));
        let comparison = Comparison {
            task: task.to_owned(),
            entrants,
            seeds: self.seeds,
            seconds: self.seconds,
            at_once: std::thread::available_parallelism().map_or(1, usize::from),
            folder: self.out.clone().unwrap_or_else(folder),
        };
        run(&comparison, self.json)
    }
}

fn run(comparison: &Comparison, json: bool) -> Result<ExitCode, Failure> {
    let stop = Arc::default();
    let signals = Signals::listen(&stop)
        .map_err(|error| Failure::Failed(format!("cannot listen for signals: {error}")))?;
    let folder = comparison.folder.display();
    note(format_args!(
        "{} runs, {} at a time, in {folder}",
        comparison.entrants.len() as u64 * comparison.seeds,
        comparison.at_once
    ));
    let mut display = Display::new();
    let bar = display.bar.clone();
    // A line beside the bar, not through it.
    let tell = move |line: &str| match &bar {
        Some(bar) => bar.suspend(|| note(format_args!("{line}"))),
        None => note(format_args!("{line}")),
    };
    let mut look = |progress| display.show(progress);
    let compared = comparison.run(&stop, tell, &mut look)?;
    display.clear();
    if json {
        say_json(&Report {
            scene: &comparison.task,
            seeds: comparison.seeds,
            seconds: comparison.seconds.map(|seconds| seconds.as_secs_f64()),
            at_once: comparison.at_once,
            folder: &comparison.folder,
            rows: &compared.standings,
            stopped: compared.is_stopped,
            troubles: &compared.troubles,
        });
    } else {
        print_table(&compared, comparison.seeds);
        if !compared.is_stopped {
            say(format_args!("page: {folder}/index.html"));
        }
    }
    for trouble in &compared.troubles {
        note(format_args!("error: {trouble}"));
    }
    if compared.is_stopped {
        note(format_args!("stopped; the same command goes on"));
    }
    Ok(exit_code(&compared, &signals))
}

/// Columns as wide as their widest cell; the first to the left, numbers to the right.
fn print_table(compared: &Compared, seeds: u64) {
    let heads = COLUMNS.map(|(head, _)| head.to_owned());
    let rows = compared
        .standings
        .iter()
        .map(|standing| standing.cells(seeds));
    let rows: Vec<_> = std::iter::once(heads).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..COLUMNS.len()).filter_map(width).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(i, (cell, width))| match i {
            0 => format!("{cell:width$}"),
            _ => format!("{cell:>width$}"),
        });
        say(format_args!("{}", cells.collect::<Vec<_>>().join("  ")));
    }
}

fn exit_code(compared: &Compared, signals: &Signals) -> ExitCode {
    // A signal's code promises that every run was saved.
    if !compared.troubles.is_empty() {
        return ExitCode::FAILURE;
    }
    match signals.exit_code() {
        Some(code) if compared.is_stopped => ExitCode::from(code),
        _ => ExitCode::SUCCESS,
    }
}

/// A bar on a terminal, else a plain line every now and then.
struct Display {
    bar: Option<ProgressBar>,
    next_line: Instant,
}

impl Display {
    fn new() -> Self {
        Self {
            bar: std::io::stderr().is_terminal().then(bar),
            next_line: Instant::now() + LINE_EVERY,
        }
    }

    fn show(&mut self, progress: Progress) {
        let Progress { done, runs, share } = progress;
        if let Some(bar) = &self.bar {
            bar.set_position((share * LENGTH as f64) as u64);
            bar.set_message(format!("{done}/{runs} runs"));
        } else if Instant::now() >= self.next_line {
            let percent = 100.0 * share;
            note(format_args!("{done}/{runs} runs, {percent:.0} %"));
            self.next_line = Instant::now() + LINE_EVERY;
        }
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(LENGTH), ProgressDrawTarget::stderr());
    let template = "{bar:30} {percent} %, {msg}, {elapsed} (about {eta} left)";
    let style = ProgressStyle::with_template(template).expect("the template is valid");
    bar.with_style(style)
}

/// Seconds of a run: a while at least, or there is nothing to compare.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = super::seconds(text)?;
    if seconds.is_zero() {
        return Err("expected a number of seconds above 0".to_owned());
    }
    Ok(seconds)
}

impl From<CompareError> for Failure {
    fn from(error: CompareError) -> Self {
        match error {
            CompareError::Io(..) => Self::Failed(error.to_string()),
            CompareError::Train(error) => error.into(),
            error => Self::Wrong(error.to_string()),
        }
    }
}
