//! From what is written to what can be run: names become indices, and every number is in its range.

mod formula;
mod heights;
mod task;

pub(super) use heights::height_formula;
pub(super) use task::task;

pub(super) use crate::model::check::{length, not_negative, positive};
pub(super) use crate::ron_tree::{index_of, unique};
