//! What happens to actions before they reach the motors.

use serde::{Deserialize, Serialize};

use super::timing::steps;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;

/// What happens to actions before they reach the motors, each entry for itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct ActionFilter {
    /// How many control steps late an action arrives; before the first one does, motors are given 0.
    pub delay: usize,
    /// The share of what a motor was given before that is still in what it is given now: `smoothing` of that and `1 - smoothing` of
    /// the action that arrives. From 0 to less than 1.
    pub smoothing: f32,
}

/// As written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename = "Action")]
pub(crate) struct ActionWritten {
    #[serde(default)]
    delay: u32,
    #[serde(default)]
    smoothing: f32,
}

impl ActionWritten {
    /// What is written at `at`, checked.
    pub(super) fn check(&self, at: &Path) -> Result<ActionFilter, Diagnostic> {
        if !(0.0..1.0).contains(&self.smoothing) {
            return Err(
                Diagnostic::new(at.field("smoothing"), "`smoothing` is out of its range")
                    .help("from 0, for none, to less than 1"),
            );
        }
        Ok(ActionFilter {
            delay: steps(self.delay, 0, at, "delay")?,
            smoothing: self.smoothing,
        })
    }
}
