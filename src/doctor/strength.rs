//! Whether motors can hold what hangs on their joints, and whether they are far stronger than what they move.

use super::finding::{Finding, Kind, short};
use super::poser::Poser;
use super::reach::span;
use super::thresholds::{FULL_LOAD, LOOK_US, STRONG_SHARE};
use crate::scene::robot::{Drive, Motor, Robot};
use crate::scene::{Place, Severity};

/// Places that a joint is tried at.
const PLACES: usize = 9;
/// How often each joint is tried anew.
const ROUNDS: usize = 2;

/// Weighs every motor's arm, at home and where it is heaviest.
pub(super) fn look(poser: &mut Poser, findings: &mut Vec<Finding>) {
    weak(poser, findings);
    strong(poser, findings);
}

fn weak(poser: &mut Poser, findings: &mut Vec<Finding>) {
    let (robot, task) = (poser.scene.robot(), poser.scene.task());
    let at_home = needs(poser, &poser.home());
    let worst = heaviest(poser, &at_home);
    // Without a goal, to be too weak may be the task: then it has to swing.
    let must_lift = task.goal.is_some();
    let stands = poser.scene.world().ground.is_some();
    for (motor, (home, worst)) in robot.motors.iter().zip(at_home.iter().zip(&worst)) {
        let name = &robot.joints[motor.joint].name;
        let limit = motor.torque;
        let (severity, title, need, when) = if home / limit > FULL_LOAD {
            let severity = match (must_lift, stands) {
                (true, false) => Severity::Serious,
                _ => Severity::Warning,
            };
            let title =
                format!("the motor of `{name}` cannot hold the pose at which episodes start");
            (severity, title, home, "home")
        } else if worst / limit > FULL_LOAD {
            let severity = if must_lift {
                Severity::Warning
            } else {
                Severity::Note
            };
            let title = format!("the motor of `{name}` cannot lift its arm from every pose");
            (severity, title, worst, "the heaviest pose")
        } else {
            continue;
        };
        let mut help = vec![format!(
            "a torque above {}, or less weight on the joint",
            short(*need)
        )];
        if severity == Severity::Note {
            help.push("fine where it is to gather swing".to_owned());
        }
        findings.push(Finding {
            kind: Kind::MotorTooWeak,
            severity,
            place: Place::Joint {
                joint: motor.joint,
                field: "torque",
            },
            title,
            found: format!("it has {}, and {when} takes {}", short(limit), short(*need)),
            help,
        });
    }
}

/// The torque that each motor needs to hold a pose (N m, or N): what gravity asks, less what a spring takes over and dry friction
/// holds. What a spring asks is no weight.
fn needs(poser: &mut Poser, angles: &[f32]) -> Vec<f32> {
    poser.pose(angles);
    let robot = poser.scene.robot();
    let loads = poser.gravity_loads();
    let need = |(motor, load): (&Motor, f32)| {
        let joint = &robot.joints[motor.joint];
        let weight = load * motor.torque;
        let left = joint.spring.map_or(weight, |spring| {
            weight - spring.stiffness * (spring.rest - angles[motor.joint])
        });
        (weight.abs().min(left.abs()) - joint.friction).max(0.0)
    };
    robot.motors.iter().zip(loads).map(need).collect()
}

/// The most that each motor can need, as far as a search from home finds it: joint by joint to where it is heaviest.
fn heaviest(poser: &mut Poser, at_home: &[f32]) -> Vec<f32> {
    let robot = poser.scene.robot();
    let mut worst = at_home.to_vec();
    let mut left = poser.affordable(LOOK_US);
    for motor in 0..robot.motors.len() {
        let mut angles = poser.home();
        let mut most = at_home[motor];
        for joint in (0..ROUNDS).flat_map(|_| 0..robot.joints.len()) {
            let mut best = angles[joint];
            for place in places(robot, joint) {
                if left == 0 {
                    return worst;
                }
                left -= 1;
                angles[joint] = place;
                let needed = needs(poser, &angles);
                if needed[motor] > most {
                    (most, best) = (needed[motor], place);
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

fn places(robot: &Robot, joint: usize) -> impl Iterator<Item = f32> {
    let [low, high] = span(robot, joint);
    let count = if high > low { PLACES } else { 0 };
    (0..count).map(move |i| low + (high - low) * i as f32 / (PLACES - 1) as f32)
}

/// One control step of full torque, from rest at home, against the joint's damping: `torque / damping (1 - exp(-t damping / inertia))`.
fn strong(poser: &mut Poser, findings: &mut Vec<Finding>) {
    let (robot, task) = (poser.scene.robot(), poser.scene.task());
    poser.pose(&poser.home());
    let inertias = poser.inertias();
    for motor in &robot.motors {
        let joint = &robot.joints[motor.joint];
        let time = joint.damping / inertias[motor.joint] / task.control_hz;
        let slowed = if time > 0.0 {
            -(-time).exp_m1() / time
        } else {
            1.0
        };
        let change = slowed * motor.torque / inertias[motor.joint] / task.control_hz;
        // A servo gives no more than it takes to get there.
        let is_governed = joint.max_speed.is_some() || motor.drive != Drive::Torque;
        if change <= STRONG_SHARE * task.max_joint_speed || is_governed {
            continue;
        }
        findings.push(Finding {
            kind: Kind::MotorTooStrong,
            severity: Severity::Warning,
            place: Place::Joint {
                joint: motor.joint,
                field: "torque",
            },
            title: format!(
                "the motor of `{}` is very strong for what it moves",
                joint.name
            ),
            found: format!(
                "one action of 1 changes the speed by {}; above {} the physics counts as broken",
                short(change),
                short(task.max_joint_speed)
            ),
            help: vec!["less torque, more armature, or a higher control_hz".to_owned()],
        });
    }
}
