//! What a checked program gives. Every function has the same bits on every machine.

use super::{Formula, Function, Op, STACK, Source, Two};

/// Reads what a formula is about.
pub trait Reader<R> {
    /// What a reading reads.
    fn read(&self, reading: &R) -> f32;
}

impl<R> Formula<R> {
    /// What it gives, with what it reads; not finite where it divides by 0 and the like.
    pub fn value(&self, reader: &impl Reader<R>) -> f32 {
        run(&self.program, reader)
    }
}

fn run<R>(program: &[Op<R>], reader: &impl Reader<R>) -> f32 {
    let load = |source: &Source<R>| match source {
        Source::Number(number) => *number,
        Source::Read(reading) => reader.read(reading),
    };
    // The newest number is at hand, in a register. A checked program never lays aside more than there is room for, so no place has to
    // be checked here.
    let mut at_hand = 0.0;
    let mut aside = [0.0; STACK];
    let mut count: usize = 0;
    for op in program {
        at_hand = match op {
            Op::Load(source) => {
                aside[count % STACK] = at_hand;
                count += 1;
                load(source)
            }
            Op::Negate => -at_hand,
            Op::Square => square(at_hand),
            // What is not a number stays so.
            Op::Not => 1.0 - at_hand,
            Op::Two(two) => {
                count = count.wrapping_sub(1);
                join(*two, aside[count % STACK], at_hand)
            }
            Op::With(two, source) => join(*two, at_hand, load(source)),
            Op::Call(function) => {
                count = count.wrapping_sub(function.waiting());
                let (x, y) = (aside[count % STACK], aside[(count + 1) % STACK]);
                call(*function, x, y, at_hand)
            }
        };
    }
    at_hand
}

fn square(x: f32) -> f32 {
    x * x
}

/// The same angle in [-pi, pi] (rad).
pub fn wrap(angle: f32) -> f32 {
    use std::f32::consts::TAU;
    angle - TAU * (angle / TAU).round()
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

impl Function {
    /// How many of its arguments wait aside for the last one.
    fn waiting(self) -> usize {
        match self {
            Function::Atan2 | Function::Min | Function::Max => 1,
            Function::Clamp | Function::If => 2,
            _ => 0,
        }
    }
}

/// What a function gives of its last argument `z` and those before it: `x`, or `x` and `y`.
fn call(function: Function, x: f32, y: f32, z: f32) -> f32 {
    match function {
        Function::Abs => z.abs(),
        // Rounded exactly, which IEEE 754 asks of it.
        Function::Sqrt => z.sqrt(),
        Function::Exp => libm::expf(z),
        Function::Ln => libm::logf(z),
        Function::Sin => libm::sinf(z),
        Function::Cos => libm::cosf(z),
        Function::Tan => libm::tanf(z),
        Function::Asin => libm::asinf(z),
        Function::Acos => libm::acosf(z),
        Function::Atan => libm::atanf(z),
        Function::Atan2 => libm::atan2f(x, z),
        Function::Tanh => libm::tanhf(z),
        Function::Floor => z.floor(),
        Function::Sign => sign(z),
        Function::Wrap => wrap(z),
        Function::Min => least(x, z),
        Function::Max => greatest(x, z),
        Function::Clamp => least(greatest(x, y), z),
        Function::If => match x {
            1.0 => y,
            0.0 => z,
            undefined => undefined,
        },
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::PI;

    #[test]
    fn angles_wrap_to_the_nearest_turn() {
        assert_eq!(wrap(0.5), 0.5);
        assert!((wrap(0.5 + 4.0 * PI) - 0.5).abs() < 1e-5);
        assert!((wrap(1.5 * PI) + 0.5 * PI).abs() < 1e-6);
    }
}
