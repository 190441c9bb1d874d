//! Ground and terrain as colliders without a body, and the collision groups that say what touches what.

use bevy::math::Vec3;
use bevy_rapier3d::rapier::geometry::{
    ColliderBuilder, ColliderHandle, ColliderSet, Group, InteractionGroups, InteractionTestMode,
    SharedShape,
};

use super::shapes::{collider, surface_of, touching};
use crate::model::robot::Link;
use crate::model::world::World;

const LINKS: Group = Group::GROUP_1;
const WORLD: Group = Group::GROUP_2;
const OBJECTS: Group = Group::GROUP_3;

/// What a link may touch.
#[derive(Clone, Copy)]
pub(super) struct Touches {
    pub(super) links: bool,
    pub(super) world: bool,
    pub(super) objects: bool,
}

/// The collision groups of a link or object: its own, and those that it touches.
pub(super) fn groups(link: &Link, touches: Touches) -> InteractionGroups {
    let (own, touched) = if link.loose {
        (OBJECTS, LINKS | WORLD | OBJECTS)
    } else {
        let mut touched = Group::empty();
        touched.set(LINKS, touches.links);
        touched.set(WORLD, touches.world);
        touched.set(OBJECTS, touches.objects);
        (LINKS, touched)
    };
    InteractionGroups::new(own, touched, InteractionTestMode::And)
}

/// Inserts the static solids of a world. They belong to no body: Rapier would count colliders of the body at the root of the robot as
/// parts of the robot, and treat their contacts as self-collisions.
pub(super) fn insert(world: &World, colliders: &mut ColliderSet) -> Vec<ColliderHandle> {
    let mut inserted = Vec::new();
    let groups = InteractionGroups::new(WORLD, LINKS | OBJECTS, InteractionTestMode::And);
    if let Some(ground) = world.ground {
        let plane = ColliderBuilder::new(SharedShape::halfspace(Vec3::Z))
            .translation(Vec3::Z * ground.z)
            .collision_groups(groups);
        inserted.push(colliders.insert(touching(plane, ground.surface)));
    }
    for solid in &world.terrain {
        let solid = collider(&solid.form, solid.surface).collision_groups(groups);
        inserted.push(colliders.insert(solid));
    }
    for heights in &world.heights {
        let surface = surface_of(heights).collision_groups(groups);
        inserted.push(colliders.insert(surface));
    }
    inserted
}
