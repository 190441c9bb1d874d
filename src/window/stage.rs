//! The stage of the 3D view: the root of the simulated entities, light and ground.

use bevy::asset::embedded_asset;
use bevy::light::{CascadeShadowConfigBuilder, DirectionalLightShadowMap, NotShadowCaster};
use bevy::pbr::{ExtendedMaterial, MaterialExtension};
use bevy::prelude::*;
use bevy::render::render_resource::{AsBindGroup, ShaderType};
use bevy::shader::ShaderRef;
use std::f32::consts::FRAC_PI_2;

use super::extent::Extent;
use super::frame::Frame;
use super::sky;

/// The parent of all entities in simulation coordinates: x forward, z up.
#[derive(Component)]
pub(super) struct Root;

/// The camera of the 3D view.
#[derive(Component)]
pub(super) struct Eye;

/// The rotation from simulation coordinates (z up) to Bevy's (y up).
pub(super) fn up() -> Quat {
    Quat::from_rotation_x(-FRAC_PI_2)
}

type GroundMaterial = ExtendedMaterial<StandardMaterial, Grid>;

/// A grid on the ground that fades with the distance.
#[derive(Asset, AsBindGroup, TypePath, Clone, Debug)]
struct Grid {
    #[uniform(100)]
    uniform: GridUniform,
}

/// The uniform of `ground.wgsl`.
#[derive(ShaderType, Clone, Copy, Debug)]
struct GridUniform {
    line: LinearRgba,
    /// Colour that the ground fades into (cd/m^2).
    horizon: LinearRgba,
    /// Side of a cell (m).
    cell: f32,
    /// Side of a large cell (m).
    large_cell: f32,
    /// Distance from its centre at which the ground begins to fade (m).
    fade_from: f32,
    /// Distance at which it has faded completely, and ends (m).
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

/// The ground, whose centre follows the robot.
#[derive(Component)]
pub(super) struct Ground;

pub(super) fn plugin(app: &mut App) {
    embedded_asset!(app, "ground.wgsl");
    app.add_plugins(MaterialPlugin::<GroundMaterial>::default())
        .insert_resource(DirectionalLightShadowMap { size: 2048 })
        .insert_resource(GlobalAmbientLight::NONE)
        .add_systems(PreStartup, spawn_root)
        .add_systems(Startup, (spawn_ground, spawn_lights))
        .add_systems(
            Update,
            (spawn_ground, spawn_lights)
                .run_if(resource_changed::<Extent>)
                .in_set(Frame::Show),
        );
}

fn spawn_root(mut commands: Commands) {
    commands.spawn((Root, Transform::from_rotation(up()), Visibility::default()));
}

fn spawn_ground(
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
            // Robots that do not collide may hang below the ground, and stay visible through it.
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

fn spawn_lights(
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
    // A rim light from behind, without shadows, that separates the robot from the ground.
    commands.spawn((
        DirectionalLight {
            color: Color::srgb(0.62, 0.76, 1.0),
            illuminance: 2_200.0,
            ..default()
        },
        Transform::from_xyz(-1.6, 0.9, -1.8).looking_at(Vec3::ZERO, Vec3::Y),
    ));
}
