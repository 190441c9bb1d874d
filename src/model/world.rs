//! What is around the robot, validated: ground and other solids that never move.

use serde::Serialize;

use super::robot::{Form, Surface};

/// All that the robot can touch besides itself; nothing by default.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct World {
    /// A level ground without end; `None`: there is none to fall on.
    pub ground: Option<Ground>,
    /// Solids on it or above.
    pub terrain: Vec<Solid>,
    /// Where it goes up and down.
    pub heights: Vec<Heights>,
}

/// A level ground without end. Solid all the way down.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ground {
    /// Its height (m).
    pub z: f32,
    /// How it touches.
    pub surface: Surface,
}

/// Something that does not move, in the world's frame.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Solid {
    /// Its geometry.
    pub form: Form,
    /// How it touches.
    pub surface: Surface,
}

/// A surface over a rectangle that goes up and down, with nothing below it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Heights {
    /// The middle of the rectangle in the world; heights count from its z (m).
    pub center: [f32; 3],
    /// How it is turned about the vertical (rad).
    pub yaw: f32,
    /// Its length along its own x and y (m).
    pub size: [f32; 2],
    /// Cells along x and y, one at least.
    pub cells: [usize; 2],
    /// At the corners of the cells (m): from the least x to the greatest, and so for each y from the least on.
    pub heights: Vec<f32>,
    /// How it touches.
    pub surface: Surface,
}

impl World {
    /// Whether there is nothing to touch.
    pub fn is_empty(&self) -> bool {
        self.ground.is_none() && self.terrain.is_empty() && self.heights.is_empty()
    }
}

impl Heights {
    /// Where the heights are (m from the middle, along its own axes), in their order.
    pub fn places(size: [f32; 2], cells: [usize; 2]) -> impl Iterator<Item = [f32; 2]> {
        let place = move |axis: usize, i: usize| size[axis] * (i as f32 / cells[axis] as f32 - 0.5);
        (0..=cells[1]).flat_map(move |j| (0..=cells[0]).map(move |i| [place(0, i), place(1, j)]))
    }

    /// The corners of its cells (m from the middle, along its own axes).
    pub fn corners(&self) -> impl Iterator<Item = [f32; 3]> {
        let places = Heights::places(self.size, self.cells);
        places.zip(&self.heights).map(|([x, y], &z)| [x, y, z])
    }

    /// Its triangles, two for each cell, by their corners as seen from above, counterclockwise.
    pub fn faces(&self) -> impl Iterator<Item = [u32; 3]> {
        let [along_x, along_y] = self.cells;
        let corner = move |i: usize, j: usize| (j * (along_x + 1) + i) as u32;
        let cells = (0..along_y).flat_map(move |j| (0..along_x).map(move |i| (i, j)));
        cells.flat_map(move |(i, j)| {
            let [here, ahead, left] = [corner(i, j), corner(i + 1, j), corner(i, j + 1)];
            [[here, ahead, left], [ahead, corner(i + 1, j + 1), left]]
        })
    }
}
