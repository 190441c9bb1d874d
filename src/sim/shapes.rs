//! What a link is made of: its shapes as solids that weigh something, and as surfaces that touch.

use bevy::math::{EulerRot, Quat, Vec3};
use bevy_rapier3d::rapier::dynamics::CoefficientCombineRule;
use bevy_rapier3d::rapier::geometry::{Capsule, ColliderBuilder, SharedShape};
use bevy_rapier3d::rapier::math::Pose;
use bevy_rapier3d::rapier::parry::mass_properties::MassProperties;
use bevy_rapier3d::rapier::parry::shape::HeightFieldFlags;
use bevy_rapier3d::rapier::parry::utils::Array2;

use crate::scene::robot::{Form, Inertia, Link, Shape, Surface, Weight};
use crate::scene::world::Heights;

/// Mass, centre and inertia of a link: what the file states, else the sum over its solid shapes.
pub fn mass_properties(link: &Link) -> MassProperties {
    match &link.inertia {
        Some(Inertia {
            mass,
            center,
            principal,
            rpy,
        }) => MassProperties::with_principal_inertia_frame(
            (*center).into(),
            *mass,
            (*principal).into(),
            rotation(*rpy),
        ),
        None => link.shapes.iter().map(shape_mass_properties).sum(),
    }
}

fn shape_mass_properties(shape: &Shape) -> MassProperties {
    let (form, pose) = parry_shape(&shape.form);
    let density = match shape.weight {
        Weight::Density(density) => density,
        Weight::Mass(_) => 1.0,
    };
    let mut properties = form.mass_properties(density);
    if let Weight::Mass(mass) = shape.weight {
        properties.set_mass(mass, true);
    }
    properties.transform_by(&pose)
}

/// A shape and where it is in its link's frame.
fn parry_shape(form: &Form) -> (SharedShape, Pose) {
    match *form {
        Form::Capsule { from, to, radius } => (
            SharedShape(std::sync::Arc::new(Capsule::new(
                from.into(),
                to.into(),
                radius,
            ))),
            Pose::IDENTITY,
        ),
        Form::Sphere { center, radius } => (
            SharedShape::ball(radius),
            Pose::from_translation(center.into()),
        ),
        Form::Box { center, half, rpy } => (
            SharedShape::cuboid(half[0], half[1], half[2]),
            Pose::from_parts(center.into(), rotation(rpy)),
        ),
        Form::Cylinder { from, to, radius } => {
            let (from, to) = (Vec3::from(from), Vec3::from(to));
            let along = Quat::from_rotation_arc(Vec3::Y, (to - from).normalize());
            (
                SharedShape::cylinder((to - from).length() / 2.0, radius),
                Pose::from_parts((from + to) / 2.0, along),
            )
        }
        Form::Hull {
            ref corners,
            ref faces,
        } => {
            // About its middle, so that nothing is lost where it is far from its link.
            let corners: Vec<Vec3> = corners.iter().map(|corner| Vec3::from(*corner)).collect();
            let middle = corners.iter().sum::<Vec3>() / corners.len() as f32;
            let corners = corners.into_iter().map(|corner| corner - middle).collect();
            (
                SharedShape::convex_mesh(corners, faces).expect("a validated hull is closed"),
                Pose::from_translation(middle),
            )
        }
    }
}

/// A shape that touches and weighs nothing.
pub(super) fn collider(form: &Form, surface: Surface) -> ColliderBuilder {
    let (form, pose) = parry_shape(form);
    touching(ColliderBuilder::new(form), surface)
        .position(pose)
        .density(0.0)
}

/// Ground that goes up and down.
pub(super) fn surface_of(heights: &Heights) -> ColliderBuilder {
    let [along_x, along_y] = heights.cells;
    // Parry's rows go along its z, its columns along its x, and its heights along its y.
    let corners = Array2::new(along_x + 1, along_y + 1, heights.heights.clone());
    let scale = Vec3::new(heights.size[1], 1.0, heights.size[0]);
    // Otherwise what slides over the edge between two triangles may stumble.
    let flags = HeightFieldFlags::FIX_INTERNAL_EDGES;
    let surface = SharedShape::heightfield_with_flags(corners, scale, flags);
    let z_to_x = Quat::from_xyzw(0.5, 0.5, 0.5, 0.5);
    let turn = rotation([0.0, 0.0, heights.yaw]) * z_to_x;
    touching(ColliderBuilder::new(surface), heights.surface)
        .position(Pose::from_parts(heights.center.into(), turn))
        .density(0.0)
}

/// Of two that touch, the larger friction counts, and the larger restitution.
pub(super) fn touching(collider: ColliderBuilder, surface: Surface) -> ColliderBuilder {
    collider
        .friction(surface.friction)
        .friction_combine_rule(CoefficientCombineRule::Max)
        .restitution(surface.restitution)
        .restitution_combine_rule(CoefficientCombineRule::Max)
}

/// URDF's convention: roll about x first, then pitch about y, then yaw about z, all about the parent's axes.
pub(super) fn rotation(rpy: [f32; 3]) -> Quat {
    Quat::from_euler(EulerRot::ZYX, rpy[2], rpy[1], rpy[0])
}
