//! `sinew train`.

use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use super::Run;
use super::args::{RunArgs, SceneArgs};
use super::check;
use super::eval::open_scene;
use super::print::{Failure, note};
use super::training::{Training, in_terminal, settings};
use super::window::{self, PictureRequest};
use crate::checkpoint::versions;
use crate::checkpoint::{RunFolder, RunSettings, read_run};
use crate::scene::Scene;
use crate::scene::files::SceneFiles;
use crate::train::Job;
use crate::train::scene_watch::SceneWatchPlugin;

/// Train a policy, in a window if there is a display
#[derive(Args)]
pub(super) struct Train {
    #[command(flatten)]
    scene: SceneArgs,
    #[command(flatten)]
    run: RunArgs,
    /// Apply each saved change of the scene file from the next update on [default with a window]
    #[arg(long, conflicts_with = "no_live")]
    live: bool,
    /// Ignore changes of the scene file
    #[arg(long)]
    no_live: bool,
    /// Reinitialise the critic when a change affects the reward
    #[arg(long, conflicts_with = "no_live")]
    reset_critic: bool,
    /// Save a picture of the window when the scene is solved or --picture-after has passed, and exit
    #[arg(long, value_name = "FILE.png", conflicts_with = "headless")]
    picture: Option<PathBuf>,
    /// Seconds after the first frame at which the picture is taken [default: when the scene is solved]
    #[arg(long, value_name = "SECONDS", requires = "picture")]
    picture_after: Option<f32>,
}

/// What is to be trained.
struct Request {
    scene: Arc<Scene>,
    settings: RunSettings,
    /// The files of the named scene; none for a compiled-in scene.
    files: Option<SceneFiles>,
}

impl Run for Train {
    fn run(&self, launched: Instant) -> Result<ExitCode, Failure> {
        let Request {
            scene,
            settings,
            files,
        } = self.request()?;
        if self.run.until_solved && scene.task().solved.is_none() {
            let name = scene.name();
            return Err(Failure::Usage(format!(
                "--until-solved: scene `{name}` does not say when it is solved; add `solved: Success(0.95)` or `solved: Return(x)` to its task"
            )));
        }
        let picture = PictureRequest {
            path: self.picture.as_ref(),
            after: self.picture_after,
        };
        let instead = "training in the terminal";
        let has_window = window::opens_window(self.run.headless, picture, instead)?;
        check::warn(&scene, scene.learner(Some(&settings.learner))?);
        let is_live = self.live || (has_window && !self.no_live);
        if self.reset_critic && !is_live {
            return Err(Failure::Usage(
                "--reset-critic: has no effect in the terminal without --live".to_owned(),
            ));
        }
        if self.live && files.is_none() {
            note(format_args!("--live: {}", self.no_scene_file()));
        }
        let files = files.filter(|_| is_live);
        let preset = &self.scene.preset;
        let job = Job {
            threads: preset.threads(usize::from(has_window)),
            until_solved: self.run.until_solved,
            checkpoint_every: self.run.checkpoint_every,
            launched,
            ..Job::new(&scene, Some(&settings.learner), settings.seed)?
        };
        let training = Training {
            run: &self.run,
            json: preset.json,
            subject: &*scene,
            settings,
            program: "sinew train",
            has_commands: true,
        };
        training.run(job, |job, viewer, signals| {
            let propose =
                |files| SceneWatchPlugin::new(files).proposing(viewer.clone(), self.reset_critic);
            let live = files.map(propose);
            if !has_window {
                return in_terminal(job, viewer, live);
            }
            // A resumed run is shown in its newest version.
            let run = job.folder.as_ref().map(RunFolder::path);
            let newest = run.and_then(|run| open_scene(run).ok());
            let shown = newest.map_or(scene.clone(), |(_, newest)| Arc::new(newest));
            window::train(job, viewer, &shown, signals, picture, live)
        })
    }
}

impl Train {
    /// Scene and settings from the arguments; what they leave out comes from the resumed run.
    fn request(&self) -> Result<Request, Failure> {
        let (preset, run) = (&self.scene.preset, &self.run);
        let stored = run.stored(read_run)?.map(|(settings, _)| settings);
        if let (Some(run), None, None) = (&run.run, &stored, &self.scene.scene) {
            let run = run.display();
            note(format_args!(
                "no run in {run} yet: starting a new one of `reach`"
            ));
        }
        let steps = run.total_steps(preset, stored.as_ref());
        // Without a scene argument, the run's own scene is used.
        let unnamed = stored.as_ref().filter(|_| self.scene.scene.is_none());
        let learner = preset.learner.as_ref();
        let learner = learner.or(unnamed.map(|settings| &settings.learner));
        let learner = learner.map(String::as_str);
        let scene = match (unnamed, &run.run) {
            (Some(settings), Some(run)) => {
                let text = run.join("scene.ron").display().to_string();
                let scene = Scene::open_with(&text, learner, &preset.changes(steps))?;
                scene.renamed(settings.scene.clone())
            }
            _ => self.scene.open(steps)?,
        };
        let files = match unnamed {
            Some(_) => None,
            None => self.files(&scene, scene.learner(learner)?.0),
        };
        let first = match (&stored, &run.run) {
            (Some(stored), Some(run)) if unnamed.is_none() => {
                first_version(run, stored, &scene, learner)?
            }
            _ => None,
        };
        let scene = first.unwrap_or(scene);
        let settings = settings(scene.name(), scene.learner(learner)?, run, stored.as_ref());
        Ok(Request {
            scene: Arc::new(scene),
            settings,
            files,
        })
    }

    /// The files of the named scene, and how it is read again.
    fn files(&self, scene: &Scene, learner: &str) -> Option<SceneFiles> {
        let named = self.scene.name().to_owned();
        let changes = self.scene.preset.changes(self.run.steps);
        let learner = learner.to_owned();
        SceneFiles::of(scene, move || {
            Scene::open_with(&named, Some(&learner), &changes)
        })
    }

    /// Why there is no scene file to follow.
    fn no_scene_file(&self) -> String {
        match (&self.scene.scene, &self.run.run) {
            (None, Some(run)) if run.join("run.json").is_file() => {
                let run = run.display();
                format!(
                    "the run does not know its scene's file; name it, as in `sinew train SCENE.ron --run {run} --live`"
                )
            }
            _ => {
                let scene = self.scene.name();
                format!("`{scene}` is a shipped scene; there is no file here that could change")
            }
        }
    }
}

/// The scene that a run started with, where the given one is its newest version.
fn first_version(
    run: &Path,
    stored: &RunSettings,
    given: &Scene,
    learner: Option<&str>,
) -> Result<Option<Scene>, Failure> {
    let (name, settings) = given.learner(learner)?;
    let newest = versions::newest(run)?;
    let Some(newest) = newest.filter(|_| name == stored.learner) else {
        return Ok(None);
    };
    let origin = run.join(newest.path()).display().to_string();
    let is_newest = Scene::parse(&origin, &newest.text)?
        .difference(given, name)
        .is_none();
    if !is_newest {
        return Ok(None);
    }
    let steps = format!("learner.steps={}", settings.settings().steps());
    let first = run.join("scene.ron").display().to_string();
    let first = Scene::open_with(&first, Some(name), &[steps])?;
    Ok(Some(first.renamed(stored.scene.clone())))
}
