//! Arguments that several commands share.

use clap::Args;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::checkpoint::{RunError, RunSettings};
use crate::scene::{Scene, SceneError};

// Types that are flattened into others have no doc comments of their own: clap would take them for the command's description.

// A scene, a preset, and changes to both.
#[derive(Args)]
pub(super) struct SceneArgs {
    /// A RON file or the name of a shipped scene [default: reach]
    pub(super) scene: Option<String>,
    #[command(flatten)]
    pub(super) preset: PresetArgs,
}

// A preset, changes to it, and how its training runs.
#[derive(Args)]
pub(super) struct PresetArgs {
    /// Learner preset: one of the scene's, or a shipped one [default: the scene's first]
    #[arg(long, value_name = "NAME")]
    pub(super) learner: Option<String>,
    /// Override a value of the scene or the preset, e.g. learner.gamma=0.99; repeatable
    #[arg(long, value_name = "PATH=VALUE")]
    pub(super) set: Vec<String>,
    /// Number of vectorised environments [default: the preset's]
    #[arg(long, value_name = "N")]
    pub(super) envs: Option<usize>,
    /// Number of worker threads; results do not depend on it [default: all cores, one fewer with a window]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Print one JSON object on standard output at the end
    #[arg(long)]
    pub(super) json: bool,
}

// A run, whatever is trained in it.
#[derive(Args)]
pub(super) struct RunArgs {
    /// Seed of all random streams [default: 1, or the seed of the resumed run]
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    /// Total control steps over all environments [default: the preset's]
    #[arg(long, value_name = "N")]
    pub(super) steps: Option<u64>,
    /// Run folder; a run that is already in it is resumed, with its own scene and preset where none are given [default: a new runs/<scene>-<learner>-s<seed>]
    #[arg(long, value_name = "DIR")]
    pub(super) run: Option<PathBuf>,
    /// Time between checkpoints; 0 saves after every iteration [default: 30, or more where saving would exceed 1 % of the run's time]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(super) checkpoint_every: Option<Duration>,
    /// Train in the terminal even if there is a display
    #[arg(long)]
    pub(super) headless: bool,
    /// Stop as soon as the scene is solved; exit code 1 if it is not solved by the last step
    #[arg(long)]
    pub(super) until_solved: bool,
}

impl SceneArgs {
    /// The scene with its changes.
    pub(super) fn open(&self, steps: Option<u64>) -> Result<Scene, SceneError> {
        let preset = &self.preset;
        Scene::open_with(
            self.name(),
            preset.learner.as_deref(),
            &preset.changes(steps),
        )
    }

    /// The scene's file or name.
    pub(super) fn name(&self) -> &str {
        self.scene.as_deref().unwrap_or("reach")
    }
}

impl PresetArgs {
    /// All changes to scene and preset. `--steps` and `--envs` are changes too, so that the stored text is complete.
    pub(super) fn changes(&self, steps: Option<u64>) -> Vec<String> {
        let steps = steps.map(|n| format!("learner.steps={n}"));
        let envs = self.envs.map(|n| format!("learner.envs={n}"));
        self.set.iter().cloned().chain(steps).chain(envs).collect()
    }

    /// Number of threads; `spare` cores are left free by default.
    pub(super) fn threads(&self, spare: usize) -> usize {
        threads(self.threads, spare)
    }
}

impl RunArgs {
    /// Reads the run that the folder holds, if there is one.
    pub(super) fn stored(
        &self,
        read: impl Fn(&Path) -> Result<(RunSettings, String), RunError>,
    ) -> Result<Option<(RunSettings, String)>, RunError> {
        let folder = self.run.as_ref();
        let folder = folder.filter(|run| run.join("run.json").is_file());
        folder.map(|run| read(run)).transpose()
    }

    /// Total steps: from the arguments, else from the resumed run.
    pub(super) fn total_steps(
        &self,
        preset: &PresetArgs,
        stored: Option<&RunSettings>,
    ) -> Option<u64> {
        let is_steps = |set: &String| set.trim_start().starts_with("learner.steps");
        let stored = stored.filter(|_| !preset.set.iter().any(is_steps));
        self.steps.or(stored.map(|settings| settings.steps))
    }
}

/// Number of threads: as asked for, or all cores but `spare`.
pub(super) fn threads(asked: Option<u16>, spare: usize) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let default = cores.saturating_sub(spare).max(1);
    asked.map_or(default, usize::from)
}

/// Parses a duration in seconds, at most a year.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok();
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let time = time.filter(|time| time.as_secs() <= 365 * 86_400);
    time.ok_or_else(|| "expected a number of seconds from 0 to 31536000".to_owned())
}

/// Parses a duration in seconds that is not zero.
pub(super) fn positive_seconds(text: &str) -> Result<Duration, String> {
    let seconds = seconds(text)?;
    if seconds.is_zero() {
        return Err("expected a number of seconds above 0".to_owned());
    }
    Ok(seconds)
}
