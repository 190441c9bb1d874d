//! Who acts while the doctor looks: actors that have learnt nothing.

use bevy::ecs::prelude::{Entity, World};
use bevy_rapier3d::plugin::context::{RapierContextJoints, RapierRigidBodySet};
use rand::RngExt;
use std::f32::consts::TAU;

use super::poser::Poser;
use crate::pod::Episode;
use crate::pod::scene::SceneLevels;
use crate::scene::Scene;
use crate::scene::robot::{Drive, JointKind};
use crate::seed::Rng;
use crate::sim::Readings;
use crate::sim::readings::gravity_loads;

/// How actions are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Every action is 0.
    Idle,
    /// Every action is uniform in -1..1.
    Random,
    /// The same, but held for a quarter of a second: it gets farther.
    Waving,
    /// Gravity is held, and every motor's joint is drawn to its home.
    Holding,
}

impl Actor {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Idle, Self::Random, Self::Waving, Self::Holding];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Random => "random",
            Self::Waving => "waving",
            Self::Holding => "holding",
        }
    }

    /// What it does, to go behind "somebody".
    pub fn does(self) -> &'static str {
        match self {
            Self::Idle => "does nothing",
            Self::Random => "acts at random",
            Self::Waving => "holds random actions for a moment",
            Self::Holding => "holds its home",
        }
    }
}

/// How fast a held joint comes home (rad/s): as fast as an arm should, and slow enough for the control rate to follow.
const STIFFNESS: [f32; 2] = [10.0, 0.15];
/// How long a waving actor holds an action (s).
const WAVE_S: f32 = 0.25;

/// What actors need to know of a scene.
pub(super) struct Stage<'a> {
    scene: &'a Scene,
    /// Of every joint, at home.
    inertias: Vec<f32>,
    wave: u32,
}

impl<'a> Stage<'a> {
    pub(super) fn new(scene: &'a Scene) -> Self {
        let mut poser = Poser::new(scene);
        poser.pose(&poser.home());
        Self {
            scene,
            inertias: poser.inertias(),
            wave: (WAVE_S * scene.task().control_hz).max(1.0) as u32,
        }
    }

    /// Writes what an actor does in an environment, `step` steps into its rollout. It may want more than motors can.
    pub(super) fn act(
        &self,
        actor: Actor,
        world: &World,
        entity: Entity,
        step: u32,
        rng: &mut Rng,
        action: &mut [f32],
    ) {
        match actor {
            Actor::Idle => action.fill(0.0),
            Actor::Waving if !step.is_multiple_of(self.wave) => {}
            Actor::Random | Actor::Waving => {
                for entry in action {
                    *entry = 2.0 * rng.random::<f32>() - 1.0;
                }
            }
            Actor::Holding => self.hold(world, entity, action),
        }
    }

    /// What gravity asks of each motor, and a critically damped pull home beside it.
    fn hold(&self, world: &World, entity: Entity, action: &mut [f32]) {
        let (robot, task) = (self.scene.robot(), self.scene.task());
        let parts = world
            .get::<RapierContextJoints>(entity)
            .zip(world.get(entity));
        let (Some((joints, bodies)), Some(readings)) = (parts, world.get::<Readings>(entity))
        else {
            return;
        };
        let bodies: &RapierRigidBodySet = bodies;
        let Some(episode) = world.get::<Episode>(entity) else {
            return;
        };
        let plant = &world.resource::<SceneLevels>().of(episode).plant;
        let loads = gravity_loads(plant, &joints.multibody_joints, &bodies.bodies);
        let [fastest, per_hz] = STIFFNESS;
        let pull = fastest.min(per_hz * task.control_hz);
        for ((action, motor), load) in action.iter_mut().zip(&robot.motors).zip(loads) {
            let joint = &robot.joints[motor.joint];
            let mut apart = joint.home - readings.angles[motor.joint];
            if joint.range.is_none() && joint.kind == JointKind::Revolute {
                apart -= TAU * (apart / TAU).round();
            }
            let speed = readings.speeds[motor.joint];
            let torque = self.inertias[motor.joint] * pull * (pull * apart - 2.0 * speed);
            *action = match motor.drive {
                Drive::Torque if robot.compensate_gravity => torque / motor.torque,
                Drive::Torque => load + torque / motor.torque,
                // Home is what the action 0 asks for.
                Drive::Position { .. } => 0.0,
                Drive::Velocity { speed: most, .. } => pull * apart / most,
            };
        }
    }
}
