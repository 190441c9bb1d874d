//! The joints of a robot as those of a Rapier multibody: axes, stops, dry friction, damping, armature and springs.

use bevy::math::{Quat, Vec3};
use bevy_rapier3d::rapier::dynamics::{
    GenericJoint, JointAxesMask, JointAxis, Multibody, MultibodyLink, RigidBodyHandle,
    SpringCoefficients,
};
use bevy_rapier3d::rapier::math::Pose;

use super::handles::{JointHandles, LinkHandles};
use super::out_of_plane::OutOfPlane;
use super::shapes::rotation;
use crate::model::robot::{Joint, JointKind, Link, Origin, Robot};

/// The joint between a link and its parent; fixed where `joint` is `None` and the link does not float.
pub(super) fn rapier_joint(
    link: &Link,
    joint: Option<&Joint>,
    out_of_plane: Option<OutOfPlane>,
) -> GenericJoint {
    let Origin { xyz, rpy } = link.origin;
    let (locked, axis) = match joint {
        None if link.floats => (JointAxesMask::empty(), Vec3::X),
        None => (JointAxesMask::LOCKED_FIXED_AXES, Vec3::X),
        Some(joint) => match joint.kind {
            JointKind::Revolute => (JointAxesMask::LOCKED_REVOLUTE_AXES, joint.axis.into()),
            JointKind::Prismatic => (JointAxesMask::LOCKED_PRISMATIC_AXES, joint.axis.into()),
        },
    };
    // Rapier's joint axis is its frame's x; the link's frame is rotated back, so that it equals the joint's at position 0.
    let (free, to_axis) = match out_of_plane {
        Some(out_of_plane) => (out_of_plane.mask(), out_of_plane.frame(axis)),
        None => (
            JointAxesMask::empty(),
            Quat::from_rotation_arc(Vec3::X, axis),
        ),
    };
    let mut result = GenericJoint::new(locked.difference(free));
    result.set_local_frame1(Pose::from_parts(xyz.into(), rotation(rpy) * to_axis));
    result.set_local_frame2(Pose::from_parts(Vec3::ZERO, to_axis));
    result.set_contacts_enabled(false);
    if let Some(joint) = joint
        && let Some(range) = joint.range
    {
        result.set_limits(free_axis(joint.kind), range);
        result.softness = STOPS;
    }
    if let Some(joint) = joint
        && joint.friction > 0.0
    {
        // A velocity motor with target 0, whose force is limited to the dry friction.
        result.set_motor_velocity(free_axis(joint.kind), 0.0, STIFF);
        result.set_motor_max_force(free_axis(joint.kind), joint.friction);
    }
    result
}

/// How a joint beyond its stop is brought back: MuJoCo's frequency (Hz) and damping ratio. Rapier's defaults correct the position
/// within one physics step, during which the stop exerts no force, so that a joint pressed against a stop never rests and one that
/// hits it bounces.
const STOPS: SpringCoefficients<f32> = SpringCoefficients {
    natural_frequency: 8.0,
    damping_ratio: 1.0,
};

/// Gain of the dry friction motor (1/s), so large that dry friction is limited by its force alone.
const STIFF: f32 = 1e9;

/// Sets damping and armature of all joints, by their handles.
pub(super) fn set_damping(robot: &Robot, joints: &[JointHandles], multibody: &mut Multibody) {
    multibody.damping_mut().fill(0.0);
    for (joint, handles) in robot.joints.iter().zip(joints) {
        multibody.damping_mut()[handles.freedom] = joint.damping;
        multibody.armature_mut()[handles.freedom] = joint.armature;
    }
}

/// Sets the springs of the joints. Rapier integrates them implicitly, so that stiff ones are stable.
pub(super) fn set_springs(robot: &Robot, links: &[LinkHandles], multibody: &mut Multibody) {
    for link in multibody.links_mut() {
        let id = Some(link.link_id());
        let Some(index) = links.iter().position(|other| other.id == id) else {
            continue;
        };
        let joint = robot.links[index].joint.map(|joint| &robot.joints[joint]);
        if let Some(joint) = joint
            && let Some(spring) = joint.spring
        {
            let axis = free_axis(joint.kind) as usize;
            link.joint.set_spring(axis, spring.stiffness, spring.rest);
        }
    }
}

/// Sets the springs that keep planar robots in their planes, for physics steps of `dt` seconds.
pub(super) fn hold_in_plane(
    links: &[LinkHandles],
    out_of_plane: &[Option<OutOfPlane>],
    multibody: &mut Multibody,
    dt: f32,
) {
    for (handles, out_of_plane) in links.iter().zip(out_of_plane) {
        if let (Some(id), Some(out_of_plane)) = (handles.id, out_of_plane) {
            let link = multibody
                .links_mut()
                .nth(id)
                .expect("links are never removed");
            let first = link.assembly_id();
            let (offset, damping) = out_of_plane.hold(link, dt);
            multibody.damping_mut()[first + offset] = damping;
        }
    }
}

/// The indices of the generalised velocities of floating links.
pub(super) fn floating(robot: &Robot, links: &[LinkHandles], multibody: &Multibody) -> Vec<usize> {
    let of = |handles: &LinkHandles| {
        let of =
            |link: &MultibodyLink| link.assembly_id()..link.assembly_id() + link.joint().ndofs();
        handles.link(multibody).map(of).into_iter().flatten()
    };
    let links = robot.links.iter().zip(links);
    links
        .filter(|(link, _)| link.floats)
        .flat_map(|(_, handles)| of(handles))
        .collect()
}

/// The axis of Rapier's joint frame along which a joint moves.
fn free_axis(kind: JointKind) -> JointAxis {
    match kind {
        JointKind::Revolute => JointAxis::AngX,
        JointKind::Prismatic => JointAxis::LinX,
    }
}

/// The handles of every joint, in the robot's order.
pub(super) fn joint_handles(
    robot: &Robot,
    multibody: &Multibody,
    links: &[LinkHandles],
    out_of_plane: &[Option<OutOfPlane>],
    world: RigidBodyHandle,
) -> Vec<JointHandles> {
    robot
        .joints
        .iter()
        .map(|joint| {
            let link = &robot.links[joint.link];
            let handles = &links[joint.link];
            let first = handles
                .link(multibody)
                .expect("an object hangs on no joint")
                .assembly_id();
            let before = out_of_plane[joint.link].map_or(0, |out_of_plane| out_of_plane.before());
            JointHandles {
                link: joint.link,
                parent: link.parent.map_or(world, |parent| links[parent].body),
                parent_link: link.parent,
                kind: joint.kind,
                axis: rotation(link.origin.rpy) * Vec3::from(joint.axis),
                anchor: link.origin.xyz.into(),
                freedom: first + before,
                coordinate: free_axis(joint.kind) as usize,
                home: joint.home,
                range: joint.range,
                max_speed: joint.max_speed,
            }
        })
        .collect()
}
