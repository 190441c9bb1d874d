//! `sinew play`, and the windows of `sinew train`, `sinew watch` and `sinew replay`.

#[cfg(feature = "window")]
pub(super) use windowed::{play, probe, replay, train, watch};
#[cfg(not(feature = "window"))]
pub(super) use windowless::{play, probe, replay, train, watch};

use super::print::{Failure, note};

/// Whether there is a usable display; says why not, once, and what is done `instead`. With `--picture` there must be one.
pub(super) fn opens_window(headless: bool, picture: bool, instead: &str) -> Result<bool, Failure> {
    if headless {
        return Ok(false);
    }
    match probe() {
        Ok(()) => Ok(true),
        Err(reason) if picture => Err(Failure::Failed(format!("no window: {reason}"))),
        Err(reason) => {
            note(format_args!("no window ({reason}); {instead}"));
            Ok(false)
        }
    }
}

#[cfg(feature = "window")]
mod windowed {
    use std::path::{Path, PathBuf};
    use std::process::ExitCode;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use crate::checkpoint::RunSettings;
    use crate::checkpoint::crash_record::CrashRecord;
    use crate::checkpoint::follow::Follower;
    use crate::cli::eval::open_run;
    use crate::cli::print::Failure;
    use crate::cli::signals::Signals;
    use crate::cli::{PlayArgs, ReplayArgs, TrainArgs, WatchArgs};
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
        args: &WatchArgs,
    ) -> Result<(), Failure> {
        let when = args
            .picture_after
            .map_or(PictureTime::Solved, PictureTime::After);
        let options = Options {
            picture: picture(args.picture.as_ref(), when),
            stop: signals.last(),
        };
        window::watch(follower, settings, scene.clone(), options)
            .map_err(|reason| Failure::Failed(format!("no window: {reason}")))
    }

    pub(in crate::cli) fn train(
        job: Job,
        viewer: &Viewer,
        scene: &Arc<Scene>,
        signals: &Signals,
        args: &TrainArgs,
        live: Option<SceneWatchPlugin>,
    ) -> Result<TrainResult, String> {
        let when = args
            .picture_after
            .map_or(PictureTime::Solved, PictureTime::After);
        let options = Options {
            picture: picture(args.picture.as_ref(), when),
            stop: signals.last(),
        };
        window::train(job, viewer, scene.clone(), options, live)
    }

    pub(in crate::cli) fn play(args: &PlayArgs) -> Result<ExitCode, Failure> {
        let what = played(args)?;
        let signals = Signals::listen(&Arc::new(AtomicBool::new(false)))
            .map_err(|error| Failure::Failed(format!("cannot listen for signals: {error}")))?;
        let when = PictureTime::After(args.picture_after);
        let options = Options {
            picture: picture(args.picture.as_ref(), when),
            stop: signals.last(),
        };
        window::play(what, options)
            .map_err(|reason| Failure::Failed(format!("no window: {reason}")))?;
        Ok(signals
            .exit_code()
            .map_or(ExitCode::SUCCESS, ExitCode::from))
    }

    pub(in crate::cli) fn replay(
        record: &CrashRecord,
        scene: Arc<Scene>,
        good_steps: usize,
        reproduced: bool,
        signals: &Signals,
        args: &ReplayArgs,
    ) -> Result<(), Failure> {
        let when = PictureTime::After(args.picture_after);
        let options = Options {
            picture: picture(args.picture.as_ref(), when),
            stop: signals.last(),
        };
        let record = Playable::Crash {
            scene,
            seed: Seed::new(record.seed),
            replay: CrashReplay {
                crash: Arc::new(record.crash.clone()),
                good_steps,
                reproduced,
            },
        };
        window::play(record, options)
            .map_err(|reason| Failure::Failed(format!("no window: {reason}")))
    }

    /// A folder with a run in it, or one that no shipped scene has the name of, is a run; anything else is a scene.
    fn played(args: &PlayArgs) -> Result<Playable, Failure> {
        let path = Path::new(&args.what);
        let is_shipped = Scene::shipped().any(|(name, _)| name == args.what);
        if path.is_dir() && (path.join("run.json").is_file() || !is_shipped) {
            let (scene, policy) = open_run(path, args.best)?;
            return Ok(Playable::Policy {
                scene: Arc::new(scene),
                policy,
            });
        }
        let (scene, what) = (Arc::new(Scene::open(&args.what)?), args.what.clone());
        let files = SceneFiles::of(&scene, move || Scene::open(&what));
        Ok(Playable::Scene { scene, files })
    }

    fn picture(path: Option<&PathBuf>, when: PictureTime) -> Option<Picture> {
        path.map(|path| Picture {
            path: path.clone(),
            when,
        })
    }
}

#[cfg(not(feature = "window"))]
mod windowless {
    use std::process::ExitCode;
    use std::sync::Arc;

    use crate::checkpoint::RunSettings;
    use crate::checkpoint::crash_record::CrashRecord;
    use crate::checkpoint::follow::Follower;
    use crate::cli::print::Failure;
    use crate::cli::signals::Signals;
    use crate::cli::{PlayArgs, ReplayArgs, TrainArgs, WatchArgs};
    use crate::scene::Scene;
    use crate::train::publish::Viewer;
    use crate::train::scene_watch::SceneWatchPlugin;
    use crate::train::{Job, TrainResult};

    const REASON: &str = "this sinew was built without its window (feature `window`)";

    pub(in crate::cli) fn probe() -> Result<(), String> {
        Err(REASON.to_owned())
    }

    pub(in crate::cli) fn play(_: &PlayArgs) -> Result<ExitCode, Failure> {
        Err(Failure::Failed(REASON.to_owned()))
    }

    pub(in crate::cli) fn replay(
        _: &CrashRecord,
        _: Arc<Scene>,
        _: usize,
        _: bool,
        _: &Signals,
        _: &ReplayArgs,
    ) -> Result<(), Failure> {
        Err(Failure::Failed(REASON.to_owned()))
    }

    pub(in crate::cli) fn watch(
        _: Follower,
        _: &RunSettings,
        _: &Arc<Scene>,
        _: &Signals,
        _: &WatchArgs,
    ) -> Result<(), Failure> {
        Err(Failure::Failed(REASON.to_owned()))
    }

    pub(in crate::cli) fn train(
        _: Job,
        _: &Viewer,
        _: &Arc<Scene>,
        _: &Signals,
        _: &TrainArgs,
        _: Option<SceneWatchPlugin>,
    ) -> Result<TrainResult, String> {
        Err(REASON.to_owned())
    }
}
