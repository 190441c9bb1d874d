//! Numbers that every episode draws and asks for: a speed to walk at, for one.

use serde::Serialize;

use crate::ron_tree::Diagnostic;
use crate::ron_tree::Entries;
use crate::ron_tree::Path;
use crate::ron_tree::unique;

/// Most commands of a task, and one more.
const MAX_COMMANDS: usize = 1024;

/// A number that each episode draws, and that observations and formulas can read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Command {
    /// Unique among the commands.
    pub name: String,
    /// Uniform in between, the lower first; both may be the same.
    pub range: [f32; 2],
}

/// The commands at `at`, checked.
pub(super) fn commands(written: &Entries<[f32; 2]>, at: &Path) -> Result<Vec<Command>, Diagnostic> {
    let names = written.0.iter().map(|(name, _)| name.as_str());
    unique("command", at, names, Path::key)?;
    if written.0.len() >= MAX_COMMANDS {
        return Err(Diagnostic::new(at.clone(), "there are too many commands")
            .help(format!("fewer than {MAX_COMMANDS}")));
    }
    let one = |(i, (name, range)): (usize, &(String, [f32; 2]))| {
        let [low, high] = *range;
        if low > high {
            return Err(
                Diagnostic::new(at.nth(i), "a command must go from low to high")
                    .help("(lowest, highest), which may be the same"),
            );
        }
        Ok(Command {
            name: name.clone(),
            range: *range,
        })
    };
    written.0.iter().enumerate().map(one).collect()
}
