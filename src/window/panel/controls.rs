//! The panel's buttons and sliders.

use bevy_egui::egui::{self, Button, RichText, Slider, Ui};

use super::widgets::{section, unit, wide_button};
use crate::model::robot::{Drive, Joint, JointKind, Motor};
use crate::train::plugin::Training;
use crate::window::clock::{Playback, SPEEDS};
use crate::window::shown_robot::ShownRobot;
use crate::window::theme::{DIM, ORANGE};
use crate::window::trace::Trace;

/// Pause, single step, reset, speed.
pub(super) fn time(
    ui: &mut Ui,
    playback: &mut Playback,
    shown: &mut ShownRobot,
    trace: &mut Trace,
) {
    ui.columns(3, |columns| {
        let (name, tip) = if playback.is_paused {
            ("\u{25b6} Play", "Continue (space)")
        } else {
            (
                "\u{23f8} Pause",
                "Pause the shown robot; the training continues (space)",
            )
        };
        let reset = if shown.crash().is_some() {
            "Replay the episode from its start (r)"
        } else {
            "Start a new episode with a new target (r)"
        };
        if wide_button(&mut columns[0], name, tip) {
            playback.is_paused = !playback.is_paused;
        }
        if wide_button(&mut columns[1], "\u{23ed} Step", "One control step (.)") {
            playback.is_paused = true;
            playback.wants_step = true;
        }
        if wide_button(&mut columns[2], "\u{27f2} Reset", reset) {
            shown.restart();
            trace.cut();
        }
    });
    ui.columns(SPEEDS.len(), |columns| {
        for (ui, speed) in columns.iter_mut().zip(SPEEDS) {
            let name = match speed {
                0.25 => "\u{bc}x".to_owned(),
                0.5 => "\u{bd}x".to_owned(),
                _ => format!("{speed}x"),
            };
            let is_chosen = playback.speed == speed;
            let button = Button::selectable(is_chosen, name).frame_when_inactive(true);
            let response = ui.add_sized([ui.available_width(), 27.0], button);
            if response
                .on_hover_text("Speed of the shown robot (+ and -)")
                .clicked()
            {
                playback.speed = speed;
            }
        }
    });
}

/// Holds or resumes the training.
pub(super) fn hold(ui: &mut Ui, training: &Training) {
    let is_held = training.viewer.is_held();
    let (name, tip) = if is_held {
        ("\u{25b6} Resume training", "Continue the training (h)")
    } else {
        (
            "\u{23f8} Hold training",
            "Pause the training between two iterations; its result stays the same (h)",
        )
    };
    if wide_button(ui, name, tip) {
        training.viewer.hold(!is_held);
    }
}

/// The command that an action means to a motor, with its unit.
fn command(motor: &Motor, joint: &Joint, action: f32) -> String {
    let unit = unit(joint.kind);
    match motor.drive {
        Drive::Torque => {
            let force = match joint.kind {
                JointKind::Revolute => "N m",
                JointKind::Prismatic => "N",
            };
            format!("{:+.1} {force}", action * motor.torque)
        }
        Drive::Position { reach, .. } => format!("to {:+.2} {unit}", joint.home + reach * action),
        Drive::Velocity { speed, .. } => format!("{:+.2} {unit}/s", speed * action),
    }
}

/// A slider per motor.
pub(super) fn joints(ui: &mut Ui, shown: &mut ShownRobot) {
    let Some(mut actions) = shown.manual_actions().map(<[f32]>::to_vec) else {
        return;
    };
    section(ui, "Motors: action, command and position");
    let scene = shown.scene().clone();
    let robot = scene.robot();
    for (index, motor) in robot.motors.iter().enumerate() {
        let joint = &robot.joints[motor.joint];
        let angle = shown.readings().angles[motor.joint];
        ui.horizontal(|ui| {
            ui.label(&joint.name);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let command = command(motor, joint, actions[index]);
                let text = format!("{command}   {angle:+.2} {}", unit(joint.kind));
                ui.label(RichText::new(text).monospace().color(DIM));
            });
        });
        ui.spacing_mut().slider_width = (ui.available_width() - 66.0).max(20.0);
        let slider = Slider::new(&mut actions[index], -1.0..=1.0).fixed_decimals(2);
        let response = ui.add(slider).on_hover_text(match motor.drive {
            Drive::Torque => "1: largest torque; double-click: 0",
            Drive::Position { .. } => "0: home position; double-click: 0",
            Drive::Velocity { .. } => "1: largest speed; double-click: 0",
        });
        if response.double_clicked() {
            actions[index] = 0.0;
            shown.set_manual_action(index, 0.0);
        } else if response.changed() {
            shown.set_manual_action(index, actions[index]);
        }
    }
    if actions.iter().any(|action| *action != 0.0)
        && wide_button(ui, "All to 0", "Set all actions to 0")
    {
        for motor in 0..actions.len() {
            shown.set_manual_action(motor, 0.0);
        }
    }
}

/// Hints for the mouse.
pub(super) fn hints(ui: &mut Ui, shown: &ShownRobot) {
    ui.add_space(2.0);
    if shown.goal().is_some() && shown.crash().is_none() {
        ui.label(
            RichText::new("Drag the target with the mouse.")
                .color(ORANGE)
                .small(),
        );
    }
    ui.label(
        RichText::new("Rotate: left button, pan: right button, zoom: wheel.")
            .color(DIM)
            .small(),
    );
}
