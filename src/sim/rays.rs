//! Distances along rays: what a link sees of what is around it. Links of its robot are never in the way, and neither is an object that it is on.

use bevy::math::Vec3;
use bevy_rapier3d::rapier::dynamics::{Multibody, RigidBodyHandle, RigidBodySet};
use bevy_rapier3d::rapier::geometry::{ColliderSet, Ray};

use super::plant::Plant;
use crate::scene::task::{HeightScan, Rays, Sensor, Task};

/// A term of the observation that casts rays.
#[derive(Clone, Debug)]
pub(super) enum Caster {
    /// From a place on a link, along its axes.
    Rays(Rays),
    /// Down.
    HeightScan(HeightScan),
}

/// All that a task has, in the order of its terms.
pub(super) fn casters(task: &Task) -> Vec<Caster> {
    let of = |sensor: &Sensor| match sensor {
        Sensor::Rays(rays) => Some(Caster::Rays(rays.clone())),
        Sensor::HeightScan(scan) => Some(Caster::HeightScan(scan.clone())),
        _ => None,
    };
    task.observation.iter().filter_map(|o| of(&o.of)).collect()
}

/// What each caster reads (m).
pub(super) fn read(
    plant: &Plant,
    colliders: &ColliderSet,
    multibody: &Multibody,
    bodies: &RigidBodySet,
    readings: &mut Vec<Vec<f32>>,
) {
    readings.resize_with(plant.casters.len(), Vec::new);
    for (caster, distances) in plant.casters.iter().zip(readings) {
        distances.clear();
        match caster {
            Caster::Rays(rays) => {
                let handles = &plant.links[rays.link];
                let (body, pose) = (handles.body, handles.pose(multibody, bodies));
                let origin = pose * Vec3::from(rays.at);
                distances.extend(rays.directions.iter().map(|&direction| {
                    let direction = pose.rotation * Vec3::from(direction);
                    cast(plant, colliders, body, origin, direction, rays.range)
                }));
            }
            Caster::HeightScan(scan) => {
                let handles = &plant.links[scan.link];
                let (body, pose) = (handles.body, handles.pose(multibody, bodies));
                let ahead = pose.rotation * Vec3::X;
                let ahead = Vec3::new(ahead.x, ahead.y, 0.0).normalize_or(Vec3::X);
                let left = Vec3::new(-ahead.y, ahead.x, 0.0);
                distances.extend(scan.places().map(|[x, y]| {
                    let above = pose.translation + ahead * x + left * y;
                    let origin = above + Vec3::Z * scan.range;
                    cast(plant, colliders, body, origin, -Vec3::Z, 2.0 * scan.range) - scan.range
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
