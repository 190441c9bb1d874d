//! From a robot's description to Rapier bodies and multibody joints, built in the order of the scene file.

use bevy::ecs::prelude::{Bundle, Resource};
use bevy::math::{Quat, Vec3};
use bevy_rapier3d::plugin::context::{
    RapierContextColliders, RapierContextJoints, RapierContextSimulation, RapierRigidBodySet,
};
use bevy_rapier3d::rapier::dynamics::{
    CCDSolver, GenericJoint, JointAxesMask, JointAxis, Multibody, MultibodyIndex,
    MultibodyJointSet, MultibodyLink, RigidBodyBuilder, RigidBodyHandle, RigidBodySet,
    SpringCoefficients,
};
use bevy_rapier3d::rapier::geometry::{ColliderHandle, ColliderSet};
use bevy_rapier3d::rapier::math::Pose;
use bevy_rapier3d::rapier::parry::mass_properties::MassProperties;
use bevy_rapier3d::rapier::pipeline::PhysicsPipeline;

use super::plane::Across;
use super::shapes::{collider, mass_properties, rotation};
use super::surroundings::{self, Touches};
use crate::readings::Needs;
use crate::scene::Scene;
use crate::scene::robot::{Joint, JointKind, Link, Motor, Origin, Robot};
use crate::task::ActionFilter;

/// One physics world, as the components of a `bevy_rapier` context.
#[derive(Bundle)]
pub struct Physics {
    /// Pipeline, islands and contact phases.
    pub simulation: RapierContextSimulation,
    /// Shapes that may touch.
    pub colliders: RapierContextColliders,
    /// The multibody.
    pub joints: RapierContextJoints,
    /// Links as rigid bodies.
    pub bodies: RapierRigidBodySet,
}

impl Physics {
    /// All four at once, to be changed.
    pub fn parts(
        &mut self,
    ) -> (
        &mut RapierContextSimulation,
        &mut RapierContextColliders,
        &mut RapierContextJoints,
        &mut RapierRigidBodySet,
    ) {
        (
            &mut self.simulation,
            &mut self.colliders,
            &mut self.joints,
            &mut self.bodies,
        )
    }
}

/// The robot's template world and where everything is in it.
#[derive(Resource)]
pub struct Plant {
    template: Physics,
    pub(super) gravity: Vec3,
    /// Seconds of one control step.
    pub(super) dt: f32,
    pub(super) multibody: MultibodyIndex,
    /// One per link of the robot, in its order.
    pub(super) links: Vec<LinkHandles>,
    /// One per link.
    pub(super) masses: Vec<MassProperties>,
    /// One per moving joint, in the robot's order.
    pub(super) joints: Vec<JointHandles>,
    /// In the order of actions.
    pub(super) motors: Vec<Motor>,
    /// What happens to actions on their way to them.
    pub(super) action_filter: ActionFilter,
    pub(super) compensate_gravity: bool,
    /// Places of the generalised velocities of links that float: six each, and none for most robots.
    pub(super) floating: Vec<usize>,
    /// The bodies of loose objects, and none for most robots.
    pub(super) objects: Vec<RigidBodyHandle>,
    /// Link (index into `links`) and place in it, one per named point.
    pub(super) points: Vec<(usize, Vec3)>,
    /// Generalised coordinates of the multibody.
    pub(super) freedoms: usize,
    /// What the task needs to have measured.
    pub(super) needs: Needs,
    /// What stands in the way of rays.
    pub(super) solids: Vec<ColliderHandle>,
    /// Seconds of one physics step.
    pub(super) substep: f32,
    /// Physics steps of one control step.
    pub(super) substeps: u32,
    /// Above this speed of a floating link (m/s, rad/s) the physics has broken.
    pub(super) max_speed: f32,
}

pub(super) struct LinkHandles {
    pub(super) body: RigidBodyHandle,
    /// Its number in the multibody; `None`: a loose object, which is a body of its own.
    pub(super) id: Option<usize>,
}

