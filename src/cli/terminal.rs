//! Progress in a terminal: a bar, or plain lines where standard error is no terminal.

use bevy::app::{App, Plugin, ScheduleRunnerPlugin, Update};
use bevy::ecs::prelude::{Res, ResMut, Resource};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use super::print::note;
use crate::metrics::Metric;
use crate::train::status::TrainingStatus;

/// How often the terminal polls for news.
const POLL: Duration = Duration::from_millis(20);
/// Time between two plain lines.
pub(super) const LINE_EVERY: Duration = Duration::from_secs(10);

/// Shows the [`TrainingStatus`] of a training in the terminal and runs the app until the training ends.
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
        app.add_plugins(ScheduleRunnerPlugin::run_loop(POLL));
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

fn show(news: Res<TrainingStatus>, mut display: ResMut<Display>) {
    if let Some(bar) = &display.bar {
        bar.set_position(news.steps);
        bar.set_message(summary(&news));
        if news.result.is_some() {
            bar.finish();
        }
    } else if Instant::now() >= display.next_line {
        note(format_args!(
            "{}",
            progress_line(&news, display.total_steps)
        ));
        display.next_line = Instant::now() + LINE_EVERY;
    }
}

/// The progress of a training as one line.
pub(super) fn progress_line(news: &TrainingStatus, total_steps: u64) -> String {
    format!("{}/{total_steps} steps {}", news.steps, summary(news))
}

fn summary(news: &TrainingStatus) -> String {
    let mut words = Vec::new();
    // A watched run has no speed before its second iteration.
    if news.steps_per_s > 0.0 {
        words.push(format!("{:.0}/s", news.steps_per_s));
    }
    if let Some(value) = news.row.get(Metric::Success) {
        words.push(format!("success {:.0} %", 100.0 * value));
    }
    if let Some(value) = news.row.get(Metric::Return) {
        words.push(format!("return {value:.2}"));
    }
    if let Some(step) = news.solved_step {
        words.push(format!("solved at {step}"));
    }
    words.join(", ")
}
