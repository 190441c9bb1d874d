//! The shapes of links and terrain as Parry shapes: mass properties and colliders.

use bevy::math::{EulerRot, Quat, Vec3};
use bevy_rapier3d::rapier::dynamics::CoefficientCombineRule;
use bevy_rapier3d::rapier::geometry::{Capsule, ColliderBuilder, SharedShape};
use bevy_rapier3d::rapier::math::Pose;
use bevy_rapier3d::rapier::parry::mass_properties::MassProperties;
use bevy_rapier3d::rapier::parry::shape::HeightFieldFlags;
use bevy_rapier3d::rapier::parry::utils::Array2;

use crate::model::robot::{Form, Inertia, Link, Shape, Surface, Weight};
use crate::model::world::Heights;

/// Mass, centre of mass and inertia of a link: as stated in the scene, else the sum over its solid shapes.
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

/// A shape and its pose in its link's frame.
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
            // Relative to its centre, to keep precision where it is far from its link's origin.
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

/// The collider of a shape, without mass.
pub(super) fn collider(form: &Form, surface: Surface) -> ColliderBuilder {
    let (form, pose) = parry_shape(form);
    touching(ColliderBuilder::new(form), surface)
        .position(pose)
        .density(0.0)
}

/// The collider of a height field.
pub(super) fn surface_of(heights: &Heights) -> ColliderBuilder {
    let [along_x, along_y] = heights.cells;
    // Parry's rows go along its z, its columns along its x, and its heights along its y.
    let corners = Array2::new(along_x + 1, along_y + 1, heights.heights.clone());
    let scale = Vec3::new(heights.size[1], 1.0, heights.size[0]);
    // Without it, bodies that slide over the edge between two triangles catch on it.
    let flags = HeightFieldFlags::FIX_INTERNAL_EDGES;
    let surface = SharedShape::heightfield_with_flags(corners, scale, flags);
    let z_to_x = Quat::from_xyzw(0.5, 0.5, 0.5, 0.5);
    let turn = rotation([0.0, 0.0, heights.yaw]) * z_to_x;
    touching(ColliderBuilder::new(surface), heights.surface)
        .position(Pose::from_parts(heights.center.into(), turn))
        .density(0.0)
}

/// Sets friction and restitution; of two touching surfaces the larger value counts.
pub(super) fn touching(collider: ColliderBuilder, surface: Surface) -> ColliderBuilder {
    collider
        .friction(surface.friction)
        .friction_combine_rule(CoefficientCombineRule::Max)
        .restitution(surface.restitution)
        .restitution_combine_rule(CoefficientCombineRule::Max)
}

/// The rotation of roll, pitch and yaw (rad) in URDF's convention: about the parent's x, then y, then z axis.
pub(super) fn rotation(rpy: [f32; 3]) -> Quat {
    Quat::from_euler(EulerRot::ZYX, rpy[2], rpy[1], rpy[0])
}
