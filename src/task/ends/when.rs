//! `When`: a condition as a formula.

use serde::Serialize;

use super::EndCondition;
use crate::readings::Needs;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::context::Context;
use crate::task::formulas::{TaskFormula, condition};
use crate::task::{Moment, Reference};

/// A condition that the author wrote.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct When(pub TaskFormula);

impl EndCondition for When {
    type Written = String;
    const REFERENCE: Reference = Reference {
        form: "When(\"..\")",
        meaning: "a condition as a [formula](../docs/formulas.md): `\"tip.z < 0.05 or abs(elbow.angle) > 3\"`",
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

    fn formula(&self) -> Option<&TaskFormula> {
        Some(&self.0)
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
}
