//! What the robot stands on: the root of the simulated world, light, ground.

use bevy::asset::embedded_asset;
use bevy::light::{CascadeShadowConfigBuilder, DirectionalLightShadowMap, NotShadowCaster};
use bevy::pbr::{ExtendedMaterial, MaterialExtension};
use bevy::prelude::*;
use bevy::render::render_resource::{AsBindGroup, ShaderType};
use bevy::shader::ShaderRef;
use std::f32::consts::FRAC_PI_2;

use super::shown::Shown;
use super::{Frame, sky};
use crate::scene::Scene;
use crate::scene::robot::Form;

/// The parent of everything that is placed in the simulation's coordinates: x forward, z up.
#[derive(Component)]
pub(super) struct Root;

/// From the simulation's z-up world to Bevy's y-up one.
pub(super) fn up() -> Quat {
    Quat::from_rotation_x(-FRAC_PI_2)
}

/// The sizes that a picture of a robot needs (simulation's coordinates, m).
#[derive(Resource, Clone, Copy, Debug, PartialEq)]
pub(super) struct Extent {
    /// Where the robot is held.
    pub(super) base: Vec3,
    /// The farthest that any part of it can be from there.
    pub(super) reach: f32,
    /// The radius of its thickest part.
    pub(super) thickness: f32,
    /// The height of the ground.
    pub(super) ground: f32,
}

impl Extent {
    /// Measures a scene's robot stretched out.
    pub(super) fn of(scene: &Scene) -> Self {
        let robot = scene.robot();
        let mut base = Vec3::ZERO;
        let (mut reach, mut thickness) = (0.0_f32, 0.0_f32);
        let mut from_base: Vec<f32> = Vec::new();
        for link in &robot.links {
            let origin = Vec3::from(link.origin.xyz);
            let distance = match link.parent {
                Some(parent) => from_base[parent] + origin.length(),
                None => 0.0,
            };
            if from_base.is_empty() {
                base = origin;
            }
            from_base.push(distance);
            for shape in &link.shapes {
                let (far, thick) = size(&shape.form);
                reach = reach.max(distance + far);
                thickness = thickness.max(thick);
            }
        }
        for point in &robot.points {
            reach = reach.max(from_base[point.link] + Vec3::from(point.at).length());
        }
        Self {
            base,
            reach: reach.max(1e-3),
            thickness: thickness.max(1e-4),
            ground: scene.world().ground.map_or(0.0, |ground| ground.z),
        }
    }
}

/// How far a shape reaches from its link's origin, and how thick it is.
fn size(form: &Form) -> (f32, f32) {
    let length = |at: [f32; 3]| Vec3::from(at).length();
    match *form {
        Form::Capsule { from, to, radius } | Form::Cylinder { from, to, radius } => {
            (length(from).max(length(to)) + radius, radius)
        }
        Form::Sphere { center, radius } => (length(center) + radius, radius),
        Form::Box { center, half, .. } => (
            length(center) + length(half),
            half.into_iter().fold(f32::MAX, f32::min),
        ),
        Form::Hull { ref corners, .. } => {
            let places = || corners.iter().map(|corner| Vec3::from(*corner));
            let low = places().reduce(Vec3::min).unwrap_or(Vec3::ZERO);
            let high = places().reduce(Vec3::max).unwrap_or(Vec3::ZERO);
            let far = places().map(Vec3::length).fold(0.0, f32::max);
            (far, 0.5 * (high - low).min_element())
        }
    }
}

type GroundMaterial = ExtendedMaterial<StandardMaterial, Grid>;

/// Lines on the ground that fade with the distance.
#[derive(Asset, AsBindGroup, TypePath, Clone, Debug)]
struct Grid {
    #[uniform(100)]
    uniform: GridUniform,
}

/// As in `ground.wgsl`.
#[derive(ShaderType, Clone, Copy, Debug)]
struct GridUniform {
    line: LinearRgba,
    /// What the ground fades into (cd/m^2).
    horizon: LinearRgba,
    /// Side of a cell (m).
    cell: f32,
    /// Side of a large cell (m).
    large_cell: f32,
    /// Where the ground begins to fade (m from its middle).
    fade_from: f32,
    /// Where it has gone, and ends (m from its middle).
    fade_to: f32,
}

