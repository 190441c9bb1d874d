//! What can be measured on a robot: exact joint angles and speeds, and its named points.

use bevy::ecs::prelude::Component;
use bevy::math::{Quat, Vec3};
use bevy_rapier3d::rapier::dynamics::{Multibody, MultibodyJointSet, MultibodyLink, RigidBodySet};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

use super::plant::{LinkHandles, Plant};

/// One moment of a robot, as plain numbers.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Readings {
    /// Joint angles (rad; m for slides), in the order of actions.
    pub angles: Vec<f32>,
    /// Joint speeds (rad/s; m/s for slides).
    pub speeds: Vec<f32>,
    /// Places of the named points (m, world).
    pub points: Vec<[f32; 3]>,
    /// Velocities of the named points (m/s, world); empty for tasks that do not look at motion.
    pub velocities: Vec<[f32; 3]>,
    /// How the named points move with each joint: per point one column per joint (m/rad; 1 for slides along it);
    /// no columns for tasks that do not look at motion.
    pub jacobians: Vec<Vec<[f32; 3]>>,
    /// The share of each motor's limit that holding this pose takes; empty for tasks that do not look at gravity.
    pub gravity_loads: Vec<f32>,
}

impl Readings {
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

/// Reads the state of a world, as far as the task looks at it.
pub fn read(
    plant: &Plant,
    multibodies: &MultibodyJointSet,
    bodies: &RigidBodySet,
    readings: &mut Readings,
) {
    read_joints(plant, multibodies, readings);
    let multibody = multibody(plant, multibodies);
    if plant.reads_gravity {
        read_gravity_loads(plant, multibody, bodies, &mut readings.gravity_loads);
    }
    readings.points.clear();
    readings.velocities.clear();
    readings.jacobians.resize_with(plant.points.len(), Vec::new);
    for (&(link, at), columns) in plant.points.iter().zip(&mut readings.jacobians) {
        let handles = &plant.links[link];
        let place = *link_of(multibody, handles.id).local_to_world() * at;
        readings.points.push(place.into());
        if plant.reads_motion {
            let velocity = read_motion(
                plant,
                multibody,
                bodies,
                handles,
                place,
                &readings.speeds,
                columns,
            );
            readings.velocities.push(velocity.into());
        }
    }
}

/// Reads joint angles and speeds alone.
pub fn read_joints(plant: &Plant, multibodies: &MultibodyJointSet, readings: &mut Readings) {
    let multibody = multibody(plant, multibodies);
    let velocities = multibody.generalized_velocity();
    readings.angles.clear();
    readings.speeds.clear();
    for joint in &plant.joints {
        let link = link_of(multibody, plant.links[joint.link].id);
        readings
            .angles
            .push(link.joint().coords()[joint.coordinate]);
        readings.speeds.push(velocities[joint.freedom]);
    }
}

fn multibody<'a>(plant: &Plant, multibodies: &'a MultibodyJointSet) -> &'a Multibody {
    multibodies
        .get_multibody(plant.multibody)
        .expect("the robot is never removed")
}

fn link_of(multibody: &Multibody, id: usize) -> &MultibodyLink {
    multibody.link(id).expect("links are never removed")
}

/// Writes how a place on a link moves with each joint to `columns` and returns its velocity.
fn read_motion(
    plant: &Plant,
    multibody: &Multibody,
    bodies: &RigidBodySet,
    handles: &LinkHandles,
    place: Vec3,
    speeds: &[f32],
    columns: &mut Vec<[f32; 3]>,
) -> Vec3 {
    let center = *link_of(multibody, handles.id).local_to_world()
        * bodies[handles.body].local_center_of_mass();
    let jacobian = multibody.body_jacobian(handles.id);
    let mut velocity = Vec3::ZERO;
    columns.clear();
    for (joint, speed) in plant.joints.iter().zip(speeds) {
        let twist = jacobian.column(joint.freedom);
        let turning = Vec3::new(twist[3], twist[4], twist[5]);
        let column = Vec3::new(twist[0], twist[1], twist[2]) + turning.cross(place - center);
        velocity += column * *speed;
        columns.push(column.into());
    }
    velocity
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
    let multibody = multibody(plant, multibodies);
    let pose = |handles: &LinkHandles| {
        let pose = link_of(multibody, handles.id).local_to_world();
        (pose.translation, pose.rotation)
    };
    plant.links.iter().map(pose).collect()
}
