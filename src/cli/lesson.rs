//! `sinew lesson`.

use serde::Serialize;
use std::process::ExitCode;

use super::LessonArgs;
use super::print::{Failure, say, say_json};
use crate::lesson::{LESSONS, Lesson, Terms, find};
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
    let told = (lesson.tell)(&Terms {
        seed: Seed::new(args.seed),
        threads: super::threads(args.threads, 0),
    })?;
    match args.json {
        true => say(format_args!("{}", told.json)),
        false => say(format_args!("{}", told.text.trim_end())),
    }
    Ok(ExitCode::SUCCESS)
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
