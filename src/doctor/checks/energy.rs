//! Energy gain of an undriven robot. Physically it can only lose energy, so a gain is the integrator's error.

use rand::RngExt;

use super::reach::span;
use crate::doctor::check::{Check, Run};
use crate::doctor::finding::{Finding, FindingKind, percent};
use crate::doctor::rollouts::step_budget;
use crate::doctor::scratch_world::ScratchWorld;
use crate::model::robot::{Drive, JointKind, Motor};
use crate::scene::{Location, Severity};
use crate::seed::{Rng, Seed};
use crate::task::StartState;

pub(super) const CHECK: Check = Check {
    kinds: &[ENERGY_GAIN],
    run: Run::Simulation(run),
};

const ENERGY_GAIN: FindingKind = FindingKind::new(
    "energy-gain",
    "an undriven robot gains energy, which is an error of the integrator",
);

/// Largest gain that is not reported, as a fraction of the largest kinetic energy: the oscillations of an integrator reach it.
const TOLERANCE: f64 = 0.1;
/// Simulated falls, each from a random pose with random joint speeds.
const FALLS: u64 = 4;
/// Longest fall (control steps).
const STEPS: u32 = 400;
/// Largest initial joint speed (rad/s): as fast as robots usually move.
const SPEED: f32 = 5.0;
/// Control steps between two measurements of the kinetic energy.
const EVERY: u32 = 4;

/// Lets the robot fall. Scenes with contacts, which may push, and with motors that act without a command are not examined.
fn run(world: &mut ScratchWorld, findings: &mut Vec<Finding>) {
    let scene = world.scene;
    let (robot, task) = (scene.robot(), scene.task());
    let floats = robot.links.iter().any(|link| link.floats);
    let is_driven = |motor: &Motor| motor.drive != Drive::Torque;
    let acts = robot.compensate_gravity || robot.motors.iter().any(is_driven);
    if !scene.world().is_empty() || robot.collide || floats || acts {
        return;
    }
    let stream = Seed::new(1).stream("doctor falls");
    let worst = (0..FALLS)
        .filter_map(|i| gain(world, &mut stream.nth(i)))
        .fold(0.0, f64::max);
    if worst <= TOLERANCE {
        return;
    }
    let undamped = robot.joints.iter().position(|joint| joint.damping == 0.0);
    let rate = task.control_hz * task.substeps as f32;
    let place = match undamped {
        Some(joint) => Location::Joint {
            joint,
            field: "damping",
        },
        None => Location::Task("physics_hz"),
    };
    findings.push(
        Finding::new(
            ENERGY_GAIN,
            Severity::Warning,
            place,
            "the robot gains energy without motor torques",
            format!("{} of its largest kinetic energy", percent(worst)),
        )
        .help(format!(
            "damping and armature at every joint, or a physics_hz above {rate}"
        )),
    );
}

/// The energy gained in one fall, as a fraction of its largest kinetic energy; `None` if the simulation breaks.
fn gain(world: &mut ScratchWorld, rng: &mut Rng) -> Option<f64> {
    let (robot, task) = (world.scene.robot(), world.scene.task());
    let mut between = |low: f32, high: f32| low + (high - low) * rng.random::<f32>();
    let fastest = SPEED.min(0.1 * task.max_joint_speed);
    let joints = 0..robot.joints.len();
    let angles: Vec<f32> = (joints.clone())
        .map(|joint| {
            let [low, high] = span(robot, joint);
            between(low, high)
        })
        .collect();
    let speeds: Vec<f32> = joints
        .map(|joint| match robot.joints[joint].kind {
            JointKind::Revolute => between(-fastest, fastest),
            JointKind::Prismatic => 0.0,
        })
        .collect();
    world.set_state(&StartState {
        angles: angles.clone(),
        speeds,
        free: Vec::new(),
    });
    let first = world.energy();
    let mut highest = first;
    let mut poses = vec![(angles, first)];
    // A tenth of the steps of the rollouts.
    let affordable = (0.1 * step_budget(world.scene)) as u32 / FALLS as u32;
    for step in 1..=STEPS.min(task.episode_steps).min(affordable) {
        world.step().ok()?;
        let energy = world.energy();
        highest = highest.max(energy);
        if step.is_multiple_of(EVERY) {
            poses.push((world.readings().angles, energy));
        }
    }
    let kinetic = poses.iter().map(|(angles, energy)| {
        world.set_joints(angles);
        energy - world.energy()
    });
    let kinetic = kinetic.fold(0.0, f64::max);
    (kinetic > 0.0).then(|| (highest - first) / kinetic)
}
