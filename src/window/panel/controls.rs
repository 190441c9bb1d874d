//! The panel's buttons and sliders.

use bevy_egui::egui::{self, Button, RichText, Slider, Ui};

use super::section;
use crate::scene::robot::{Drive, Joint, JointKind, Motor};
use crate::train::plugin::Training;
use crate::window::clock::{Playback, SPEEDS};
use crate::window::shown::Shown;
use crate::window::theme::{DIM, ORANGE};
use crate::window::trace::Trace;

/// Pause, single step, reset, speed.
pub(super) fn time(ui: &mut Ui, playback: &mut Playback, shown: &mut Shown, trace: &mut Trace) {
    ui.columns(3, |columns| {
        let (name, tip) = if playback.is_paused {
            ("\u{25b6} Play", "Let time go on (space)")
        } else {
            (
                "\u{23f8} Pause",
                "Stop the shown robot; the training goes on (space)",
            )
        };
        let reset = if shown.flight().is_some() {
            "The episode from its beginning (r)"
        } else {
            "A new episode, with a target of its own (r)"
        };
        if wide(&mut columns[0], name, tip) {
            playback.is_paused = !playback.is_paused;
        }
        if wide(&mut columns[1], "\u{23ed} Step", "One control step (.)") {
            playback.is_paused = true;
            playback.wants_step = true;
        }
        if wide(&mut columns[2], "\u{27f2} Reset", reset) {
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

/// Holds the training, or lets it go on.
pub(super) fn hold(ui: &mut Ui, training: &Training) {
    let is_held = training.viewer.is_held();
    let (name, tip) = if is_held {
        ("\u{25b6} Resume training", "Let the training go on (h)")
    } else {
        (
            "\u{23f8} Hold training",
            "Stop the training between two iterations; its result stays the same (h)",
        )
    };
    if wide(ui, name, tip) {
        training.viewer.hold(!is_held);
    }
}

/// What an action asks of a motor.
fn asked(motor: &Motor, joint: &Joint, action: f32) -> String {
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
pub(super) fn joints(ui: &mut Ui, shown: &mut Shown) {
    let Some(mut actions) = shown.hand().map(<[f32]>::to_vec) else {
        return;
    };
    section(ui, "Motors: the action of each joint");
    let scene = shown.scene().clone();
    let robot = scene.robot();
    for (index, motor) in robot.motors.iter().enumerate() {
        let joint = &robot.joints[motor.joint];
        let angle = shown.readings().angles[motor.joint];
        ui.horizontal(|ui| {
            ui.label(&joint.name);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let asked = asked(motor, joint, actions[index]);
                let text = format!("{asked}   {angle:+.2} {}", unit(joint.kind));
                ui.label(RichText::new(text).monospace().color(DIM));
            });
        });
        ui.spacing_mut().slider_width = (ui.available_width() - 66.0).max(20.0);
        let slider = Slider::new(&mut actions[index], -1.0..=1.0).fixed_decimals(2);
        let response = ui.add(slider).on_hover_text(match motor.drive {
            Drive::Torque => "1 means the largest torque; double-click: 0",
            Drive::Position { .. } => "0 means home; double-click: 0",
            Drive::Velocity { .. } => "1 means the largest speed; double-click: 0",
        });
        if response.double_clicked() {
            actions[index] = 0.0;
            shown.set_hand(index, 0.0);
        } else if response.changed() {
            shown.set_hand(index, actions[index]);
        }
    }
    if actions.iter().any(|action| *action != 0.0) && wide(ui, "All to 0", "Let go of all motors") {
        for joint in 0..actions.len() {
            shown.set_hand(joint, 0.0);
        }
    }
}

/// What the mouse does.
pub(super) fn hints(ui: &mut Ui, shown: &Shown) {
    ui.add_space(2.0);
    if shown.goal().is_some() && shown.flight().is_none() {
        ui.label(
            RichText::new("Drag the target with the mouse.")
                .color(ORANGE)
                .small(),
        );
    }
    ui.label(
        RichText::new("Turn: left, pan: right button, zoom: wheel.")
            .color(DIM)
            .small(),
    );
}

/// What a joint's position is measured in.
pub(super) fn unit(kind: JointKind) -> &'static str {
    match kind {
        JointKind::Revolute => "rad",
        JointKind::Prismatic => "m",
    }
}

/// A button over the whole width; true when pressed.
fn wide(ui: &mut Ui, name: &str, tip: &str) -> bool {
    let size = [ui.available_width(), 29.0];
    ui.add_sized(size, Button::new(name))
        .on_hover_text(tip)
        .clicked()
}
