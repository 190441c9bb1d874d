//! `Goal`: where the goal is.

use serde::Serialize;

use super::{Sensing, SensorTerm, push_axes};
use crate::model::robot::Robot;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::{Axis, Context, axes};
use crate::task::entry_names;
use crate::task::sensor_fields::sensor_fields;

/// The goal's position (m).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Goal {
    /// Which coordinates.
    pub axes: Vec<usize>,
}

sensor_fields! { axes: Option<Vec<Axis>> }

impl SensorTerm for Goal {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Goal(axes?)",
        meaning: "where the goal is",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        context.goal(at)?;
        Ok(Self {
            axes: axes(&written.axes, at)?,
        })
    }

    fn names(&self, _: &Robot) -> Vec<String> {
        entry_names::of_axes("goal", &self.axes)
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        push_axes(entries, &self.axes, now.moment.goal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{read, robot};

    #[test]
    fn axes_are_read_in_their_order() {
        let goal = Goal { axes: vec![1, 0] };
        assert_eq!(goal.names(&robot()), ["goal.y", "goal.x"]);
        assert_eq!(read(&goal), [2.0, 1.0]);
    }
}
