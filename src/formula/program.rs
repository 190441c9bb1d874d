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
    /// What it reads; of readings that lie side by side the first.
    pub fn readings(&self) -> impl Iterator<Item = &R> {
        let sources = self.program.iter().flat_map(|op| match op {
            Op::Load(source) | Op::With(_, source) => vec![source],
            Op::Sum(sum) => sum.parts.iter().map(|part| &part.source).collect(),
            Op::Negate | Op::Square | Op::Not | Op::Two(_) | Op::Call(_) => Vec::new(),
        });
        sources.filter_map(|source| match source {
            Source::Read(reading) | Source::Square(reading) => Some(reading),
            Source::Number(_) => None,
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
    /// Adds up.
    Sum(Sum<R>),
    /// Calls a function; the last of its arguments is at hand.
    Call(Function),
}

/// What rewards are for the most part: a sum of readings and their squares, each times a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Sum<R> {
    /// Whether they are added to the number at hand, which else is laid aside.
    pub onto: bool,
    /// The summands, from the first to the last.
    pub parts: Vec<Part<R>>,
}

/// Summands that are alike: `0.1 * hip.action^2 + 0.1 * knee.action^2`, where the knee's motor is the one after the hip's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part<R> {
    /// What each is multiplied by.
    pub weight: f32,
    /// The first of them.
    pub source: Source<R>,
    /// How many there are: the first one, and the readings that lie behind it.
    pub count: usize,
}

/// Where a number comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source<R> {
    /// The text.
    Number(f32),
    /// What the formula is about: the robot, the goal and the clock, or a place on the ground.
    Read(R),
    /// The square of that, of which rewards are full.
    Square(R),
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
