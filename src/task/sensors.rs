//! What the agent can observe. Each sensor is a file of its own, and a line in the list below.

use super::context::Context;
use super::sensor_fields::Options;
use super::terms::{Reference, terms};
use super::{Moment, Task};
use crate::model::robot::Robot;
use crate::readings::Needs;
use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;

/// Something that can be read from the state.
pub(crate) trait SensorTerm: Sized {
    /// Its fields as written, made by [`sensor_fields`](super::sensor_fields::sensor_fields).
    type Written;
    /// Its row in `scenes/README.md`.
    const REFERENCE: Reference;

    /// What is written at `at`, checked.
    fn check(written: &Self::Written, context: &Context, at: &Path) -> Result<Self, Diagnostic>;

    /// One name per entry, in order: `elbow.cos`, `goal.x`, `tip.to_goal.z`.
    fn names(&self, robot: &Robot) -> Vec<String>;

    /// Appends its entries, as many as there are names.
    fn read(&self, now: &Sensing, entries: &mut Vec<f32>);

    /// What must be measured for it.
    fn needs(&self) -> Needs {
        Needs::default()
    }

    /// Whether a scene can have some of its entries alone, by `axes`, `joints` and the like.
    fn is_selectable(&self) -> bool {
        true
    }

    /// How many numbers it keeps from step to step of an episode; they begin with 0.
    fn state_len(&self) -> usize {
        0
    }

    /// Brings what it keeps to a moment: once for each of an episode, in their order, before it is read.
    fn update(&self, _state: &mut [f32], _task: &Task, _moment: &Moment) {}
}

terms! {
    /// Something that can be read from the state. `axes` are indices of x, y, z; `joints` and `point` of the robot's.
    Sensor: SensorTerm {
        /// One name per entry, in order: `elbow.cos`, `goal.x`, `tip.to_goal.z`.
        fn names(&self, robot: &Robot) -> Vec<String>;
        /// Appends its entries, as many as there are names.
        fn read(&self, now: &Sensing, entries: &mut Vec<f32>);
        /// What must be measured for it.
        fn needs(&self) -> Needs;
        /// Whether a scene can have some of its entries alone, by `axes`, `joints` and the like.
        fn is_selectable(&self) -> bool;
        /// How many numbers it keeps from step to step of an episode; they begin with 0.
        fn state_len(&self) -> usize;
        /// Brings what it keeps to a moment: once for each of an episode, in their order, before it is read.
        fn update(&self, state: &mut [f32], task: &Task, moment: &Moment);
    }
    SensorWritten { options: Options } = [
        angle::Angle,
        cos::Cos,
        sin::Sin,
        speed::Speed,
        goal::Goal,
        point::Point,
        to_goal::ToGoal,
        from_goal::FromGoal,
        point_velocity::PointVelocity,
        pull::Pull,
        gravity_load::GravityLoad,
        joint_temperature::JointTemperature,
        link_position::LinkPosition,
        link_orientation::LinkOrientation,
        link_velocity::LinkVelocity,
        link_angular_velocity::LinkAngularVelocity,
        gravity_direction::GravityDirection,
        gyroscope::Gyroscope,
        accelerometer::Accelerometer,
        contact_force::ContactForce,
        contact::Contact,
        rays::Rays,
        height_scan::HeightScan,
        command::Command,
        last_action::LastAction,
        time_left::TimeLeft,
        phase::Phase,
    ]
}

/// What a sensor reads from.
#[derive(Clone, Copy)]
pub struct Sensing<'a> {
    /// What is observed.
    pub moment: &'a Moment<'a>,
    /// The task, for what is the same in all moments of it.
    pub task: &'a Task,
    /// What is read along the sensor's own rays (m), one list per pattern; behind them those of the next sensors.
    pub rays: &'a [Vec<f32>],
    /// What the sensor keeps from step to step.
    pub state: &'a [f32],
}

/// Appends some coordinates of a vector.
fn push_axes(entries: &mut Vec<f32>, axes: &[usize], vector: [f32; 3]) {
    entries.extend(axes.iter().map(|&axis| vector[axis]));
}
