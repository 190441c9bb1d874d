//! `sinew lesson`.

use clap::Args;
use serde::Serialize;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use super::Run;
use super::args::threads;
use super::print::{Failure, note, say, say_json};
use crate::compare::chart::{self, Chart};
use crate::lesson::{LESSONS, LessonSettings, find};
use crate::seed::Seed;

/// Explain how learning works, step by step, with numbers
#[derive(Args)]
pub(super) struct Lesson {
    /// Name of a lesson [default: list them]
    name: Option<String>,
    /// Seed of all random streams
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Number of worker threads; results do not depend on it [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Print one JSON object on standard output instead
    #[arg(long)]
    json: bool,
    /// Write the lesson's picture to this folder, as SVG and PNG
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Run for Lesson {
    fn run(&self, _: Instant) -> Result<ExitCode, Failure> {
        let Some(name) = &self.name else {
            list(self.json);
            return Ok(ExitCode::SUCCESS);
        };
        let lesson = find(name).ok_or_else(|| {
            let known = LESSONS.iter().map(|lesson| format!("`{}`", lesson.name));
            let known = known.collect::<Vec<_>>().join(", ");
            Failure::Usage(format!("there is no lesson `{name}`; lessons: {known}"))
        })?;
        let output = (lesson.run)(&LessonSettings {
            seed: Seed::new(self.seed),
            threads: threads(self.threads, 0),
        })?;
        if let Some(folder) = &self.out {
            let chart = output.picture.as_ref().ok_or_else(|| {
                Failure::Usage(format!("--out: the lesson `{name}` has no picture"))
            })?;
            draw(folder, name, chart)
                .map_err(|error| Failure::Runtime(format!("{}: {error}", folder.display())))?;
        }
        match self.json {
            true => say(format_args!("{}", output.json)),
            false => say(format_args!("{}", output.text.trim_end())),
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes a lesson's picture and prints its path.
fn draw(folder: &Path, name: &str, chart: &Chart) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (ending, bytes) in [
        ("svg", chart::svg(chart).into_bytes()),
        ("png", chart::png(chart)),
    ] {
        let path = folder.join(format!("{name}.{ending}"));
        std::fs::write(&path, bytes)?;
        note(format_args!("picture: {}", path.display()));
    }
    Ok(())
}

/// Lists all lessons.
fn list(as_json: bool) {
    #[derive(Serialize)]
    struct Entry {
        name: &'static str,
        about: &'static str,
    }
    if as_json {
        let entries = LESSONS.map(|lesson| Entry {
            name: lesson.name,
            about: lesson.about,
        });
        say_json(&serde_json::json!({ "lessons": entries }));
        return;
    }
    for lesson in &LESSONS {
        say(format_args!("{:20} {}", lesson.name, lesson.about));
    }
}
