//! A physics world of a scene for measurements in single states, outside any episode.

use bevy::math::{Quat, Vec3};

use crate::scene::Scene;
use crate::seed::{Rng, Seed};
use crate::sim::energy::energy;
use crate::sim::overlaps::{self, Overlap};
use crate::sim::readings::{self, link_poses};
use crate::sim::reset;
use crate::sim::{Actuators, Physics, Plant, Readings, Variation};
use crate::task::StartState;

/// Starts of episodes that checks examine.
pub(super) const STARTS: u64 = 32;
/// Expected time that a search over poses may take on one core (us). Two checks search.
const SEARCH_US: f64 = 2e4;

/// A physics world that is set to one state after another.
pub(super) struct ScratchWorld<'a> {
    pub(super) scene: &'a Scene,
    plant: Plant,
    physics: Physics,
    actuators: Actuators,
    nominal: Variation,
}

impl<'a> ScratchWorld<'a> {
    pub(super) fn new(scene: &'a Scene) -> Self {
        let plant = Plant::new(scene);
        let physics = plant.instantiate();
        Self {
            scene,
            actuators: Actuators::at_rest(&plant),
            nominal: Variation::default(),
            plant,
            physics,
        }
    }

    /// Poses that a search may evaluate, from the expected cost of one.
    pub(super) fn search_budget(&self) -> usize {
        let [links, freedoms] = size(self.scene);
        (SEARCH_US / (5.0 + links + 0.01 * links * freedoms)) as usize
    }

    /// The home position of every joint: where episodes start, up to noise.
    pub(super) fn home(&self) -> Vec<f32> {
        let joints = &self.scene.robot().joints;
        joints.iter().map(|joint| joint.home).collect()
    }

    /// Sets the joints to these positions, at rest.
    pub(super) fn set_joints(&mut self, angles: &[f32]) {
        self.set_state(&StartState {
            angles: angles.to_vec(),
            ..StartState::home(self.scene.robot())
        });
    }

    /// Sets the whole state.
    pub(super) fn set_state(&mut self, start: &StartState) {
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

    /// Takes a control step without motor torques.
    ///
    /// # Errors
    /// The world broke.
    pub(super) fn step(&mut self) -> Result<(), String> {
        let (simulation, colliders, joints, bodies) = self.physics.parts();
        let stepped = self.plant.step(
            &mut self.actuators,
            &self.nominal,
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
            &self.nominal,
            &mut now,
        );
        now
    }

    /// The pose of every link in the world.
    pub(super) fn link_poses(&self) -> Vec<(Vec3, Quat)> {
        link_poses(
            &self.plant,
            &self.physics.joints.multibody_joints,
            &self.physics.bodies.bodies,
        )
    }

    /// The deepest overlap of two solids, if any overlap.
    pub(super) fn deepest_overlap(&self) -> Option<Overlap> {
        overlaps::deepest(
            &self.plant,
            &self.physics.joints.multibody_joints,
            &self.physics.bodies.bodies,
            &self.physics.colliders.colliders,
        )
    }

    /// The torque that holds the pose against gravity, as a fraction of each motor's limit.
    pub(super) fn gravity_loads(&self) -> Vec<f32> {
        let (joints, bodies) = (&self.physics.joints, &self.physics.bodies);
        readings::gravity_loads(&self.plant, &joints.multibody_joints, &bodies.bodies)
    }

    /// The inertia at each joint (kg m^2, or kg).
    pub(super) fn inertias(&mut self) -> Vec<f32> {
        let (_, _, joints, bodies) = self.physics.parts();
        readings::inertias(&self.plant, &mut joints.multibody_joints, &bodies.bodies)
    }

    /// Mechanical energy (J).
    pub(super) fn energy(&self) -> f64 {
        let (joints, bodies) = (&self.physics.joints, &self.physics.bodies);
        energy(&self.plant, &joints.multibody_joints, &bodies.bodies)
    }
}

/// The generators of the examined starts, the same for every check.
pub(super) fn starts() -> impl Iterator<Item = Rng> {
    let stream = Seed::new(1).stream("doctor starts");
    (0..STARTS).map(move |i| stream.nth(i))
}

/// Links and degrees of freedom of a scene's robot, which determine the cost of a step and of a pose.
pub(super) fn size(scene: &Scene) -> [f64; 2] {
    let robot = scene.robot();
    let floating = robot.links.iter().filter(|link| link.floats).count();
    let freedoms = robot.joints.len() + 6 * floating;
    [robot.links.len() as f64, freedoms as f64]
}
