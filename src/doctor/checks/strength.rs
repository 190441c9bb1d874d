//! Motors that cannot hold the links on their joints, and motors that are far too strong for them.

use super::reach::span;
use crate::doctor::check::{Check, Run};
use crate::doctor::finding::{Finding, FindingKind, short};
use crate::doctor::scratch_world::ScratchWorld;
use crate::model::robot::{Drive, Motor, Robot};
use crate::scene::{Location, Severity};

pub(super) const CHECK: Check = Check {
    kinds: &[TOO_WEAK, TOO_STRONG],
    run: Run::Static(|world, _, findings| {
        too_weak(world, findings);
        too_strong(world, findings);
    }),
};

pub(super) const TOO_WEAK: FindingKind = FindingKind::new(
    "motor-too-weak",
    "a motor cannot hold the home pose, or the pose with the largest gravity load; without a goal this may be intended",
);

const TOO_STRONG: FindingKind = FindingKind::new(
    "motor-too-strong",
    "one control step of full torque takes a joint halfway to `max_joint_speed`",
);

/// Fraction of its torque limit above which a motor that holds a pose cannot do anything else.
const FULL_LOAD: f32 = 1.0;
/// Fraction of `max_joint_speed` that one control step of full torque may add; two steps then break the environment.
const STRONG_SHARE: f32 = 0.5;
/// Positions of a joint that the search for the heaviest pose tries.
const POSITIONS: usize = 9;
/// Passes of that search over all joints.
const PASSES: usize = 2;

fn too_weak(world: &mut ScratchWorld, findings: &mut Vec<Finding>) {
    let (robot, task) = (world.scene.robot(), world.scene.task());
    let at_home = holding_torques(world, &world.home());
    let worst = heaviest(world, &at_home);
    // Without a goal, weak motors may be the task: the robot then has to swing up.
    let must_lift = task.goal.is_some();
    let stands = world.scene.world().ground.is_some();
    for (motor, (home, worst)) in robot.motors.iter().zip(at_home.iter().zip(&worst)) {
        let name = &robot.joints[motor.joint].name;
        let limit = motor.torque;
        let (severity, title, needed, pose) = if home / limit > FULL_LOAD {
            let severity = match (must_lift, stands) {
                (true, false) => Severity::Serious,
                _ => Severity::Warning,
            };
            let title =
                format!("the motor of `{name}` cannot hold the pose at which episodes start");
            (severity, title, home, "the home pose")
        } else if worst / limit > FULL_LOAD {
            let severity = if must_lift {
                Severity::Warning
            } else {
                Severity::Note
            };
            let title = format!("the motor of `{name}` cannot lift its load from every pose");
            (severity, title, worst, "the heaviest pose")
        } else {
            continue;
        };
        let place = Location::Joint {
            joint: motor.joint,
            field: "torque",
        };
        let needed = short(*needed);
        let found = format!("its limit is {}, and {pose} needs {needed}", short(limit));
        let mut finding = Finding::new(TOO_WEAK, severity, place, title, found).help(format!(
            "try a torque above {needed}, or less weight on the joint"
        ));
        if severity == Severity::Note {
            finding = finding.help("intended if the task is to swing up");
        }
        findings.push(finding);
    }
}

/// The torque that each motor needs to hold a pose (N m, or N): the load of gravity, less the parts that a spring and dry friction
/// carry. The load of the spring itself does not count.
fn holding_torques(world: &mut ScratchWorld, angles: &[f32]) -> Vec<f32> {
    world.set_joints(angles);
    let robot = world.scene.robot();
    let loads = world.gravity_loads();
    let torque = |(motor, load): (&Motor, f32)| {
        let joint = &robot.joints[motor.joint];
        let weight = load * motor.torque;
        let left = joint.spring.map_or(weight, |spring| {
            weight - spring.stiffness * (spring.rest - angles[motor.joint])
        });
        (weight.abs().min(left.abs()) - joint.friction).max(0.0)
    };
    robot.motors.iter().zip(loads).map(torque).collect()
}

/// The largest holding torque of each motor that a coordinate search from home finds: joint by joint to its heaviest position.
fn heaviest(world: &mut ScratchWorld, at_home: &[f32]) -> Vec<f32> {
    let robot = world.scene.robot();
    let mut worst = at_home.to_vec();
    let mut left = world.search_budget();
    for motor in 0..robot.motors.len() {
        let mut angles = world.home();
        let mut most = at_home[motor];
        for joint in (0..PASSES).flat_map(|_| 0..robot.joints.len()) {
            let mut best = angles[joint];
            for position in positions(robot, joint) {
                if left == 0 {
                    return worst;
                }
                left -= 1;
                angles[joint] = position;
                let needed = holding_torques(world, &angles);
                if needed[motor] > most {
                    (most, best) = (needed[motor], position);
                }
                for (worst, needed) in worst.iter_mut().zip(needed) {
                    *worst = worst.max(needed);
                }
            }
            angles[joint] = best;
        }
    }
    worst
}

fn positions(robot: &Robot, joint: usize) -> impl Iterator<Item = f32> {
    let [low, high] = span(robot, joint);
    let count = if high > low { POSITIONS } else { 0 };
    (0..count).map(move |i| low + (high - low) * i as f32 / (POSITIONS - 1) as f32)
}

/// Speed after one control step of full torque, from rest at home, against damping: `torque / damping (1 - exp(-t damping / inertia))`.
fn too_strong(world: &mut ScratchWorld, findings: &mut Vec<Finding>) {
    let (robot, task) = (world.scene.robot(), world.scene.task());
    world.set_joints(&world.home());
    let inertias = world.inertias();
    for motor in &robot.motors {
        let joint = &robot.joints[motor.joint];
        let time = joint.damping / inertias[motor.joint] / task.control_hz;
        let slowed = if time > 0.0 {
            -(-time).exp_m1() / time
        } else {
            1.0
        };
        let change = slowed * motor.torque / inertias[motor.joint] / task.control_hz;
        // A servo applies no more torque than it needs to reach its target.
        let is_governed = joint.max_speed.is_some() || motor.drive != Drive::Torque;
        if change <= STRONG_SHARE * task.max_joint_speed || is_governed {
            continue;
        }
        let place = Location::Joint {
            joint: motor.joint,
            field: "torque",
        };
        let title = format!("the motor of `{}` is too strong for its load", joint.name);
        let found = format!(
            "one control step at full action changes the speed by {}; above {} the environment counts as broken",
            short(change),
            short(task.max_joint_speed)
        );
        findings.push(
            Finding::new(TOO_STRONG, Severity::Warning, place, title, found)
                .help("try less torque, more armature, or a higher control_hz"),
        );
    }
}
