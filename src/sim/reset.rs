//! Puts a fresh world into a given state.

use bevy::math::Vec3;
use bevy_rapier3d::rapier::dynamics::{MultibodyJointSet, RigidBodySet};
use bevy_rapier3d::rapier::geometry::ColliderSet;

use super::plant::Plant;
use super::shapes::rotation;
use crate::task::StartState;

/// Sets joint angles and speeds of a world that is equal to the template, and where what floats is.
pub fn place(
    plant: &Plant,
    start: &StartState,
    colliders: &mut ColliderSet,
    multibodies: &mut MultibodyJointSet,
    bodies: &mut RigidBodySet,
) {
    let multibody = multibodies
        .get_multibody_mut(plant.multibody)
        .expect("the robot is never removed");
    let mut displacements = vec![0.0; plant.freedoms];
    let joints = plant.joints.iter();
    for ((joint, angle), speed) in joints.zip(&start.angles).zip(&start.speeds) {
        displacements[joint.freedom] = *angle;
        multibody.generalized_velocity_mut()[joint.freedom] = *speed;
    }
    for &(link, xyz, rpy) in &start.free {
        let handles = &plant.links[link];
        let (moved, turned) = (Vec3::from(xyz), rotation(rpy));
        if let Some(id) = handles.id {
            // Along and about the axes of its origin, which is that of the joint.
            let joint = multibody.link(id).expect("links are never removed");
            let first = joint.assembly_id();
            let axes = joint.local_to_world().rotation;
            let place = axes.inverse() * moved;
            let turn = axes.inverse() * turned.to_scaled_axis();
            displacements[first..first + 3].copy_from_slice(&place.to_array());
            displacements[first + 3..first + 6].copy_from_slice(&turn.to_array());
        } else if let Some(body) = bodies.get_mut(handles.body) {
            let mut pose = *body.position();
            pose.translation += moved;
            pose.rotation = turned * pose.rotation;
            body.set_position(pose, false);
        }
    }
    multibody.apply_displacements(&displacements);
    multibody.forward_kinematics(bodies, true);
    multibody.update_rigid_bodies(bodies, true);
    if !start.free.is_empty() {
        // Who casts rays before the first step sees objects where they are.
        bodies.propagate_modified_body_positions_to_colliders(colliders);
    }
}
