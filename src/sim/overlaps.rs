//! Overlaps of solids in a state: the first physics step would throw them apart.

use bevy_rapier3d::rapier::dynamics::{
    Multibody, MultibodyJointSet, RigidBodyHandle, RigidBodySet,
};
use bevy_rapier3d::rapier::geometry::{Aabb, BoundingVolume, Collider, ColliderSet, ShapeType};
use bevy_rapier3d::rapier::math::Pose;
use bevy_rapier3d::rapier::parry::query::contact;

use super::plant::Plant;

/// Two overlapping solids: the thinner one is inside the other up to its middle, more than sliding contact explains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlap {
    /// A link or an object.
    pub link: usize,
    /// The solid that it is inside.
    pub of: Solid,
    /// Penetration depth (m).
    pub depth: f32,
}

/// What a link or object can overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Solid {
    /// A link or an object.
    Link(usize),
    /// The ground plane.
    Ground,
    /// Any other static solid.
    Terrain,
}

/// A collider and its pose.
struct Placed<'a> {
    of: Solid,
    collider: &'a Collider,
    at: Pose,
    around: Aabb,
    /// About the distance from its middle to its nearest side (m); infinite for static solids.
    half: f32,
}

/// The deepest overlap of two solids that may touch each other.
pub fn deepest(
    plant: &Plant,
    multibodies: &MultibodyJointSet,
    bodies: &RigidBodySet,
    colliders: &ColliderSet,
) -> Option<Overlap> {
    let multibody = multibodies
        .get_multibody(plant.multibody)
        .expect("the robot is never removed");
    let placed: Vec<Placed> = (colliders.iter())
        .map(|(_, collider)| place(plant, multibody, bodies, collider))
        .collect();
    // Links come first, then objects, then static solids.
    let pairs = (placed.iter().enumerate())
        .flat_map(|(i, one)| placed[i + 1..].iter().map(move |other| (one, other)))
        .take_while(|(one, _)| matches!(one.of, Solid::Link(_)));
    let overlaps = pairs.filter_map(|(one, other)| {
        let (link, of) = match (one.of, other.of) {
            (Solid::Link(one), Solid::Link(other)) => (one.max(other), Solid::Link(one.min(other))),
            (Solid::Link(link), solid) => (link, solid),
            _ => return None,
        };
        let depth = depth(one, other).filter(|_| touch(plant, multibody, link, of))?;
        Some(Overlap { link, of, depth })
    });
    overlaps.max_by(|a, b| a.depth.total_cmp(&b.depth))
}

fn place<'a>(
    plant: &Plant,
    multibody: &Multibody,
    bodies: &RigidBodySet,
    collider: &'a Collider,
) -> Placed<'a> {
    let link_of = |body: RigidBodyHandle| plant.links.iter().position(|link| link.body == body);
    let link = collider.parent().and_then(link_of);
    // The engine moves colliders with their bodies only when a step begins.
    let at = match (link, collider.position_wrt_parent()) {
        (Some(link), Some(within)) => plant.links[link].pose(multibody, bodies) * *within,
        _ => *collider.position(),
    };
    let around_itself = collider.shape().compute_local_aabb();
    Placed {
        half: link.map_or(f32::INFINITY, |_| {
            around_itself.half_extents().min_element()
        }),
        of: match link {
            Some(link) => Solid::Link(link),
            None if collider.shape().shape_type() == ShapeType::HalfSpace => Solid::Ground,
            None => Solid::Terrain,
        },
        collider,
        at,
        around: collider.shape().compute_aabb(&at),
    }
}

/// The penetration depth (m), if they may touch and the depth is more than half of the thinner one.
fn depth(one: &Placed, other: &Placed) -> Option<f32> {
    let groups = [one, other].map(|placed| placed.collider.collision_groups());
    if !groups[0].test(groups[1]) || !one.around.intersects(&other.around) {
        return None;
    }
    // Parry 0.30 inverts the relative pose where a half-space is the second shape.
    let (one, other) = match other.of {
        Solid::Ground => (other, one),
        _ => (one, other),
    };
    let shapes = [one, other].map(|placed| placed.collider.shape());
    let contact = contact(&one.at, shapes[0], &other.at, shapes[1], 0.0).ok()??;
    (-contact.dist > one.half.min(other.half)).then_some(-contact.dist)
}

/// Whether a link can touch a solid of a group that it may touch: not itself, and no neighbour.
fn touch(plant: &Plant, multibody: &Multibody, link: usize, of: Solid) -> bool {
    let Solid::Link(other) = of else {
        return true;
    };
    let [one, other] = [link, other].map(|link| &plant.links[link]);
    let hangs_on = |[child, parent]: [Option<usize>; 2]| {
        let child = child.and_then(|child| multibody.link(child));
        parent.is_some() && child.is_some_and(|child| child.parent_id() == parent)
    };
    one.body != other.body && !hangs_on([one.id, other.id]) && !hangs_on([other.id, one.id])
}
