//! `Touches`: a link is touched.

use serde::{Deserialize, Serialize};

use super::EndCondition;
use crate::readings::Needs;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::context::Context;
use crate::task::{Moment, Reference};

/// Anything presses on the link.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Touches {
    /// Which link.
    pub link: usize,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    link: String,
}

impl EndCondition for Touches {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Touches(link)",
        meaning: "something presses on the link",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            link: context.link(&written.link, at)?,
        })
    }

    fn holds(&self, moment: &Moment) -> Option<bool> {
        Some(moment.readings.contact_forces[self.link] > 0.0)
    }

    fn needs(&self) -> Needs {
        Needs {
            contacts: true,
            ..Needs::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{after, moment};

    #[test]
    fn any_force_counts() {
        let after = after();
        let moment = moment(&after, &[0.0, 0.0], 25);
        let touches = |link| Touches { link }.holds(&moment);
        assert_eq!([touches(0), touches(1)], [Some(false), Some(true)]);
    }
}
