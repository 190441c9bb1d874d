//! `When`: a condition as a formula.

use serde::Serialize;

use super::SuccessCondition;
use crate::readings::Needs;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::context::Context;
use crate::task::formulas::{TaskFormula, condition};
use crate::task::{Moment, Reference, Target};

/// A condition that the author wrote.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct When(pub TaskFormula);

impl SuccessCondition for When {
    type Written = String;
    const REFERENCE: Reference = Reference {
        form: "When(\"..\")",
        meaning: "a condition",
    };

    fn check(written: &String, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self(condition(written, context, at)?))
    }

    fn holds(&self, moment: &Moment) -> Option<bool> {
        self.0.holds(moment)
    }

    fn needs(&self) -> Needs {
        self.0.needs()
    }

    fn target(&self) -> Option<Target> {
        let (point, distance) = self.0.wanted_at_goal()?;
        Some(Target::at(point, distance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{after, context, moment, robot};

    #[test]
    fn it_is_what_its_text_says() {
        let (after, robot, at) = (after(), robot(), Path::default());
        let context = context(&robot);
        let moment = moment(&after, &[0.0, 0.0], 25);
        let holds = |text: &str| {
            let when = When::check(&text.to_owned(), &context, &at);
            when.expect("it is a condition").holds(&moment)
        };
        assert_eq!(holds("tip.z > 1.5 and time == 0.5"), Some(true));
        assert_eq!(holds("tip.z < 1.5"), Some(false));
        assert_eq!(holds("sqrt(elbow.speed) > 0"), None);
    }

    #[test]
    fn a_plain_distance_is_a_target() {
        let (robot, at) = (robot(), Path::default());
        let target = |text: &str| {
            let when = When::check(&text.to_owned(), &context(&robot), &at);
            when.expect("it is a condition").target()
        };
        let near = Some(Target::at(0, 0.25));
        assert_eq!(target("tip.distance < 0.25"), near);
        assert_eq!(target("0.25 >= tip.distance and tip.z > 0"), near);
        assert_eq!(target("tip.distance < 0.25 or tip.z > 0"), None);
        assert_eq!(target("tip.z < 0.25"), None);
    }
}
