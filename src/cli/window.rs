//! The windows of `sinew train`, `play`, `watch` and `replay`: those of the feature `window`, or why there is none.

use std::path::PathBuf;

#[cfg(feature = "window")]
pub(super) use windowed::{play, probe, replay, train, watch};
#[cfg(not(feature = "window"))]
pub(super) use windowless::{play, probe, replay, train, watch};

use super::print::{Failure, note};

/// The picture that `--picture` asks for.
#[derive(Clone, Copy)]
pub(super) struct PictureRequest<'a> {
    /// Where to save it, if at all.
    pub(super) path: Option<&'a PathBuf>,
    /// Seconds after the first frame; none means when the scene is solved.
    #[cfg_attr(
        not(feature = "window"),
        expect(dead_code, reason = "without a window there is no picture to take")
    )]
    pub(super) after: Option<f32>,
}

/// Whether a window can be opened. If not, says why, and what happens `instead`; with `--picture` that is an error.
pub(super) fn opens_window(
    headless: bool,
    picture: PictureRequest,
    instead: &str,
) -> Result<bool, Failure> {
    if headless {
        return Ok(false);
    }
    match probe() {
        Ok(()) => Ok(true),
        Err(reason) if picture.path.is_some() => {
            Err(Failure::Runtime(format!("no window: {reason}")))
        }
        Err(reason) => {
            note(format_args!("no window ({reason}); {instead}"));
            Ok(false)
        }
    }
}

#[cfg(feature = "window")]
mod windowed {
    use std::path::Path;
    use std::process::ExitCode;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use super::PictureRequest;
    use crate::checkpoint::RunSettings;
    use crate::checkpoint::crash_record::CrashRecord;
    use crate::checkpoint::follow::Follower;
    use crate::cli::eval::open_run;
    use crate::cli::print::Failure;
    use crate::cli::signals::Signals;
    use crate::scene::Scene;
    use crate::scene::files::SceneFiles;
    use crate::seed::Seed;
    use crate::train::publish::Viewer;
    use crate::train::scene_watch::SceneWatchPlugin;
    use crate::train::{Job, TrainResult};
    use crate::window::{self, CrashReplay, Options, Picture, PictureTime, Playable};

    pub(in crate::cli) use crate::window::probe;

    pub(in crate::cli) fn watch(
        follower: Follower,
        settings: &RunSettings,
        scene: &Arc<Scene>,
        signals: &Signals,
        picture: PictureRequest,
    ) -> Result<(), Failure> {
        window::watch(follower, settings, scene.clone(), options(picture, signals))
            .map_err(no_window)
    }

    pub(in crate::cli) fn train(
        job: Job,
        viewer: &Viewer,
        scene: &Arc<Scene>,
        signals: &Signals,
        picture: PictureRequest,
        live: Option<SceneWatchPlugin>,
    ) -> Result<TrainResult, String> {
        window::train(job, viewer, scene.clone(), options(picture, signals), live)
    }

    pub(in crate::cli) fn play(
        what: &str,
        best: bool,
        picture: PictureRequest,
    ) -> Result<ExitCode, Failure> {
        let playable = playable(what, best)?;
        let signals = Signals::listen(&Arc::new(AtomicBool::new(false)))?;
        window::play(playable, options(picture, &signals)).map_err(no_window)?;
        let code = signals.exit_code();
        Ok(code.map_or(ExitCode::SUCCESS, ExitCode::from))
    }

    pub(in crate::cli) fn replay(
        record: &CrashRecord,
        scene: Arc<Scene>,
        good_steps: usize,
        reproduced: bool,
        signals: &Signals,
        picture: PictureRequest,
    ) -> Result<(), Failure> {
        let record = Playable::Crash {
            scene,
            seed: Seed::new(record.seed),
            replay: CrashReplay {
                crash: Arc::new(record.crash.clone()),
                good_steps,
                reproduced,
            },
        };
        window::play(record, options(picture, signals)).map_err(no_window)
    }

    /// A folder is a run if it holds one or has no shipped scene's name; anything else is a scene.
    fn playable(what: &str, best: bool) -> Result<Playable, Failure> {
        let path = Path::new(what);
        let is_shipped = Scene::shipped().any(|(name, _)| name == what);
        if path.is_dir() && (path.join("run.json").is_file() || !is_shipped) {
            let (scene, policy) = open_run(path, best)?;
            return Ok(Playable::Policy {
                scene: Arc::new(scene),
                policy,
            });
        }
        let scene = Arc::new(Scene::open(what)?);
        let what = what.to_owned();
        let files = SceneFiles::of(&scene, move || Scene::open(&what));
        Ok(Playable::Scene { scene, files })
    }

    fn options(picture: PictureRequest, signals: &Signals) -> Options {
        let when = picture
            .after
            .map_or(PictureTime::Solved, PictureTime::After);
        Options {
            picture: picture.path.cloned().map(|path| Picture { path, when }),
            stop: signals.last(),
        }
    }

    fn no_window(reason: String) -> Failure {
        Failure::Runtime(format!("no window: {reason}"))
    }
}

#[cfg(not(feature = "window"))]
mod windowless {
    use std::process::ExitCode;
    use std::sync::Arc;

    use super::PictureRequest;
    use crate::checkpoint::RunSettings;
    use crate::checkpoint::crash_record::CrashRecord;
    use crate::checkpoint::follow::Follower;
    use crate::cli::print::Failure;
    use crate::cli::signals::Signals;
    use crate::scene::Scene;
    use crate::train::publish::Viewer;
    use crate::train::scene_watch::SceneWatchPlugin;
    use crate::train::{Job, TrainResult};

    const REASON: &str = "this sinew was built without the feature `window`";

    pub(in crate::cli) fn probe() -> Result<(), String> {
        Err(REASON.to_owned())
    }

    pub(in crate::cli) fn play(_: &str, _: bool, _: PictureRequest) -> Result<ExitCode, Failure> {
        Err(Failure::Runtime(REASON.to_owned()))
    }

    pub(in crate::cli) fn replay(
        _: &CrashRecord,
        _: Arc<Scene>,
        _: usize,
        _: bool,
        _: &Signals,
        _: PictureRequest,
    ) -> Result<(), Failure> {
        Err(Failure::Runtime(REASON.to_owned()))
    }

    pub(in crate::cli) fn watch(
        _: Follower,
        _: &RunSettings,
        _: &Arc<Scene>,
        _: &Signals,
        _: PictureRequest,
    ) -> Result<(), Failure> {
        Err(Failure::Runtime(REASON.to_owned()))
    }

    pub(in crate::cli) fn train(
        _: Job,
        _: &Viewer,
        _: &Arc<Scene>,
        _: &Signals,
        _: PictureRequest,
        _: Option<SceneWatchPlugin>,
    ) -> Result<TrainResult, String> {
        Err(REASON.to_owned())
    }
}
