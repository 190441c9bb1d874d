//! What the file itself shows: settings that lead nowhere, whatever is played.

use super::Preset;
use super::finding::{Finding, Kind, percent, short};
use super::poser::{self, Poser};
use super::thresholds::{ENDING_STARTS, FORESIGHT, STARTS, SWING_PER_STEP};
use crate::scene::{Place, Severity};
use crate::task::{Moment, draw, judge};

/// Looks at joints, rewards, ends and the learner.
pub(super) fn look(poser: &mut Poser, preset: Preset, findings: &mut Vec<Finding>) {
    undamped(poser, findings);
    coarse(poser, findings);
    weightless(poser, findings);
    ending(poser, findings);
    short_sighted(poser, preset, findings);
}

/// Real motors have friction and a rotor; without either the engine can gain energy.
fn undamped(poser: &Poser, findings: &mut Vec<Finding>) {
    let robot = poser.scene.robot();
    for motor in &robot.motors {
        let joint = &robot.joints[motor.joint];
        if joint.damping > 0.0 || joint.armature > 0.0 || joint.max_speed.is_some() {
            continue;
        }
        findings.push(Finding {
            kind: Kind::JointUndamped,
            severity: Severity::Warning,
            place: Place::Joint {
                joint: motor.joint,
                field: "damping",
            },
            title: format!("nothing slows the motor of `{}` down", joint.name),
            found: "neither damping nor armature".to_owned(),
            help: vec![
                "real motors have both, like `damping: 0.1, armature: 0.01`; without, the physics may gain energy"
                    .to_owned(),
            ],
        });
    }
}

/// A spring swings with `sqrt(stiffness / inertia)`, which the physics has to follow.
fn coarse(poser: &mut Poser, findings: &mut Vec<Finding>) {
    let (robot, task) = (poser.scene.robot(), poser.scene.task());
    poser.pose(&poser.home());
    let inertias = poser.inertias();
    let rate = task.control_hz * task.substeps as f32;
    for (i, (joint, inertia)) in robot.joints.iter().zip(inertias).enumerate() {
        let Some(spring) = joint.spring else {
            continue;
        };
        let swing = (spring.stiffness / inertia).sqrt();
        if swing / rate <= SWING_PER_STEP {
            continue;
        }
        findings.push(Finding {
            kind: Kind::PhysicsTooCoarse,
            severity: Severity::Warning,
            place: Place::Joint {
                joint: i,
                field: "spring",
            },
            title: format!(
                "the physics is too coarse for the spring of `{}`",
                joint.name
            ),
            found: format!(
                "it swings {} times a second, with {} physics steps for each swing",
                short(swing / std::f32::consts::TAU),
                short(rate * std::f32::consts::TAU / swing)
            ),
            help: vec![format!(
                "a physics_hz of at least {}, a softer spring, or more armature",
                short((swing / SWING_PER_STEP).ceil())
            )],
        });
    }
}

fn weightless(poser: &Poser, findings: &mut Vec<Finding>) {
    let rewards = poser.scene.task().reward.iter().enumerate();
    for (i, _) in rewards.filter(|(_, reward)| reward.weight == 0.0) {
        findings.push(Finding {
            kind: Kind::RewardWithoutWeight,
            severity: Severity::Warning,
            place: Place::Reward(i),
            title: "this reward term counts for nothing".to_owned(),
            found: "its weight is 0".to_owned(),
            help: vec!["a weight, or remove the term".to_owned()],
        });
    }
}

/// Ends that hold before the first action.
fn ending(poser: &mut Poser, findings: &mut Vec<Finding>) {
    let (robot, task) = (poser.scene.robot(), poser.scene.task());
    if task.end.is_empty() {
        return;
    }
    let idle = vec![0.0; robot.motors.len()];
    let mut held = vec![0; task.end.len()];
    for mut rng in poser::starts() {
        let stance = draw::start(robot, &task.start, &mut rng);
        let goal = task.goal.as_ref();
        let goal = goal.map_or([0.0; 3], |goal| draw::goal(goal, &mut rng));
        let commands = draw::commands(&task.commands, &mut rng);
        poser.place(&stance);
        let moment = Moment {
            readings: &poser.readings(),
            goal,
            action: &idle,
            previous_action: &idle,
            efforts: &idle,
            commands: &commands,
            step: 0,
        };
        if let Ok(Some(end)) = judge::ending(task, &moment) {
            held[end] += 1;
        }
    }
    for (end, held) in held.into_iter().enumerate() {
        let share = f64::from(held) / STARTS as f64;
        if share < ENDING_STARTS {
            continue;
        }
        findings.push(Finding {
            kind: Kind::EndsAtStart,
            severity: Severity::Serious,
            place: Place::End(end),
            title: "episodes are over before they begin".to_owned(),
            found: format!("it holds in {} of the starts", percent(share)),
            help: vec!["an end that does not hold at home".to_owned()],
        });
    }
}

/// With a discount of `gamma` a reward counts for less than 37 % after `1 / (1 - gamma)` steps.
fn short_sighted(poser: &Poser, (name, learner): Preset, findings: &mut Vec<Finding>) {
    let task = poser.scene.task();
    let gamma = f64::from(learner.gamma());
    let ahead = 1.0 / (1.0 - gamma).max(1e-9);
    let episode = f64::from(task.episode_steps);
    if ahead >= FORESIGHT * episode {
        return;
    }
    let seconds = |steps: f64| short(steps / f64::from(task.control_hz));
    findings.push(Finding {
        kind: Kind::ShortSighted,
        severity: Severity::Note,
        place: Place::Learner {
            name: name.to_owned(),
            field: "gamma",
        },
        title: format!(
            "`{name}` looks ahead {} s of an episode's {} s",
            seconds(ahead),
            seconds(episode)
        ),
        found: format!(
            "with a gamma of {}, {} steps",
            learner.gamma(),
            short(ahead)
        ),
        help: vec![format!(
            "what is paid at the end is seen from the start with a gamma near {}",
            1.0 - (3.0 / episode * 10_000.0).ceil() / 10_000.0
        )],
    });
}
