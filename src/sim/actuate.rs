//! Actions to torques: an equal and opposite pair on each joint's two links, which is exactly the generalised force.

use bevy::math::Vec3;
use bevy_rapier3d::rapier::dynamics::RigidBodySet;

use super::plant::Plant;
use crate::scene::robot::JointKind;

/// What the motors make of an action: clamped to [-1, 1], entry by entry.
pub fn clamp_action(action: &[f32], clamped: &mut [f32]) {
    for (clamped, action) in clamped.iter_mut().zip(action) {
        *clamped = action.clamp(-1.0, 1.0);
    }
}

/// Sets the forces of the next step from a clamped action (length `A`, one entry per motor; 1.0 is its largest
/// torque in N m, or force in N for a slide). Forces of the step before are removed.
pub fn apply_torques(plant: &Plant, action: &[f32], bodies: &mut RigidBodySet) {
    for link in &plant.links {
        if let Some(body) = bodies.get_mut(link.body) {
            body.reset_torques(false);
            body.reset_forces(false);
        }
    }
    for (motor, action) in plant.motors.iter().zip(action) {
        let joint = &plant.joints[motor.joint];
        let parent = *bodies[joint.parent].position();
        let effort = parent.rotation * joint.axis * (motor.torque * action);
        let anchor = parent * joint.anchor;
        push(
            joint.kind,
            effort,
            anchor,
            plant.links[joint.link].body,
            bodies,
        );
        if joint.parent_link.is_some() {
            push(joint.kind, -effort, anchor, joint.parent, bodies);
        }
    }
}

fn push(
    kind: JointKind,
    effort: Vec3,
    anchor: Vec3,
    body: bevy_rapier3d::rapier::dynamics::RigidBodyHandle,
    bodies: &mut RigidBodySet,
) {
    if let Some(body) = bodies.get_mut(body) {
        match kind {
            JointKind::Revolute => body.add_torque(effort, false),
            JointKind::Prismatic => body.add_force_at_point(effort, anchor, false),
        }
    }
}
