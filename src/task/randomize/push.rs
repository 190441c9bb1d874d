//! `Push`: something pushes a link now and then.

use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::Randomization;
use crate::model::check::positive;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::seed::Rng;
use crate::task::context::Context;
use crate::task::{Distribution, Reference, Task, Variation, variation};

/// Something pushes a link now and then, at its centre of mass, in any horizontal direction.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Push {
    /// Which link.
    pub link: usize,
    /// How hard (N), 0 or more.
    pub force: Distribution,
    /// From one push to the next (s), uniform in between; above 0, the lower first.
    pub every_s: [f32; 2],
    /// How long a push takes (s), above 0.
    pub lasts_s: f32,
}

/// As written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    link: String,
    force: Distribution,
    every_s: [f32; 2],
    lasts_s: f32,
}

impl Randomization for Push {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Push(link, force, every_s, lasts_s)",
        meaning: "a `force` (N) on a link, in any horizontal direction, every `(shortest, longest)` time",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        let [from, to] = written.every_s;
        if from <= 0.0 || from > to {
            let what = "`every_s` must go from low to high, above 0";
            return Err(Diagnostic::new(at.field("every_s"), what)
                .help("(shortest, longest) time from one push to the next (s)"));
        }
        Ok(Self {
            link: context.link(&written.link, at)?,
            force: written.force.check_size(&at.field("force"))?,
            every_s: written.every_s,
            lasts_s: positive(written.lasts_s, at, "lasts_s", "s")?,
        })
    }

    fn draw(&self, task: &Task, rng: &mut Rng, variation: &mut Variation) {
        let steps = |seconds: f32| (seconds * task.control_hz).round().max(1.0) as u32;
        let mut step = 0;
        loop {
            let [from, to] = self.every_s;
            step += steps(from + (to - from) * rng.random::<f32>());
            if step >= task.episode_steps {
                break;
            }
            let newtons = self.force.draw(rng);
            let heading = std::f32::consts::TAU * rng.random::<f32>();
            variation.pushes.push(variation::Push {
                link: self.link,
                force: [
                    newtons * libm::cosf(heading),
                    newtons * libm::sinf(heading),
                    0.0,
                ],
                steps: [step, step.saturating_add(steps(self.lasts_s))],
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;
    use crate::task::example::task;

    #[test]
    fn pushes_come_until_the_episode_is_over() {
        let mut variation = Variation::default();
        let mut rng = Seed::new(1).stream("test").nth(0);
        let push = Push {
            link: 1,
            force: Distribution::Uniform(2.0, 2.0),
            every_s: [0.5, 0.5],
            lasts_s: 0.1,
        };
        push.draw(&task(), &mut rng, &mut variation);
        // Of 100 steps at 50 Hz.
        let steps: Vec<[u32; 2]> = variation.pushes.iter().map(|push| push.steps).collect();
        assert_eq!(steps, [[25, 30], [50, 55], [75, 80]]);
        for variation::Push { link, force, .. } in variation.pushes {
            let newtons = (force[0] * force[0] + force[1] * force[1]).sqrt();
            assert!(link == 1 && (newtons - 2.0).abs() < 1e-6 && force[2] == 0.0);
        }
    }
}
