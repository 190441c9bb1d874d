//! `Shell`: in any direction from a place, at a distance.

use serde::{Deserialize, Serialize};

use super::{GoalSampler, between, circle};
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::seed::Rng;
use crate::task::context::Context;
use crate::task::{OutlineLine, Reference};

/// Direction uniform on the sphere and distance uniform, both drawn again until the height fits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shell {
    /// Centre of the sphere.
    pub center: [f32; 3],
    /// Inner and outer radius, the inner 0 or more and not above the outer.
    pub radius: [f32; 2],
    /// Least height of the goal.
    #[serde(default)]
    pub min_z: Option<f32>,
}

impl GoalSampler for Shell {
    type Written = Self;
    const REFERENCE: Reference = Reference {
        form: "Shell(center, radius, min_z?)",
        meaning: "in any direction from the centre, at a distance `radius: (inner, outer)`, not below `min_z`",
    };

    fn check(written: &Self::Written, _: &Context, at: &Path) -> Result<Self, Diagnostic> {
        let [inner, outer] = written.radius;
        if inner < 0.0 || inner > outer {
            let what = "the radii of this shell are invalid";
            return Err(Diagnostic::new(at.field("radius"), what)
                .help("(inner, outer), with 0 <= inner <= outer (m)"));
        }
        let share = written.share_above_min_z();
        if share < 0.001 {
            let top = written.center[2] + outer;
            let what = match share {
                0.0 => "the whole shell is below `min_z`",
                _ => "almost all of the shell is below `min_z`",
            };
            return Err(Diagnostic::new(at.field("min_z"), what).help(format!(
                "the shell reaches up to {top}; at least 1 place in 1000 must be above"
            )));
        }
        Ok(*written)
    }

    fn draw(&self, rng: &mut Rng) -> [f32; 3] {
        // Direction uniform on the sphere, as that of a uniform point of the ball; distance uniform.
        loop {
            let [x, y, z]: [f32; 3] = std::array::from_fn(|_| between(rng, -1.0, 1.0));
            let length = (x * x + y * y + z * z).sqrt();
            if !(0.1..=1.0).contains(&length) {
                continue;
            }
            let reach = between(rng, self.radius[0], self.radius[1]) / length;
            let at = [
                self.center[0] + reach * x,
                self.center[1] + reach * y,
                self.center[2] + reach * z,
            ];
            if self.min_z.is_none_or(|min| at[2] >= min) {
                return at;
            }
        }
    }

    fn outline(&self) -> Vec<OutlineLine> {
        let ([x, y, z], [_, outer]) = (self.center, self.radius);
        let lowest = self.min_z.map_or(-outer, |min| min - z);
        let mut lines = Vec::new();
        for height in [lowest, 0.5 * outer, 0.85 * outer] {
            for radius in self.radius {
                let around = (radius * radius - height * height).max(0.0).sqrt();
                if height >= lowest && around > 0.0 {
                    lines.push(circle([x, y, z + height], around, 0.22));
                }
            }
        }
        for meridian in 0..4 {
            let turn = meridian as f32 * std::f32::consts::FRAC_PI_4;
            let (ahead, left) = (libm::cosf(turn), libm::sinf(turn));
            let point = |i| {
                let angle = std::f32::consts::TAU * i as f32 / 64.0;
                let (along, up) = (outer * libm::cosf(angle), outer * libm::sinf(angle));
                [x + along * ahead, y + along * left, z + up]
            };
            let is_above = |at: &[f32; 3]| at[2] >= z + lowest - 0.05 * outer;
            let segments = (0..64).map(|i| vec![point(i), point(i + 1)]);
            let above = segments.filter(|points| points.iter().all(is_above));
            let opacity = 0.14;
            lines.extend(above.map(|points| OutlineLine { points, opacity }));
        }
        lines
    }
}

impl Shell {
    /// The share of it that is at least as high as `min_z`, when direction and distance are uniform.
    ///
    /// By Archimedes' theorem the height on a sphere is uniform, so `(1 - (min_z - z) / r) / 2` at each distance `r`.
    fn share_above_min_z(&self) -> f64 {
        const SAMPLES: u32 = 256;
        let Some(min_z) = self.min_z else { return 1.0 };
        let [inner, outer] = self.radius.map(f64::from);
        let height = f64::from(min_z) - f64::from(self.center[2]);
        let at_distance = |i: u32| {
            let distance = inner + (outer - inner) * (f64::from(i) + 0.5) / f64::from(SAMPLES);
            match height {
                _ if height <= -distance => 1.0,
                _ if height >= distance => 0.0,
                _ => (1.0 - height / distance) / 2.0,
            }
        };
        (0..SAMPLES).map(at_distance).sum::<f64>() / f64::from(SAMPLES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn it_keeps_its_distances_and_its_floor() {
        let shell = Shell {
            center: [0.0, 0.0, 0.5],
            radius: [0.25, 0.75],
            min_z: Some(0.125),
        };
        let mut rng = Seed::new(1).stream("test").nth(0);
        for _ in 0..2000 {
            let [x, y, z] = shell.draw(&mut rng);
            let distance = (x * x + y * y + (z - 0.5) * (z - 0.5)).sqrt();
            assert!((0.2499..0.7501).contains(&distance) && z >= 0.125);
        }
    }

    #[test]
    fn the_share_above_a_height_is_that_of_archimedes() {
        let share = |min_z| {
            let (center, radius) = ([0.0, 0.0, 1.0], [2.0, 2.0]);
            let shell = Shell {
                center,
                radius,
                min_z,
            };
            shell.share_above_min_z()
        };
        // Of a sphere from -1 to 3: a quarter is above 2, all above -1, nothing above 3.
        assert_eq!(share(Some(2.0)), 0.25);
        assert_eq!(
            [share(None), share(Some(-1.0)), share(Some(3.0))],
            [1.0, 1.0, 0.0]
        );
    }
}
