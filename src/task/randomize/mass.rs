//! `Mass`: how heavy links are.

use serde::{Deserialize, Serialize};

use super::Randomization;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::seed::Rng;
use crate::task::context::Context;
use crate::task::{Distribution, Reference, Task, Variation};

/// Mass and moments of inertia of links, a factor for each.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mass {
    /// Which links.
    pub links: Vec<usize>,
    /// The factor.
    pub scale: Distribution,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    links: Option<Vec<String>>,
    scale: Distribution,
}

impl Randomization for Mass {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Mass(links?, scale)",
        meaning: "mass and moments of inertia",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            links: context.links(&written.links, at)?,
            scale: written.scale.check_factor(at)?,
        })
    }

    fn draw(&self, _: &Task, rng: &mut Rng, variation: &mut Variation) {
        let masses = self.scale.draw_each(&self.links, rng);
        variation.masses.extend(masses);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;
    use crate::task::example::task;

    #[test]
    fn each_link_has_its_factor() {
        let mut variation = Variation::default();
        let mut rng = Seed::new(1).stream("test").nth(0);
        let scale = Distribution::Uniform(0.5, 0.5);
        Mass {
            links: vec![1, 0],
            scale,
        }
        .draw(&task(), &mut rng, &mut variation);
        assert_eq!(variation.masses, [(1, 0.5), (0, 0.5)]);
    }
}
