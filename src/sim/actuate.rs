//! Actions to torques: what an action becomes on its way to the motors, what a motor makes of it, and an equal and opposite pair on the two
//! links of each joint, which is exactly the generalised force.

use bevy::ecs::prelude::Component;
use bevy::math::Vec3;
use bevy_rapier3d::rapier::dynamics::{
    Multibody, MultibodyJointSet, RigidBodyHandle, RigidBodySet,
};

use super::handles::JointHandles;
use super::plant::Plant;
use super::readings;
use crate::model::robot::{Drive, JointKind, Motor};
use crate::task::{Push, Variation};

/// Commands and efforts of the motors of one robot, and the actions that have not arrived yet: a function of the actions of the episode.
/// All lists have length `A` or a multiple of it.
#[derive(Component, Clone, Debug, Default)]
pub struct Actuators {
    /// Actions that have not arrived, `[delay, A]`, the newest first.
    late: Vec<f32>,
    /// Commands to the motors, in [-1, 1].
    given: Vec<f32>,
    /// Actions since the start of the episode.
    taken: u32,
    /// The current torque of each motor as a fraction of its limit.
    shares: Vec<f32>,
    /// The torque of each motor in the last control step as a fraction of its limit, mean over the physics steps.
    pub efforts: Vec<f32>,
}

impl Actuators {
    /// The state at the start of an episode.
    pub fn at_rest(plant: &Plant) -> Self {
        let acted = plant.motors.len();
        Self {
            late: vec![0.0; acted * plant.action_filter.delay],
            given: vec![0.0; acted],
            taken: 0,
            shares: vec![0.0; acted],
            efforts: vec![0.0; acted],
        }
    }

    /// Resets to the start of an episode.
    pub fn rest(&mut self) {
        self.taken = 0;
        for numbers in [&mut self.late, &mut self.given, &mut self.efforts] {
            numbers.fill(0.0);
        }
    }

    /// Takes an action (length `A`, in [-1, 1]), which is delayed and smoothed as the task says.
    pub fn take(&mut self, plant: &Plant, action: &[f32]) {
        let filter = plant.action_filter;
        self.taken = self.taken.saturating_add(1);
        let acted = action.len();
        let smoothing = filter.smoothing;
        for (motor, given) in self.given.iter_mut().enumerate() {
            let arrives = match filter.delay {
                0 => action[motor],
                delay => self.late[(delay - 1) * acted + motor],
            };
            *given = smoothing * *given + (1.0 - smoothing) * arrives;
        }
        if filter.delay > 0 {
            let kept = self.late.len() - acted;
            self.late.copy_within(..kept, acted);
            self.late[..acted].copy_from_slice(action);
        }
    }
}

/// Clamps an action to [-1, 1], entry by entry.
pub fn clamp_action(action: &[f32], clamped: &mut [f32]) {
    for (clamped, action) in clamped.iter_mut().zip(action) {
        *clamped = action.clamp(-1.0, 1.0);
    }
}

/// Replaces the forces of the engine's last step by those of the next, and adds the torque of each motor, as a fraction of its limit, to
/// `efforts`.
pub(super) fn drive(
    plant: &Plant,
    actuators: &mut Actuators,
    variation: &Variation,
    multibodies: &MultibodyJointSet,
    bodies: &mut RigidBodySet,
) {
    let Actuators {
        given,
        shares,
        efforts,
        taken,
        ..
    } = actuators;
    if plant.follows_state() {
        let multibody = readings::multibody(plant, multibodies);
        if plant.compensate_gravity {
            readings::read_gravity_loads(plant, multibody, bodies, shares);
        } else {
            shares.fill(0.0);
        }
        for ((motor, given), share) in plant.motors.iter().zip(given).zip(shares.iter_mut()) {
            *share = (*share + asked(plant, motor, *given, multibody)).clamp(-1.0, 1.0);
        }
    } else {
        shares.copy_from_slice(given);
    }
    for &(motor, strength) in &variation.strengths {
        shares[motor] *= strength;
    }
    for (effort, share) in efforts.iter_mut().zip(&*shares) {
        *effort += share;
    }
    apply(plant, shares, bodies);
    for &Push { link, force, .. } in variation.pushes_in(taken.saturating_sub(1)) {
        if let Some(body) = bodies.get_mut(plant.links[link].body) {
            body.add_force(force.into(), false);
        }
    }
}

/// The torque that a motor needs to follow its command, as a fraction of its limit; may exceed 1.
fn asked(plant: &Plant, motor: &Motor, given: f32, multibody: &Multibody) -> f32 {
    let handles = &plant.joints[motor.joint];
    let speed = || multibody.generalized_velocity()[handles.freedom];
    match motor.drive {
        Drive::Torque => given,
        Drive::Position {
            stiffness,
            damping,
            reach,
        } => {
            let target = handles.home + reach * given;
            let target = handles
                .range
                .map_or(target, |[low, high]| target.clamp(low, high));
            let position = plant.position(handles, multibody);
            (stiffness * (target - position) - damping * speed()) / motor.torque
        }
        Drive::Velocity { gain, speed: most } => gain * (most * given - speed()) / motor.torque,
    }
}

/// Applies the motors' torques to the links: `shares` (length `A`, in [-1, 1]) of their limits.
fn apply(plant: &Plant, shares: &[f32], bodies: &mut RigidBodySet) {
    for link in &plant.links {
        if let Some(body) = bodies.get_mut(link.body) {
            body.reset_torques(false);
            body.reset_forces(false);
        }
    }
    for (motor, share) in plant.motors.iter().zip(shares) {
        let joint: &JointHandles = &plant.joints[motor.joint];
        let parent = *bodies[joint.parent].position();
        let torque = parent.rotation * joint.axis * (motor.torque * share);
        let anchor = parent * joint.anchor;
        let child = plant.links[joint.link].body;
        push(joint.kind, torque, anchor, child, bodies);
        if joint.parent_link.is_some() {
            push(joint.kind, -torque, anchor, joint.parent, bodies);
        }
    }
}

/// Applies a torque, or a force at the anchor, to a body.
fn push(
    kind: JointKind,
    effort: Vec3,
    anchor: Vec3,
    body: RigidBodyHandle,
    bodies: &mut RigidBodySet,
) {
    if let Some(body) = bodies.get_mut(body) {
        match kind {
            JointKind::Revolute => body.add_torque(effort, false),
            JointKind::Prismatic => body.add_force_at_point(effort, anchor, false),
        }
    }
}
