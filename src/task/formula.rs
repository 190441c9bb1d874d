//! Formulas of readings: what a step or a moment gives a checked program to read.

use super::{Moment, norm};
use crate::scene::formula::{Formula, Quantity, Side};

/// What the formula gives for the step that led from `before` to `after`; not finite where it divides by 0 and the like.
pub fn value(formula: &Formula, before: &Moment, after: &Moment) -> f32 {
    formula.value(|reading| match reading.at {
        Side::Before => read(&reading.of, before),
        Side::After => read(&reading.of, after),
        Side::Change => read(&reading.of, after) - read(&reading.of, before),
    })
}

/// Whether a condition holds in a moment; none where something in it is not a number.
pub fn holds(formula: &Formula, moment: &Moment) -> Option<bool> {
    let value = value(formula, moment, moment);
    (!value.is_nan()).then_some(value != 0.0)
}

// A call would take longer than what it is for.
#[inline(always)]
fn read(quantity: &Quantity, moment: &Moment) -> f32 {
    let readings = moment.readings;
    match *quantity {
        Quantity::Place { point, axis } => readings.points[point][axis],
        Quantity::Velocity { point, axis } => readings.velocities[point][axis],
        Quantity::PointSpeed(point) => norm(readings.velocities[point]),
        Quantity::Distance(point) => moment.distance(point),
        Quantity::Angle(joint) => readings.angles[joint],
        Quantity::Speed(joint) => readings.speeds[joint],
        Quantity::Action(motor) => moment.action[motor],
        Quantity::Torque { motor, limit } => moment.efforts[motor] * limit,
        Quantity::GravityLoad(motor) => readings.gravity_loads[motor],
        Quantity::Goal(axis) => moment.goal[axis],
        Quantity::Command(command) => moment.commands[command],
        Quantity::Time { step_s } => moment.step as f32 * step_s,
        Quantity::TimeLeft { steps } => moment.time_left(steps),
    }
}
