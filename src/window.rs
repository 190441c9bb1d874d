//! The 3D window: a robot that acts with the newest policy, and what its training has come to.
//!
//! What is shown is a pod of the window's own (`shown`), fed with snapshots of the policy. So a training has the same
//! bits watched or not, and nothing done to the shown robot counts for it. Everything of the simulation hangs under one
//! entity (`stage::Root`) that turns its z-up world into Bevy's y-up one.

mod camera;
mod clock;
mod curves;
mod goal;
mod keys;
mod mesh;
mod panel;
mod picture;
mod probe;
mod reload;
mod robot;
mod shown;
mod sky;
mod stage;
mod theme;
mod trace;

pub use probe::probe;

use bevy::app::TerminalCtrlCHandlerPlugin;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::settings::WgpuSettings;
use bevy::window::{PresentMode, WindowResizeConstraints, WindowResolution};
use bevy::winit::{UpdateMode, WinitSettings};
use bevy_egui::EguiPlugin;
use bevy_panorbit_camera::PanOrbitCameraPlugin;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::checkpoint::RunSettings;
use crate::checkpoint::follow::Follower;
use crate::pod::CrashedEpisode;
use crate::pod::scene::spaces;
use crate::policy::Policy;
use crate::scene::Scene;
use crate::scene::files::SceneFiles;
use crate::seed::Seed;
use crate::train::plugin::LearnerPlugin;
use crate::train::publish::Viewer;
use crate::train::scene_watch::SceneWatchPlugin;
use crate::train::status::TrainingStatus;
use crate::train::watch::{WatchPlugin, WatchedRun};
use crate::train::{Job, TrainResult};
use probe::Display;
use shown::{Actor, Shown};

/// How a window is opened and when it ends by itself.
pub struct Options {
    /// Take a picture of the whole window and end.
    pub picture: Option<Picture>,
    /// Not 0: a signal has come, save and end.
    pub stop: Arc<AtomicUsize>,
}

/// A picture of the window, panel included.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Where to save it; the ending says the format, `.png`.
    pub path: PathBuf,
    /// When to take it.
    pub when: PictureTime,
}

/// When a picture is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PictureTime {
    /// This many seconds after the first frame.
    After(f32),
    /// Shortly after the training has solved its scene, or has ended without.
    Solved,
}

/// What `play` shows.
pub enum Played {
    /// A scene alone: no action, a slider per joint.
    Scene {
        /// The scene.
        scene: Arc<Scene>,
        /// Its files, read again whenever one is saved.
        files: Option<SceneFiles>,
    },
    /// A trained policy acting.
    Policy {
        /// The scene that it was trained in.
        scene: Arc<Scene>,
        /// What acts.
        policy: Arc<Policy>,
    },
    /// The last episode of an environment that broke.
    Flight {
        /// The scene that it broke in.
        scene: Arc<Scene>,
        /// The run's seed.
        seed: Seed,
        /// The episode.
        played: PlayedFlight,
    },
}

/// A flight record, and what playing it has come to.
#[derive(Clone)]
pub struct PlayedFlight {
    /// The record.
    pub flight: Arc<CrashedEpisode>,
    /// Steps that can be shown: those before the one that broke it.
    pub good_steps: usize,
    /// It breaks here as it did when it was recorded.
    pub reproduced: bool,
}

/// What the window is about.
#[derive(Resource)]
enum Subject {
    Training {
        learner: String,
        seed: u64,
        /// Control steps to train for.
        steps: u64,
    },
    Policy,
    Robot,
    Flight,
}

/// The phases of a frame, in their order.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
enum Frame {
    /// News from outside: the training, the scene's file, signals.
    News,
    /// Keys and mouse.
    Input,
    /// The shown pod takes the control steps that are due.
    Advance,
    /// What it looks like now.
    Show,
}

/// Trains and shows it, with what becomes of its scene if `live` says so, until the window is closed, the training fails or a
/// signal comes. A training that ends leaves the window open, and the robot goes on acting.
///
/// # Errors
/// What went wrong, in a line.
pub fn train(
    job: Job,
    viewer: &Viewer,
    scene: Arc<Scene>,
    options: Options,
    live: Option<SceneWatchPlugin>,
) -> Result<TrainResult, String> {
    let display = probe::display()?;
    let subject = Subject::Training {
        learner: job.learner_name.clone(),
        seed: job.seed.number(),
        steps: job.learner.settings().steps(),
    };
    let seed = job.seed;
    let learner = LearnerPlugin::with_viewer(job, viewer.clone()).stay_open();
    // From now on somebody reads, so that the curves have their first rows too.
    viewer.take_updates();
    let mut app = App::new();
    // Before all else: the training need not wait for the window.
    app.add_plugins(learner);
    let shown = Shown::new(scene, seed, Actor::by_hand())?;
    let failure = furnish(&mut app, display, subject, shown, options);
    if let Some(live) = live {
        app.add_plugins(live);
    }
    app.add_systems(Update, follow_training.in_set(Frame::News));
    app.run();
    // The training has ended with the app, and what it has learnt comes before what the window could not do.
    let lost = || Err("the window ended before the training".to_owned());
    let result = viewer.result().unwrap_or_else(lost);
    match failure.take() {
        Ok(()) => result,
        Err(error) => result.map(|mut result| {
            result.trouble.get_or_insert(error);
            result
        }),
    }
}

