//! Meshes of shapes and height fields.

use bevy::asset::RenderAssetUsages;
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;
use std::f32::consts::TAU;

use crate::model::robot::Form;
use crate::model::world::Heights;

/// Facets around a round body.
const AROUND: u32 = 48;

/// The mesh of a shape and its pose in its link's frame.
pub(super) fn of_form(form: &Form) -> (Mesh, Transform) {
    match *form {
        Form::Capsule { from, to, radius } => {
            let (from, to) = (Vec3::from(from), Vec3::from(to));
            let capsule = Capsule3d::new(radius, from.distance(to));
            let mesh = capsule
                .mesh()
                .longitudes(AROUND)
                .latitudes(AROUND / 2)
                .build();
            (mesh, along(from, to))
        }
        Form::Sphere { center, radius } => (
            Sphere::new(radius).mesh().uv(AROUND, AROUND / 2),
            Transform::from_translation(center.into()),
        ),
        Form::Box { center, half, rpy } => (
            Cuboid::from_size(2.0 * Vec3::from(half)).into(),
            Transform::from_translation(center.into()).with_rotation(Quat::from_euler(
                EulerRot::ZYX,
                rpy[2],
                rpy[1],
                rpy[0],
            )),
        ),
        Form::Cylinder { from, to, radius } => {
            let (from, to) = (Vec3::from(from), Vec3::from(to));
            (drum(radius, 0.5 * from.distance(to)), along(from, to))
        }
        Form::Hull {
            ref corners,
            ref faces,
        } => (flat(corners, faces), Transform::default()),
    }
}

/// The mesh of a height field and its pose in the world.
pub(super) fn of_heights(heights: &Heights) -> (Mesh, Transform) {
    let corners: Vec<[f32; 3]> = heights.corners().collect();
    let faces: Vec<[u32; 3]> = heights.faces().collect();
    let at = Transform::from_translation(heights.center.into());
    let turn = Quat::from_rotation_z(heights.yaw);
    (flat(&corners, &faces), at.with_rotation(turn))
}

/// Flat-shaded triangles.
fn flat(corners: &[[f32; 3]], faces: &[[u32; 3]]) -> Mesh {
    let (mut positions, mut normals) = (Vec::new(), Vec::new());
    for face in faces {
        let [a, b, c] = face.map(|corner| Vec3::from(corners[corner as usize]));
        let normal = (b - a).cross(c - a).normalize_or_zero();
        for corner in [a, b, c] {
            positions.push(corner.to_array());
            normals.push(normal.to_array());
        }
    }
    Mesh::new(
        PrimitiveTopology::TriangleList,
        RenderAssetUsages::RENDER_WORLD,
    )
    .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, positions)
    .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, normals)
}

/// The transform that maps the y axis around the origin to the segment between two points.
pub(super) fn along(from: Vec3, to: Vec3) -> Transform {
    let direction = (to - from).try_normalize().unwrap_or(Vec3::Y);
    Transform::from_translation(0.5 * (from + to))
        .with_rotation(Quat::from_rotation_arc(Vec3::Y, direction))
}

/// A cylinder about the y axis with bevelled edges.
pub(super) fn drum(radius: f32, half_height: f32) -> Mesh {
    let bevel = 0.14 * radius.min(half_height);
    turned(&[
        (0.0, -half_height),
        (radius - bevel, -half_height),
        (radius, bevel - half_height),
        (radius, half_height - bevel),
        (radius - bevel, half_height),
        (0.0, half_height),
    ])
}

/// A solid of revolution about the y axis, from an upward outline of `(radius, height)`, with a sharp edge at each corner.
pub(super) fn turned(outline: &[(f32, f32)]) -> Mesh {
    let (mut positions, mut normals, mut indices) = (Vec::new(), Vec::new(), Vec::new());
    for line in outline.windows(2) {
        let ((r0, y0), (r1, y1)) = (line[0], line[1]);
        let normal = Vec2::new(y1 - y0, r0 - r1).normalize_or_zero();
        let first = positions.len() as u32;
        for i in 0..=AROUND {
            let (sin, cos) = (TAU * i as f32 / AROUND as f32).sin_cos();
            for (radius, height) in [(r0, y0), (r1, y1)] {
                positions.push([radius * cos, height, radius * sin]);
                normals.push([normal.x * cos, normal.y, normal.x * sin]);
            }
        }
        for i in 0..AROUND {
            let at = first + 2 * i;
            indices.extend([at, at + 1, at + 2, at + 2, at + 1, at + 3]);
        }
    }
    Mesh::new(
        PrimitiveTopology::TriangleList,
        RenderAssetUsages::RENDER_WORLD,
    )
    .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, positions)
    .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, normals)
    .with_inserted_indices(Indices::U32(indices))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faces_of_a_turned_body_look_outwards() {
        let mesh = turned(&[(1.0, 0.0), (1.0, 2.0)]);
        let positions = mesh
            .attribute(Mesh::ATTRIBUTE_POSITION)
            .unwrap()
            .as_float3()
            .unwrap();
        let Some(Indices::U32(indices)) = mesh.indices() else {
            panic!("a mesh of triangles");
        };
        for triangle in indices.chunks(3) {
            let [a, b, c] = [0, 1, 2].map(|i| Vec3::from(positions[triangle[i] as usize]));
            let outwards = Vec3::new(a.x + b.x + c.x, 0.0, a.z + b.z + c.z);
            assert!((b - a).cross(c - a).dot(outwards) > 0.0);
        }
    }
}