impl LinkHandles {
    /// It as a link of the multibody.
    pub(super) fn link<'a>(&self, multibody: &'a Multibody) -> Option<&'a MultibodyLink> {
        let link = |id| multibody.link(id).expect("links are never removed");
        self.id.map(link)
    }

    /// Where its frame is.
    pub(super) fn pose(&self, multibody: &Multibody, bodies: &RigidBodySet) -> Pose {
        match self.link(multibody) {
            Some(link) => *link.local_to_world(),
            None => *bodies[self.body].position(),
        }
    }
}

pub(super) struct JointHandles {
    /// Index into `links`.
    pub(super) link: usize,
    pub(super) parent: RigidBodyHandle,
    /// None when the parent is the world.
    pub(super) parent_link: Option<usize>,
    pub(super) kind: JointKind,
    /// In the parent's frame, at any angle: a hinge does not move its own axis.
    pub(super) axis: Vec3,
    /// The joint's origin in the parent's frame.
    pub(super) anchor: Vec3,
    /// Its place among the generalised velocities.
    pub(super) freedom: usize,
    /// Its place among Rapier's six joint coordinates.
    pub(super) coordinate: usize,
    pub(super) home: f32,
    pub(super) range: Option<[f32; 2]>,
    pub(super) max_speed: Option<f32>,
}

impl Plant {
    /// Builds the template of a scene's robot, at joint angles 0.
    pub fn new(scene: &Scene) -> Self {
        let (robot, task) = (scene.robot(), scene.task());
        let dt = 1.0 / task.control_hz;
        let mut bodies = RigidBodySet::new();
        let mut colliders = ColliderSet::new();
        let mut multibodies = MultibodyJointSet::new();

        let mut across = vec![None; robot.links.len()];
        if !scene.world().is_empty() {
            across = Across::of(robot, task.gravity.into());
        }
        let world = bodies.insert(RigidBodyBuilder::fixed());
        let mut links: Vec<LinkHandles> = Vec::with_capacity(robot.links.len());
        for (index, link) in robot.links.iter().enumerate() {
            let touches = Touches {
                links: robot.collide,
                world: !scene.world().is_empty() && robot.moves(index),
                objects: robot.has_objects(),
            };
            let body = insert_link(link, touches, &mut bodies, &mut colliders);
            if link.loose {
                links.push(LinkHandles { body, id: None });
                continue;
            }
            let parent = link.parent.map_or(world, |parent| links[parent].body);
            let joint = link.joint.map(|joint| &robot.joints[joint]);
            let joint = rapier_joint(link, joint, across[index]);
            multibodies
                .insert(parent, body, joint, true)
                .expect("a validated robot is a tree");
            links.push(LinkHandles { body, id: Some(0) });
        }
        let objects = links.iter().filter(|link| link.id.is_none());
        let objects: Vec<RigidBodyHandle> = objects.map(|object| object.body).collect();
        let of_objects = (objects.iter()).flat_map(|&object| bodies[object].colliders().to_vec());
        let mut solids: Vec<ColliderHandle> = of_objects.collect();
        solids.extend(surroundings::insert(scene.world(), &mut colliders));
        let root = multibodies
            .rigid_body_link(world)
            .expect("a validated robot has links");
        let multibody_index = root.multibody;
        for id in &mut links {
            let link = multibodies.rigid_body_link(id.body);
            id.id = link.map(|link| link.id);
        }
        let multibody = multibodies
            .get_multibody_mut(multibody_index)
            .expect("it was just made");
        multibody.set_self_contacts_enabled(robot.collide);
        // A fixed base counts as six freedoms until its first forward kinematics.
        multibody.forward_kinematics(&bodies, true);
        let joints = joint_handles(robot, multibody, &links, &across, world);
        multibody.damping_mut().fill(0.0);
        for (joint, handles) in robot.joints.iter().zip(&joints) {
            multibody.damping_mut()[handles.freedom] = joint.damping;
            multibody.armature_mut()[handles.freedom] = joint.armature;
        }
        set_springs(robot, &links, multibody);
        hold_in_plane(&links, &across, multibody, dt / task.substeps as f32);
        multibody.update_rigid_bodies(&mut bodies, true);
        let freedoms = multibody.ndofs();
        let floating = floating(robot, &links, multibody);

        let mut simulation = RapierContextSimulation::default();
        simulation.integration_parameters.dt = dt;
        // The contexts' entity maps are private and stay empty; the sets inside are what counts.
        let mut template = Physics {
            simulation,
            colliders: RapierContextColliders::default(),
            joints: RapierContextJoints::default(),
            bodies: RapierRigidBodySet::default(),
        };
        template.colliders.colliders = colliders;
        template.joints.multibody_joints = multibodies;
        template.bodies.bodies = bodies;
        let mut plant = Self {
            template,
            gravity: task.gravity.into(),
            dt,
            multibody: multibody_index,
            links,
            masses: robot.links.iter().map(mass_properties).collect(),
            joints,
            motors: robot.motors.clone(),
            action_filter: task.action_filter,
            compensate_gravity: robot.compensate_gravity,
            floating,
            needs: task.needs(),
            solids,
            objects,
            substep: dt / task.substeps as f32,
            substeps: task.substeps,
            max_speed: task.max_joint_speed,
            points: robot
                .points
                .iter()
                .map(|point| (point.link, point.at.into()))
                .collect(),
            freedoms,
        };
        let (_, iterations) = plant.rounds();
        let parameters = &mut plant.template.simulation.integration_parameters;
        parameters.num_solver_iterations = iterations as usize;
        plant
    }

