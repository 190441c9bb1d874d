//! What a robot can touch: ground and terrain as colliders without a body, and who touches whom.

use bevy::math::Vec3;
use bevy_rapier3d::rapier::geometry::{
    ColliderBuilder, ColliderHandle, ColliderSet, Group, InteractionGroups, InteractionTestMode,
    SharedShape,
};

use super::shapes::{collider, touching};
use crate::scene::world::World;

const LINKS: Group = Group::GROUP_1;
const WORLD: Group = Group::GROUP_2;

/// What a link's shapes touch: each other's, the world's, or both.
pub(super) fn link_groups(links: bool, world: bool) -> InteractionGroups {
    let mut touched = Group::empty();
    touched.set(LINKS, links);
    touched.set(WORLD, world);
    InteractionGroups::new(LINKS, touched, InteractionTestMode::And)
}

/// Puts the solids of a world into an engine's, those that nothing moves. They belong to no body: what belongs to the one that
/// the robot stands on is a part of the robot for Rapier, which then asks whether the robot touches itself.
pub(super) fn insert(world: &World, colliders: &mut ColliderSet) -> Vec<ColliderHandle> {
    let mut inserted = Vec::new();
    let groups = InteractionGroups::new(WORLD, LINKS, InteractionTestMode::And);
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
    inserted
}
