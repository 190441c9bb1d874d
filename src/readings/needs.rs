//! What must be measured, said by those who look at it.

/// What must be measured besides joint angles, joint speeds and the places of points.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Needs {
    /// Velocities and Jacobians of the named points.
    pub point_motion: bool,
    /// Poses and velocities of the links.
    pub links: bool,
    /// How the links' velocities change from step to step; with `links` only.
    pub accelerations: bool,
    /// How hard links are pressed.
    pub contacts: bool,
    /// What gravity asks of the motors.
    pub gravity_loads: bool,
    /// Rays to be cast, in the order of [`Readings::rays`](super::Readings::rays).
    pub rays: Vec<RayPattern>,
}

impl Needs {
    /// What both need.
    pub fn add(&mut self, other: Self) {
        self.point_motion |= other.point_motion;
        self.links |= other.links;
        self.accelerations |= other.accelerations;
        self.contacts |= other.contacts;
        self.gravity_loads |= other.gravity_loads;
        self.rays.extend(other.rays);
    }
}

/// Rays that a link casts at what is around the robot, never at links of its robot.
#[derive(Clone, Debug, PartialEq)]
pub enum RayPattern {
    /// From one place on a link, along its axes.
    Fan {
        /// Which link.
        link: usize,
        /// Where they begin, in the link's frame (m).
        at: [f32; 3],
        /// Their directions in the link's frame, unit vectors.
        directions: Vec<[f32; 3]>,
        /// What is read where nothing is nearer (m), above 0.
        range: f32,
    },
    /// Straight down on places around a link that turn with it about the vertical: the height of the link above what is there.
    Down {
        /// Which link.
        link: usize,
        /// Along the link's x and y, from its origin (m).
        places: Vec<[f32; 2]>,
        /// What is read where nothing is nearer (m), above 0. What is higher than the link, at most by this, is read as less than 0.
        range: f32,
    },
}
