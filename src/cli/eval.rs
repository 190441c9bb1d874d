//! `sinew eval`.

use std::process::ExitCode;
use std::sync::Arc;

use super::EvalArgs;
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
use std::path::Path;

pub(super) fn eval(args: &EvalArgs) -> Result<ExitCode, Failure> {
    let (scene, policy) = open_run(&args.run, args.best)?;
    let environment: Arc<dyn Environment> = Arc::new(SceneEnvironment::new(Arc::new(scene)));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let evaluation = evaluate(
        &environment,
        &policy,
        Seed::new(args.seed),
        Purpose::Judging,
        0..args.episodes,
        &WorkerPool::new(threads),
    )?
    .expect("nobody stops this pool");
    if args.json {
        say_json(&evaluation);
    } else {
        let success = evaluation.success.map(|s| format!("{:.1} %", 100.0 * s));
        if !evaluation.crashes.is_empty() {
            let broken = evaluation.crashes.len();
            note(format_args!(
                "warning: {broken} of {} episodes broke; return and length leave them out",
                evaluation.episodes
            ));
        }
        say(format_args!(
            "{} episodes: success {}, return {:.3} (deviation {:.3}), length {:.1} steps",
            evaluation.episodes,
            or_dash(success),
            evaluation.return_mean,
            evaluation.return_std,
            evaluation.length_mean,
        ));
    }
    Ok(ExitCode::SUCCESS)
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

/// A run's scene and policy, which belong together.
pub(super) fn open_run(run: &Path, best: bool) -> Result<(Scene, Arc<Policy>), Failure> {
    let (_, scene) = open_scene(run)?;
    let which = if best {
        SavedPolicy::Best
    } else {
        SavedPolicy::Newest
    };
    let policy = read_policy(run, which)?;
    if policy.spaces != spaces(&scene) {
        return Err(Failure::Wrong(format!(
            "{}: its policy was trained on other observations or actions than its scene has",
            run.display()
        )));
    }
    Ok((scene, Arc::new(policy)))
}
