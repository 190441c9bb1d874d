//! The panel beside the 3D view: the status of the training and of the robot, and the controls.

mod controls;
mod plots;
mod status;
mod widgets;

use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use bevy::window::PrimaryWindow;
use bevy_egui::egui::{self, Margin, RichText, Ui, UiBuilder};
use bevy_egui::{EguiContexts, EguiPrimaryContextPass};

use super::clock::Playback;
use super::curves::Curves;
use super::shown_robot::ShownRobot;
use super::theme::{DIM, PANEL, Styling};
use super::trace::Trace;
use crate::train::plugin::Training;
use crate::train::scene_watch::WatchedScene;
use crate::train::status::TrainingStatus;

/// Width of the panel (logical pixels).
const WIDTH: f32 = 352.0;

/// Current width of the panel at the right side of the window (logical pixels).
#[derive(Resource)]
pub(super) struct PanelWidth(pub(super) f32);

impl PanelWidth {
    /// Whether the cursor is over the panel.
    pub(super) fn covers(&self, window: &Window) -> bool {
        let left = window.width() - self.0;
        window
            .cursor_position()
            .is_some_and(|cursor| cursor.x >= left)
    }
}

pub(super) fn plugin(app: &mut App) {
    app.insert_resource(PanelWidth(WIDTH))
        .add_systems(EguiPrimaryContextPass, draw_panel.after(Styling));
}

/// What the window shows.
#[derive(Resource)]
pub(super) enum Subject {
    /// A training run, of this process or another.
    Training {
        /// The preset's name.
        learner: String,
        /// The run's seed.
        seed: u64,
        /// Control steps to train for.
        steps: u64,
    },
    /// A trained policy.
    Policy,
    /// A robot moved by sliders.
    Robot,
    /// A crash record.
    Crash,
}

/// What the panel reads and changes.
#[derive(SystemParam)]
struct State<'w> {
    subject: Res<'w, Subject>,
    news: Option<Res<'w, TrainingStatus>>,
    training: Option<Res<'w, Training>>,
    file: Option<Res<'w, WatchedScene>>,
    curves: Res<'w, Curves>,
    shown: ResMut<'w, ShownRobot>,
    playback: ResMut<'w, Playback>,
    trace: ResMut<'w, Trace>,
}

fn draw_panel(
    mut contexts: EguiContexts,
    mut state: State,
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
        egui::ScrollArea::vertical().show(ui, |ui| draw_contents(ui, &mut state));
    });
    let taken = response.response.rect.width().min(window.width());
    if width.0 != taken {
        width.0 = taken;
    }
    Ok(())
}

fn draw_contents(ui: &mut Ui, state: &mut State) {
    let State {
        subject,
        news,
        training,
        file,
        curves,
        shown,
        playback,
        trace,
    } = state;
    title(ui, shown, subject, training.is_some());
    let file = file.as_deref();
    match (&**subject, news) {
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
            status::training(ui, news, is_held, learner, *seed, total);
            status::file_error(ui, file);
            plots::plots(ui, curves, news, shown.scene());
            status::acting(ui, shown, "The newest policy, live");
            controls::time(ui, playback, shown, trace);
            // The training of another process cannot be held from here.
            if let Some(training) = own.filter(|_| news.result.is_none()) {
                controls::hold(ui, training);
            }
        }
        (Subject::Robot, _) => {
            status::file_error(ui, file);
            status::acting(ui, shown, "Robot");
            controls::time(ui, playback, shown, trace);
            controls::joints(ui, shown);
        }
        (Subject::Crash, _) => {
            status::crash(ui, shown);
            status::acting(ui, shown, "The robot before it broke");
            controls::time(ui, playback, shown, trace);
            status::motors(ui, shown);
        }
        _ => {
            status::acting(ui, shown, "The policy, acting");
            controls::time(ui, playback, shown, trace);
            status::joints(ui, shown);
        }
    }
    controls::hints(ui, shown);
}

fn title(ui: &mut Ui, shown: &ShownRobot, subject: &Subject, is_own: bool) {
    let doing = match subject {
        Subject::Training { .. } if is_own => "training",
        Subject::Training { .. } => "watching",
        Subject::Policy => "policy",
        Subject::Robot => "manual",
        Subject::Crash => "crash record",
    };
    ui.horizontal(|ui| {
        ui.heading(RichText::new(shown.scene().name()).strong());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.label(RichText::new(doing).color(DIM));
        });
    });
}
