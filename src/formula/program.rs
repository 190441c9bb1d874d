//! What a checked formula is: a program for a stack of numbers.

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::Function;

/// How many numbers a running formula holds at most; a power of two.
pub const STACK: usize = 16;

/// A checked formula: a program for a stack of numbers. A condition is 1 where it holds, 0 where it does not, and not a number where
/// something in it is none. What it reads is an `R`.
#[derive(Clone, PartialEq)]
pub struct Formula<R> {
    /// As written, but for blanks.
    pub text: String,
    /// Never needs more than [`STACK`] numbers, never takes one that is not there, and leaves exactly one.
    pub program: Vec<Op<R>>,
}

impl<R> Formula<R> {
    /// What it reads.
    pub fn readings(&self) -> impl Iterator<Item = &R> {
        self.program.iter().filter_map(|op| match op {
            Op::Load(Source::Read(reading)) | Op::With(_, Source::Read(reading)) => Some(reading),
            Op::Load(Source::Number(_))
            | Op::With(_, Source::Number(_))
            | Op::Negate
            | Op::Square
            | Op::Not
            | Op::Two(_)
            | Op::Call(_) => None,
        })
    }
}

/// A formula is what it says; its program follows from that and the robot.
impl<R> fmt::Debug for Formula<R> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

/// As what it says and what its names mean, the limit of a motor behind `elbow.torque` for one; not as the steps that compute it.
impl<R: Serialize> Serialize for Formula<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Formula", 2)?;
        fields.serialize_field("text", &self.text)?;
        fields.serialize_field("reads", &self.readings().collect::<Vec<_>>())?;
        fields.end()
    }
}

/// One step of a formula's program. The newest number is the one at hand.
#[derive(Clone, Debug, PartialEq)]
pub enum Op<R> {
    /// Lays aside the number at hand and takes another one.
    Load(Source<R>),
    /// Takes the negative of the number at hand.
    Negate,
    /// Takes the square of the number at hand: `x^2`, without a power.
    Square,
    /// Takes the contrary of the condition at hand.
    Not,
    /// Joins what was laid aside last with what is at hand.
    Two(Two),
    /// Joins what is at hand with another number.
    With(Two, Source<R>),
    /// Calls a function; the last of its arguments is at hand.
    Call(Function),
}

/// Where a number comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source<R> {
    /// The text.
    Number(f32),
    /// What the formula is about: the robot, the goal and the clock, or a place on the ground.
    Read(R),
}

/// What stands between two numbers or conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Two {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Equal,
    Unequal,
    And,
    Or,
}
