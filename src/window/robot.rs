//! The robot's body: a mesh per shape, a motor at each joint, a stand for what hangs on the world.

use bevy::prelude::*;
use std::sync::Arc;

use super::clock::Playback;
use super::shown::Shown;
use super::stage::{Extent, Root};
use super::{Frame, mesh};
use crate::scene::Scene;
use crate::scene::robot::{Form, Joint, JointKind, Link, Robot};

/// A part of the robot: gone when another scene is shown.
#[derive(Component)]
struct Part;

/// A link, by its index.
#[derive(Component)]
struct ShownLink(usize);

pub(super) fn plugin(app: &mut App) {
    app.add_systems(
        Update,
        (build_robot.run_if(is_another_scene), place_links)
            .chain()
            .in_set(Frame::Show),
    );
}

/// Whether the scene is another than the last time this was asked.
pub(super) fn is_another_scene(shown: Res<Shown>, mut known: Local<Option<Arc<Scene>>>) -> bool {
    let scene = shown.scene();
    let is_another = known
        .as_ref()
        .is_none_or(|known| !Arc::ptr_eq(known, scene));
    if is_another {
        *known = Some(scene.clone());
    }
    is_another
}

fn place_links(
    shown: Res<Shown>,
    playback: Res<Playback>,
    mut links: Query<(&ShownLink, &mut Transform)>,
) {
    let poses: Vec<_> = shown.poses(playback.share(shown.dt())).collect();
    for (&ShownLink(link), mut transform) in &mut links {
        if let Some(&(place, turn)) = poses.get(link) {
            *transform = Transform::from_translation(place).with_rotation(turn);
        }
    }
}

fn build_robot(
    mut commands: Commands,
    shown: Res<Shown>,
    root: Single<Entity, With<Root>>,
    old: Query<Entity, With<Part>>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<StandardMaterial>>,
) {
    for part in &old {
        commands.entity(part).despawn();
    }
    let paint = Paint::new(&mut materials);
    let scene = shown.scene();
    let robot = scene.robot();
    let thickness = Extent::of(scene).thickness;
    for (index, link) in robot.links.iter().enumerate() {
        let parent = (
            Part,
            ShownLink(index),
            ChildOf(*root),
            Transform::default(),
            Visibility::default(),
        );
        commands.spawn(parent).with_children(|parts| {
            for shape in &link.shapes {
                let (mesh, at) = mesh::of_form(&shape.form);
                let material = paint.of_link(robot, index);
                parts.spawn((Mesh3d(meshes.add(mesh)), MeshMaterial3d(material), at));
            }
            let has_motor = |&joint: &usize| robot.motors.iter().any(|motor| motor.joint == joint);
            if let Some(joint) = link.joint.filter(has_motor) {
                let (mesh, at) = motor(robot, &robot.joints[joint], thickness);
                parts.spawn((
                    Mesh3d(meshes.add(mesh)),
                    MeshMaterial3d(paint.motor.clone()),
                    at,
                ));
            }
        });
        if link.parent.is_none() && !link.floats {
            for (mesh, at) in stand(robot, link, thickness) {
                commands.spawn((
                    Part,
                    ChildOf(*root),
                    Mesh3d(meshes.add(mesh)),
                    MeshMaterial3d(paint.stand.clone()),
                    at,
                ));
            }
        }
    }
    let world = scene.world();
    let solids = world.terrain.iter().map(|solid| mesh::of_form(&solid.form));
    let surfaces = world.heights.iter().map(mesh::of_heights);
    for (mesh, at) in solids.chain(surfaces) {
        commands.spawn((
            Part,
            ChildOf(*root),
            Mesh3d(meshes.add(mesh)),
            MeshMaterial3d(paint.stand.clone()),
            at,
        ));
    }
}

struct Paint {
    links: [Handle<StandardMaterial>; 2],
    last: Handle<StandardMaterial>,
    motor: Handle<StandardMaterial>,
    stand: Handle<StandardMaterial>,
}

impl Paint {
    fn new(materials: &mut Assets<StandardMaterial>) -> Self {
        let mut paint = |color: Color, metallic: f32, perceptual_roughness: f32| {
            materials.add(StandardMaterial {
                base_color: color,
                metallic,
                perceptual_roughness,
                ..default()
            })
        };
        Self {
            links: [
                paint(Color::srgb(0.89, 0.90, 0.92), 0.0, 0.38),
                paint(Color::srgb(0.27, 0.47, 0.72), 0.0, 0.38),
            ],
            last: paint(Color::srgb(0.95, 0.52, 0.16), 0.0, 0.38),
            motor: paint(Color::srgb(0.25, 0.265, 0.29), 0.35, 0.36),
            stand: paint(Color::srgb(0.29, 0.305, 0.33), 0.3, 0.5),
        }
    }

    /// Neighbours differ; what carries a point at the end of the chain stands out.
    fn of_link(&self, robot: &Robot, link: usize) -> Handle<StandardMaterial> {
        let is_last = robot.links.iter().all(|other| other.parent != Some(link));
        let is_first = robot.links[link].parent.is_none();
        if is_last && !is_first {
            return self.last.clone();
        }
        let depth = std::iter::successors(Some(link), |&link| robot.links[link].parent).count();
        self.links[depth % 2].clone()
    }
}

