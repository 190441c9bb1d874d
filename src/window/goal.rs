//! The target, which the mouse can drag, and the region that goals are sampled from.

use bevy::light::NotShadowCaster;
use bevy::prelude::*;
use bevy::window::PrimaryWindow;
use bevy_egui::input::EguiWantsInput;

use super::extent::Extent;
use super::frame::Frame;
use super::panel::PanelWidth;
use super::robot::scene_changed;
use super::shown_robot::ShownRobot;
use super::stage::{Eye, Root, up};

/// The entity of the target, at its centre.
#[derive(Component)]
struct Target;

/// The materials of a sphere of the target.
#[derive(Component)]
struct TargetMaterials {
    away: Handle<StandardMaterial>,
    reached: Handle<StandardMaterial>,
}

/// The drag of the target by the mouse.
#[derive(Resource, Default)]
pub(super) struct Drag {
    /// Vector from the point under the cursor, in the plane of the drag, to the target (Bevy's coordinates).
    grip: Option<Vec3>,
}

impl Drag {
    pub(super) fn is_active(&self) -> bool {
        self.grip.is_some()
    }
}

#[derive(Default, Reflect, GizmoConfigGroup)]
struct ZoneLines;

pub(super) fn plugin(app: &mut App) {
    let lines = GizmoConfig {
        line: GizmoLineConfig {
            width: 1.4,
            ..default()
        },
        ..default()
    };
    app.init_resource::<Drag>()
        .insert_gizmo_config(ZoneLines, lines)
        .add_systems(Update, drag_target.in_set(Frame::Input))
        .add_systems(
            Update,
            (
                (build_target.run_if(scene_changed), show_target).chain(),
                draw_zone,
            )
                .in_set(Frame::Show),
        );
}

/// The radii of the bright core and of the translucent veil, which shows where the target counts as reached (m).
fn radii(shown: &ShownRobot) -> (f32, f32) {
    let reach = Extent::of(shown.scene()).reach;
    let veil = shown.reached_within().unwrap_or(0.03 * reach);
    (veil.min(0.03 * reach) * 0.62, veil)
}

fn build_target(
    mut commands: Commands,
    shown: Res<ShownRobot>,
    root: Single<Entity, With<Root>>,
    old: Query<Entity, With<Target>>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<StandardMaterial>>,
) {
    for target in &old {
        commands.entity(target).despawn();
    }
    if shown.goal().is_none() {
        return;
    }
    let (core, veil) = radii(&shown);
    let (away, reached) = (
        LinearRgba::rgb(1.0, 0.07, 0.03),
        LinearRgba::rgb(0.03, 0.80, 0.20),
    );
    let mut bright = |color: LinearRgba| {
        materials.add(StandardMaterial {
            base_color: Color::BLACK,
            emissive: color,
            perceptual_roughness: 0.9,
            ..default()
        })
    };
    let cores = TargetMaterials {
        away: bright(away),
        reached: bright(reached),
    };
    let mut sheer = |color: LinearRgba| {
        materials.add(StandardMaterial {
            base_color: Color::from(color).with_alpha(0.20),
            emissive: color * 0.10,
            alpha_mode: AlphaMode::Blend,
            perceptual_roughness: 0.25,
            ..default()
        })
    };
    let veils = TargetMaterials {
        away: sheer(away),
        reached: sheer(reached),
    };
    let mut sphere = |radius: f32| Mesh3d(meshes.add(Sphere::new(radius).mesh().uv(48, 24)));
    commands
        .spawn((
            Target,
            ChildOf(*root),
            Transform::default(),
            Visibility::default(),
        ))
        .with_children(|target| {
            target.spawn((sphere(core), MeshMaterial3d(cores.away.clone()), cores));
            target.spawn((
                sphere(veil),
                MeshMaterial3d(veils.away.clone()),
                veils,
                NotShadowCaster,
            ));
        });
}

fn show_target(
    shown: Res<ShownRobot>,
    mut targets: Query<&mut Transform, With<Target>>,
    mut spheres: Query<(&TargetMaterials, &mut MeshMaterial3d<StandardMaterial>)>,
) {
    if let (Some(goal), Ok(mut transform)) = (shown.goal(), targets.single_mut()) {
        transform.translation = goal;
    }
    let is_reached = shown.is_reached();
    for (materials, mut material) in &mut spheres {
        let wanted = if is_reached {
            &materials.reached
        } else {
            &materials.away
        };
        if material.0 != *wanted {
            material.0 = wanted.clone();
        }
    }
}

fn drag_target(
    mut drag: ResMut<Drag>,
    mut shown: ResMut<ShownRobot>,
    egui: Res<EguiWantsInput>,
    panel: Res<PanelWidth>,
    buttons: Res<ButtonInput<MouseButton>>,
    window: Single<&Window, With<PrimaryWindow>>,
    eye: Single<(&Camera, &GlobalTransform), With<Eye>>,
) {
    if !buttons.pressed(MouseButton::Left) {
        if drag.is_active() {
            drag.grip = None;
        }
        return;
    }
    let (camera, eye) = *eye;
    let (Some(cursor), Some(goal)) = (window.cursor_position(), shown.goal()) else {
        return;
    };
    let Ok(ray) = camera.viewport_to_world(eye, cursor) else {
        return;
    };
    let goal = up() * goal;
    // The target moves in the plane that faces the camera, unless its task is a flat one.
    let goals = shown.scene().task().goal.as_ref();
    let normal = if goals.is_some_and(|goal| goal.is_flat()) {
        Dir3::new(up() * Vec3::Z).unwrap_or(Dir3::Y)
    } else {
        eye.forward()
    };
    let far = 4.0 * eye.translation().distance(goal);
    let Some(pointed_at) = ray
        .intersect_plane(goal, InfinitePlane3d::new(normal))
        .filter(|distance| *distance < far)
        .map(|distance| ray.get_point(distance))
    else {
        return;
    };
    if buttons.just_pressed(MouseButton::Left) {
        let (_, veil) = radii(&shown);
        // Small targets can be grabbed with a margin of a few pixels.
        let margin = 0.012 * eye.translation().distance(goal);
        let is_free = !panel.covers(&window) && !egui.is_using_pointer();
        if is_free && pointed_at.distance(goal) < veil.max(margin) {
            drag.grip = Some(goal - pointed_at);
        }
    } else if let Some(grip) = drag.grip {
        let to = pointed_at + grip;
        if to != goal {
            shown.set_target(up().inverse() * to);
        }
    }
}

/// Lines along the edges of the region that goals are drawn from.
fn draw_zone(shown: Res<ShownRobot>, mut gizmos: Gizmos<ZoneLines>) {
    let Some(goals) = &shown.scene().task().goal else {
        return;
    };
    let color = LinearRgba::new(0.35, 0.62, 1.0, 1.0);
    for line in goals.outline() {
        let points = line.points.into_iter().map(|at| up() * Vec3::from(at));
        gizmos.linestrip(points, color.with_alpha(line.opacity));
    }
}
