//! The phases of a frame.

use bevy::prelude::SystemSet;

/// The phases of a frame, in their order.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Frame {
    /// Changes from outside: the training, the scene's file, signals.
    News,
    /// Keyboard and mouse.
    Input,
    /// The shown robot takes the control steps that are due.
    Advance,
    /// The entities of the 3D view follow the shown robot.
    Show,
}
