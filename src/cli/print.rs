//! What a person or a script reads, and the exit codes.

use serde::Serialize;
use std::fmt::{Arguments, Display};
use std::io::{ErrorKind, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::checkpoint::RunError;
use crate::pod::PodError;
use crate::scene::SceneError;
use crate::train::TrainError;

/// Why a command did not do what was asked.
pub(super) enum Failure {
    /// Wrong use or a wrong file: exit code 2.
    Wrong(String),
    /// It went wrong: exit code 1.
    Failed(String),
}

impl Failure {
    pub(super) fn report(&self) -> ExitCode {
        let (message, code) = match self {
            Self::Wrong(message) => (message, 2),
            Self::Failed(message) => (message, 1),
        };
        // A scene's error brings its own heading.
        let heading = if message.starts_with("error") {
            ""
        } else {
            "error: "
        };
        note(format_args!("{heading}{message}"));
        ExitCode::from(code)
    }
}

impl From<SceneError> for Failure {
    fn from(error: SceneError) -> Self {
        Self::Wrong(error.to_string())
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Io(..) => Self::Failed(error.to_string()),
            _ => Self::Wrong(error.to_string()),
        }
    }
}

impl From<PodError> for Failure {
    fn from(error: PodError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<TrainError> for Failure {
    fn from(error: TrainError) -> Self {
        match error {
            TrainError::Pod(error) => error.into(),
            TrainError::Scene(error) => error.into(),
            TrainError::Run(error) => error.into(),
            TrainError::Unsuited(problem) => Self::Wrong(problem),
        }
    }
}

/// Some of the answer could not be written.
static IS_CUT_SHORT: AtomicBool = AtomicBool::new(false);

/// A line of the answer, to standard output. A reader that has gone away is no error; a full disk is, see [`is_cut_short`].
pub(super) fn say(line: Arguments) {
    let mut out = std::io::stdout();
    if let Err(error) = writeln!(out, "{line}").and_then(|()| out.flush())
        && error.kind() != ErrorKind::BrokenPipe
        && !IS_CUT_SHORT.swap(true, Ordering::Relaxed)
    {
        note(format_args!("error: standard output: {error}"));
    }
}

/// Whether some of the answer could not be written: then the command has failed, whatever it did.
pub(super) fn is_cut_short() -> bool {
    IS_CUT_SHORT.load(Ordering::Relaxed)
}

/// A line beside the answer, to standard error.
pub(super) fn note(line: Arguments) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The answer as one JSON object.
pub(super) fn say_json(value: &impl Serialize) {
    let json = serde_json::to_string(value).expect("plain data is JSON");
    say(format_args!("{json}"));
}

/// A number, or a dash.
pub(super) fn or_dash(value: Option<impl Display>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}
