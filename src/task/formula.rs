//! Formulas of readings: what a checked program gives. Every function has the same bits on every machine.

use super::{Moment, judge::wrap, norm};
use crate::scene::formula::{Formula, Function, Op, Quantity, Reading, STACK, Source, Two};

/// What the formula gives for the step that led from `before` to `after`; not finite where it divides by 0 and the like.
pub fn value(formula: &Formula, before: &Moment, after: &Moment) -> f32 {
    let mut numbers = Numbers {
        at_hand: 0.0,
        aside: [0.0; STACK],
        count: 0,
    };
    let load = |source| match source {
        Source::Number(number) => number,
        Source::Read(Reading { of, before: false }) => read(of, after),
        Source::Read(Reading { of, before: true }) => read(of, before),
    };
    for op in &formula.program {
        match *op {
            Op::Load(source) => numbers.load(load(source)),
            Op::Negate => numbers.at_hand = -numbers.at_hand,
            Op::Square => numbers.at_hand *= numbers.at_hand,
            // What is not a number stays so.
            Op::Not => numbers.at_hand = 1.0 - numbers.at_hand,
            Op::Two(two) => numbers.join(|x, y| join(two, x, y)),
            Op::With(two, source) => numbers.at_hand = join(two, numbers.at_hand, load(source)),
            Op::Call(function) => call(function, &mut numbers),
        }
    }
    numbers.at_hand
}

/// Whether a condition holds in a moment; none where something in it is not a number.
pub fn holds(formula: &Formula, moment: &Moment) -> Option<bool> {
    let value = value(formula, moment, moment);
    (!value.is_nan()).then_some(value != 0.0)
}

/// The numbers of a running program. The newest is at hand, which is faster than to fetch it.
struct Numbers {
    at_hand: f32,
    aside: [f32; STACK],
    count: usize,
}

impl Numbers {
    #[inline]
    fn load(&mut self, x: f32) {
        // A checked program never lays aside more; so nothing has to be checked here.
        self.aside[self.count % STACK] = self.at_hand;
        self.count += 1;
        self.at_hand = x;
    }

    #[inline]
    fn take(&mut self) -> f32 {
        self.count = self.count.wrapping_sub(1);
        self.aside[self.count % STACK]
    }

    #[inline]
    fn join(&mut self, f: impl FnOnce(f32, f32) -> f32) {
        let x = self.take();
        self.at_hand = f(x, self.at_hand);
    }
}

#[inline]
fn read(quantity: Quantity, moment: &Moment) -> f32 {
    let readings = moment.readings;
    match quantity {
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

#[inline]
fn join(two: Two, x: f32, y: f32) -> f32 {
    let compare = |holds: bool| {
        if x.is_nan() || y.is_nan() {
            f32::NAN
        } else {
            f32::from(holds)
        }
    };
    match two {
        Two::Add => x + y,
        Two::Subtract => x - y,
        Two::Multiply => x * y,
        Two::Divide => x / y,
        Two::Power => libm::powf(x, y),
        Two::Less => compare(x < y),
        Two::AtMost => compare(x <= y),
        Two::Greater => compare(x > y),
        Two::AtLeast => compare(x >= y),
        Two::Equal => compare(x == y),
        Two::Unequal => compare(x != y),
        // As if what follows was not looked at any more: `d > 0 and 1 / d > 2` does not hold where `d` is 0.
        Two::And if x == 1.0 => y,
        Two::Or if x == 0.0 => y,
        Two::And | Two::Or => x,
    }
}

fn call(function: Function, numbers: &mut Numbers) {
    let x = numbers.at_hand;
    numbers.at_hand = match function {
        Function::Abs => x.abs(),
        // Rounded exactly, which IEEE 754 asks of it.
        Function::Sqrt => x.sqrt(),
        Function::Exp => libm::expf(x),
        Function::Ln => libm::logf(x),
        Function::Sin => libm::sinf(x),
        Function::Cos => libm::cosf(x),
        Function::Tan => libm::tanf(x),
        Function::Asin => libm::asinf(x),
        Function::Acos => libm::acosf(x),
        Function::Atan => libm::atanf(x),
        Function::Atan2 => libm::atan2f(numbers.take(), x),
        Function::Tanh => libm::tanhf(x),
        Function::Floor => x.floor(),
        Function::Sign => sign(x),
        Function::Wrap => wrap(x),
        Function::Min => least(numbers.take(), x),
        Function::Max => greatest(numbers.take(), x),
        Function::Clamp => {
            let low = numbers.take();
            least(greatest(numbers.take(), low), x)
        }
        Function::If => {
            let then = numbers.take();
            match numbers.take() {
                1.0 => then,
                0.0 => x,
                undefined => undefined,
            }
        }
    };
}

fn sign(x: f32) -> f32 {
    match x {
        x if x > 0.0 => 1.0,
        x if x < 0.0 => -1.0,
        zero_or_undefined => zero_or_undefined,
    }
}

/// The lesser of two numbers, and no number where one is none: what is broken stays so.
fn least(x: f32, y: f32) -> f32 {
    if x < y || x.is_nan() { x } else { y }
}

/// The greater of two numbers, as [`least`].
fn greatest(x: f32, y: f32) -> f32 {
    if x > y || x.is_nan() { x } else { y }
}
