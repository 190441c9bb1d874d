//! `Expr`: a formula of readings.

use serde::Serialize;

use super::{RewardTerm, Transition};
use crate::readings::Needs;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;
use crate::task::formulas::{TaskFormula, number};

/// What the author wrote.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Expr(pub TaskFormula);

impl RewardTerm for Expr {
    type Written = String;
    const REFERENCE: Reference = Reference {
        form: "Expr(\"..\")",
        meaning: "a [formula](../docs/formulas.md)",
    };

    fn check(written: &String, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self(number(written, context, at)?))
    }

    fn value(&self, step: &Transition) -> f32 {
        self.0.of_step(step.before, step.after)
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
    use crate::task::When;
    use crate::task::example::{context, robot, value};

    #[test]
    fn it_is_what_its_text_says() {
        let (robot, at) = (robot(), Path::default());
        let context = context(&robot);
        let term = Expr::check(
            &"tip.distance - before.tip.distance".to_owned(),
            &context,
            &at,
        );
        let term = term.expect("it is a formula");
        assert_eq!(value(&term, When::After), -1.0);
        assert_eq!(term.needs(), Needs::default());
        let term = Expr::check(&"tip.vx + elbow.gravity_load".to_owned(), &context, &at);
        let needs = term.expect("it is a formula").needs();
        assert!(needs.point_motion && needs.gravity_loads);
    }
}
