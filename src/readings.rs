//! What can be measured on a robot, as plain numbers: exact joint angles and speeds, its named points, its links. Who measures is
//! [`sim`](crate::sim); what must be measured is said by [`Needs`].

mod needs;

pub use needs::{Needs, RayPattern};

use std::borrow::Cow;

use bevy::ecs::prelude::Component;
use bevy::math::{Quat, Vec3};
use serde::{Deserialize, Serialize};

/// One moment of a robot, as plain numbers.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Readings {
    /// Joint angles (rad; m for slides), in the robot's order.
    pub angles: Vec<f32>,
    /// Joint speeds (rad/s; m/s for slides).
    pub speeds: Vec<f32>,
    /// Places of the named points (m, world).
    pub points: Vec<[f32; 3]>,
    /// Velocities of the named points (m/s, world); empty where nobody needs them.
    pub velocities: Vec<[f32; 3]>,
    /// How the named points move with each joint: per point one column per joint (m/rad; 1 for slides along it);
    /// no columns where nobody needs them.
    pub jacobians: Vec<Vec<[f32; 3]>>,
    /// The share of each motor's limit that holding this pose takes; empty where nobody needs them.
    pub gravity_loads: Vec<f32>,
    /// The links, in the robot's order; empty where nobody needs them. Not saved: it follows from the joints, and is
    /// read again.
    #[serde(skip)]
    pub links: Vec<LinkReading>,
    /// How hard each link is pressed by what touches it, at the end of the step (N, 0 or more); empty where nobody needs
    /// it. Not saved either.
    #[serde(skip)]
    pub contact_forces: Vec<f32>,
    /// What is read along rays (m), one list per pattern of [`Needs::rays`]. Not saved either.
    #[serde(skip)]
    pub rays: Vec<Vec<f32>>,
}

/// How a link is and moves, in the world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinkReading {
    /// Where the origin of its frame is (m).
    pub position: [f32; 3],
    /// The unit quaternion `(x, y, z, w)` that takes its axes to the world's, `w` not negative.
    pub orientation: [f32; 4],
    /// How fast the origin moves (m/s).
    pub velocity: [f32; 3],
    /// How fast it turns (rad/s).
    pub angular_velocity: [f32; 3],
    /// What an accelerometer at the origin feels, along the world's axes (m/s^2): the acceleration of the last control step less
    /// that of gravity. Of a robot at rest where nobody needs accelerations.
    pub felt: [f32; 3],
}

impl LinkReading {
    /// The rotation that takes its axes to the world's.
    pub fn rotation(&self) -> Quat {
        Quat::from_array(self.orientation)
    }

    /// A vector of the world along its axes.
    pub fn to_local(&self, vector: [f32; 3]) -> [f32; 3] {
        (self.rotation().inverse() * Vec3::from(vector)).into()
    }
}

impl Readings {
    /// Whether what is saved of both is the same, to the bit.
    pub fn is_saved_as(&self, other: &Self) -> bool {
        let saved = |readings: &Self| Self {
            links: Vec::new(),
            contact_forces: Vec::new(),
            rays: Vec::new(),
            ..readings.clone()
        };
        saved(self) == saved(other)
    }

    /// Whether every joint reading is a number and no joint is faster than `max_speed` (rad/s or m/s).
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn check(&self, max_speed: f32) -> Result<(), Cow<'static, str>> {
        let mut readings = self.angles.iter().chain(&self.speeds);
        if !readings.all(|reading| reading.is_finite()) {
            return Err("a joint's reading is not finite".into());
        }
        match self.speeds.iter().position(|speed| speed.abs() > max_speed) {
            None => Ok(()),
            Some(joint) => Err(format!(
                "joint {} moves at {}, above max_joint_speed {max_speed}",
                joint + 1,
                self.speeds[joint]
            )
            .into()),
        }
    }
}
