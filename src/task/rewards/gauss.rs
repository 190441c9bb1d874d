//! `Gauss`: how near a point is to the goal, felt from nearby alone.

use serde::{Deserialize, Serialize};

use super::{RewardTerm, Transition, gaussian};
use crate::model::check::positive;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::context::Context;
use crate::task::{Reference, Target, Within};

/// `exp(-(d / width)^2)`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Gauss {
    /// Which point.
    pub point: usize,
    /// Where it has fallen to 0.37 (m), above 0.
    pub width: f32,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    point: String,
    width: f32,
}

impl RewardTerm for Gauss {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Gauss(point, width)",
        meaning: "`exp(-(d / width)^2)`",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            point: context.goal_point(&written.point, at)?,
            width: positive(written.width, at, "width", "m")?,
        })
    }

    fn value(&self, step: &Transition) -> f32 {
        gaussian(step.state.distance(self.point), self.width)
    }

    fn target(&self) -> Option<Target> {
        Some(Target {
            point: self.point,
            within: Within::About(self.width),
            grows_with_distance: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::When;
    use crate::task::example::value;

    #[test]
    fn it_falls_with_the_square_of_the_distance() {
        let one_away = (-1.0_f32).exp();
        let at_its_width = value(
            &Gauss {
                point: 0,
                width: 2.0,
            },
            When::After,
        );
        assert!((at_its_width - one_away).abs() < 1e-6);
    }
}
