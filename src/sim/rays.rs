//! Distances along rays: what a link sees of what is around it. Links of its robot are never in the way, and neither is an object that it is on.

use bevy::math::Vec3;
use bevy_rapier3d::rapier::dynamics::{Multibody, RigidBodyHandle, RigidBodySet};
use bevy_rapier3d::rapier::geometry::{ColliderSet, Ray};

use super::plant::Plant;
use crate::readings::RayPattern;

/// What is read along each pattern of rays (m).
pub(super) fn read(
    plant: &Plant,
    colliders: &ColliderSet,
    multibody: &Multibody,
    bodies: &RigidBodySet,
    readings: &mut Vec<Vec<f32>>,
) {
    readings.resize_with(plant.needs.rays.len(), Vec::new);
    for (pattern, distances) in plant.needs.rays.iter().zip(readings) {
        distances.clear();
        let (RayPattern::Fan { link, range, .. } | RayPattern::Down { link, range, .. }) = pattern;
        let (handles, range) = (&plant.links[*link], *range);
        let (body, pose) = (handles.body, handles.pose(multibody, bodies));
        match pattern {
            RayPattern::Fan { at, directions, .. } => {
                let origin = pose * Vec3::from(*at);
                distances.extend(directions.iter().map(|&direction| {
                    let direction = pose.rotation * Vec3::from(direction);
                    cast(plant, colliders, body, origin, direction, range)
                }));
            }
            RayPattern::Down { places, .. } => {
                let ahead = pose.rotation * Vec3::X;
                let ahead = Vec3::new(ahead.x, ahead.y, 0.0).normalize_or(Vec3::X);
                let left = Vec3::new(-ahead.y, ahead.x, 0.0);
                distances.extend(places.iter().map(|&[x, y]| {
                    let above = pose.translation + ahead * x + left * y;
                    let origin = above + Vec3::Z * range;
                    cast(plant, colliders, body, origin, -Vec3::Z, 2.0 * range) - range
                }));
            }
        }
    }
}

/// How far it is along a unit vector to what is nearest; `range` where nothing is nearer. In the order of the scene file, by every
/// solid itself: the engine's tree of boxes is as old as its last step.
fn cast(
    plant: &Plant,
    colliders: &ColliderSet,
    from: RigidBodyHandle,
    origin: Vec3,
    direction: Vec3,
    range: f32,
) -> f32 {
    let ray = Ray::new(origin, direction);
    plant.solids.iter().fold(range, |nearest, &solid| {
        let solid = &colliders[solid];
        if solid.parent() == Some(from) {
            return nearest;
        }
        let hit = solid
            .shape()
            .cast_ray(solid.position(), &ray, nearest, true);
        hit.map_or(nearest, |distance| nearest.min(distance))
    })
}