/// The motor of a joint, in the frame of the link that it moves.
fn motor(robot: &Robot, joint: &Joint, thickness: f32) -> (Mesh, Transform) {
    let link = &robot.links[joint.link];
    let around = radius(link).min(
        link.parent
            .map_or(f32::MAX, |parent| radius(&robot.links[parent])),
    );
    let around = if around == f32::MAX {
        thickness
    } else {
        around
    };
    let axis = Vec3::from(joint.axis);
    match joint.kind {
        // A drum across the link whose lids stand out on both sides, or a collar if the link goes along the axis.
        JointKind::Revolute => {
            let across = axis.cross(direction(link)).length() > 0.5;
            let (radius, half) = if across { (0.74, 1.14) } else { (1.07, 0.34) };
            // What is much thicker is left alone: a leg's joint on a big body.
            let thickest = radius_of_thickest(robot, joint).min(1.6 * around);
            let half = around.max(thickest) * half;
            (mesh::drum(around * radius, half), mesh::along(-axis, axis))
        }
        JointKind::Prismatic => (
            mesh::drum(1.15 * around, 0.8 * around),
            mesh::along(-axis, axis),
        ),
    }
}

/// How far a rail without ends is drawn to both sides (m).
const RAIL: f32 = 10.0;

/// What a link that hangs on the world is held by, down to the ground, in the world's frame.
fn stand(robot: &Robot, link: &Link, thickness: f32) -> Vec<(Mesh, Transform)> {
    let origin = Vec3::from(link.origin.xyz);
    if origin.z < 0.2 * thickness {
        return Vec::new();
    }
    let ground = origin.with_z(0.0);
    let radius = radius(link).min(thickness);
    let axis = link.joint.map_or(Vec3::Z, |joint| {
        let [roll, pitch, yaw] = link.origin.rpy;
        Quat::from_euler(EulerRot::ZYX, yaw, pitch, roll) * Vec3::from(robot.joints[joint].axis)
    });
    if let Some(joint) = link.joint.map(|joint| &robot.joints[joint])
        && joint.kind == JointKind::Prismatic
        && axis.z.abs() < 0.3
    {
        // What slides along the ground runs on a rail.
        let [low, high] = joint.range.unwrap_or([-RAIL, RAIL]);
        let ends = mesh::along(origin + low * axis, origin + high * axis);
        return vec![(mesh::drum(0.3 * radius, 0.5 * (high - low)), ends)];
    }
    let y_to_z = |at: Vec3| mesh::along(at - Vec3::Z, at + Vec3::Z);
    if axis.z.abs() > 0.7 {
        let foot = 0.12 * radius;
        let outline = [
            (0.0, 0.0),
            (2.1 * radius, 0.0),
            (2.1 * radius, foot),
            (2.0 * radius, 2.0 * foot),
            (1.15 * radius, (3.0 * foot).min(origin.z)),
            (1.02 * radius, origin.z),
            (0.0, origin.z),
        ];
        return vec![(mesh::turned(&outline), y_to_z(ground))];
    }
    // Beside the plane in which it turns: a mast, its foot, and the axle.
    let side = Vec3::new(axis.x, axis.y, 0.0).normalize_or(Vec3::Y);
    let mast = ground + side * 4.0 * radius;
    let thick = 1.25 * radius;
    let head = origin.z + 1.6 * thick;
    let foot = 0.6 * radius;
    let outline = [
        (0.0, 0.0),
        (7.0 * radius, 0.0),
        (7.0 * radius, foot),
        (6.5 * radius, 1.6 * foot),
        (thick, 2.2 * foot),
        (thick, head),
        (0.8 * thick, head + 0.2 * thick),
        (0.0, head + 0.2 * thick),
    ];
    let axle = mesh::along(origin, origin + side * 4.0 * radius);
    vec![
        (mesh::turned(&outline), y_to_z(mast)),
        (mesh::drum(0.55 * radius, 2.0 * radius), axle),
    ]
}

/// The radius of a link's thickest shape (m); the largest number for a link without shapes.
fn radius(link: &Link) -> f32 {
    let of = |form: &Form| match *form {
        Form::Capsule { radius, .. }
        | Form::Sphere { radius, .. }
        | Form::Cylinder { radius, .. } => radius,
        Form::Box { half, .. } => half.into_iter().fold(f32::MAX, f32::min),
        Form::Hull { ref corners, .. } => 0.5 * (high(corners) - low(corners)).min_element(),
    };
    let thickest = link
        .shapes
        .iter()
        .map(|shape| of(&shape.form))
        .fold(0.0, f32::max);
    if thickest == 0.0 { f32::MAX } else { thickest }
}

fn radius_of_thickest(robot: &Robot, joint: &Joint) -> f32 {
    let link = &robot.links[joint.link];
    [Some(link), link.parent.map(|parent| &robot.links[parent])]
        .into_iter()
        .flatten()
        .map(radius)
        .filter(|radius| *radius < f32::MAX)
        .fold(0.0, f32::max)
}

/// Where a link goes from its joint.
fn direction(link: &Link) -> Vec3 {
    link.shapes
        .iter()
        .find_map(|shape| match &shape.form {
            Form::Capsule { from, to, .. } | Form::Cylinder { from, to, .. } => {
                (Vec3::from(*to) - Vec3::from(*from)).try_normalize()
            }
            Form::Sphere { center, .. } | Form::Box { center, .. } => {
                Vec3::from(*center).try_normalize()
            }
            Form::Hull { corners, .. } => (low(corners) + high(corners)).try_normalize(),
        })
        .unwrap_or(Vec3::X)
}

/// The least coordinates of corners.
fn low(corners: &[[f32; 3]]) -> Vec3 {
    let corners = corners.iter().map(|corner| Vec3::from(*corner));
    corners.reduce(Vec3::min).unwrap_or(Vec3::ZERO)
}

/// The greatest.
fn high(corners: &[[f32; 3]]) -> Vec3 {
    let corners = corners.iter().map(|corner| Vec3::from(*corner));
    corners.reduce(Vec3::max).unwrap_or(Vec3::ZERO)
}
