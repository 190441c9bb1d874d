//! `sinew compare`.

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Run;
use super::args::positive_seconds;
use super::print::{Failure, note, say, say_json};
use super::signals::Signals;
use super::terminal::LINE_EVERY;
use crate::compare::{
    COLUMNS, CompareError, Compared, Comparison, Entrant, Progress, Standing, folder_name,
};
use crate::scene::{Scene, SceneError};

/// Length of the progress bar, which shows a share.
const LENGTH: u64 = 1000;

/// Train several learners with several seeds, and compare them with error bars
#[derive(Args)]
pub(super) struct Compare {
    /// A RON file or the name of a shipped scene
    scene: String,
    #[command(flatten)]
    comparison: ComparisonArgs,
}

// Learners and how they are compared, in whatever environment.
#[derive(Args)]
pub(super) struct ComparisonArgs {
    /// Presets of the scene, or shipped ones
    #[arg(
        long,
        value_name = "NAME,NAME..",
        value_delimiter = ',',
        required = true
    )]
    pub(super) learners: Vec<String>,
    /// Train each learner with the seeds 1 to K
    #[arg(long, value_name = "K", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1000))]
    seeds: u64,
    /// Control steps of each run, over all environments [default: the preset's]
    #[arg(long, value_name = "N")]
    steps: Option<u64>,
    /// Wall-clock time of each run on one core, instead of --steps; at least one update is done
    #[arg(long, value_name = "S", value_parser = positive_seconds, conflicts_with = "steps")]
    seconds: Option<Duration>,
    /// Folder for runs, tables, pictures and page; a comparison that is already in it is resumed [default: runs/compare-<scene>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Override a value of the scene or, e.g. learner.gamma=0.99, of every compared preset; repeatable
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

/// What `compare --json` prints.
#[derive(Serialize)]
struct Json<'a> {
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

impl Run for Compare {
    fn run(&self, _: Instant) -> Result<ExitCode, Failure> {
        let arguments = &self.comparison;
        let learners = &arguments.learners;
        let scene = Scene::open_with_all(&self.scene, learners, &arguments.changes()?)?;
        let scene = Arc::new(scene);
        let entrants = arguments.entrants(|learner| Entrant::of_scene(&scene, learner))?;
        arguments.compare(scene.name(), entrants)
    }
}

impl ComparisonArgs {
    /// The changes to scene and presets.
    pub(super) fn changes(&self) -> Result<Vec<String>, Failure> {
        if self.learners.iter().any(String::is_empty) {
            let problem = "--learners: a name is empty; expected names of presets like `ppo,slow`";
            return Err(Failure::Usage(problem.to_owned()));
        }
        let steps = self.steps.map(|n| format!("learner.steps={n}"));
        Ok(self.set.iter().cloned().chain(steps).collect())
    }

    /// The compared learners, in the order of the arguments.
    pub(super) fn entrants(
        &self,
        entrant: impl Fn(&str) -> Result<Entrant, SceneError>,
    ) -> Result<Vec<Entrant>, SceneError> {
        self.learners
            .iter()
            .map(|learner| entrant(learner))
            .collect()
    }

    /// Compares them on the task of this name, and prints the table.
    pub(super) fn compare(&self, task: &str, entrants: Vec<Entrant>) -> Result<ExitCode, Failure> {
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
    let signals = Signals::listen(&stop)?;
    let folder = comparison.folder.display();
    note(format_args!(
        "{} runs, {} at a time, in {folder}",
        comparison.entrants.len() as u64 * comparison.seeds,
        comparison.at_once
    ));
    let mut display = Display::new();
    let bar = display.bar.clone();
    // The bar is hidden while a line is written.
    let tell = move |line: &str| match &bar {
        Some(bar) => bar.suspend(|| note(format_args!("{line}"))),
        None => note(format_args!("{line}")),
    };
    let mut look = |progress| display.show(progress);
    let compared = comparison.run(&stop, tell, &mut look)?;
    display.clear();
    if json {
        say_json(&Json {
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
        note(format_args!("stopped; the same command resumes it"));
    }
    Ok(exit_code(&compared, &signals))
}

/// Prints the table; the first column is aligned left, numbers right.
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
    // A signal's exit code promises that every run was saved.
    if !compared.troubles.is_empty() {
        return ExitCode::FAILURE;
    }
    match signals.exit_code() {
        Some(code) if compared.is_stopped => ExitCode::from(code),
        _ => ExitCode::SUCCESS,
    }
}

/// A bar on a terminal, else a plain line every [`LINE_EVERY`].
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

impl From<CompareError> for Failure {
    fn from(error: CompareError) -> Self {
        match error {
            CompareError::Io(..) => Self::Runtime(error.to_string()),
            CompareError::Train(error) => error.into(),
            error => Self::Usage(error.to_string()),
        }
    }
}