/// Shows a training that another process runs, until the window is closed or a signal comes.
///
/// # Errors
/// What went wrong, in a line.
pub fn watch(
    follower: Follower,
    settings: &RunSettings,
    scene: Arc<Scene>,
    options: Options,
) -> Result<(), String> {
    let display = probe::display()?;
    let subject = Subject::Training {
        learner: settings.learner.clone(),
        seed: settings.seed,
        steps: settings.steps,
    };
    let watched = WatchedRun::new(scene.task().solved);
    let shown = Shown::new(scene, Seed::new(settings.seed), Actor::by_hand())?;
    let mut app = App::new();
    app.add_plugins(WatchPlugin::new(follower, watched));
    let failure = furnish(&mut app, display, subject, shown, options);
    app.add_systems(Update, follow_training.in_set(Frame::News));
    app.run();
    failure.take()
}

/// Shows a scene, a policy or a flight until the window is closed or a signal comes.
///
/// # Errors
/// What went wrong, in a line.
pub fn play(what: Played, options: Options) -> Result<(), String> {
    let display = probe::display()?;
    let own = Seed::new(0);
    let mut files = None;
    let (subject, shown) = match what {
        Played::Scene { scene, files: its } => {
            files = its;
            (Subject::Robot, Shown::new(scene, own, Actor::by_hand())?)
        }
        Played::Policy { scene, policy } => {
            let actor = Actor::Policy(policy);
            (Subject::Policy, Shown::new(scene, own, actor)?)
        }
        Played::Flight {
            scene,
            seed,
            played,
        } => {
            let actor = Actor::Flight { played, taken: 0 };
            (Subject::Flight, Shown::new(scene, seed, actor)?)
        }
    };
    let mut app = App::new();
    let failure = furnish(&mut app, display, subject, shown, options);
    if let Some(files) = files {
        app.add_plugins(SceneWatchPlugin::new(files));
    }
    app.run();
    failure.take()
}

/// Everything but the training.
fn furnish(
    app: &mut App,
    display: Display,
    subject: Subject,
    shown: Shown,
    options: Options,
) -> Failure {
    let failure = Failure::default();
    let window = Window {
        title: format!("sinew: {}", shown.scene().name()),
        name: Some("sinew".to_owned()),
        resolution: WindowResolution::new(1280, 720),
        resize_constraints: WindowResizeConstraints {
            min_width: 640.0,
            min_height: 480.0,
            ..default()
        },
        present_mode: PresentMode::AutoVsync,
        ..default()
    };
    let plugins = DefaultPlugins
        .build()
        // Signals are the caller's.
        .disable::<TerminalCtrlCHandlerPlugin>()
        .set(RenderPlugin {
            render_creation: WgpuSettings {
                backends: Some(display.backends),
                ..default()
            }
            .into(),
            ..default()
        })
        .set(WindowPlugin {
            primary_window: Some(window),
            ..default()
        });
    app.add_plugins((plugins, EguiPlugin::default(), PanOrbitCameraPlugin))
        .insert_resource(WinitSettings {
            // Where the processor draws, it draws no more than an eye needs: the training wants it too.
            focused_mode: if display.is_software {
                UpdateMode::reactive(Duration::from_millis(100))
            } else {
                UpdateMode::Continuous
            },
            // One looks at it while working in another window.
            unfocused_mode: UpdateMode::reactive_low_power(Duration::from_millis(33)),
        })
        .insert_resource(Signals(options.stop))
        .insert_resource(failure.clone())
        .insert_resource(subject)
        .insert_resource(shown)
        .configure_sets(
            Update,
            (Frame::News, Frame::Input, Frame::Advance, Frame::Show).chain(),
        )
        .add_systems(Update, obey_signals.in_set(Frame::News))
        .add_plugins((
            clock::plugin,
            keys::plugin,
            sky::plugin,
            stage::plugin,
            camera::plugin,
            robot::plugin,
            goal::plugin,
            trace::plugin,
            curves::plugin,
            theme::plugin,
            panel::plugin,
            reload::plugin,
        ));
    if let Some(picture) = options.picture {
        app.add_plugins(picture::TakePicture(picture));
    }
    failure
}

/// What went wrong in the window, for after the app has gone.
#[derive(Resource, Clone, Default)]
struct Failure(Arc<Mutex<Option<String>>>);

impl Failure {
    fn note(&self, error: String) {
        self.0
            .lock()
            .expect("no holder panics")
            .get_or_insert(error);
    }

    fn take(&self) -> Result<(), String> {
        self.0
            .lock()
            .expect("no holder panics")
            .take()
            .map_or(Ok(()), Err)
    }
}

#[derive(Resource)]
struct Signals(Arc<AtomicUsize>);

fn obey_signals(signals: Res<Signals>, mut exit: MessageWriter<AppExit>) {
    if signals.0.load(Ordering::Relaxed) != 0 {
        exit.write(AppExit::Success);
    }
}

fn follow_training(
    news: Res<TrainingStatus>,
    mut shown: ResMut<Shown>,
    mut acting: Local<Option<Arc<Policy>>>,
    mut exit: MessageWriter<AppExit>,
) {
    if let Some(policy) = &news.policy
        && acting
            .as_ref()
            .is_none_or(|known| !Arc::ptr_eq(known, policy))
        && policy.spaces == spaces(shown.scene())
    {
        shown.let_act(policy.clone());
        *acting = Some(policy.clone());
    }
    if matches!(news.result, Some(Err(_))) {
        exit.write(AppExit::error());
    }
}
