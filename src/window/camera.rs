//! The camera that orbits the robot, and the camera of the panel.

use bevy::camera::visibility::RenderLayers;
use bevy::camera::{CameraOutputMode, ClearColorConfig, Viewport};
use bevy::core_pipeline::tonemapping::Tonemapping;
use bevy::light::{EnvironmentMapLight, Skybox};
use bevy::prelude::*;
use bevy::render::render_resource::BlendState;
use bevy::window::PrimaryWindow;
use bevy_egui::input::EguiWantsInput;
use bevy_egui::{EguiGlobalSettings, PrimaryEguiContext};
use bevy_panorbit_camera::{PanOrbitCamera, PanOrbitCameraSystemSet};

use super::clock::Playback;
use super::extent::Extent;
use super::frame::Frame;
use super::goal::Drag;
use super::panel::PanelWidth;
use super::shown_robot::ShownRobot;
use super::sky::{self, Sky};
use super::stage::{Eye, Ground, up};
use crate::model::robot::{JointKind, Robot};
use crate::scene::Scene;

/// How far the view has followed the robot (Bevy's coordinates, m).
#[derive(Resource, Default)]
struct Travel(Vec3);

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Travel>()
        .add_systems(PreStartup, |mut settings: ResMut<EguiGlobalSettings>| {
            settings.auto_create_primary_context = false;
        })
        .add_systems(Startup, spawn_cameras)
        .add_systems(
            Update,
            (
                (
                    look_at_robot.run_if(resource_changed::<Extent>),
                    follow_robot,
                )
                    .chain(),
                leave_room_for_panel,
            )
                .in_set(Frame::Show),
        )
        .add_systems(PostUpdate, give_mouse.before(PanOrbitCameraSystemSet));
}

fn spawn_cameras(
    mut commands: Commands,
    sky: Res<Sky>,
    extent: Res<Extent>,
    shown: Res<ShownRobot>,
) {
    commands.spawn((
        Eye,
        Camera3d::default(),
        Msaa::Sample4,
        Tonemapping::AcesFitted,
        Projection::Perspective(PerspectiveProjection {
            fov: 0.62,
            near: 0.02 * extent.reach,
            far: 100.0 * extent.reach,
            ..default()
        }),
        Skybox {
            image: Some(sky.background.clone()),
            brightness: sky::BRIGHTNESS,
            ..default()
        },
        EnvironmentMapLight {
            diffuse_map: sky.diffuse.clone(),
            specular_map: sky.specular.clone(),
            intensity: 1500.0,
            ..default()
        },
        orbit(&extent, shown.scene()),
    ));
    commands.spawn((
        PrimaryEguiContext,
        Camera2d,
        Msaa::Off,
        RenderLayers::none(),
        Camera {
            order: 1,
            output_mode: CameraOutputMode::Write {
                blend_state: Some(BlendState::ALPHA_BLENDING),
                clear_color: ClearColorConfig::None,
            },
            clear_color: ClearColorConfig::Custom(Color::NONE),
            ..default()
        },
    ));
}

/// The initial view, which a robot of this size fills.
fn orbit(extent: &Extent, scene: &Scene) -> PanOrbitCamera {
    let view = View::of(scene);
    let focus = up() * (extent.base + Vec3::Z * view.above * extent.reach);
    let radius = view.distance * extent.reach;
    PanOrbitCamera {
        focus,
        target_focus: focus,
        radius: Some(radius),
        target_radius: radius,
        yaw: Some(view.yaw),
        target_yaw: view.yaw,
        pitch: Some(view.pitch),
        target_pitch: view.pitch,
        pitch_lower_limit: Some(0.02),
        pitch_upper_limit: Some(1.55),
        zoom_lower_limit: 0.3 * extent.reach,
        zoom_upper_limit: Some(12.0 * extent.reach),
        ..default()
    }
}

/// The direction and distance of a view.
struct View {
    yaw: f32,
    pitch: f32,
    /// Distance from the camera to its focus, in reaches of the robot.
    distance: f32,
    /// Height of the focus above the base, in reaches of the robot.
    above: f32,
}

