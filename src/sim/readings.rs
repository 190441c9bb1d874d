//! Reads the state of a world: joints, points, links, contacts, what gravity asks of motors.

use bevy::math::{Quat, Vec3};
use bevy_rapier3d::rapier::dynamics::{Multibody, MultibodyJointSet, RigidBodySet};
use bevy_rapier3d::rapier::geometry::{ColliderSet, NarrowPhase};

use super::handles::LinkHandles;
use super::plant::Plant;
use super::rays;
use crate::readings::{LinkReading, Readings};
use crate::task::Variation;

/// Reads the state of a world, as far as the task needs it. `before` is what was read a control step before, if there was one.
pub fn read(
    plant: &Plant,
    contacts: &NarrowPhase,
    colliders: &ColliderSet,
    multibodies: &MultibodyJointSet,
    bodies: &RigidBodySet,
    before: Option<&Readings>,
    variation: &Variation,
    readings: &mut Readings,
) {
    read_joints(plant, multibodies, readings);
    let multibody = multibody(plant, multibodies);
    if plant.needs.gravity_loads {
        read_gravity_loads(plant, multibody, bodies, &mut readings.gravity_loads);
    }
    if plant.needs.links {
        let gravity = plant.gravity * variation.gravity;
        read_links(plant, multibody, bodies, gravity, &mut readings.links);
        if plant.needs.accelerations
            && let Some(before) = before
        {
            for (now, before) in readings.links.iter_mut().zip(&before.links) {
                let change = Vec3::from(now.velocity) - Vec3::from(before.velocity);
                now.felt = (change / plant.dt() - gravity).into();
            }
        }
    }
    rays::read(plant, colliders, multibody, bodies, &mut readings.rays);
    if plant.needs.contacts {
        read_contacts(plant, contacts, bodies, &mut readings.contact_forces);
    }
    readings.points.clear();
    readings.velocities.clear();
    readings.jacobians.resize_with(plant.points.len(), Vec::new);
    for (&(link, at), columns) in plant.points.iter().zip(&mut readings.jacobians) {
        let handles = &plant.links[link];
        let place = handles.pose(multibody, bodies) * at;
        readings.points.push(place.into());
        if plant.needs.point_motion {
            let velocity = read_motion(
                plant,
                multibody,
                bodies,
                handles,
                place,
                &readings.speeds,
                columns,
            );
            readings.velocities.push(velocity.into());
        }
    }
}

/// Reads joint angles and speeds alone.
pub fn read_joints(plant: &Plant, multibodies: &MultibodyJointSet, readings: &mut Readings) {
    let multibody = multibody(plant, multibodies);
    let velocities = multibody.generalized_velocity();
    readings.angles.clear();
    readings.speeds.clear();
    for joint in &plant.joints {
        readings.angles.push(plant.position(joint, multibody));
        readings.speeds.push(velocities[joint.freedom]);
    }
}

pub(super) fn multibody<'a>(plant: &Plant, multibodies: &'a MultibodyJointSet) -> &'a Multibody {
    multibodies
        .get_multibody(plant.multibody)
        .expect("the robot is never removed")
}

/// Writes how a place on a link moves with each joint to `columns` and returns its velocity.
fn read_motion(
    plant: &Plant,
    multibody: &Multibody,
    bodies: &RigidBodySet,
    handles: &LinkHandles,
    place: Vec3,
    speeds: &[f32],
    columns: &mut Vec<[f32; 3]>,
) -> Vec3 {
    let body = &bodies[handles.body];
    columns.clear();
    let Some(id) = handles.id else {
        // No joint moves an object.
        columns.resize(plant.joints.len(), [0.0; 3]);
        let center = *body.position() * body.local_center_of_mass();
        return body.linvel() + body.angvel().cross(place - center);
    };
    let center = handles.pose(multibody, bodies) * body.local_center_of_mass();
    let jacobian = multibody.body_jacobian(id);
    let mut velocity = Vec3::ZERO;
    for (joint, speed) in plant.joints.iter().zip(speeds) {
        let twist = jacobian.column(joint.freedom);
        let turning = Vec3::new(twist[3], twist[4], twist[5]);
        let column = Vec3::new(twist[0], twist[1], twist[2]) + turning.cross(place - center);
        velocity += column * *speed;
        columns.push(column.into());
    }
    for &freedom in &plant.floating {
        let twist = jacobian.column(freedom);
        let turning = Vec3::new(twist[3], twist[4], twist[5]);
        let column = Vec3::new(twist[0], twist[1], twist[2]) + turning.cross(place - center);
        velocity += column * multibody.generalized_velocity()[freedom];
    }
    velocity
}

