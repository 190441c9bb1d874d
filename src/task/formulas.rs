//! Formulas of a task: what their names mean, and what a step or a moment gives them to read.

mod names;
mod quantity;

pub(crate) use names::{condition, number};
pub use quantity::{CONSTANTS, Known, List, Of, Quantity, READINGS, Reading, Side};

use super::moment::{Moment, norm};
use crate::formula::{Formula, Function, Op, Reader, Source, Two};
use crate::readings::Needs;

/// A formula over the quantities of a step.
pub type TaskFormula = Formula<Reading>;

impl Formula<Reading> {
    /// The points of the robot that it reads.
    pub fn points(&self) -> impl Iterator<Item = usize> {
        self.readings().filter_map(|reading| reading.of.point())
    }

    /// What must be measured for it.
    pub fn needs(&self) -> Needs {
        let mut needs = Needs::default();
        for reading in self.readings() {
            needs.add(reading.of.needs());
        }
        needs
    }

    /// What it gives for the step that led from `before` to `after`; not finite where it divides by 0 and the like.
    #[inline]
    pub fn of_step(&self, before: &Moment, after: &Moment) -> f32 {
        self.value(&Step { before, after })
    }

    /// Whether it holds in a moment, where it is a condition; none where something in it is not a number.
    pub fn holds(&self, moment: &Moment) -> Option<bool> {
        let value = self.of_step(moment, moment);
        (!value.is_nan()).then_some(value != 0.0)
    }

    /// The point that a condition wants within a distance of the goal, where that is plain: `tip.distance < 0.05`, alone or among
    /// others that must hold as well.
    pub fn wanted_at_goal(&self) -> Option<(usize, f32)> {
        let is_either_or = self.program.iter().any(|op| {
            matches!(op, Op::Not | Op::Call(Function::If))
                || matches!(op, Op::Two(Two::Or) | Op::With(Two::Or, _))
        });
        let distance = |source: &Source<Reading>| match source {
            Source::Read(Reading {
                of: Quantity::Distance(point),
                ..
            }) => Some(*point),
            Source::Read(_) | Source::Number(_) => None,
        };
        let asked = |ops: &[Op<Reading>]| match ops {
            [
                Op::Load(read),
                Op::With(Two::Less | Two::AtMost, Source::Number(near)),
            ]
            | [
                Op::Load(Source::Number(near)),
                Op::With(Two::Greater | Two::AtLeast, read),
            ] => Some((distance(read)?, *near)),
            _ => None,
        };
        let mut pairs = self.program.windows(2);
        pairs.find_map(asked).filter(|_| !is_either_or)
    }
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
