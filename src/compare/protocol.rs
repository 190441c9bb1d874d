//! The protocol of a comparison, stored in its folder. A comparison that continues may add learners and seeds; other changes are refused.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use super::error::{CompareError, read_small};
use super::{Comparison, Run};
use crate::files;

const FILE: &str = "comparison.json";

/// What may not change between two commands on one folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Protocol {
    task: String,
    /// Training time of each run; `None`: by steps.
    seconds: Option<Duration>,
    /// The settings of every learner as JSON text, which compares without rounding.
    learners: BTreeMap<String, String>,
}

impl Protocol {
    pub(super) fn of(comparison: &Comparison, runs: &[Run]) -> Self {
        let learner = |run: &Run| {
            let settings = serde_json::to_string(&run.learner).expect("plain data is JSON");
            (run.entrant.name.clone(), settings)
        };
        Self {
            task: comparison.task.clone(),
            seconds: comparison.seconds,
            learners: runs.iter().map(learner).collect(),
        }
    }

    /// Compares the protocol with the stored one, and stores it together with the settings of learners that do not take part this time.
    ///
    /// # Errors
    /// They differ, or an input or output operation failed.
    pub(super) fn check_and_store(mut self, folder: &Path) -> Result<(), CompareError> {
        let path = folder.join(FILE);
        let stored = match read_small(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            bytes => {
                let bytes = bytes.map_err(|error| CompareError::Io(path.clone(), error))?;
                let stored = serde_json::from_slice::<Self>(&bytes);
                Some(
                    stored
                        .map_err(|error| CompareError::Broken(path.clone(), error.to_string()))?,
                )
            }
        };
        if let Some(stored) = &stored {
            if let Some(difference) = stored.difference(&self) {
                return Err(CompareError::Other(folder.to_path_buf(), difference));
            }
            for (name, settings) in &stored.learners {
                let learner = self.learners.entry(name.clone());
                learner.or_insert_with(|| settings.clone());
            }
        }
        if stored.as_ref() == Some(&self) {
            return Ok(());
        }
        let json = serde_json::to_string_pretty(&self).expect("plain data is JSON") + "\n";
        files::replace(&path, json.as_bytes()).map_err(|error| CompareError::Io(path, error))
    }

    fn difference(&self, new: &Self) -> Option<String> {
        if self.task != new.task {
            return Some(format!(
                "it is of `{}`, not of `{}`",
                self.task.escape_debug(),
                new.task
            ));
        }
        if self.seconds != new.seconds {
            let each = |seconds: Option<Duration>| match seconds {
                Some(seconds) => format!("{} s each", seconds.as_secs_f64()),
                None => "to their last steps".to_owned(),
            };
            let (was, is) = (each(self.seconds), each(new.seconds));
            return Some(format!("its runs were trained {was}, and not {is}"));
        }
        let of_both = new
            .learners
            .iter()
            .filter_map(|(name, settings)| Some((name, self.learners.get(name)?, settings)));
        let changed = of_both
            .filter(|(_, old, new)| old != new)
            .map(|(name, old, new)| {
                let [old, new] = [old, new].map(|text| serde_json::from_str(text).ok());
                let place = old.zip(new).and_then(|(old, new)| first_change(&old, &new));
                match place {
                    Some((path, old, new)) => {
                        format!("`{path}` of learner `{name}` changed from {old} to {new}")
                    }
                    None => format!("learner `{name}` had other settings"),
                }
            });
        changed.into_iter().next()
    }
}

/// The first field whose values differ: its path and both values.
fn first_change(old: &Value, new: &Value) -> Option<(String, Value, Value)> {
    let (Value::Object(before), Value::Object(after)) = (old, new) else {
        return (old != new).then(|| (String::new(), old.clone(), new.clone()));
    };
    for (name, value) in after {
        let Some(other) = before.get(name) else {
            return Some((name.clone(), Value::Null, value.clone()));
        };
        if let Some((inner, old, new)) = first_change(other, value) {
            let path = if inner.is_empty() {
                name.clone()
            } else {
                format!("{name}.{inner}")
            };
            return Some((path, old, new));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::tempdir;

    fn protocol(learners: &[(&str, &str)]) -> Protocol {
        let pair = |(name, settings): &(&str, &str)| (name.to_string(), settings.to_string());
        Protocol {
            task: "pendulum".to_owned(),
            seconds: None,
            learners: learners.iter().map(pair).collect(),
        }
    }

    fn refusal(protocol: Protocol, folder: &Path) -> String {
        let error = protocol.check_and_store(folder).expect_err("they differ");
        error.to_string()
    }

    #[test]
    fn learners_may_be_added_and_none_changed() {
        let folder = tempdir().expect("there is room");
        let path = folder.path();
        let old = [("a", r#"{"Ppo":{"steps":5,"clip":0.2}}"#)];
        protocol(&old).check_and_store(path).expect("it begins");
        protocol(&[("b", "{}")])
            .check_and_store(path)
            .expect("another learner");
        protocol(&old)
            .check_and_store(path)
            .expect("the first is still known");
        let changed = protocol(&[("a", r#"{"Ppo":{"steps":5,"clip":0.3}}"#)]);
        let said = refusal(changed, path);
        assert!(
            said.contains("`Ppo.clip` of learner `a` changed from 0.2 to 0.3"),
            "{said}"
        );
    }

    #[test]
    fn task_and_time_stay() {
        let folder = tempdir().expect("there is room");
        protocol(&[])
            .check_and_store(folder.path())
            .expect("it begins");
        let timed = Protocol {
            seconds: Some(Duration::from_millis(1500)),
            ..protocol(&[])
        };
        let said = refusal(timed, folder.path());
        assert!(
            said.contains("to their last steps, and not 1.5 s each"),
            "{said}"
        );
        let other = Protocol {
            task: "reach".to_owned(),
            ..protocol(&[])
        };
        assert!(refusal(other, folder.path()).contains("of `pendulum`, not of `reach`"));
    }
}
