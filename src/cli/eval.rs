//! `sinew eval`.

use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use super::Run;
use super::print::{Failure, note, or_dash, say, say_json};
use crate::checkpoint::run_subject::SubjectFile;
use crate::checkpoint::versions::newest_in_force;
use crate::checkpoint::{RunSettings, SavedPolicy, read_policy, read_run};
use crate::pod::scene::{SceneEnvironment, spaces};
use crate::pod::{Environment, Purpose};
use crate::policy::Policy;
use crate::scene::Scene;
use crate::seed::Seed;
use crate::train::evaluate::evaluate;
use crate::worker_pool::WorkerPool;

/// Evaluate a trained policy on new episodes, with its mean action
#[derive(Args)]
pub(super) struct Eval {
    /// Run folder
    run: PathBuf,
    /// Use the policy that solved the scene instead of the newest one
    #[arg(long)]
    best: bool,
    /// Number of episodes
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    episodes: u64,
    /// Seed of the episodes
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Print one JSON object on standard output
    #[arg(long)]
    json: bool,
}

impl Run for Eval {
    fn run(&self, _: Instant) -> Result<ExitCode, Failure> {
        let (scene, policy) = open_run(&self.run, self.best)?;
        let environment: Arc<dyn Environment> = Arc::new(SceneEnvironment::new(Arc::new(scene)));
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let evaluation = evaluate(
            &environment,
            &policy,
            Seed::new(self.seed),
            Purpose::Judging,
            0..self.episodes,
            &WorkerPool::new(threads),
        )?
        .expect("nothing stops this pool");
        if self.json {
            say_json(&evaluation);
            return Ok(ExitCode::SUCCESS);
        }
        if !evaluation.crashes.is_empty() {
            let broken = evaluation.crashes.len();
            note(format_args!(
                "warning: {broken} of {} episodes broke and are excluded from return and length",
                evaluation.episodes
            ));
        }
        let success = evaluation.success.map(|s| format!("{:.1} %", 100.0 * s));
        say(format_args!(
            "{} episodes: success {}, return {:.3} (std {:.3}), length {:.1} steps",
            evaluation.episodes,
            or_dash(success),
            evaluation.return_mean,
            evaluation.return_std,
            evaluation.length_mean,
        ));
        Ok(ExitCode::SUCCESS)
    }
}

/// A run's settings, and its scene as it was when the newest policy was saved.
pub(super) fn open_scene(run: &Path) -> Result<(RunSettings, Scene), Failure> {
    let (settings, first) = read_run(run)?;
    let (path, text) = match newest_in_force(run)? {
        Some(version) => (version.path(), version.text),
        None => (SubjectFile::Scene.name().into(), first),
    };
    let origin = run.join(path).display().to_string();
    let scene = Scene::parse(&origin, &text)?.renamed(settings.scene.clone());
    Ok((settings, scene))
}

/// A run's scene and policy, which must have the same spaces.
pub(super) fn open_run(run: &Path, best: bool) -> Result<(Scene, Arc<Policy>), Failure> {
    let (_, scene) = open_scene(run)?;
    let which = if best {
        SavedPolicy::Best
    } else {
        SavedPolicy::Newest
    };
    let policy = read_policy(run, which)?;
    if policy.spaces != spaces(&scene) {
        return Err(Failure::Usage(format!(
            "{}: the policy's observations or actions do not match the run's scene",
            run.display()
        )));
    }
    Ok((scene, Arc::new(policy)))
}
