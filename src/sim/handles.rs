//! Where the links and joints of a robot are in its physics world.

use bevy::math::Vec3;
use bevy_rapier3d::rapier::dynamics::{Multibody, MultibodyLink, RigidBodyHandle, RigidBodySet};
use bevy_rapier3d::rapier::math::Pose;

use crate::model::robot::JointKind;

/// A link or a loose object.
pub(super) struct LinkHandles {
    pub(super) body: RigidBodyHandle,
    /// Its index in the multibody; `None` for a loose object, which is a body of its own.
    pub(super) id: Option<usize>,
}

impl LinkHandles {
    /// The link of the multibody; `None` for a loose object.
    pub(super) fn link<'a>(&self, multibody: &'a Multibody) -> Option<&'a MultibodyLink> {
        let link = |id| multibody.link(id).expect("links are never removed");
        self.id.map(link)
    }

    /// The pose of its frame in the world.
    pub(super) fn pose(&self, multibody: &Multibody, bodies: &RigidBodySet) -> Pose {
        match self.link(multibody) {
            Some(link) => *link.local_to_world(),
            None => *bodies[self.body].position(),
        }
    }
}

/// A joint that moves.
pub(super) struct JointHandles {
    /// The child link (index into the links).
    pub(super) link: usize,
    /// The parent's body, or that of the world.
    pub(super) parent: RigidBodyHandle,
    /// The parent link; `None` where the parent is the world.
    pub(super) parent_link: Option<usize>,
    pub(super) kind: JointKind,
    /// Unit vector in the parent's frame, which does not depend on the joint's position.
    pub(super) axis: Vec3,
    /// The joint's origin in the parent's frame.
    pub(super) anchor: Vec3,
    /// Index among the generalised velocities.
    pub(super) freedom: usize,
    /// Index among Rapier's six joint coordinates.
    pub(super) coordinate: usize,
    pub(super) home: f32,
    pub(super) range: Option<[f32; 2]>,
    pub(super) max_speed: Option<f32>,
}
