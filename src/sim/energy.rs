//! The mechanical energy of a robot: what a passive, damped one can only lose.

use bevy_rapier3d::rapier::dynamics::{MultibodyJointSet, RigidBodySet};

use super::plant::Plant;
use super::readings::velocity;

/// Kinetic energy of links and rotors plus potential energy in the scene's gravity and in springs (J).
pub fn energy(plant: &Plant, multibodies: &MultibodyJointSet, bodies: &RigidBodySet) -> f64 {
    let multibody = &multibodies
        .get_multibody(plant.multibody)
        .expect("the robot is never removed");
    let rotors: f64 = (multibody.armature().iter())
        .zip(multibody.generalized_velocity().iter())
        .map(|(armature, speed)| 0.5 * f64::from(armature * speed * speed))
        .sum();
    let links: f64 = plant
        .links
        .iter()
        .map(|handles| {
            let body = &bodies[handles.body];
            let pose = handles.pose(multibody, bodies);
            let mass = body.mass_properties().local_mprops;
            let center = pose * mass.local_com;
            let (speed, turning) = velocity(multibody, bodies, handles);
            // The angular velocity as the link's principal axes see it.
            let axes = pose.rotation * mass.principal_inertia_local_frame;
            let turning = axes.inverse() * turning;
            let rotation = (mass.principal_inertia() * turning).dot(turning);
            let height = -plant.gravity.dot(center);
            f64::from(body.mass() * (0.5 * speed.length_squared() + height) + 0.5 * rotation)
        })
        .sum();
    let springs: f64 = plant
        .joints
        .iter()
        .map(|joint| {
            let link = plant.links[joint.link].link(multibody);
            let bent = link.expect("an object hangs on no joint").joint();
            let (stiffness, rest) = bent.spring(joint.coordinate);
            let apart = bent.coords()[joint.coordinate] - rest;
            0.5 * f64::from(stiffness * apart * apart)
        })
        .sum();
    links + rotors + springs
}
