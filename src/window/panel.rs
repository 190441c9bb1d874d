//! The panel beside the 3D view: what the training has come to, and the controls.

mod controls;
mod plots;
mod report;

use bevy::prelude::*;
use bevy::window::PrimaryWindow;
use bevy_egui::egui::{self, Margin, RichText, Ui, UiBuilder};
use bevy_egui::{EguiContexts, EguiPrimaryContextPass};

use super::Subject;
use super::clock::Playback;
use super::curves::Curves;
use super::shown::Shown;
use super::theme::{DIM, EDGE, PANEL};
use super::trace::Trace;
use crate::train::plugin::Training;
use crate::train::scene_watch::WatchedScene;
use crate::train::status::TrainingStatus;

/// Width of the panel (logical pixels), the 3D view has the rest.
const WIDTH: f32 = 352.0;

/// How much of the window's right side the panel takes (logical pixels).
#[derive(Resource)]
pub(super) struct PanelWidth(pub(super) f32);

impl PanelWidth {
    /// Whether the mouse is over the panel.
    pub(super) fn covers(&self, window: &Window) -> bool {
        let left = window.width() - self.0;
        window
            .cursor_position()
            .is_some_and(|cursor| cursor.x >= left)
    }
}

pub(super) fn plugin(app: &mut App) {
    app.insert_resource(PanelWidth(WIDTH))
        .add_systems(EguiPrimaryContextPass, draw_panel);
}

pub(super) fn draw_panel(
    mut contexts: EguiContexts,
    subject: Res<Subject>,
    news: Option<Res<TrainingStatus>>,
    training: Option<Res<Training>>,
    file: Option<Res<WatchedScene>>,
    curves: Res<Curves>,
    mut shown: ResMut<Shown>,
    mut playback: ResMut<Playback>,
    mut trace: ResMut<Trace>,
    mut width: ResMut<PanelWidth>,
    window: Single<&Window, With<PrimaryWindow>>,
) -> Result {
    let context = contexts.ctx_mut()?;
    let screen = context.viewport_rect();
    // A window narrower than two panels keeps half of itself for the robot.
    let wanted = WIDTH.min(0.5 * screen.width());
    let builder = UiBuilder::new()
        .layer_id(egui::LayerId::background())
        .max_rect(screen);
    let mut whole = Ui::new(context.clone(), "window".into(), builder);
    let frame = egui::Frame::new()
        .fill(PANEL)
        .inner_margin(Margin::symmetric(16, 12));
    let panel = egui::Panel::right("panel")
        .exact_size(wanted)
        .resizable(false)
        .show_separator_line(false)
        .frame(frame);
    let response = panel.show(&mut whole, |ui| {
        egui::ScrollArea::vertical().show(ui, |ui| {
            title(ui, &shown, &subject, training.is_some());
            match (&*subject, news) {
                (
                    Subject::Training {
                        learner,
                        seed,
                        steps,
                    },
                    Some(news),
                ) => {
                    let own = training.as_deref();
                    let is_held = own.is_some_and(|training| training.viewer.is_held());
                    let total = news.total_steps.unwrap_or(*steps);
                    report::training(ui, &news, is_held, learner, *seed, total);
                    report::file_error(ui, file.as_deref());
                    plots::plots(ui, &curves, &news, shown.scene());
                    report::acting(ui, &shown, "The newest policy, live");
                    controls::time(ui, &mut playback, &mut shown, &mut trace);
                    // Another process's training is not ours to hold.
                    if let Some(training) = own.filter(|_| news.result.is_none()) {
                        controls::hold(ui, training);
                    }
                }
                (Subject::Robot, _) => {
                    report::file_error(ui, file.as_deref());
                    report::acting(ui, &shown, "Robot");
                    controls::time(ui, &mut playback, &mut shown, &mut trace);
                    controls::joints(ui, &mut shown);
                }
                (Subject::Flight, _) => {
                    report::flight(ui, &shown);
                    report::acting(ui, &shown, "The robot before it broke");
                    controls::time(ui, &mut playback, &mut shown, &mut trace);
                    report::motors(ui, &shown);
                }
                _ => {
                    report::acting(ui, &shown, "The policy, acting");
                    controls::time(ui, &mut playback, &mut shown, &mut trace);
                    report::joints(ui, &shown);
                }
            }
            controls::hints(ui, &shown);
        });
    });
    let taken = response.response.rect.width().min(window.width());
    if width.0 != taken {
        width.0 = taken;
    }
    Ok(())
}

fn title(ui: &mut Ui, shown: &Shown, subject: &Subject, is_own: bool) {
    let doing = match subject {
        Subject::Training { .. } if is_own => "learning",
        Subject::Training { .. } => "watching",
        Subject::Policy => "playing",
        Subject::Robot => "by hand",
        Subject::Flight => "flight record",
    };
    ui.horizontal(|ui| {
        ui.heading(RichText::new(shown.scene().name()).strong());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.label(RichText::new(doing).color(DIM));
        });
    });
}

/// A line and a caption above what belongs together.
fn section(ui: &mut Ui, caption: &str) {
    ui.add_space(3.0);
    let (_, line) = ui.allocate_space(egui::vec2(ui.available_width(), 1.0));
    ui.painter().hline(
        line.x_range(),
        line.center().y,
        egui::Stroke::new(1.0, EDGE),
    );
    ui.label(RichText::new(caption).color(DIM).small());
}
