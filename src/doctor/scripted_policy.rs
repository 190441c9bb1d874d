//! The policies that the doctor rolls out: fixed rules that have learnt nothing.

use bevy::ecs::prelude::{Entity, World};
use bevy_rapier3d::plugin::context::{RapierContextJoints, RapierRigidBodySet};
use rand::RngExt;
use std::f32::consts::TAU;

use super::scratch_world::ScratchWorld;
use crate::model::robot::{Drive, JointKind};
use crate::pod::Episode;
use crate::pod::scene::SceneLevels;
use crate::scene::Scene;
use crate::seed::Rng;
use crate::sim::Readings;
use crate::sim::readings::gravity_loads;

/// A fixed rule that chooses actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScriptedPolicy {
    /// Every action is 0.
    Idle,
    /// Actions are uniform in [-1, 1], drawn in every step.
    Random,
    /// Uniform actions, each held for a quarter of a second, which moves the robot farther.
    Waving,
    /// Gravity is compensated, and a critically damped controller draws each motor's joint to its home.
    Holding,
}

impl ScriptedPolicy {
    /// All policies.
    pub const ALL: [Self; 4] = [Self::Idle, Self::Random, Self::Waving, Self::Holding];

    /// Its name in tables, JSON and the reference.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Random => "random",
            Self::Waving => "waving",
            Self::Holding => "holding",
        }
    }

    /// Its actions, in a phrase.
    pub(super) fn actions(self) -> &'static str {
        match self {
            Self::Idle => "actions of 0",
            Self::Random => "random actions",
            Self::Waving => "random actions held for 0.25 s",
            Self::Holding => "actions that hold the home pose",
        }
    }
}

/// Natural frequency of the holding controller (rad/s): at most the first number, and at most the second times the control rate (Hz),
/// so that the control rate can follow.
const FREQUENCY: [f32; 2] = [10.0, 0.15];
/// How long [`ScriptedPolicy::Waving`] holds an action (s).
const WAVE_S: f32 = 0.25;

/// Computes the actions of scripted policies in a scene.
pub(super) struct Script<'a> {
    scene: &'a Scene,
    /// Inertia at each joint in the home pose (kg m^2, or kg).
    inertias: Vec<f32>,
    /// Control steps for which a waving policy holds an action.
    wave: u32,
}

impl<'a> Script<'a> {
    pub(super) fn new(scene: &'a Scene) -> Self {
        let mut world = ScratchWorld::new(scene);
        world.set_joints(&world.home());
        Self {
            scene,
            inertias: world.inertias(),
            wave: (WAVE_S * scene.task().control_hz).max(1.0) as u32,
        }
    }

    /// Writes the action of a policy in an environment, `step` steps into its rollout. Actions may exceed [-1, 1].
    pub(super) fn act(
        &self,
        policy: ScriptedPolicy,
        world: &World,
        entity: Entity,
        step: u32,
        rng: &mut Rng,
        action: &mut [f32],
    ) {
        match policy {
            ScriptedPolicy::Idle => action.fill(0.0),
            ScriptedPolicy::Waving if !step.is_multiple_of(self.wave) => {}
            ScriptedPolicy::Random | ScriptedPolicy::Waving => {
                for entry in action {
                    *entry = 2.0 * rng.random::<f32>() - 1.0;
                }
            }
            ScriptedPolicy::Holding => self.hold(world, entity, action),
        }
    }

    /// The load of gravity on each motor, plus a critically damped controller towards home.
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
        let [highest, per_hz] = FREQUENCY;
        let frequency = highest.min(per_hz * task.control_hz);
        for ((action, motor), load) in action.iter_mut().zip(&robot.motors).zip(loads) {
            let joint = &robot.joints[motor.joint];
            let mut error = joint.home - readings.angles[motor.joint];
            if joint.range.is_none() && joint.kind == JointKind::Revolute {
                error -= TAU * (error / TAU).round();
            }
            let speed = readings.speeds[motor.joint];
            let torque = self.inertias[motor.joint] * frequency * (frequency * error - 2.0 * speed);
            *action = match motor.drive {
                Drive::Torque if robot.compensate_gravity => torque / motor.torque,
                Drive::Torque => load + torque / motor.torque,
                // The action 0 is the home position.
                Drive::Position { .. } => 0.0,
                Drive::Velocity { speed: most, .. } => frequency * error / most,
            };
        }
    }
}
