//! The status of the training and of the shown robot.

use bevy_egui::egui::{self, Color32, CornerRadius, Margin, RichText, Ui};

use super::widgets::{banner, fact, progress, section, unit};
use crate::metrics::Metric;
use crate::train::scene_watch::WatchedScene;
use crate::train::status::TrainingStatus;
use crate::window::shown_robot::ShownRobot;
use crate::window::theme::{BLUE, DIM, EDGE, GREEN, RED, SIGN, TEXT, WELL, grouped};

/// The progress of the training.
pub(super) fn training(
    ui: &mut Ui,
    news: &TrainingStatus,
    is_held: bool,
    learner: &str,
    seed: u64,
    total: u64,
) {
    let steps = news.steps;
    ui.horizontal(|ui| {
        fact(ui, "learner", learner, "Preset of hyperparameters");
        fact(
            ui,
            "seed",
            &seed.to_string(),
            "Seed of all randomness of this run",
        );
    });
    let share = steps as f32 / total.max(1) as f32;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        ui.label(RichText::new(grouped(steps)).strong());
        ui.label(RichText::new(format!("of {} steps", grouped(total))).color(DIM));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.label(RichText::new(format!("{:.0} %", (100.0 * share).floor())).color(DIM));
        });
    });
    progress(ui, share);
    ui.horizontal(|ui| {
        let meaning = "Control steps per second, evaluations and saving excluded";
        fact(ui, "steps/s", &grouped(news.steps_per_s as u64), meaning);
        if let Some(episodes) = news.row.get(Metric::Episodes) {
            fact(
                ui,
                "episodes",
                &grouped(episodes as u64),
                Metric::Episodes.meaning(),
            );
        }
    });
    if let Some(broken) = news.row.get(Metric::Broken).filter(|broken| *broken > 0.0) {
        let text = format!("{} broken", grouped(broken as u64));
        ui.colored_label(RED, text)
            .on_hover_text(Metric::Broken.meaning());
    }
    banners(ui, news, is_held);
    trouble(ui, news);
}

/// Banners: solved, ended, held.
fn banners(ui: &mut Ui, news: &TrainingStatus, is_held: bool) {
    if let Some(steps) = news.solved_step {
        banner(ui, GREEN, Color32::BLACK, |ui, color| {
            let mut text = format!("SOLVED at {} steps", grouped(steps));
            if let Some(seconds) = news.solved_wall_s {
                text += &format!(", {seconds:.1} s");
            }
            ui.label(RichText::new(text).color(color).size(SIGN).strong());
        });
    }
    if let Some(Ok(result)) = &news.result {
        banner(ui, EDGE, TEXT, |ui, color| {
            let mut text = format!("Training ended after {:.1} s", result.wall_s);
            if let Some(success) = result.success {
                text += &format!(", {:.0} % success", 100.0 * success);
            } else if let Some(total_reward) = result.return_mean {
                text += &format!(", return {total_reward:.1}");
            }
            ui.label(RichText::new(text).color(color));
        });
    } else if is_held {
        banner(ui, Color32::from_rgb(92, 70, 22), TEXT, |ui, color| {
            ui.label(RichText::new("Training is held").color(color));
        });
    }
}

/// The error of the training, if any, and the last change of its scene.
fn trouble(ui: &mut Ui, news: &TrainingStatus) {
    let last = match &news.result {
        Some(Ok(result)) => result.trouble.as_ref(),
        Some(Err(error)) => Some(error),
        None => None,
    };
    if let Some(text) = last.or(news.trouble.as_ref()) {
        ui.colored_label(RED, format!("\u{26a0} {text}"));
    }
    if let Some(text) = &news.change {
        ui.label(RichText::new(text).color(DIM).small());
    }
}

/// The current episode of the shown robot.
pub(super) fn acting(ui: &mut Ui, shown: &ShownRobot, caption: &str) {
    section(ui, caption);
    ui.horizontal(|ui| {
        if let Some(distance) = shown.distance() {
            let color = if shown.is_reached() { GREEN } else { TEXT };
            ui.label(RichText::new("to target").color(DIM));
            ui.label(RichText::new(length(distance)).color(color).strong());
        } else {
            fact(
                ui,
                "return",
                &format!("{:.1}", shown.episode().total_reward),
                "Return of this episode so far",
            );
        }
        let (successes, episodes) = shown.successes();
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if shown.has_users_target() {
                ui.label(RichText::new("your target").color(BLUE))
                    .on_hover_text("The episode continues until Reset");
            } else if episodes > 0 {
                ui.label(RichText::new(format!("reached {successes} of {episodes}")).color(DIM))
                    .on_hover_text("Successes among the last episodes in this window");
            }
        });
    });
}

