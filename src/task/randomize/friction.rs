//! `Friction`: how smooth surfaces are.

use serde::{Deserialize, Serialize};

use super::Randomization;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::seed::Rng;
use crate::task::context::Context;
use crate::task::{Distribution, Reference, Task, Variation};

/// Friction of surfaces: a factor for each link, or one for everything that touches.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Friction {
    /// Which links; `None`: everything, ground and terrain included.
    pub links: Option<Vec<usize>>,
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

impl Randomization for Friction {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Friction(links?, scale)",
        meaning: "friction of surfaces; without `links` one factor for everything that can touch, ground and terrain included",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        let links = match &written.links {
            None => None,
            Some(_) => Some(context.links(&written.links, at)?),
        };
        Ok(Self {
            links,
            scale: written.scale.check_factor(at)?,
        })
    }

    fn draw(&self, _: &Task, rng: &mut Rng, variation: &mut Variation) {
        match &self.links {
            Some(links) => variation.frictions.extend(self.scale.draw_each(links, rng)),
            None => variation.friction *= self.scale.draw(rng),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;
    use crate::task::example::task;

    #[test]
    fn without_links_it_is_of_everything() {
        let mut variation = Variation::default();
        let mut rng = Seed::new(1).stream("test").nth(0);
        let scale = Distribution::Uniform(0.5, 0.5);
        Friction { links: None, scale }.draw(&task(), &mut rng, &mut variation);
        assert_eq!(variation.friction, 0.5);
    }

    #[test]
    fn each_link_has_its_factor() {
        let mut variation = Variation::default();
        let mut rng = Seed::new(1).stream("test").nth(0);
        let scale = Distribution::Uniform(0.5, 0.5);
        Friction {
            links: Some(vec![1]),
            scale,
        }
        .draw(&task(), &mut rng, &mut variation);
        assert_eq!(variation.frictions, [(1, 0.5)]);
    }
}