    /// A world of its own, equal to the template.
    pub fn instantiate(&self) -> Physics {
        let mut physics = Physics {
            simulation: RapierContextSimulation::default(),
            colliders: RapierContextColliders::default(),
            joints: RapierContextJoints::default(),
            bodies: RapierRigidBodySet::default(),
        };
        self.renew(
            &mut physics.simulation,
            &mut physics.colliders,
            &mut physics.joints,
            &mut physics.bodies,
        );
        physics
    }

    /// Makes a used world equal to a new one, in place.
    pub fn renew(
        &self,
        simulation: &mut RapierContextSimulation,
        colliders: &mut RapierContextColliders,
        joints: &mut RapierContextJoints,
        bodies: &mut RapierRigidBodySet,
    ) {
        let template = &self.template;
        simulation.islands = template.simulation.islands.clone();
        simulation.broad_phase = template.simulation.broad_phase.clone();
        simulation.narrow_phase = template.simulation.narrow_phase.clone();
        // Caches of the last world would change the first bits of the next.
        simulation.pipeline = PhysicsPipeline::new();
        simulation.ccd_solver = CCDSolver::new();
        simulation.integration_parameters = template.simulation.integration_parameters;
        colliders.colliders = template.colliders.colliders.clone();
        joints.impulse_joints = template.joints.impulse_joints.clone();
        joints.multibody_joints = template.joints.multibody_joints.clone();
        bodies.bodies = template.bodies.bodies.clone();
    }

    /// The position of a joint (rad, or m).
    pub(super) fn position(&self, joint: &JointHandles, multibody: &Multibody) -> f32 {
        let link = self.links[joint.link].link(multibody);
        let link = link.expect("an object hangs on no joint");
        link.joint().coords()[joint.coordinate]
    }

    /// What the task needs to have measured.
    pub fn needs(&self) -> &Needs {
        &self.needs
    }

    /// Seconds of one control step.
    pub fn dt(&self) -> f32 {
        self.dt
    }
}

