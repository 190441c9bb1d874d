//! The robot of a scene, put into poses without a step being taken.

use bevy::math::{Quat, Vec3};

use super::thresholds::STARTS;
use crate::scene::Scene;
use crate::seed::{Rng, Seed};
use crate::sim::energy::energy;
use crate::sim::overlaps::{self, Overlap};
use crate::sim::readings::{self, link_poses};
use crate::sim::reset;
use crate::sim::{Actuators, Physics, Plant, Readings, Variation};
use crate::task::StartState;

/// A world that is put into one state after the other.
pub(super) struct Poser<'a> {
    pub(super) scene: &'a Scene,
    plant: Plant,
    physics: Physics,
    actuators: Actuators,
    as_it_is: Variation,
}

impl<'a> Poser<'a> {
    pub(super) fn new(scene: &'a Scene) -> Self {
        let plant = Plant::new(scene);
        let physics = plant.instantiate();
        Self {
            scene,
            actuators: Actuators::at_rest(&plant),
            as_it_is: Variation::default(),
            plant,
            physics,
        }
    }

    /// How many poses can be looked at in so much time (us), by what one of such a robot is expected to cost.
    pub(super) fn affordable(&self, us: f64) -> usize {
        let [links, freedoms] = size(self.scene);
        (us / (5.0 + links + 0.01 * links * freedoms)) as usize
    }

    /// The joints' home, which is where episodes start but for noise.
    pub(super) fn home(&self) -> Vec<f32> {
        let joints = &self.scene.robot().joints;
        joints.iter().map(|joint| joint.home).collect()
    }

    /// Joints at these angles, at rest.
    pub(super) fn pose(&mut self, angles: &[f32]) {
        self.place(&StartState {
            angles: angles.to_vec(),
            ..StartState::home(self.scene.robot())
        });
    }

    pub(super) fn place(&mut self, start: &StartState) {
        let (simulation, colliders, joints, bodies) = self.physics.parts();
        self.plant.renew(simulation, colliders, joints, bodies);
        self.actuators.rest();
        reset::place(
            &self.plant,
            start,
            &mut colliders.colliders,
            &mut joints.multibody_joints,
            &mut bodies.bodies,
        );
    }

    /// Takes a step in which no motor does anything.
    ///
    /// # Errors
    /// The world broke.
    pub(super) fn step(&mut self) -> Result<(), String> {
        let (simulation, colliders, joints, bodies) = self.physics.parts();
        let stepped = self.plant.step(
            &mut self.actuators,
            &self.as_it_is,
            simulation,
            colliders,
            joints,
            bodies,
        );
        stepped.map_err(String::from)
    }

    pub(super) fn readings(&self) -> Readings {
        let mut now = Readings::default();
        readings::read(
            &self.plant,
            &self.physics.simulation.narrow_phase,
            &self.physics.colliders.colliders,
            &self.physics.joints.multibody_joints,
            &self.physics.bodies.bodies,
            None,
            &self.as_it_is,
            &mut now,
        );
        now
    }

    pub(super) fn links(&self) -> Vec<(Vec3, Quat)> {
        link_poses(
            &self.plant,
            &self.physics.joints.multibody_joints,
            &self.physics.bodies.bodies,
        )
    }

    /// What is deepest inside of something else.
    pub(super) fn overlap(&self) -> Option<Overlap> {
        overlaps::deepest(
            &self.plant,
            &self.physics.joints.multibody_joints,
            &self.physics.bodies.bodies,
            &self.physics.colliders.colliders,
        )
    }

    /// The share of each motor's limit that holding the pose takes.
    pub(super) fn gravity_loads(&self) -> Vec<f32> {
        let (joints, bodies) = (&self.physics.joints, &self.physics.bodies);
        readings::gravity_loads(&self.plant, &joints.multibody_joints, &bodies.bodies)
    }

    /// What each joint feels of inertia (kg m^2, or kg).
    pub(super) fn inertias(&mut self) -> Vec<f32> {
        let (_, _, joints, bodies) = self.physics.parts();
        readings::inertias(&self.plant, &mut joints.multibody_joints, &bodies.bodies)
    }

    pub(super) fn energy(&self) -> f64 {
        let (joints, bodies) = (&self.physics.joints, &self.physics.bodies);
        energy(&self.plant, &joints.multibody_joints, &bodies.bodies)
    }
}

/// The generators of the starts that are tried: the same starts for everybody who looks at them.
pub(super) fn starts() -> impl Iterator<Item = Rng> {
    let stream = Seed::new(1).stream("doctor starts");
    (0..STARTS).map(move |i| stream.nth(i))
}

/// Links and freedoms of a scene's robot, which is what its steps and poses cost by.
pub(super) fn size(scene: &Scene) -> [f64; 2] {
    let robot = scene.robot();
    let floating = robot.links.iter().filter(|link| link.floats).count();
    let freedoms = robot.joints.len() + 6 * floating;
    [robot.links.len() as f64, freedoms as f64]
}
