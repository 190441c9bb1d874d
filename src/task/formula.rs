//! Formulas of readings: what a step or a moment gives a checked program to read.

use super::{Moment, norm};
use crate::scene::formula::{Formula, List, Quantity, Reader, Reading, Side};

/// What the formula gives for the step that led from `before` to `after`; not finite where it divides by 0 and the like.
pub fn value(formula: &Formula, before: &Moment, after: &Moment) -> f32 {
    formula.value(&Step { before, after })
}

/// Whether a condition holds in a moment; none where something in it is not a number.
pub fn holds(formula: &Formula, moment: &Moment) -> Option<bool> {
    let value = value(formula, moment, moment);
    (!value.is_nan()).then_some(value != 0.0)
}

/// What a formula of a step may read.
struct Step<'a> {
    before: &'a Moment<'a>,
    after: &'a Moment<'a>,
}

// Here and below: a call would take longer than what it is for.
impl Reader<Reading> for Step<'_> {
    #[inline(always)]
    fn read(&self, reading: &Reading) -> f32 {
        match reading.at {
            Side::Before => read(&reading.of, self.before),
            Side::After => read(&reading.of, self.after),
            Side::Change => read(&reading.of, self.after) - read(&reading.of, self.before),
        }
    }

    #[inline(always)]
    fn fold(
        &self,
        first: &Reading,
        count: usize,
        start: f32,
        add: impl Fn(f32, f32) -> f32,
    ) -> f32 {
        let Quantity::Entry(of, index) = first.of else {
            return add(start, self.read(first));
        };
        let entries = |moment| list(of, moment)[index..index + count].iter();
        let (moment, less) = match first.at {
            Side::Before => (self.before, None),
            Side::After => (self.after, None),
            Side::Change => (self.after, Some(self.before)),
        };
        match less {
            None => entries(moment).fold(start, |sum, &entry| add(sum, entry)),
            Some(less) => {
                let changes = entries(moment).zip(entries(less));
                changes.fold(start, |sum, (entry, less)| add(sum, entry - less))
            }
        }
    }
}

#[inline(always)]
fn list<'a>(list: List, moment: &Moment<'a>) -> &'a [f32] {
    match list {
        List::Angles => &moment.readings.angles,
        List::Speeds => &moment.readings.speeds,
        List::Actions => moment.action,
        List::GravityLoads => &moment.readings.gravity_loads,
    }
}

#[inline(always)]
fn read(quantity: &Quantity, moment: &Moment) -> f32 {
    let readings = moment.readings;
    match *quantity {
        Quantity::Place { point, axis } => readings.points[point][axis],
        Quantity::Velocity { point, axis } => readings.velocities[point][axis],
        Quantity::PointSpeed(point) => norm(readings.velocities[point]),
        Quantity::Distance(point) => moment.distance(point),
        Quantity::Entry(of, index) => list(of, moment)[index],
        Quantity::Torque { motor, limit } => moment.efforts[motor] * limit,
        Quantity::Goal(axis) => moment.goal[axis],
        Quantity::Command(command) => moment.commands[command],
        Quantity::Time { step_s } => moment.step as f32 * step_s,
        Quantity::TimeLeft { steps } => moment.time_left(steps),
    }
}
