//! Makes the world of one episode differ from the scene's: heavier, smoother, more damped.

use bevy_rapier3d::rapier::dynamics::{MultibodyJointSet, RigidBodySet};
use bevy_rapier3d::rapier::geometry::ColliderSet;

use super::plant::Plant;
use crate::task::Variation;

/// Makes a world that is equal to the template into the one of an episode.
pub fn apply(
    variation: &Variation,
    plant: &Plant,
    colliders: &mut ColliderSet,
    multibodies: &mut MultibodyJointSet,
    bodies: &mut RigidBodySet,
) {
    for &(link, factor) in &variation.masses {
        let body = plant.links[link].body;
        if let Some(body) = bodies.get_mut(body) {
            let mut mass = plant.masses[link];
            mass.set_mass(mass.mass() * factor, true);
            body.set_additional_mass_properties(mass, false);
            body.recompute_mass_properties_from_colliders(colliders);
        }
    }
    if variation.friction != 1.0 {
        for (_, collider) in colliders.iter_mut() {
            collider.set_friction(collider.friction() * variation.friction);
        }
    }
    for &(link, factor) in &variation.frictions {
        for &handle in bodies[plant.links[link].body].colliders() {
            if let Some(collider) = colliders.get_mut(handle) {
                collider.set_friction(collider.friction() * factor);
            }
        }
    }
    if let Some(multibody) = multibodies.get_multibody_mut(plant.multibody) {
        for &(joint, factor) in &variation.dampings {
            multibody.damping_mut()[plant.joints[joint].freedom] *= factor;
        }
    }
}
