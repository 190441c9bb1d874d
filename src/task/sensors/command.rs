//! `Command`: what the episode asks for.

use serde::Serialize;

use super::{Sensing, SensorTerm};
use crate::model::robot::Robot;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::ron_tree::index_of;
use crate::task::Reference;
use crate::task::context::{Context, each, each_once};
use crate::task::sensor_fields::sensor_fields;

/// What the episode asks for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Command {
    /// Names of the commands, which are their names as entries.
    pub names: Vec<String>,
    /// Which.
    pub commands: Vec<usize>,
}

sensor_fields! { names: Option<Vec<String>> }

impl SensorTerm for Command {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Command(names?)",
        meaning: "the commanded value",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        let known = || context.commands.iter().map(|command| command.name.as_str());
        if context.commands.is_empty() {
            let what = "this needs a command, and the task has none";
            return Err(Diagnostic::new(at.clone(), what)
                .help("add `commands: {\"speed\": (0.2, 1)}` to the task"));
        }
        let Some(names) = &written.names else {
            return Ok(Self {
                names: known().map(str::to_owned).collect(),
                commands: (0..context.commands.len()).collect(),
            });
        };
        let at = at.field("names");
        let commands = each(names, &at, |name, at| {
            index_of("command", name, known(), at.clone())
        })?;
        each_once("command", &commands, &at)?;
        Ok(Self {
            names: names.clone(),
            commands,
        })
    }

    fn names(&self, _: &Robot) -> Vec<String> {
        self.names
            .iter()
            .map(|name| format!("command.{name}"))
            .collect()
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        let commands = now.moment.commands;
        entries.extend(self.commands.iter().map(|&command| commands[command]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{read, robot};

    #[test]
    fn it_is_called_like_the_command() {
        let command = Command {
            names: vec!["turn".to_owned()],
            commands: vec![1],
        };
        assert_eq!(command.names(&robot()), ["command.turn"]);
        assert_eq!(read(&command), [-2.0]);
    }
}
