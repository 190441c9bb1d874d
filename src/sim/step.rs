//! One control step: the motors act, and the engine takes the physics steps of a control step.

use bevy_rapier3d::plugin::TimestepMode;
use bevy_rapier3d::plugin::context::{
    RapierContextColliders, RapierContextJoints, RapierContextSimulation, RapierRigidBodySet,
    SimulationToRenderTime,
};
use bevy_rapier3d::rapier::dynamics::{MultibodyJointSet, RigidBodySet};
use std::borrow::Cow;

use super::actuate::{self, Actuators};
use super::plant::Plant;
use crate::panics::catch_panic;
use crate::task::Variation;

impl Plant {
    /// Advances one control step under the commands of the actuators. Rapier hides non-finite numbers by disabling bodies, which counts as
    /// broken; a panic inside it is caught, so that other environments continue.
    ///
    /// # Errors
    /// Why the world broke; it then has to be renewed before it is used again.
    pub fn step(
        &self,
        actuators: &mut Actuators,
        variation: &Variation,
        simulation: &mut RapierContextSimulation,
        colliders: &mut RapierContextColliders,
        joints: &mut RapierContextJoints,
        bodies: &mut RapierRigidBodySet,
    ) -> Result<(), Cow<'static, str>> {
        let (rounds, _) = self.rounds();
        let dt = self.dt / rounds as f32;
        actuators.efforts.fill(0.0);
        let stepped = catch_panic(|| {
            for _ in 0..rounds {
                actuate::drive(
                    self,
                    actuators,
                    variation,
                    &joints.multibody_joints,
                    &mut bodies.bodies,
                );
                simulation.step_simulation(
                    colliders,
                    joints,
                    bodies,
                    self.gravity * variation.gravity,
                    TimestepMode::Fixed { dt, substeps: 1 },
                    None,
                    &(),
                    &bevy::time::Time::default(),
                    &mut SimulationToRenderTime::default(),
                    None,
                );
                self.clip_speeds(&mut joints.multibody_joints);
            }
        });
        for effort in &mut actuators.efforts {
            *effort /= rounds as f32;
        }
        match stepped {
            Err(panic) => Err(format!("the physics engine panicked: {panic}").into()),
            Ok(()) if simulation.pipeline.quarantine().is_empty() => {
                self.check_floating(&joints.multibody_joints, &bodies.bodies)
            }
            Ok(()) => Err("the physics engine met a number that is not finite".into()),
        }
    }

    /// Checks the speeds of floating links and objects; those of joints are checked with their readings.
    fn check_floating(
        &self,
        multibodies: &MultibodyJointSet,
        bodies: &RigidBodySet,
    ) -> Result<(), Cow<'static, str>> {
        if self.floating.is_empty() && self.objects.is_empty() {
            return Ok(());
        }
        let of_objects = self.objects.iter().flat_map(|&object| {
            let body = &bodies[object];
            [body.linvel().length(), body.angvel().length()]
        });
        let speeds = multibodies
            .get_multibody(self.multibody)
            .expect("the robot is never removed")
            .generalized_velocity();
        let floating = self.floating.iter().map(|&freedom| speeds[freedom]);
        let mut speeds = floating.chain(of_objects);
        match speeds.find(|speed| speed.is_nan() || speed.abs() > self.max_speed) {
            None => Ok(()),
            Some(speed) => Err(format!(
                "something that floats moves at {speed}, above max_joint_speed {}",
                self.max_speed
            )
            .into()),
        }
    }

    /// Limits the speeds of joints that have a `max_speed`.
    fn clip_speeds(&self, multibodies: &mut MultibodyJointSet) {
        for joint in &self.joints {
            if let Some(limit) = joint.max_speed
                && let Some(multibody) = multibodies.get_multibody_mut(self.multibody)
            {
                let speed = &mut multibody.generalized_velocity_mut()[joint.freedom];
                *speed = speed.clamp(-limit, limit);
            }
        }
    }
}
