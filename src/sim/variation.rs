//! How the world of one episode differs from the scene's: heavier, smoother, weaker, pushed about.

use bevy::ecs::prelude::Component;
use bevy::math::Vec3;
use bevy_rapier3d::rapier::dynamics::{MultibodyJointSet, RigidBodySet};
use bevy_rapier3d::rapier::geometry::ColliderSet;

use super::plant::Plant;

/// What an episode has drawn. Factors are on what the scene says; what is not in a list is as the scene says. It follows from the
/// episode.
#[derive(Component, Clone, Debug, PartialEq)]
pub struct Variation {
    /// Of links' mass and moments of inertia: which link, and the factor.
    pub masses: Vec<(usize, f32)>,
    /// Of the friction of links' surfaces.
    pub frictions: Vec<(usize, f32)>,
    /// Of the friction of everything that touches.
    pub friction: f32,
    /// Of joints' damping.
    pub dampings: Vec<(usize, f32)>,
    /// Of what motors give; 1 for those that are not in it.
    pub strengths: Vec<(usize, f32)>,
    /// Of gravity.
    pub gravity: f32,
    /// Of the noise of sensors.
    pub noise: f32,
    /// Pushes, in the order in which they come.
    pub pushes: Vec<Push>,
}

/// Something that pushes a link for a while.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Push {
    /// Which link, at its centre of mass.
    pub link: usize,
    /// In the world (N).
    pub force: [f32; 3],
    /// The control steps in which it does, from 0; the last one excluded.
    pub steps: [u32; 2],
}

impl Default for Variation {
    fn default() -> Self {
        Self {
            masses: Vec::new(),
            frictions: Vec::new(),
            friction: 1.0,
            dampings: Vec::new(),
            strengths: Vec::new(),
            gravity: 1.0,
            noise: 1.0,
            pushes: Vec::new(),
        }
    }
}

impl Variation {
    /// Makes a world that is equal to the template into this one.
    pub fn apply(
        &self,
        plant: &Plant,
        colliders: &mut ColliderSet,
        multibodies: &mut MultibodyJointSet,
        bodies: &mut RigidBodySet,
    ) {
        for &(link, factor) in &self.masses {
            let body = plant.links[link].body;
            if let Some(body) = bodies.get_mut(body) {
                let mut mass = plant.masses[link];
                mass.set_mass(mass.mass() * factor, true);
                body.set_additional_mass_properties(mass, false);
                body.recompute_mass_properties_from_colliders(colliders);
            }
        }
        if self.friction != 1.0 {
            for (_, collider) in colliders.iter_mut() {
                collider.set_friction(collider.friction() * self.friction);
            }
        }
        for &(link, factor) in &self.frictions {
            for &handle in bodies[plant.links[link].body].colliders() {
                if let Some(collider) = colliders.get_mut(handle) {
                    collider.set_friction(collider.friction() * factor);
                }
            }
        }
        if let Some(multibody) = multibodies.get_multibody_mut(plant.multibody) {
            for &(joint, factor) in &self.dampings {
                multibody.damping_mut()[plant.joints[joint].freedom] *= factor;
            }
        }
    }

    /// The force on a link in a control step, if something pushes it.
    pub(super) fn pushes(&self, step: u32) -> impl Iterator<Item = (usize, Vec3)> + '_ {
        let pushes = self.pushes.iter();
        let now = pushes.filter(move |push| (push.steps[0]..push.steps[1]).contains(&step));
        now.map(|push| (push.link, push.force.into()))
    }
}