impl MaterialExtension for Grid {
    fn fragment_shader() -> ShaderRef {
        "embedded://sinew/window/ground.wgsl".into()
    }

    fn enable_prepass() -> bool {
        false
    }
}

/// The ground, whose middle goes along with the robot.
#[derive(Component)]
pub(super) struct Ground;

pub(super) fn plugin(app: &mut App) {
    embedded_asset!(app, "ground.wgsl");
    app.add_plugins(MaterialPlugin::<GroundMaterial>::default())
        .insert_resource(DirectionalLightShadowMap { size: 2048 })
        .insert_resource(GlobalAmbientLight::NONE)
        .add_systems(PreStartup, (measure, raise_root).chain())
        .add_systems(Startup, (lay_ground, switch_on_light))
        .add_systems(
            Update,
            measure
                .run_if(resource_changed::<Shown>)
                .in_set(Frame::Input),
        )
        .add_systems(
            Update,
            (lay_ground, switch_on_light)
                .run_if(resource_changed::<Extent>)
                .in_set(Frame::Show),
        );
}

/// Marks the extent as changed only when it has changed.
fn measure(mut commands: Commands, shown: Res<Shown>, known: Option<Res<Extent>>) {
    let extent = Extent::of(shown.scene());
    if known.is_none_or(|known| *known != extent) {
        commands.insert_resource(extent);
    }
}

fn raise_root(mut commands: Commands) {
    commands.spawn((Root, Transform::from_rotation(up()), Visibility::default()));
}

fn lay_ground(
    mut commands: Commands,
    extent: Res<Extent>,
    laid: Query<Entity, With<Ground>>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<GroundMaterial>>,
) {
    for entity in &laid {
        commands.entity(entity).despawn();
    }
    let reach = extent.reach;
    let large_cell = 10.0_f32.powf(reach.log10().round());
    let radius = 7.0 * reach;
    let material = GroundMaterial {
        base: StandardMaterial {
            // Robots that do not collide hang below the ground too, and shall be seen there.
            base_color: Color::srgba(0.20, 0.22, 0.255, 0.72),
            alpha_mode: AlphaMode::AlphaToCoverage,
            perceptual_roughness: 0.92,
            reflectance: 0.25,
            ..default()
        },
        extension: Grid {
            uniform: GridUniform {
                line: LinearRgba::rgb(0.15, 0.19, 0.25),
                horizon: sky::horizon(),
                cell: large_cell / 10.0,
                large_cell,
                fade_from: 1.2 * reach,
                fade_to: radius,
            },
        },
    };
    commands.spawn((
        Ground,
        Mesh3d(meshes.add(Plane3d::new(Vec3::Y, Vec2::splat(radius)))),
        MeshMaterial3d(materials.add(material)),
        Transform::from_xyz(0.0, extent.ground, 0.0),
        NotShadowCaster,
    ));
}

fn switch_on_light(
    mut commands: Commands,
    extent: Res<Extent>,
    lit: Query<Entity, With<DirectionalLight>>,
) {
    for entity in &lit {
        commands.entity(entity).despawn();
    }
    let reach = extent.reach;
    let shadows = CascadeShadowConfigBuilder {
        num_cascades: 1,
        minimum_distance: 0.05 * reach,
        maximum_distance: 6.0 * reach,
        ..default()
    };
    commands.spawn((
        DirectionalLight {
            color: Color::srgb(1.0, 0.965, 0.91),
            illuminance: 9_000.0,
            shadow_maps_enabled: true,
            shadow_normal_bias: 1.0,
            ..default()
        },
        shadows.build(),
        Transform::from_xyz(1.1, 2.4, 1.3).looking_at(Vec3::ZERO, Vec3::Y),
    ));
    // From behind, without shadows: an edge of light that parts the robot from the ground.
    commands.spawn((
        DirectionalLight {
            color: Color::srgb(0.62, 0.76, 1.0),
            illuminance: 2_200.0,
            ..default()
        },
        Transform::from_xyz(-1.6, 0.9, -1.8).looking_at(Vec3::ZERO, Vec3::Y),
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_robot_is_measured_stretched_out() {
        let extent = Extent::of(&Scene::open("pendulum").unwrap());
        assert_eq!(extent.base, Vec3::new(0.0, 0.0, 1.2));
        assert_eq!((extent.reach, extent.thickness), (1.02, 0.02));
    }
}
