//! Motors that hold the home pose at their torque limit.

use super::episodes::end_at_once;
use super::strength::TOO_WEAK;
use crate::doctor::check::{Check, Rollouts, Run};
use crate::doctor::finding::{Finding, FindingKind, percent};
use crate::doctor::scripted_policy::ScriptedPolicy;
use crate::scene::{Location, Severity};

pub(super) const CHECK: Check = Check {
    kinds: &[SATURATES],
    run: Run::Rollouts(run),
};

const SATURATES: FindingKind = FindingKind::new(
    "motor-saturates",
    "a motor is at its torque limit in half of the steps that hold the home pose",
);

/// Share of the settled steps at the torque limit from which on it is reported.
const SHARE: f64 = 0.5;

fn run(rollouts: &Rollouts, findings: &mut Vec<Finding>) {
    if end_at_once(findings) {
        return;
    }
    let robot = rollouts.scene.robot();
    let by_policy = rollouts.evidence.by_policy.iter();
    for evidence in by_policy.filter(|evidence| evidence.policy == ScriptedPolicy::Holding) {
        for (motor, saturated) in robot.motors.iter().zip(&evidence.saturated) {
            let share = *saturated as f64 / evidence.settled.max(1) as f64;
            let place = Location::Joint {
                joint: motor.joint,
                field: "torque",
            };
            let is_known =
                (findings.iter()).any(|finding| finding.kind == TOO_WEAK && finding.place == place);
            if share < SHARE || is_known {
                continue;
            }
            let title = format!(
                "the motor of `{}` saturates while it holds its home",
                robot.joints[motor.joint].name
            );
            let found = format!("at its torque limit in {} of the steps", percent(share));
            findings.push(
                Finding::new(SATURATES, Severity::Warning, place, title, found)
                    .help("try more torque, or less load on the joint: springs, weight"),
            );
        }
    }
}