fn insert_link(
    link: &Link,
    touches: Touches,
    bodies: &mut RigidBodySet,
    colliders: &mut ColliderSet,
) -> RigidBodyHandle {
    // Mass comes from here and never from colliders, so that a robot weighs the same with and without collisions.
    let mut body = RigidBodyBuilder::dynamic()
        .can_sleep(false)
        .additional_mass_properties(mass_properties(link));
    if link.loose {
        let Origin { xyz, rpy } = link.origin;
        body = body.pose(Pose::from_parts(xyz.into(), rotation(rpy)));
    }
    let body = bodies.insert(body);
    if touches.links || touches.world || touches.objects {
        let groups = surroundings::groups(link, touches);
        for shape in &link.shapes {
            let collider = collider(&shape.form, shape.surface).collision_groups(groups);
            colliders.insert_with_parent(collider, body, bodies);
        }
    }
    if let Some(body) = bodies.get_mut(body) {
        body.recompute_mass_properties_from_colliders(colliders);
    }
    body
}

fn rapier_joint(link: &Link, joint: Option<&Joint>, across: Option<Across>) -> GenericJoint {
    let Origin { xyz, rpy } = link.origin;
    let (locked, axis) = match joint {
        None if link.floats => (JointAxesMask::empty(), Vec3::X),
        None => (JointAxesMask::LOCKED_FIXED_AXES, Vec3::X),
        Some(joint) => match joint.kind {
            JointKind::Revolute => (JointAxesMask::LOCKED_REVOLUTE_AXES, joint.axis.into()),
            JointKind::Prismatic => (JointAxesMask::LOCKED_PRISMATIC_AXES, joint.axis.into()),
        },
    };
    // Rapier's joint axis is its frame's x; the link's own frame is turned back, so it equals the joint's at angle 0.
    let (free, to_axis) = match across {
        Some(across) => (across.mask(), across.frame(axis)),
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
        // A motor that wants to stand still and has no more than this force.
        result.set_motor_velocity(free_axis(joint.kind), 0.0, STIFF);
        result.set_motor_max_force(free_axis(joint.kind), joint.friction);
    }
    result
}

/// How a joint that is past its stop is led back, with the frequency (Hz) and damping of MuJoCo's: Rapier's own bring it back within
/// a physics step, in which the stop counts for nothing, so that a joint that is pressed against it never comes to rest, and one
/// that hits it bounces.
const STOPS: SpringCoefficients<f32> = SpringCoefficients {
    natural_frequency: 8.0,
    damping_ratio: 1.0,
};

/// How hard dry friction holds what it can hold (1/s): more than any physics step needs.
const STIFF: f32 = 1e9;

/// Springs that Rapier integrates implicitly, so that stiff ones are calm.
fn set_springs(robot: &Robot, links: &[LinkHandles], multibody: &mut Multibody) {
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

/// Springs that lead planar robots back to their planes, in physics steps of `dt` seconds.
fn hold_in_plane(
    links: &[LinkHandles],
    across: &[Option<Across>],
    multibody: &mut Multibody,
    dt: f32,
) {
    for (handles, across) in links.iter().zip(across) {
        if let (Some(id), Some(across)) = (handles.id, across) {
            let link = multibody
                .links_mut()
                .nth(id)
                .expect("links are never removed");
            let first = link.assembly_id();
            let (place, damping) = across.hold(link, dt);
            multibody.damping_mut()[first + place] = damping;
        }
    }
}

fn floating(robot: &Robot, links: &[LinkHandles], multibody: &Multibody) -> Vec<usize> {
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

fn free_axis(kind: JointKind) -> JointAxis {
    match kind {
        JointKind::Revolute => JointAxis::AngX,
        JointKind::Prismatic => JointAxis::LinX,
    }
}

fn joint_handles(
    robot: &Robot,
    multibody: &Multibody,
    links: &[LinkHandles],
    across: &[Option<Across>],
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
            let before = across[joint.link].map_or(0, |across| across.before());
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
