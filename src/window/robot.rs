//! The entities of the robot: a mesh per shape, a motor at each joint, a stand below each root link.

use bevy::prelude::*;
use std::sync::Arc;

use super::clock::Playback;
use super::extent::{Extent, bounds, size};
use super::frame::Frame;
use super::mesh;
use super::shown_robot::ShownRobot;
use super::stage::Root;
use crate::model::robot::{Form, Joint, JointKind, Link, Robot};
use crate::scene::Scene;

/// A part of the shown scene, despawned when another scene is shown.
#[derive(Component)]
struct Part;

/// The entity of a link, by its index.
#[derive(Component)]
struct LinkEntity(usize);

pub(super) fn plugin(app: &mut App) {
    app.add_systems(
        Update,
        (build_robot.run_if(scene_changed), place_links)
            .chain()
            .in_set(Frame::Show),
    );
}

/// Whether the scene differs from that of the last call.
pub(super) fn scene_changed(shown: Res<ShownRobot>, mut known: Local<Option<Arc<Scene>>>) -> bool {
    let scene = shown.scene();
    let is_changed = known
        .as_ref()
        .is_none_or(|known| !Arc::ptr_eq(known, scene));
    if is_changed {
        *known = Some(scene.clone());
    }
    is_changed
}

fn place_links(
    shown: Res<ShownRobot>,
    playback: Res<Playback>,
    mut links: Query<(&LinkEntity, &mut Transform)>,
) {
    let poses: Vec<_> = shown.poses(playback.share(shown.dt())).collect();
    for (&LinkEntity(link), mut transform) in &mut links {
        if let Some(&(place, turn)) = poses.get(link) {
            *transform = Transform::from_translation(place).with_rotation(turn);
        }
    }
}

fn build_robot(
    mut commands: Commands,
    shown: Res<ShownRobot>,
    root: Single<Entity, With<Root>>,
    old: Query<Entity, With<Part>>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut assets: ResMut<Assets<StandardMaterial>>,
) {
    for part in &old {
        commands.entity(part).despawn();
    }
    let materials = Materials::new(&mut assets);
    let scene = shown.scene();
    let robot = scene.robot();
    let thickness = Extent::of(scene).thickness;
    for (index, link) in robot.links.iter().enumerate() {
        let parent = (
            Part,
            LinkEntity(index),
            ChildOf(*root),
            Transform::default(),
            Visibility::default(),
        );
        commands.spawn(parent).with_children(|parts| {
            for shape in &link.shapes {
                let (mesh, at) = mesh::of_form(&shape.form);
                let material = materials.of_link(robot, index);
                parts.spawn((Mesh3d(meshes.add(mesh)), MeshMaterial3d(material), at));
            }
            let has_motor = |&joint: &usize| robot.motors.iter().any(|motor| motor.joint == joint);
            if let Some(joint) = link.joint.filter(has_motor) {
                let (mesh, at) = motor(robot, &robot.joints[joint], thickness);
                parts.spawn((
                    Mesh3d(meshes.add(mesh)),
                    MeshMaterial3d(materials.motor.clone()),
                    at,
                ));
            }
        });
    }
    let roots = (robot.links.iter()).filter(|link| link.parent.is_none() && !link.floats);
    let stands = roots.flat_map(|link| stand(robot, link, thickness));
    let world = scene.world();
    let solids = world.terrain.iter().map(|solid| mesh::of_form(&solid.form));
    let surfaces = world.heights.iter().map(mesh::of_heights);
    for (mesh, at) in stands.chain(solids).chain(surfaces) {
        commands.spawn((
            Part,
            ChildOf(*root),
            Mesh3d(meshes.add(mesh)),
            MeshMaterial3d(materials.stand.clone()),
            at,
        ));
    }
}

/// The materials of links, motors and stands.
struct Materials {
    links: [Handle<StandardMaterial>; 2],
    last: Handle<StandardMaterial>,
    motor: Handle<StandardMaterial>,
    stand: Handle<StandardMaterial>,
}

impl Materials {
    fn new(assets: &mut Assets<StandardMaterial>) -> Self {
        let mut paint = |color: Color, metallic: f32, perceptual_roughness: f32| {
            assets.add(StandardMaterial {
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

    /// Links alternate in colour along a chain, whose last link stands out.
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
        // A drum across the link, whose ends stand out on both sides, or a collar if the link points along the axis.
        JointKind::Revolute => {
            let across = axis.cross(direction(link)).length() > 0.5;
            let (radius, half) = if across { (0.74, 1.14) } else { (1.07, 0.34) };
            // Limited, so that a leg's motor does not become as thick as the body it is mounted on.
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

/// Half length of a rail without stops (m).
const RAIL: f32 = 10.0;

/// The stand that holds a root link above the ground, in the world's frame.
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
        // A horizontal slide runs on a rail.
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
    // Beside the plane of rotation: a mast with a foot, and an axle.
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

/// The radius of a link's thickest shape (m); `f32::MAX` for a link without shapes.
fn radius(link: &Link) -> f32 {
    let radii = link.shapes.iter().map(|shape| size(&shape.form).1);
    let thickest = radii.fold(0.0, f32::max);
    if thickest == 0.0 { f32::MAX } else { thickest }
}

/// The larger radius of the two links of a joint (m); 0 if neither has shapes.
fn radius_of_thickest(robot: &Robot, joint: &Joint) -> f32 {
    let link = &robot.links[joint.link];
    [Some(link), link.parent.map(|parent| &robot.links[parent])]
        .into_iter()
        .flatten()
        .map(radius)
        .filter(|radius| *radius < f32::MAX)
        .fold(0.0, f32::max)
}

/// The direction in which a link extends from its joint.
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
            Form::Hull { corners, .. } => {
                let [low, high] = bounds(corners);
                (low + high).try_normalize()
            }
        })
        .unwrap_or(Vec3::X)
}
