//! Keyboard shortcuts, which the tooltips of the panel name.

use bevy::prelude::*;
use bevy_egui::input::EguiWantsInput;

use super::clock::{Playback, SPEEDS};
use super::frame::Frame;
use super::shown_robot::ShownRobot;
use super::trace::Trace;
use crate::train::plugin::Training;

pub(super) fn plugin(app: &mut App) {
    app.add_systems(Update, press_keys.in_set(Frame::Input));
}

fn press_keys(
    keys: Res<ButtonInput<KeyCode>>,
    egui: Res<EguiWantsInput>,
    training: Option<Res<Training>>,
    mut playback: ResMut<Playback>,
    mut shown: ResMut<ShownRobot>,
    mut trace: ResMut<Trace>,
) {
    if egui.wants_any_keyboard_input() {
        return;
    }
    for key in keys.get_just_pressed() {
        match key {
            KeyCode::Space => playback.is_paused = !playback.is_paused,
            KeyCode::Period => {
                playback.is_paused = true;
                playback.wants_step = true;
            }
            KeyCode::KeyR => {
                shown.restart();
                trace.cut();
            }
            KeyCode::KeyH => {
                if let Some(training) = &training {
                    training.viewer.hold(!training.viewer.is_held());
                }
            }
            KeyCode::Minus | KeyCode::NumpadSubtract => shift_speed(&mut playback, -1),
            KeyCode::Equal | KeyCode::NumpadAdd => shift_speed(&mut playback, 1),
            _ => {}
        }
    }
}

fn shift_speed(playback: &mut Playback, by: isize) {
    let now = SPEEDS.iter().position(|speed| *speed == playback.speed);
    let next = now.and_then(|now| now.checked_add_signed(by));
    if let Some(speed) = next.and_then(|next| SPEEDS.get(next)) {
        playback.speed = *speed;
    }
}
