//! The template physics world of a scene, built in the order of the scene file.

use bevy::ecs::prelude::{Bundle, Resource};
use bevy::math::Vec3;
use bevy_rapier3d::plugin::context::{
    RapierContextColliders, RapierContextJoints, RapierContextSimulation, RapierRigidBodySet,
};
use bevy_rapier3d::rapier::dynamics::{
    CCDSolver, Multibody, MultibodyIndex, MultibodyJointSet, RigidBodyBuilder, RigidBodyHandle,
    RigidBodySet,
};
use bevy_rapier3d::rapier::geometry::{ColliderHandle, ColliderSet};
use bevy_rapier3d::rapier::math::Pose;
use bevy_rapier3d::rapier::parry::mass_properties::MassProperties;
use bevy_rapier3d::rapier::pipeline::PhysicsPipeline;

use super::handles::{JointHandles, LinkHandles};
use super::joints;
use super::out_of_plane::OutOfPlane;
use super::shapes::{collider, mass_properties, rotation};
use super::terrain::{self, Touches};
use crate::model::robot::{Drive, Link, Motor, Origin};
use crate::readings::Needs;
use crate::scene::Scene;
use crate::task::ActionFilter;

/// One physics world, as the components of a `bevy_rapier` context.
#[derive(Bundle, Default)]
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
    /// Mutable borrows of all four.
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

/// The template world of a scene, and the handles of everything in it.
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
    /// Delay and smoothing of actions.
    pub(super) action_filter: ActionFilter,
    pub(super) compensate_gravity: bool,
    /// Indices of the generalised velocities of floating links, six each.
    pub(super) floating: Vec<usize>,
    /// The bodies of loose objects.
    pub(super) objects: Vec<RigidBodyHandle>,
    /// Link (index into `links`) and position in its frame (m), one per named point.
    pub(super) points: Vec<(usize, Vec3)>,
    /// Degrees of freedom of the multibody.
    pub(super) freedoms: usize,
    /// What the task needs to have measured.
    pub(super) needs: Needs,
    /// The colliders that rays hit.
    pub(super) solids: Vec<ColliderHandle>,
    /// Seconds of one physics step.
    pub(super) substep: f32,
    /// Physics steps of one control step.
    pub(super) substeps: u32,
    /// Largest speed of a floating link or object (m/s, rad/s); above it the environment has broken.
    pub(super) max_speed: f32,
}

