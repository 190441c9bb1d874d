//! Whether a robot that nobody drives gets faster: it can only lose energy, so what it gains is the integrator's.

use rand::RngExt;

use super::finding::{Finding, Kind, percent};
use super::play::steps;
use super::poser::Poser;
use super::reach::span;
use super::thresholds::ENERGY_GAIN;
use crate::scene::robot::{Drive, JointKind, Motor};
use crate::scene::{Place, Scene, Severity};
use crate::seed::{Rng, Seed};
use crate::task::StartState;

/// Starts, each from any pose at any speed.
const STARTS: u64 = 4;
/// Longest fall (control steps).
const STEPS: u32 = 400;
/// How fast joints are at first (rad/s, or m/s): as fast as a robot moves.
const SPEED: f32 = 5.0;
/// The kinetic energy is looked at in every so many steps.
const EVERY: u32 = 4;

/// Lets the robot fall. What touches something is left alone, for contacts may push, and so is what acts by itself: servos.
pub(super) fn judge(scene: &Scene, findings: &mut Vec<Finding>) {
    let (robot, task) = (scene.robot(), scene.task());
    let floats = robot.links.iter().any(|link| link.floats);
    let is_driven = |motor: &Motor| motor.drive != Drive::Torque;
    let acts = robot.compensate_gravity || robot.motors.iter().any(is_driven);
    if !scene.world().is_empty() || robot.collide || floats || acts {
        return;
    }
    let mut poser = Poser::new(scene);
    let stream = Seed::new(1).stream("doctor falls");
    let worst = (0..STARTS)
        .filter_map(|i| gain(&mut poser, &mut stream.nth(i)))
        .fold(0.0, f64::max);
    if worst <= ENERGY_GAIN {
        return;
    }
    let undamped = robot.joints.iter().position(|joint| joint.damping == 0.0);
    let rate = task.control_hz * task.substeps as f32;
    findings.push(Finding {
        kind: Kind::EnergyGain,
        severity: Severity::Warning,
        place: match undamped {
            Some(joint) => Place::Joint {
                joint,
                field: "damping",
            },
            None => Place::Task("physics_hz"),
        },
        title: "the robot gains energy that no motor gives it".to_owned(),
        found: format!("left alone, it gains {} of its swing", percent(worst)),
        help: vec![format!(
            "damping and armature at every joint, or a physics_hz above {rate}"
        )],
    });
}

/// What one fall gains, as a share of the largest kinetic energy in it; nothing if it breaks.
fn gain(poser: &mut Poser, rng: &mut Rng) -> Option<f64> {
    let (robot, task) = (poser.scene.robot(), poser.scene.task());
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
    poser.place(&StartState {
        angles: angles.clone(),
        speeds,
        free: Vec::new(),
    });
    let first = poser.energy();
    let mut highest = first;
    let mut poses = vec![(angles, first)];
    // A tenth of what is played anyway.
    let affordable = (0.1 * steps(poser.scene)) as u32 / STARTS as u32;
    for step in 1..=STEPS.min(task.episode_steps).min(affordable) {
        poser.step().ok()?;
        let energy = poser.energy();
        highest = highest.max(energy);
        if step.is_multiple_of(EVERY) {
            poses.push((poser.readings().angles, energy));
        }
    }
    let kinetic = poses.iter().map(|(angles, energy)| {
        poser.pose(angles);
        energy - poser.energy()
    });
    let kinetic = kinetic.fold(0.0, f64::max);
    (kinetic > 0.0).then(|| (highest - first) / kinetic)
}
