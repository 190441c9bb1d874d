//! `TimeLeft`: how soon the episode is over.

use serde::Serialize;

use super::{Sensing, SensorTerm};
use crate::model::robot::Robot;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;
use crate::task::sensor_fields::sensor_fields;

/// What is left of the episode: 1 at the start, 0 at the limit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TimeLeft {}

sensor_fields! {}

impl SensorTerm for TimeLeft {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "TimeLeft()",
        meaning: "1 at the start of an episode, 0 at its limit",
    };

    fn check(_: &Self::Written, _: &Context, _: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {})
    }

    fn names(&self, _: &Robot) -> Vec<String> {
        vec!["time_left".to_owned()]
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        entries.push(now.moment.time_left(now.task.episode_steps));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{read, robot};

    #[test]
    fn it_falls_from_1_to_0() {
        // 25 of 100 steps.
        assert_eq!(TimeLeft {}.names(&robot()), ["time_left"]);
        assert_eq!(read(&TimeLeft {}), [0.75]);
    }
}
