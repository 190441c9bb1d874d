//! `Phase`: a clock that comes round.

use std::f64::consts::TAU;

use serde::Serialize;

use super::{Sensing, SensorTerm};
use crate::model::check::positive;
use crate::model::robot::Robot;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::Reference;
use crate::task::context::Context;
use crate::task::sensor_fields::sensor_fields;

/// Sine and cosine of a clock, `sin(2 pi t / period)` and `cos(2 pi t / period)`, `t` being the time since the episode began.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Phase {
    /// How long it takes to come round (s), above 0.
    pub period_s: f32,
}

sensor_fields! { period_s: f32 }

impl SensorTerm for Phase {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "Phase(period_s)",
        meaning: "sine and cosine of a clock",
    };

    fn check(written: &Self::Written, _: &Context, at: &Path) -> Result<Self, Diagnostic> {
        Ok(Self {
            period_s: positive(written.period_s, at, "period_s", "s")?,
        })
    }

    fn names(&self, _: &Robot) -> Vec<String> {
        vec!["phase.sin".to_owned(), "phase.cos".to_owned()]
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        let time = f64::from(now.moment.step) / f64::from(now.task.control_hz);
        let turns = time / f64::from(self.period_s);
        let angle = (TAU * (turns - turns.floor())) as f32;
        entries.extend([libm::sinf(angle), libm::cosf(angle)]);
    }

    fn is_selectable(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{read, robot};

    #[test]
    fn it_comes_round() {
        // Step 25 of 1/50 s is a quarter of 2 s.
        let phase = Phase { period_s: 2.0 };
        assert_eq!(phase.names(&robot()), ["phase.sin", "phase.cos"]);
        let seen = read(&phase);
        assert!((seen[0] - 1.0).abs() < 1e-6 && seen[1].abs() < 1e-6);
    }
}
