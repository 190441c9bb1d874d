//! From what is written to what can be run: names become indices, and every number is in its range.

mod coordinates;
mod heights;

pub(super) use heights::height_formula;
