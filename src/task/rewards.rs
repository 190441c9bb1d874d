//! What the agent is paid for. Each term of the reward is a file of its own, and a line in the list below.

use serde::{Deserialize, Serialize};

use super::context::{Context, Moments};
use super::formulas::TaskFormula;
use super::terms::{Reference, terms};
use super::{Moment, Target};
use crate::readings::Needs;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;

/// A term of the reward. In all of them `d` is the distance of the point from the goal (m).
pub(crate) trait RewardTerm: Sized {
    /// Its fields as written.
    type Written;
    /// Its row in `scenes/README.md`.
    const REFERENCE: Reference;

    /// What is written at `at`, checked.
    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic>;

    /// What it is of a step, before its weight.
    fn value(&self, step: &Transition) -> f32;

    /// What must be measured for it.
    fn needs(&self) -> Needs {
        Needs::default()
    }

    /// Whether it is there to make movements calm, whatever they are for: acting makes it larger.
    fn is_cost(&self) -> bool {
        false
    }

    /// The point that it wants at the goal, or away from it.
    fn target(&self) -> Option<Target> {
        None
    }

    /// What the author wrote, where it can be anything.
    fn formula(&self) -> Option<&TaskFormula> {
        None
    }
}

terms! {
    /// Something that a reward can weigh.
    Term: RewardTerm {
        /// What it is of a step, before its weight.
        fn value(&self, step: &Transition) -> f32;
        /// What must be measured for it.
        fn needs(&self) -> Needs;
        /// Whether it is there to make movements calm, whatever they are for: acting makes it larger.
        fn is_cost(&self) -> bool;
        /// The point that it wants at the goal, or away from it.
        fn target(&self) -> Option<Target>;
        /// What the author wrote, where it can be anything.
        fn formula(&self) -> Option<&TaskFormula>;
    }
    TermWritten = [
        distance::Distance,
        near::Near,
        gauss::Gauss,
        inside::Inside,
        progress::Progress,
        effort::Effort,
        joint_speed::JointSpeed,
        point_speed::PointSpeed,
        angle_error::AngleError,
        speed::Speed,
        alive::Alive,
        action_rate::ActionRate,
        jerk::Jerk,
        energy::Energy,
        joint_limit::JointLimit,
        velocity_tracking::VelocityTracking,
        height::Height,
        expr::Expr,
    ]
}

/// A control step as a term of the reward sees it.
#[derive(Clone, Copy)]
pub struct Transition<'a> {
    /// The state in which the action was chosen.
    pub before: &'a Moment<'a>,
    /// The state that the step led to, with what the motors did in it.
    pub after: &'a Moment<'a>,
    /// The one of the two on which the term is measured.
    pub state: &'a Moment<'a>,
}

/// One summand of the reward.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reward {
    /// Factor on the term.
    pub weight: f32,
    /// What is measured.
    pub of: Term,
    /// On which state. The action is that of the step in either case.
    pub at: When,
}

/// On which side of a control step a reward term is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum When {
    /// The state in which the action was chosen.
    Before,
    /// The state that the step led to.
    #[default]
    After,
}

impl Reward {
    /// The term times its weight for the step that led from `before` to `after`.
    #[inline]
    pub fn weighted(&self, before: &Moment, after: &Moment) -> f32 {
        let state = match self.at {
            When::Before => before,
            When::After => after,
        };
        let step = Transition {
            before,
            after,
            state,
        };
        self.weight * self.of.value(&step)
    }
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename = "Reward")]
pub(crate) struct RewardWritten {
    weight: f32,
    of: TermWritten,
    #[serde(default)]
    at: When,
}

impl RewardWritten {
    /// What is written at `at`, checked.
    pub(super) fn check(&self, context: &Context, at: &Path) -> Result<Reward, Diagnostic> {
        let moments = match self.at {
            When::Before => Moments::Before,
            When::After => Moments::AfterAndBefore,
        };
        let context = Context {
            moments,
            ..*context
        };
        Ok(Reward {
            weight: self.weight,
            of: self.of.check(&context, &at.field("of"))?,
            at: self.at,
        })
    }
}

/// The Gaussian kernel `exp(-(x / width)^2)`.
fn gaussian(x: f32, width: f32) -> f32 {
    let relative = x / width;
    libm::expf(-relative * relative)
}
