//! What ends an episode before its time. Each condition is a file of its own, and a line in the list below.

use super::context::Context;
use super::formulas::TaskFormula;
use super::terms::{Reference, terms};
use super::{Moment, Target};
use crate::readings::Needs;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;

/// A condition that ends an episode.
pub(crate) trait EndCondition: Sized {
    /// Its fields as written.
    type Written;
    /// Its row in `scenes/README.md`.
    const REFERENCE: Reference;

    /// What is written at `at`, checked.
    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic>;

    /// Whether it holds in a moment; none where something in it is not a number.
    fn holds(&self, moment: &Moment) -> Option<bool>;

    /// What must be measured for it.
    fn needs(&self) -> Needs {
        Needs::default()
    }

    /// The point that it wants at the goal.
    fn target(&self) -> Option<Target> {
        None
    }

    /// What the author wrote, where it can be anything.
    fn formula(&self) -> Option<&TaskFormula> {
        None
    }
}

terms! {
    /// What ends an episode before its time.
    End: EndCondition {
        /// Whether it holds in a moment; none where something in it is not a number.
        fn holds(&self, moment: &Moment) -> Option<bool>;
        /// What must be measured for it.
        fn needs(&self) -> Needs;
        /// The point that it wants at the goal.
        fn target(&self) -> Option<Target>;
        /// What the author wrote, where it can be anything.
        fn formula(&self) -> Option<&TaskFormula>;
    }
    EndWritten = [
        point_below::PointBelow,
        point_above::PointAbove,
        joint_speed_above::JointSpeedAbove,
        angle_outside::AngleOutside,
        touches::Touches,
        inside::Inside,
        when::When,
    ]
}
