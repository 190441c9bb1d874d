//! Puts a fresh world into a given state.

use bevy_rapier3d::rapier::dynamics::{MultibodyJointSet, RigidBodySet};

use super::plant::Plant;

/// Sets joint angles (rad or m) and speeds (rad/s or m/s) of a world that is equal to the template; both have one entry
/// per joint.
pub fn place(
    plant: &Plant,
    angles: &[f32],
    speeds: &[f32],
    multibodies: &mut MultibodyJointSet,
    bodies: &mut RigidBodySet,
) {
    let multibody = multibodies
        .get_multibody_mut(plant.multibody)
        .expect("the robot is never removed");
    let mut displacements = vec![0.0; plant.freedoms];
    for ((joint, angle), speed) in plant.joints.iter().zip(angles).zip(speeds) {
        displacements[joint.freedom] = *angle;
        multibody.generalized_velocity_mut()[joint.freedom] = *speed;
    }
    multibody.apply_displacements(&displacements);
    multibody.forward_kinematics(bodies, true);
    multibody.update_rigid_bodies(bodies, true);
}
