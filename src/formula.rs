//! Formulas over named readings, compiled: `Expr("-tip.distance - 0.1 * elbow.speed^2")`.
//!
//! A formula is checked once, into a program for a stack of numbers, and then run in every step. What it may read is up to who uses it:
//! `Names` says what a name means, a [`Reader`] gives its value. What it may call is declared in [`FUNCTIONS`].

mod compile;
mod functions;
mod program;
mod steps;
mod value;
mod words;

pub(crate) use compile::{Compiler, Kind, Names, formula};
pub use functions::{FUNCTIONS, Function};
pub use program::{Formula, Op, STACK, Source, Two};
pub use value::{Reader, wrap};
pub(crate) use words::{Part as NamePart, is_plain};