/// The share of each motor's limit that holding a pose takes, whatever the task looks at.
pub fn gravity_loads(
    plant: &Plant,
    multibodies: &MultibodyJointSet,
    bodies: &RigidBodySet,
) -> Vec<f32> {
    let mut loads = Vec::new();
    read_gravity_loads(plant, multibody(plant, multibodies), bodies, &mut loads);
    loads
}

/// What each joint feels of inertia where the others are free to give way, its rotor included (kg m^2, or kg).
pub fn inertias(
    plant: &Plant,
    multibodies: &mut MultibodyJointSet,
    bodies: &RigidBodySet,
) -> Vec<f32> {
    let multibody = multibodies
        .get_multibody_mut(plant.multibody)
        .expect("the robot is never removed");
    let inverse = multibody.dof_inverse_inertia(bodies);
    let freedoms = plant.joints.iter().map(|joint| joint.freedom);
    freedoms.map(|freedom| 1.0 / inverse[freedom]).collect()
}

/// Torque against gravity: each link's weight, seen through the Jacobian of its centre of mass.
pub(super) fn read_gravity_loads(
    plant: &Plant,
    multibody: &Multibody,
    bodies: &RigidBodySet,
    loads: &mut Vec<f32>,
) {
    loads.clear();
    loads.resize(plant.motors.len(), 0.0);
    for handles in &plant.links {
        let Some(id) = handles.id else { continue };
        let lift = -plant.gravity * bodies[handles.body].mass();
        let jacobian = multibody.body_jacobian(id);
        for (load, motor) in loads.iter_mut().zip(&plant.motors) {
            let column = jacobian.column(plant.joints[motor.joint].freedom);
            let torque = column[0] * lift.x + column[1] * lift.y + column[2] * lift.z;
            *load += torque / motor.torque;
        }
    }
}

fn read_links(
    plant: &Plant,
    multibody: &Multibody,
    bodies: &RigidBodySet,
    gravity: Vec3,
    links: &mut Vec<LinkReading>,
) {
    links.clear();
    links.extend(plant.links.iter().map(|handles| {
        let pose = handles.pose(multibody, bodies);
        let center = pose * bodies[handles.body].local_center_of_mass();
        let (of_center, turning) = velocity(multibody, bodies, handles);
        // Both signs are the same rotation.
        let turned = pose.rotation;
        let turned = if turned.w < 0.0 { -turned } else { turned };
        LinkReading {
            position: pose.translation.into(),
            orientation: turned.to_array(),
            velocity: (of_center + turning.cross(pose.translation - center)).into(),
            angular_velocity: turning.into(),
            felt: (-gravity).into(),
        }
    }));
}

/// The sums of normal forces. The engine keeps the impulse of the last physics step apart, to begin the next one with it.
fn read_contacts(
    plant: &Plant,
    contacts: &NarrowPhase,
    bodies: &RigidBodySet,
    forces: &mut Vec<f32>,
) {
    forces.clear();
    forces.extend(plant.links.iter().map(|handles| {
        let impulses: f32 = bodies[handles.body]
            .colliders()
            .iter()
            .flat_map(|&collider| contacts.contact_pairs_with(collider))
            .flat_map(|pair| pair.solver_manifolds())
            .flat_map(|manifold| &manifold.points)
            .map(|point| point.data.warmstart_impulse)
            .sum();
        impulses / plant.substep
    }));
}

/// Velocity of a link's centre of mass (m/s) and its angular velocity (rad/s), both in the world. From the joint speeds:
/// after a step, those kept with the links' bodies are one substep old.
pub(super) fn velocity(
    multibody: &Multibody,
    bodies: &RigidBodySet,
    handles: &LinkHandles,
) -> (Vec3, Vec3) {
    let Some(id) = handles.id else {
        let body = &bodies[handles.body];
        return (body.linvel(), body.angvel());
    };
    let twist = multibody.body_jacobian(id) * multibody.generalized_velocity();
    (
        Vec3::new(twist[0], twist[1], twist[2]),
        Vec3::new(twist[3], twist[4], twist[5]),
    )
}

/// Where the robot's links are (world), in their order: for pictures.
pub fn link_poses(
    plant: &Plant,
    multibodies: &MultibodyJointSet,
    bodies: &RigidBodySet,
) -> Vec<(Vec3, Quat)> {
    let multibody = multibody(plant, multibodies);
    let pose = |handles: &LinkHandles| {
        let pose = handles.pose(multibody, bodies);
        (pose.translation, pose.rotation)
    };
    plant.links.iter().map(pose).collect()
}
