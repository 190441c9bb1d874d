//! What can be measured on a robot: exact joint angles and speeds, and its named points.

use bevy::ecs::prelude::Component;
use bevy::math::{Quat, Vec3};
use bevy_rapier3d::rapier::dynamics::{MultibodyJointSet, RigidBodySet};

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
    for joint in &plant.joints {
        let link = multibody
            .link(plant.links[joint.link].id)
            .expect("links are never removed");
        readings
            .angles
            .push(link.joint().coords()[joint.coordinate]);
        readings.speeds.push(velocities[joint.freedom]);
    }
    for &(link, at) in &plant.points {
        let handles = &plant.links[link];
        let link = multibody
            .link(handles.id)
            .expect("links are never removed");
        let place = *link.local_to_world() * at;
        let velocity = bodies[handles.body].velocity_at_point(place);
        readings.points.push(place.into());
        readings.velocities.push(velocity.into());
    }
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
