//! Output for people and scripts, and exit codes.

use serde::Serialize;
use std::fmt::{Arguments, Display};
use std::io::{ErrorKind, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::checkpoint::RunError;
use crate::pod::PodError;
use crate::scene::SceneError;
use crate::train::TrainError;

/// Why a command did not do what it was asked to do.
pub(super) enum Failure {
    /// Wrong arguments or an invalid file: exit code 2.
    Usage(String),
    /// An error at run time: exit code 1.
    Runtime(String),
}

impl Failure {
    pub(super) fn report(&self) -> ExitCode {
        let (message, code) = match self {
            Self::Usage(message) => (message, 2),
            Self::Runtime(message) => (message, 1),
        };
        // A scene's error has its own heading.
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
        Self::Usage(error.to_string())
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Io(..) => Self::Runtime(error.to_string()),
            _ => Self::Usage(error.to_string()),
        }
    }
}

impl From<PodError> for Failure {
    fn from(error: PodError) -> Self {
        Self::Runtime(error.to_string())
    }
}

impl From<TrainError> for Failure {
    fn from(error: TrainError) -> Self {
        match error {
            TrainError::Pod(error) => error.into(),
            TrainError::Scene(error) => error.into(),
            TrainError::Run(error) => error.into(),
            TrainError::Unsuited(problem) => Self::Usage(problem),
        }
    }
}

/// Some of the output could not be written.
static IS_CUT_SHORT: AtomicBool = AtomicBool::new(false);

/// Writes a line of the result to standard output. A closed pipe is no error; a full disk is one, see [`is_cut_short`].
pub(super) fn say(line: Arguments) {
    let mut out = std::io::stdout();
    if let Err(error) = writeln!(out, "{line}").and_then(|()| out.flush())
        && error.kind() != ErrorKind::BrokenPipe
        && !IS_CUT_SHORT.swap(true, Ordering::Relaxed)
    {
        note(format_args!("error: standard output: {error}"));
    }
}

/// Whether some of the output could not be written; the command has failed then.
pub(super) fn is_cut_short() -> bool {
    IS_CUT_SHORT.load(Ordering::Relaxed)
}

/// Writes a line of progress or diagnostics to standard error.
pub(super) fn note(line: Arguments) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Writes the result as one JSON object.
pub(super) fn say_json(value: &impl Serialize) {
    let json = serde_json::to_string(value).expect("plain data is JSON");
    say(format_args!("{json}"));
}

/// The value, or a dash where there is none.
pub(super) fn or_dash(value: Option<impl Display>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}