/// A distance in millimetres or centimetres.
fn length(meters: f32) -> String {
    if meters < 0.1 {
        format!("{:.0} mm", 1000.0 * meters)
    } else {
        format!("{:.1} cm", 100.0 * meters)
    }
}

/// The replayed episode, its progress, and how it ends.
pub(super) fn crash(ui: &mut Ui, shown: &ShownRobot) {
    let Some((replay, taken)) = shown.crash() else {
        return;
    };
    let crash = &replay.crash;
    ui.horizontal(|ui| {
        let meaning = "Number of the environment in the run";
        fact(ui, "environment", &crash.environment.to_string(), meaning);
        let meaning = "Number of the episode in the environment";
        fact(ui, "episode", &crash.episode.to_string(), meaning);
    });
    let steps = crash.steps(shown.scene().robot().motors.len());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        ui.label(RichText::new(format!("step {}", grouped(taken as u64))).strong());
        ui.label(RichText::new(format!("of {}", grouped(steps as u64))).color(DIM));
    });
    progress(ui, taken as f32 / steps as f32);
    ui.colored_label(
        RED,
        format!("\u{26a0} Broke in step {steps}: {}", crash.reason),
    );
    if !replay.reproduced {
        let text = "It does not break here: floating-point results differ on this machine or in this version.";
        ui.colored_label(RED, text);
    }
    if taken == replay.good_steps {
        banner(ui, EDGE, TEXT, |ui, color| {
            ui.label(RichText::new("Stopped at the last step before it broke").color(color));
        });
    }
}

/// Actions of the motors and speeds of their joints.
pub(super) fn motors(ui: &mut Ui, shown: &ShownRobot) {
    section(ui, "Joints: action and resulting speed");
    egui::Grid::new("motors")
        .num_columns(3)
        .spacing([10.0, 4.0])
        .show(ui, |ui| {
            let robot = shown.scene().robot();
            for (motor, action) in robot.motors.iter().zip(shown.motors()) {
                let joint = &robot.joints[motor.joint];
                let speed = shown.readings().speeds[motor.joint];
                let unit = unit(joint.kind);
                ui.label(&joint.name);
                ui.monospace(format!("{action:+5.2}"));
                ui.monospace(format!("{speed:+8.2} {unit}/s"));
                ui.end_row();
            }
        });
}

/// Positions and speeds of the joints.
pub(super) fn joints(ui: &mut Ui, shown: &ShownRobot) {
    section(ui, "Joints");
    let readings = shown.readings();
    egui::Grid::new("joints")
        .num_columns(3)
        .spacing([10.0, 4.0])
        .show(ui, |ui| {
            let joints = &shown.scene().robot().joints;
            for ((joint, angle), speed) in joints.iter().zip(&readings.angles).zip(&readings.speeds)
            {
                let unit = unit(joint.kind);
                ui.label(&joint.name);
                ui.monospace(format!("{angle:+6.2} {unit}"));
                ui.monospace(format!("{speed:+6.2} {unit}/s"));
                ui.end_row();
            }
        });
}

/// The error in the scene's file, or its path.
pub(super) fn file_error(ui: &mut Ui, file: Option<&WatchedScene>) {
    let Some(file) = file else { return };
    match &file.error {
        Some(error) => {
            ui.colored_label(
                RED,
                "The file has an error. The last valid version is shown.",
            );
            let frame = egui::Frame::new()
                .fill(WELL)
                .corner_radius(CornerRadius::same(6))
                .inner_margin(Margin::same(8));
            frame.show(ui, |ui| {
                egui::ScrollArea::both().max_height(240.0).show(ui, |ui| {
                    let text = RichText::new(error).monospace().color(RED);
                    ui.add(egui::Label::new(text).extend().selectable(true));
                });
            });
        }
        None => {
            let text = format!("{}, reloaded when saved", file.path().display());
            ui.label(RichText::new(text).color(DIM).small());
        }
    }
}
