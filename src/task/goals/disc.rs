//! `Disc`: on a horizontal disc.

use serde::{Deserialize, Serialize};

use super::{GoalSampler, between, circle};
use crate::model::check::not_negative;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::seed::Rng;
use crate::task::context::Context;
use crate::task::{OutlineLine, Reference};

/// Uniform over the area of a disc in the xy plane.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disc {
    /// Centre of the disc.
    pub center: [f32; 3],
    /// Its radius, 0 or more.
    pub radius: f32,
}

impl GoalSampler for Disc {
    type Written = Self;
    const REFERENCE: Reference = Reference {
        form: "Disc(center, radius)",
        meaning: "on a horizontal disc",
    };

    fn check(written: &Self::Written, _: &Context, at: &Path) -> Result<Self, Diagnostic> {
        not_negative(written.radius, at, "radius", "m")?;
        Ok(*written)
    }

    fn draw(&self, rng: &mut Rng) -> [f32; 3] {
        loop {
            let [x, y] = [between(rng, -1.0, 1.0), between(rng, -1.0, 1.0)];
            if x * x + y * y <= 1.0 {
                let ([cx, cy, cz], radius) = (self.center, self.radius);
                return [cx + radius * x, cy + radius * y, cz];
            }
        }
    }

    fn is_flat(&self) -> bool {
        true
    }

    fn outline(&self) -> Vec<OutlineLine> {
        vec![circle(self.center, self.radius, 0.5)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn it_is_uniform_over_its_area() {
        let disc = Disc {
            center: [0.0; 3],
            radius: 2.0,
        };
        let mut rng = Seed::new(1).stream("test").nth(0);
        let places = (0..2000).map(|_| disc.draw(&mut rng));
        let inner = places.filter(|[x, y, _]| x * x + y * y < 1.0).count();
        // A quarter of the area lies within half the radius; 2000 draws, standard deviation 19.
        assert!((420..580).contains(&inner), "{inner}");
    }
}
