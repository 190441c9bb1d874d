//! What can be measured on a robot: exact joint angles and speeds, and its named points.

use bevy::ecs::prelude::Component;
use bevy::math::{Quat, Vec3};
use bevy_rapier3d::rapier::dynamics::{Multibody, MultibodyJointSet, RigidBodySet};

use super::plant::Plant;

/// One moment of a robot, as plain numbers.
#[derive(Component, Clone, Debug, Default, PartialEq)]
pub struct Readings {
    /// Joint angles (rad; m for slides), in the order of actions.
    pub angles: Vec<f32>,
    /// Joint speeds (rad/s; m/s for slides).
    pub speeds: Vec<f32>,
    /// Places of the named points (m, world).
    pub points: Vec<[f32; 3]>,
    /// Velocities of the named points (m/s, world).
    pub velocities: Vec<[f32; 3]>,
    /// How the named points move with each joint: per point one column per joint (m/rad; 1 for slides along it).
    pub jacobians: Vec<Vec<[f32; 3]>>,
    /// The share of each motor's limit that holding this pose takes.
    pub gravity_loads: Vec<f32>,
}

impl Readings {
    /// Whether every joint reading is a number and no joint is faster than `max_speed` (rad/s or m/s).
    pub fn are_sound(&self, max_speed: f32) -> bool {
        let calm = |speed: &f32| speed.abs() <= max_speed; // false for NaN
        self.angles.iter().all(|angle| angle.is_finite()) && self.speeds.iter().all(calm)
    }
}

/// Reads the state of a world.
pub fn read(
    plant: &Plant,
    multibodies: &MultibodyJointSet,
    bodies: &RigidBodySet,
    readings: &mut Readings,
) {
    let multibody = &multibodies
        .get_multibody(plant.multibody)
        .expect("the robot is never removed");
    let velocities = multibody.generalized_velocity();
    readings.angles.clear();
    readings.speeds.clear();
    readings.points.clear();
    readings.velocities.clear();
    readings.jacobians.resize_with(plant.points.len(), Vec::new);
    for joint in &plant.joints {
        let link = multibody
            .link(plant.links[joint.link].id)
            .expect("links are never removed");
        readings
            .angles
            .push(link.joint().coords()[joint.coordinate]);
        readings.speeds.push(velocities[joint.freedom]);
    }
    read_gravity_loads(plant, multibody, bodies, &mut readings.gravity_loads);
    for (&(link, at), columns) in plant.points.iter().zip(&mut readings.jacobians) {
        let handles = &plant.links[link];
        let link = multibody.link(handles.id).expect("links are never removed");
        let place = *link.local_to_world() * at;
        let from_center =
            place - *link.local_to_world() * bodies[handles.body].local_center_of_mass();
        let jacobian = multibody.body_jacobian(handles.id);
        let mut velocity = Vec3::ZERO;
        columns.clear();
        for (joint, speed) in plant.joints.iter().zip(&readings.speeds) {
            let twist = jacobian.column(joint.freedom);
            let turning = Vec3::new(twist[3], twist[4], twist[5]);
            let column = Vec3::new(twist[0], twist[1], twist[2]) + turning.cross(from_center);
            velocity += column * *speed;
            columns.push(column.into());
        }
        readings.points.push(place.into());
        readings.velocities.push(velocity.into());
    }
}

/// Torque against gravity: each link's weight, seen through the Jacobian of its centre of mass.
fn read_gravity_loads(
    plant: &Plant,
    multibody: &Multibody,
    bodies: &RigidBodySet,
    loads: &mut Vec<f32>,
) {
    loads.clear();
    loads.resize(plant.joints.len(), 0.0);
    for handles in &plant.links {
        let lift = -plant.gravity * bodies[handles.body].mass();
        let jacobian = multibody.body_jacobian(handles.id);
        for (load, joint) in loads.iter_mut().zip(&plant.joints) {
            let column = jacobian.column(joint.freedom);
            let torque = column[0] * lift.x + column[1] * lift.y + column[2] * lift.z;
            *load += torque / joint.torque;
        }
    }
}

/// Velocity of a link's centre of mass (m/s) and its angular velocity (rad/s), both in the world. From the joint speeds:
/// after a step, those kept with Rapier's bodies are one substep old.
pub(super) fn velocity(multibody: &Multibody, link: usize) -> (Vec3, Vec3) {
    let twist = multibody.body_jacobian(link) * multibody.generalized_velocity();
    (
        Vec3::new(twist[0], twist[1], twist[2]),
        Vec3::new(twist[3], twist[4], twist[5]),
    )
}

/// Where the robot's links are (world), in their order: for pictures.
pub fn link_poses(plant: &Plant, multibodies: &MultibodyJointSet) -> Vec<(Vec3, Quat)> {
    let multibody = &multibodies
        .get_multibody(plant.multibody)
        .expect("the robot is never removed");
    plant
        .links
        .iter()
        .map(|link| {
            let pose = multibody
                .link(link.id)
                .expect("links are never removed")
                .local_to_world();
            (pose.translation, pose.rotation)
        })
        .collect()
}
