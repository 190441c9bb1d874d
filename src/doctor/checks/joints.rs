//! Joints that the physics cannot follow well: motors without damping, and springs that oscillate too fast.

use std::f32::consts::TAU;

use crate::doctor::check::{Check, Run};
use crate::doctor::finding::{Finding, FindingKind, short};
use crate::doctor::scratch_world::ScratchWorld;
use crate::scene::{Location, Severity};

pub(super) const CHECK: Check = Check {
    kinds: &[UNDAMPED, TOO_COARSE],
    run: Run::Static(|world, _, findings| {
        undamped(world, findings);
        too_coarse(world, findings);
    }),
};

const UNDAMPED: FindingKind = FindingKind::new(
    "joint-undamped",
    "the joint of a motor has no damping, no armature and no `max_speed`",
);

const TOO_COARSE: FindingKind = FindingKind::new(
    "physics-too-coarse",
    "a spring oscillates within a dozen physics steps",
);

/// Radians of a spring's free oscillation per physics step; above, an oscillation has fewer than 12 steps and is smeared out.
const RADIANS_PER_STEP: f32 = 0.5;

/// Real motors have friction and a rotor; without either the integrator can gain energy.
fn undamped(world: &ScratchWorld, findings: &mut Vec<Finding>) {
    let robot = world.scene.robot();
    for motor in &robot.motors {
        let joint = &robot.joints[motor.joint];
        if joint.damping > 0.0 || joint.armature > 0.0 || joint.max_speed.is_some() {
            continue;
        }
        let place = Location::Joint {
            joint: motor.joint,
            field: "damping",
        };
        let title = format!("nothing damps the motor of `{}`", joint.name);
        let found = "neither damping nor armature";
        findings.push(
            Finding::new(UNDAMPED, Severity::Warning, place, title, found).help(
                "real motors have both, such as `damping: 0.1, armature: 0.01`; without them the simulation may gain energy",
            ),
        );
    }
}

/// A spring oscillates with `sqrt(stiffness / inertia)` (rad/s), which the physics steps have to resolve.
fn too_coarse(world: &mut ScratchWorld, findings: &mut Vec<Finding>) {
    let (robot, task) = (world.scene.robot(), world.scene.task());
    world.set_joints(&world.home());
    let inertias = world.inertias();
    let rate = task.control_hz * task.substeps as f32;
    for (i, (joint, inertia)) in robot.joints.iter().zip(inertias).enumerate() {
        let Some(spring) = joint.spring else {
            continue;
        };
        let frequency = (spring.stiffness / inertia).sqrt();
        if frequency / rate <= RADIANS_PER_STEP {
            continue;
        }
        let place = Location::Joint {
            joint: i,
            field: "spring",
        };
        let title = format!(
            "the physics is too coarse for the spring of `{}`",
            joint.name
        );
        let found = format!(
            "it oscillates at {} Hz, with {} physics steps per oscillation",
            short(frequency / TAU),
            short(rate * TAU / frequency)
        );
        findings.push(
            Finding::new(TOO_COARSE, Severity::Warning, place, title, found).help(format!(
                "use a physics_hz of at least {}, a softer spring, or more armature",
                short((frequency / RADIANS_PER_STEP).ceil())
            )),
        );
    }
}
