//! Training in a terminal: a progress bar, or plain lines where standard error is no terminal.

use bevy::app::{App, Plugin, ScheduleRunnerPlugin, Update};
use bevy::ecs::prelude::{Res, ResMut, Resource};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use super::print::note;
use crate::metrics::{Metric, Row};
use crate::train::plugin::Training;

/// How often the terminal looks for news.
const LOOK: Duration = Duration::from_millis(20);
/// Seconds between two plain lines.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Shows a [`Training`] in the terminal and runs the app until it ends.
pub(super) struct TerminalPlugin {
    pub(super) total_steps: u64,
}

#[derive(Resource)]
struct Display {
    /// None where standard error is no terminal.
    bar: Option<ProgressBar>,
    next_line: Instant,
    total_steps: u64,
}

impl Plugin for TerminalPlugin {
    fn build(&self, app: &mut App) {
        app.add_plugins(ScheduleRunnerPlugin::run_loop(LOOK));
        app.insert_resource(Display {
            bar: std::io::stderr()
                .is_terminal()
                .then(|| bar(self.total_steps)),
            next_line: Instant::now() + LINE_EVERY,
            total_steps: self.total_steps,
        });
        app.add_systems(Update, show);
    }
}

fn bar(total_steps: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total_steps), ProgressDrawTarget::stderr());
    let template = "{bar:30} {human_pos}/{human_len} steps, {elapsed} (about {eta} left) {msg}";
    let style = ProgressStyle::with_template(template).expect("the template is valid");
    bar.with_style(style)
}

fn show(training: Res<Training>, mut display: ResMut<Display>) {
    let steps = training.viewer.steps();
    let newest = training.newest.as_ref();
    let news = newest.map_or_else(String::new, |newest| {
        news(&training.row, newest.steps_per_s, newest.solved_step)
    });
    if let Some(bar) = &display.bar {
        bar.set_position(steps);
        bar.set_message(news);
        if training.result.is_some() {
            bar.finish();
        }
    } else if Instant::now() >= display.next_line {
        note(format_args!("{steps}/{} steps {news}", display.total_steps));
        display.next_line = Instant::now() + LINE_EVERY;
    }
}

fn news(row: &Row, steps_per_s: f64, solved_step: Option<u64>) -> String {
    let mut news = format!("{steps_per_s:.0}/s");
    if let Some(value) = row.get(Metric::Success) {
        news += &format!(", success {:.0} %", 100.0 * value);
    }
    if let Some(value) = row.get(Metric::Return) {
        news += &format!(", return {value:.2}");
    }
    if let Some(step) = solved_step {
        news += &format!(", solved at {step}");
    }
    news
}
