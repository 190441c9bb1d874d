//! `JointTemperature`: how hot motors have run, as a leaky integral of their squared torque.

use serde::Serialize;

use super::{Sensing, SensorTerm};
use crate::model::check::positive;
use crate::model::robot::Robot;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;
use crate::task::context::Context;
use crate::task::entry_names;
use crate::task::sensor_fields::sensor_fields;
use crate::task::{Moment, Reference, Task};

/// The temperature of each motor above its surroundings, as a share of what full torque would heat it to in the long run. Copper
/// heats with the square of the current, which is that of the torque: in each control step of `dt` seconds
/// `T += dt / tau (e^2 - T)`, with the share `e` of its largest torque that the motor has given. 0 when an episode begins.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JointTemperature {
    /// Which motors.
    pub motors: Vec<usize>,
    /// After this time of full torque the temperature is 0.63 (s); not less than a control step.
    pub tau_s: f32,
}

sensor_fields! { tau_s: f32, joints: Option<Vec<String>> }

impl SensorTerm for JointTemperature {
    type Written = Written;
    const REFERENCE: Reference = Reference {
        form: "JointTemperature(tau_s, joints?)",
        meaning: "how hot each motor has run: the mean of its squared share of torque over about the last `tau_s`; from 0 at the start towards 1 at full torque",
    };

    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic> {
        let tau_s = positive(written.tau_s, at, "tau_s", "s")?;
        if tau_s < context.step_s {
            let what = "`tau_s` must not be shorter than a control step";
            return Err(Diagnostic::new(at.field("tau_s"), what)
                .help(format!("{} s or more", context.step_s)));
        }
        Ok(Self {
            motors: context.motors(&written.joints, at)?,
            tau_s,
        })
    }

    fn names(&self, robot: &Robot) -> Vec<String> {
        entry_names::of_motors(robot, &self.motors, "temperature")
    }

    fn read(&self, now: &Sensing, entries: &mut Vec<f32>) {
        entries.extend_from_slice(now.state);
    }

    fn state_len(&self) -> usize {
        self.motors.len()
    }

    fn update(&self, state: &mut [f32], task: &Task, moment: &Moment) {
        let share = 1.0 / (task.control_hz * self.tau_s);
        for (temperature, &motor) in state.iter_mut().zip(&self.motors) {
            let effort = moment.efforts[motor];
            *temperature += share * (effort * effort - *temperature);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::example::{after, context, moment, robot, task};

    #[test]
    fn it_follows_the_squared_torque() {
        // A time of two control steps: half of the difference in each.
        let temperature = JointTemperature {
            motors: vec![1, 0],
            tau_s: 0.04,
        };
        let names = ["elbow.temperature", "rail.temperature"];
        assert_eq!(temperature.names(&robot()), names);
        let (after, task) = (after(), task());
        let mut state = vec![0.0; temperature.state_len()];
        for (efforts, expected) in [
            ([0.0, 0.0], [0.0, 0.0]),
            ([1.0, -0.5], [0.125, 0.5]),
            ([1.0, -0.5], [0.1875, 0.75]),
            ([0.0, 0.0], [0.09375, 0.375]),
        ] {
            let moment = moment(&after, &efforts, 0);
            temperature.update(&mut state, &task, &moment);
            let mut seen = Vec::new();
            let sensing = Sensing {
                moment: &moment,
                task: &task,
                rays: &[],
                state: &state,
            };
            temperature.read(&sensing, &mut seen);
            assert_eq!(seen, expected);
        }
    }

    #[test]
    fn its_time_is_not_shorter_than_a_step() {
        let robot = robot();
        let is_fine = |tau_s| {
            let written = Written {
                tau_s,
                joints: None,
                scale: 1.0,
                noise: 0.0,
                clip: None,
                delay: 0,
                history: 1,
            };
            JointTemperature::check(&written, &context(&robot), &Path::default()).is_ok()
        };
        assert_eq!(
            [0.0, 0.01, 0.02, 10.0].map(is_fine),
            [false, false, true, true]
        );
    }
}
