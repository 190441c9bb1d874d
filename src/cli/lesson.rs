//! `sinew lesson`.

use serde::Serialize;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use super::LessonArgs;
use super::print::{Failure, note, say, say_json};
use crate::compare::chart::{self, Chart};
use crate::lesson::{LESSONS, Lesson, LessonSettings, find};
use crate::seed::Seed;

pub(super) fn lesson(args: &LessonArgs) -> Result<ExitCode, Failure> {
    let Some(name) = &args.name else {
        list(args.json);
        return Ok(ExitCode::SUCCESS);
    };
    let lesson = find(name).ok_or_else(|| {
        let known = LESSONS.iter().map(|lesson| format!("`{}`", lesson.name));
        let known = known.collect::<Vec<_>>().join(", ");
        Failure::Wrong(format!("there is no lesson `{name}`; lessons: {known}"))
    })?;
    let output = (lesson.run)(&LessonSettings {
        seed: Seed::new(args.seed),
        threads: super::threads(args.threads, 0),
    })?;
    if let Some(folder) = &args.out {
        let chart = output.picture.as_ref().ok_or_else(|| {
            let problem = format!("--out: the lesson `{name}` has no picture");
            Failure::Wrong(problem)
        })?;
        draw(folder, name, chart)
            .map_err(|error| Failure::Failed(format!("{}: {error}", folder.display())))?;
    }
    match args.json {
        true => say(format_args!("{}", output.json)),
        false => say(format_args!("{}", output.text.trim_end())),
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes a lesson's picture, and says where.
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

/// All lessons.
fn list(as_json: bool) {
    #[derive(Serialize)]
    struct Entry {
        name: &'static str,
        about: &'static str,
    }
    if as_json {
        let entries = LESSONS.map(|Lesson { name, about, .. }| Entry { name, about });
        say_json(&serde_json::json!({ "lessons": entries }));
        return;
    }
    for lesson in &LESSONS {
        say(format_args!("{:20} {}", lesson.name, lesson.about));
    }
}
