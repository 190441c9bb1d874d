//! The size of a robot, by which camera, light and ground are scaled.

use bevy::prelude::*;

use super::frame::Frame;
use super::shown_robot::ShownRobot;
use crate::model::robot::Form;
use crate::scene::Scene;

/// The dimensions of a robot (simulation coordinates, m).
#[derive(Resource, Clone, Copy, Debug, PartialEq)]
pub(super) struct Extent {
    /// Origin of its first link.
    pub(super) base: Vec3,
    /// Largest distance of any part from the base, stretched out.
    pub(super) reach: f32,
    /// Radius of its thickest shape.
    pub(super) thickness: f32,
    /// Height of the ground.
    pub(super) ground: f32,
}

impl Extent {
    /// Measures the robot of a scene, stretched out.
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

/// The largest distance of a shape from its link's origin, and its smallest half thickness (m).
pub(super) fn size(form: &Form) -> (f32, f32) {
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
            let far = corners.iter().map(|corner| length(*corner));
            let [low, high] = bounds(corners);
            (far.fold(0.0, f32::max), 0.5 * (high - low).min_element())
        }
    }
}

/// The smallest and largest coordinates of corners.
pub(super) fn bounds(corners: &[[f32; 3]]) -> [Vec3; 2] {
    let corners = || corners.iter().map(|corner| Vec3::from(*corner));
    [
        corners().reduce(Vec3::min).unwrap_or(Vec3::ZERO),
        corners().reduce(Vec3::max).unwrap_or(Vec3::ZERO),
    ]
}

pub(super) fn plugin(app: &mut App) {
    let measure_again = measure.run_if(resource_changed::<ShownRobot>);
    app.add_systems(PreStartup, measure)
        .add_systems(Update, measure_again.in_set(Frame::Input));
}

/// Updates the extent, and marks it as changed only when it differs.
fn measure(mut commands: Commands, shown: Res<ShownRobot>, known: Option<Res<Extent>>) {
    let extent = Extent::of(shown.scene());
    if known.is_none_or(|known| *known != extent) {
        commands.insert_resource(extent);
    }
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
