//! The 3D window: a robot that acts with the newest policy, and the progress of its training.
//!
//! The shown robot is simulated by a pod of the window's own (`shown_robot`), which receives snapshots of the policy. A training
//! run therefore has the same bits with and without a window, and nothing done to the shown robot affects it. All simulated entities
//! are children of one entity (`stage::Root`) that rotates their z-up coordinates into Bevy's y-up ones.

mod camera;
mod clock;
mod curves;
mod extent;
mod failure;
mod frame;
mod goal;
mod keys;
mod mesh;
mod panel;
mod probe;
mod reload;
mod robot;
mod screenshot;
mod shown_robot;
mod sky;
mod stage;
mod theme;
mod trace;

pub use probe::probe;
pub use screenshot::{Picture, PictureTime};
pub use shown_robot::CrashReplay;

use bevy::app::TerminalCtrlCHandlerPlugin;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::settings::WgpuSettings;
use bevy::window::{PresentMode, WindowResizeConstraints, WindowResolution};
use bevy::winit::{UpdateMode, WinitSettings};
use bevy_egui::EguiPlugin;
use bevy_panorbit_camera::PanOrbitCameraPlugin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::checkpoint::RunSettings;
use crate::checkpoint::follow::Follower;
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
use failure::Failure;
use frame::Frame;
use panel::Subject;
use probe::Display;
use shown_robot::{ActionSource, ShownRobot};

/// When a window closes by itself.
pub struct Options {
    /// Takes a picture of the whole window, then closes it.
    pub picture: Option<Picture>,
    /// The number of a received signal, or 0; other than 0 closes the window.
    pub stop: Arc<AtomicUsize>,
}

/// What [`play`] shows.
pub enum Playable {
    /// A scene with a slider per motor.
    Scene {
        /// The scene.
        scene: Arc<Scene>,
        /// Its files, which are read again whenever one is saved.
        files: Option<SceneFiles>,
    },
    /// A trained policy acting.
    Policy {
        /// The scene that it was trained in.
        scene: Arc<Scene>,
        /// The policy.
        policy: Arc<Policy>,
    },
    /// The recorded episode of an environment that broke.
    Crash {
        /// The scene of the episode.
        scene: Arc<Scene>,
        /// The run's seed.
        seed: Seed,
        /// The record.
        replay: CrashReplay,
    },
}

/// Trains and shows the training, with a scene that may change if `live` is given, until the window is closed, the training fails or
/// a signal comes. When the training ends, the window stays open and the robot continues to act.
///
/// # Errors
/// The error in one line.
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
    // The viewer keeps rows from its first call on, and the curves need the first ones.
    viewer.take_updates();
    let mut app = App::new();
    // First, so that the training does not wait for the window.
    app.add_plugins(learner);
    let shown = ShownRobot::new(scene, seed, ActionSource::manual())?;
    let failure = build(&mut app, display, subject, shown, options);
    if let Some(live) = live {
        app.add_plugins(live);
    }
    app.add_systems(Update, follow_training.in_set(Frame::News));
    app.run();
    // The training has ended with the app. Its result takes precedence over an error of the window.
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

/// Shows the training of another process until the window is closed or a signal comes.
///
/// # Errors
/// The error in one line.
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
    let shown = ShownRobot::new(scene, Seed::new(settings.seed), ActionSource::manual())?;
    let mut app = App::new();
    app.add_plugins(WatchPlugin::new(follower, watched));
    let failure = build(&mut app, display, subject, shown, options);
    app.add_systems(Update, follow_training.in_set(Frame::News));
    app.run();
    failure.take()
}

/// Shows a scene, a policy or a crash record until the window is closed or a signal comes.
///
/// # Errors
/// The error in one line.
pub fn play(what: Playable, options: Options) -> Result<(), String> {
    let display = probe::display()?;
    let own = Seed::new(0);
    let mut files = None;
    let (subject, shown) = match what {
        Playable::Scene {
            scene,
            files: of_scene,
        } => {
            files = of_scene;
            (
                Subject::Robot,
                ShownRobot::new(scene, own, ActionSource::manual())?,
            )
        }
        Playable::Policy { scene, policy } => {
            let source = ActionSource::Policy(policy);
            (Subject::Policy, ShownRobot::new(scene, own, source)?)
        }
        Playable::Crash {
            scene,
            seed,
            replay,
        } => {
            let source = ActionSource::Crash { replay, taken: 0 };
            (Subject::Crash, ShownRobot::new(scene, seed, source)?)
        }
    };
    let mut app = App::new();
    let failure = build(&mut app, display, subject, shown, options);
    if let Some(files) = files {
        app.add_plugins(SceneWatchPlugin::new(files));
    }
    app.run();
    failure.take()
}

/// Adds everything except the training to the app.
fn build(
    app: &mut App,
    display: Display,
    subject: Subject,
    shown: ShownRobot,
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
        // The caller handles signals.
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
            // With software rendering, a low frame rate leaves the processor to the training.
            focused_mode: if display.is_software {
                UpdateMode::reactive(Duration::from_millis(100))
            } else {
                UpdateMode::Continuous
            },
            // It stays visible while the user works in another window.
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
        .add_systems(Update, close_on_signal.in_set(Frame::News))
        .add_plugins((
            clock::plugin,
            keys::plugin,
            sky::plugin,
            extent::plugin,
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
        app.add_plugins(screenshot::TakePicture(picture));
    }
    failure
}

/// The number of a received signal, or 0.
#[derive(Resource)]
struct Signals(Arc<AtomicUsize>);

fn close_on_signal(signals: Res<Signals>, mut exit: MessageWriter<AppExit>) {
    if signals.0.load(Ordering::Relaxed) != 0 {
        exit.write(AppExit::Success);
    }
}

/// Lets the shown robot act with the newest policy, and closes the window if the training fails.
fn follow_training(
    news: Res<TrainingStatus>,
    mut shown: ResMut<ShownRobot>,
    mut current: Local<Option<Arc<Policy>>>,
    mut exit: MessageWriter<AppExit>,
) {
    if let Some(policy) = &news.policy
        && current
            .as_ref()
            .is_none_or(|known| !Arc::ptr_eq(known, policy))
        && policy.spaces == spaces(shown.scene())
    {
        shown.set_policy(policy.clone());
        *current = Some(policy.clone());
    }
    if matches!(news.result, Some(Err(_))) {
        exit.write(AppExit::error());
    }
}
