//! Planar robots with contacts: a spring along the normal of their plane, without which ground friction would vanish.
//!
//! Rapier splits the friction force between two tangential directions in proportion to the robot's effective mass in each. A planar
//! robot cannot move along the normal of its plane: the effective mass should be infinite, but rounding leaves an inverse mass of
//! 1e-16 1/kg. This direction then takes the whole friction force, and the robot slides as on ice. The root joint therefore gets a
//! second axis along the normal, with a spring that holds the robot in its plane. Scenes, readings and actions do not see this axis.

use bevy::math::{Mat3, Quat, Vec3};
use bevy_rapier3d::rapier::dynamics::{JointAxesMask, JointAxis, MultibodyLink};

use super::shapes::{mass_properties, rotation};
use crate::model::robot::{JointKind, Link, Robot};

/// The additional axis of the root joint of a planar robot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OutOfPlane {
    /// Normal of the plane: a unit vector in the joint's frame.
    normal: Vec3,
    /// Mass of the links below the joint (kg).
    mass: f32,
    kind: JointKind,
}

/// Largest angular error of an axis at which a robot still counts as planar (rad).
const TOLERANCE: f32 = 1e-3;

impl OutOfPlane {
    /// The additional axis for each link's joint: `Some` for root joints whose links all move in one plane that contains gravity. In a
    /// horizontal plane the spring would sag, and nothing is pressed to the ground.
    pub(super) fn of(robot: &Robot, gravity: Vec3) -> Vec<Option<Self>> {
        let links = 0..robot.links.len();
        links
            .map(|link| Self::of_link(robot, link, gravity))
            .collect()
    }

    fn of_link(robot: &Robot, root: usize, gravity: Vec3) -> Option<Self> {
        let link = &robot.links[root];
        if link.parent.is_some_and(|parent| robot.moves(parent)) {
            return None;
        }
        let kind = robot.joints[link.joint?].kind;
        let links = root..robot.links.len();
        let links: Vec<usize> = links.filter(|&link| hangs(robot, link, root)).collect();
        let axis = |&link: &usize| {
            let joint = &robot.joints[robot.links[link].joint?];
            Some((
                joint.kind,
                orientation(robot, link) * Vec3::from(joint.axis),
            ))
        };
        let axes: Vec<(JointKind, Vec3)> = links.iter().filter_map(axis).collect();
        let normal = normal(&axes)?;
        let in_plane = |&(kind, axis): &(JointKind, Vec3)| match kind {
            JointKind::Revolute => normal.cross(axis).length() < TOLERANCE,
            JointKind::Prismatic => normal.dot(axis).abs() < TOLERANCE,
        };
        let upright = normal.dot(gravity).abs() <= TOLERANCE * gravity.length();
        let masses = links
            .iter()
            .map(|&link| mass_properties(&robot.links[link]));
        let mass = masses.map(|properties| properties.mass()).sum();
        let planar = upright && axes.iter().all(in_plane) && mass > 0.0;
        planar.then(|| Self {
            normal: orientation(robot, root).inverse() * normal,
            mass,
            kind,
        })
    }

    /// The rotation that maps Rapier's x axis to the joint's axis, and another of Rapier's axes to the normal.
    pub(super) fn frame(&self, axis: Vec3) -> Quat {
        match self.kind {
            JointKind::Revolute => Quat::from_rotation_arc(Vec3::X, axis),
            JointKind::Prismatic => {
                let normal = self.normal.reject_from_normalized(axis).normalize();
                Quat::from_mat3(&Mat3::from_cols(axis, normal, axis.cross(normal)))
            }
        }
    }

    /// The additional free axis.
    pub(super) fn mask(&self) -> JointAxesMask {
        self.axis().into()
    }

    /// Number of free coordinates of Rapier's joint before the joint's own.
    pub(super) fn before(&self) -> usize {
        match self.kind {
            JointKind::Revolute => 1,
            JointKind::Prismatic => 0,
        }
    }

    fn axis(&self) -> JointAxis {
        match self.kind {
            JointKind::Revolute => JointAxis::LinX,
            JointKind::Prismatic => JointAxis::LinY,
        }
    }

    /// Sets the spring. It is so soft that within a physics step of `dt` seconds the effective mass along the normal is about that in
    /// the plane, since friction is split wrongly between directions that differ much. Returns the offset of the axis among the joint's
    /// generalised velocities, and its damping (N s/m).
    pub(super) fn hold(&self, link: &mut MultibodyLink, dt: f32) -> (usize, f32) {
        let frequency = 0.1 / dt;
        let stiffness = self.mass * frequency * frequency;
        link.joint.set_spring(self.axis() as usize, stiffness, 0.0);
        (1 - self.before(), self.mass * frequency)
    }
}

/// Whether a link is the root or its descendant.
fn hangs(robot: &Robot, link: usize, root: usize) -> bool {
    let parent = robot.links[link].parent;
    link == root || parent.is_some_and(|parent| hangs(robot, parent, root))
}

/// The rotation of a link's frame in the world, with all joints at position 0.
fn orientation(robot: &Robot, link: usize) -> Quat {
    let Link { parent, origin, .. } = &robot.links[link];
    let parent = parent.map_or(Quat::IDENTITY, |parent| orientation(robot, parent));
    parent * rotation(origin.rpy)
}

/// The normal of the plane that the axes determine: the axis of a hinge, or the cross product of two slides.
fn normal(axes: &[(JointKind, Vec3)]) -> Option<Vec3> {
    let hinge = axes.iter().find(|(kind, _)| *kind == JointKind::Revolute);
    let first = axes.first()?.1;
    let mut crossed = axes.iter().map(|(_, axis)| first.cross(*axis));
    let crossed = || crossed.find(|normal| normal.length() > TOLERANCE);
    hinge
        .map(|hinge| hinge.1)
        .or_else(crossed)
        .map(Vec3::normalize)
}
