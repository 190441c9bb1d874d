//! Robots that live in a plane, and how far they give way across it, without which nothing would rub.
//!
//! Rapier shares what friction can hold among two directions of the ground, by how hard the robot is to move in each. Across its
//! plane a planar robot cannot be moved at all; but what rounding leaves of that, 1e-16 for each kilogram, reads as a mass so large
//! that this direction takes the whole share, and the robot slides as on ice. So the joint on which it hangs gets a second axis
//! across the plane, and a spring that keeps it there. No scene, reading or action knows of it.

use bevy::math::{Mat3, Quat, Vec3};
use bevy_rapier3d::rapier::dynamics::{JointAxesMask, JointAxis, MultibodyLink};

use super::shapes::{mass_properties, rotation};
use crate::scene::robot::{JointKind, Link, Robot};

/// The axis across the plane, of the joint on which a planar robot hangs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Across {
    /// Unit vector in the joint's frame.
    normal: Vec3,
    /// What hangs on the joint (kg).
    mass: f32,
    kind: JointKind,
}

/// How far an axis may be off (rad) for its robot still to be planar.
const TOLERANCE: f32 = 1e-3;

impl Across {
    /// For each link what its joint gets: those do that hang on the world, and move all of their links in one plane, in which
    /// gravity lies. A plane that lies itself would sag, and nothing in it is pressed to the ground.
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
            Some((joint.kind, turn(robot, link) * Vec3::from(joint.axis)))
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
            normal: turn(robot, root).inverse() * normal,
            mass,
            kind,
        })
    }

    /// What turns Rapier's x to the joint's own axis, and the axis across to one of Rapier's as well.
    pub(super) fn frame(&self, axis: Vec3) -> Quat {
        match self.kind {
            JointKind::Revolute => Quat::from_rotation_arc(Vec3::X, axis),
            JointKind::Prismatic => {
                let normal = self.normal.reject_from_normalized(axis).normalize();
                Quat::from_mat3(&Mat3::from_cols(axis, normal, axis.cross(normal)))
            }
        }
    }

    /// What it leaves free besides what the joint does.
    pub(super) fn mask(&self) -> JointAxesMask {
        self.axis().into()
    }

    /// How many of Rapier's coordinates of the joint come before the joint's own.
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

    /// Leads the link back to its plane, so softly that within a physics step of `dt` seconds it is about as hard to move across the
    /// plane as in it: friction is not shared rightly among directions that differ much. Gives the place of its speed among the
    /// joint's, and the damping (N s/m).
    pub(super) fn hold(&self, link: &mut MultibodyLink, dt: f32) -> (usize, f32) {
        let frequency = 0.1 / dt;
        let stiffness = self.mass * frequency * frequency;
        link.joint.set_spring(self.axis() as usize, stiffness, 0.0);
        (1 - self.before(), self.mass * frequency)
    }
}

/// Whether a link is the root or hangs on it.
fn hangs(robot: &Robot, link: usize, root: usize) -> bool {
    let parent = robot.links[link].parent;
    link == root || parent.is_some_and(|parent| hangs(robot, parent, root))
}

/// How the frame of a link is turned in the world, where all joints are at 0.
fn turn(robot: &Robot, link: usize) -> Quat {
    let Link { parent, origin, .. } = &robot.links[link];
    let parent = parent.map_or(Quat::IDENTITY, |parent| turn(robot, parent));
    parent * rotation(origin.rpy)
}

/// What the plane of these axes would be across: that of a hinge, or of two slides.
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