impl Plant {
    /// Builds the template of a scene, with all joints at position 0.
    pub fn new(scene: &Scene) -> Self {
        let (robot, task) = (scene.robot(), scene.task());
        let dt = 1.0 / task.control_hz;
        let mut bodies = RigidBodySet::new();
        let mut colliders = ColliderSet::new();
        let mut multibodies = MultibodyJointSet::new();

        let mut out_of_plane = vec![None; robot.links.len()];
        if !scene.world().is_empty() {
            out_of_plane = OutOfPlane::of(robot, task.gravity.into());
        }
        let world = bodies.insert(RigidBodyBuilder::fixed());
        let links = insert_links(
            scene,
            world,
            &out_of_plane,
            &mut bodies,
            &mut colliders,
            &mut multibodies,
        );
        let objects = links.iter().filter(|link| link.id.is_none());
        let objects: Vec<RigidBodyHandle> = objects.map(|object| object.body).collect();
        let of_objects = (objects.iter()).flat_map(|&object| bodies[object].colliders().to_vec());
        let mut solids: Vec<ColliderHandle> = of_objects.collect();
        solids.extend(terrain::insert(scene.world(), &mut colliders));
        let root = multibodies
            .rigid_body_link(world)
            .expect("a validated robot has links");
        let multibody_index = root.multibody;
        let multibody = multibodies
            .get_multibody_mut(multibody_index)
            .expect("it was just made");
        multibody.set_self_contacts_enabled(robot.collide);
        // A fixed base counts as six freedoms until its first forward kinematics.
        multibody.forward_kinematics(&bodies, true);
        let joints = joints::joint_handles(robot, multibody, &links, &out_of_plane, world);
        joints::set_damping(robot, &joints, multibody);
        joints::set_springs(robot, &links, multibody);
        let substep = dt / task.substeps as f32;
        joints::hold_in_plane(&links, &out_of_plane, multibody, substep);
        multibody.update_rigid_bodies(&mut bodies, true);
        let freedoms = multibody.ndofs();
        let floating = joints::floating(robot, &links, multibody);

        // The contexts' entity maps are private and stay empty; only the sets inside them are used.
        let mut template = Physics::default();
        template.simulation.integration_parameters.dt = dt;
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
            substep,
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

    /// A new world, equal to the template.
    pub fn instantiate(&self) -> Physics {
        let mut physics = Physics::default();
        let (simulation, colliders, joints, bodies) = physics.parts();
        self.renew(simulation, colliders, joints, bodies);
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
        // Caches left from the last episode would change the bits of the next one.
        simulation.pipeline = PhysicsPipeline::new();
        simulation.ccd_solver = CCDSolver::new();
        simulation.integration_parameters = template.simulation.integration_parameters;
        colliders.colliders = template.colliders.colliders.clone();
        joints.impulse_joints = template.joints.impulse_joints.clone();
        joints.multibody_joints = template.joints.multibody_joints.clone();
        bodies.bodies = template.bodies.bodies.clone();
    }

    /// Whether torques depend on the robot's state, so that they must be computed in every physics step.
    pub(super) fn follows_state(&self) -> bool {
        let follows = |motor: &Motor| motor.drive != Drive::Torque;
        self.compensate_gravity || self.motors.iter().any(follows)
    }

    /// Calls of the engine per control step, and physics steps per call.
    pub(super) fn rounds(&self) -> (u32, u32) {
        if self.follows_state() {
            (self.substeps, 1)
        } else {
            (1, self.substeps)
        }
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

/// Inserts all links and objects. A link is a body and a joint of the multibody, whose root is `world`; an object is a body alone.
fn insert_links(
    scene: &Scene,
    world: RigidBodyHandle,
    out_of_plane: &[Option<OutOfPlane>],
    bodies: &mut RigidBodySet,
    colliders: &mut ColliderSet,
    multibodies: &mut MultibodyJointSet,
) -> Vec<LinkHandles> {
    let robot = scene.robot();
    let mut links: Vec<LinkHandles> = Vec::with_capacity(robot.links.len());
    for (index, link) in robot.links.iter().enumerate() {
        let touches = Touches {
            links: robot.collide,
            world: !scene.world().is_empty() && robot.moves(index),
            objects: robot.has_objects(),
        };
        let body = insert_link(link, touches, bodies, colliders);
        if !link.loose {
            let parent = link.parent.map_or(world, |parent| links[parent].body);
            let joint = link.joint.map(|joint| &robot.joints[joint]);
            let joint = joints::rapier_joint(link, joint, out_of_plane[index]);
            multibodies
                .insert(parent, body, joint, true)
                .expect("a validated robot is a tree");
        }
        links.push(LinkHandles { body, id: None });
    }
    // Indices in the multibody are final once all links are in it.
    for handles in &mut links {
        let link = multibodies.rigid_body_link(handles.body);
        handles.id = link.map(|link| link.id);
    }
    links
}

/// Inserts the body of a link or object and, if it can touch anything, its colliders.
fn insert_link(
    link: &Link,
    touches: Touches,
    bodies: &mut RigidBodySet,
    colliders: &mut ColliderSet,
) -> RigidBodyHandle {
    // The mass is set here and never derived from colliders, so that it does not depend on whether the robot collides.
    let mut body = RigidBodyBuilder::dynamic()
        .can_sleep(false)
        .additional_mass_properties(mass_properties(link));
    if link.loose {
        let Origin { xyz, rpy } = link.origin;
        body = body.pose(Pose::from_parts(xyz.into(), rotation(rpy)));
    }
    let body = bodies.insert(body);
    if touches.links || touches.world || touches.objects {
        let groups = terrain::groups(link, touches);
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