impl View {
    /// The view of a scene. A planar robot is seen nearly along its axes, at a distance from which a full turn fits in the view.
    fn of(scene: &Scene) -> Self {
        let (joints, links) = (&scene.robot().joints, &scene.robot().links);
        let is_turned = joints
            .iter()
            .any(|joint| links[joint.link].origin.rpy != [0.0; 3]);
        let are_all_along =
            |axis: usize| !is_turned && joints.iter().all(|joint| joint.axis[axis].abs() > 0.99);
        let (yaw, pitch) = match [0, 1, 2].map(are_all_along) {
            [true, ..] => (1.25, 0.16),
            [_, true, _] => (0.38, 0.16),
            [.., true] => (0.25, 1.12),
            // A robot on the ground, with ground in front of it.
            _ if !scene.world().is_empty() => {
                return Self {
                    yaw: 0.62,
                    pitch: 0.2,
                    distance: 3.3,
                    // The base of a floating robot is near its centre.
                    above: if links.iter().any(|link| link.floats && !link.loose) {
                        -0.1
                    } else {
                        0.45
                    },
                };
            }
            // A robot on a rail, seen from the side.
            _ if runs_on_rail(scene.robot()) => {
                return Self {
                    yaw: 0.38,
                    pitch: 0.16,
                    distance: 3.6,
                    above: 0.2,
                };
            }
            // Any other robot stands on its base and moves above it.
            _ => {
                return Self {
                    yaw: 0.62,
                    pitch: 0.34,
                    distance: 2.3,
                    above: 0.2,
                };
            }
        };
        Self {
            yaw,
            pitch,
            distance: 3.45,
            above: 0.0,
        }
    }
}

fn runs_on_rail(robot: &Robot) -> bool {
    robot.joints.iter().any(|joint| {
        let hangs_on_world = robot.links[joint.link].parent.is_none();
        hangs_on_world && joint.kind == JointKind::Prismatic && joint.axis[2].abs() < 0.3
    })
}

fn look_at_robot(
    extent: Res<Extent>,
    shown: Res<ShownRobot>,
    mut travel: ResMut<Travel>,
    eye: Single<(&mut PanOrbitCamera, &mut Projection), With<Eye>>,
) {
    let (mut camera, mut projection) = eye.into_inner();
    travel.0 = Vec3::ZERO;
    *camera = PanOrbitCamera {
        initialized: camera.initialized,
        force_update: true,
        ..orbit(&extent, shown.scene())
    };
    if let Projection::Perspective(lens) = &mut *projection {
        lens.near = 0.02 * extent.reach;
        lens.far = 100.0 * extent.reach;
    }
}

/// Follows a robot that moves away, together with the ground, whose grid stays fixed in the world.
fn follow_robot(
    extent: Res<Extent>,
    shown: Res<ShownRobot>,
    playback: Res<Playback>,
    mut travel: ResMut<Travel>,
    mut camera: Single<&mut PanOrbitCamera, With<Eye>>,
    mut ground: Query<&mut Transform, With<Ground>>,
) {
    let places: Vec<Vec3> = (shown.poses(playback.share(shown.dt())))
        .map(|(place, _)| place)
        .collect();
    let middle = places.iter().sum::<Vec3>() / places.len().max(1) as f32;
    let away = (middle - extent.base).with_z(0.0);
    // A robot with a fixed base never leaves its reach, so its view stays still; a robot on the ground is kept near the centre.
    let has_ground = !shown.scene().world().is_empty();
    let slack = extent.reach * if has_ground { 0.2 } else { 1.0 };
    let beyond = away - away.clamp_length_max(slack);
    let now = up() * beyond;
    let further = now - travel.0;
    if further != Vec3::ZERO {
        travel.0 = now;
        camera.focus += further;
        camera.target_focus += further;
        camera.force_update = true;
    }
    for mut place in &mut ground {
        (place.translation.x, place.translation.z) = (now.x, now.z);
    }
}

/// Restricts the 3D view to the part of the window beside the panel.
fn leave_room_for_panel(
    panel: Res<PanelWidth>,
    window: Single<&Window, With<PrimaryWindow>>,
    mut camera: Single<&mut Camera, With<Eye>>,
) {
    let size = window.physical_size();
    let panel = (panel.0 * window.scale_factor()).round() as u32;
    // A window may be smaller than its panel.
    let viewport = (size.x > panel + 16 && size.y > 0).then(|| Viewport {
        physical_size: UVec2::new(size.x - panel, size.y),
        ..default()
    });
    let known = camera
        .viewport
        .as_ref()
        .map(|viewport| viewport.physical_size);
    if known != viewport.as_ref().map(|viewport| viewport.physical_size) {
        camera.viewport = viewport;
    }
}

/// The mouse controls the camera unless the panel uses it or it drags the target.
fn give_mouse(
    egui: Res<EguiWantsInput>,
    drag: Res<Drag>,
    panel: Res<PanelWidth>,
    buttons: Res<ButtonInput<MouseButton>>,
    window: Single<&Window, With<PrimaryWindow>>,
    mut camera: Single<&mut PanOrbitCamera, With<Eye>>,
) {
    // An orbit that has begun continues over the panel.
    let is_orbiting =
        camera.enabled && buttons.any_pressed([MouseButton::Left, MouseButton::Right]);
    let is_begun = buttons.any_just_pressed([MouseButton::Left, MouseButton::Right]);
    let over_panel = panel.covers(&window);
    let free = !drag.is_active() && !egui.is_using_pointer() && !egui.is_popup_open();
    let enabled = free && (!over_panel || (is_orbiting && !is_begun));
    if camera.enabled != enabled {
        camera.enabled = enabled;
    }
}
