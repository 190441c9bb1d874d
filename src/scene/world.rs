//! What is around the robot, validated: ground and other solids that never move.

use super::robot::{Form, Surface};

/// All that the robot can touch besides itself; nothing by default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct World {
    /// A level ground without end; `None`: there is none to fall on.
    pub ground: Option<Ground>,
    /// Solids on it or above.
    pub terrain: Vec<Solid>,
}

/// A level ground without end. Solid all the way down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ground {
    /// Its height (m).
    pub z: f32,
    /// How it touches.
    pub surface: Surface,
}

/// Something that does not move, in the world's frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Solid {
    /// Its geometry.
    pub form: Form,
    /// How it touches.
    pub surface: Surface,
}

impl World {
    /// Whether there is nothing to touch.
    pub fn is_empty(&self) -> bool {
        self.ground.is_none() && self.terrain.is_empty()
    }
}
