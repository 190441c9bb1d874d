//! What a checked program gives. Every function has the same bits on every machine.

use super::{Formula, Function, Op, STACK, Source, Two};

impl<R: Copy> Formula<R> {
    /// What it gives, with what it reads; not finite where it divides by 0 and the like.
    #[inline]
    pub fn value(&self, read: impl Fn(R) -> f32) -> f32 {
        let mut numbers = Numbers {
            at_hand: 0.0,
            aside: [0.0; STACK],
            count: 0,
        };
        let load = |source| match source {
            Source::Number(number) => number,
            Source::Read(reading) => read(reading),
        };
        for op in &self.program {
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
}

/// The same angle in [-pi, pi] (rad).
pub fn wrap(angle: f32) -> f32 {
    use std::f32::consts::TAU;
    angle - TAU * (angle / TAU).round()
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
