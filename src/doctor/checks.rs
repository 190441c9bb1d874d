//! The checks. A new one is a file and an entry in [`CHECKS`].

mod ends_at_start;
mod energy;
mod episodes;
mod foresight;
mod joints;
mod observations;
mod overlap;
mod reach;
mod rewards;
mod saturation;
mod strength;
mod weights;

use super::check::Check;

/// Every check, in the order of the reference.
pub(super) const CHECKS: &[Check] = &[
    reach::CHECK,
    strength::CHECK,
    joints::CHECK,
    weights::CHECK,
    ends_at_start::CHECK,
    overlap::CHECK,
    foresight::CHECK,
    episodes::CHECK,
    saturation::CHECK,
    energy::CHECK,
    rewards::CHECK,
    observations::CHECK,
];
