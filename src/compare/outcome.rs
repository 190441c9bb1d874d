//! The outcome of a run, read from its folder.

use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::Run;
use super::axis::Axis;
use super::error::read_small;
use crate::checkpoint::follow::Follower;
use crate::checkpoint::{RunError, SavedPolicy, read_policy};
use crate::files;
use crate::metrics::{Metric, Row};
use crate::pod::Purpose;
use crate::seed::Seed;
use crate::train::TrainResult;
use crate::train::evaluate::{EVALUATION_EPISODES, evaluate};
use crate::worker_pool::WorkerPool;

const RESULT: &str = "result.json";
const EVALUATION: &str = "judged.json";
const POLICY: &str = "policy.safetensors";
/// Seed of the evaluation episodes of the final policies, the default of `sinew eval`.
const EVALUATION_SEED: u64 = 0;
/// Largest policy that is read (bytes).
const LARGEST_POLICY: u64 = 1 << 30;

/// A run that has been trained and evaluated: a row of `runs.csv`. The columns that depend on a clock come last.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The learner's name.
    pub learner: String,
    /// The run's seed.
    pub seed: u64,
    /// Control steps trained.
    pub steps: u64,
    /// Control steps until the task was solved.
    pub solved_step: Option<u64>,
    /// Mean return of the evaluation episodes; none if every one of them broke.
    pub return_mean: Option<f64>,
    /// Success rate of the evaluation episodes; none for tasks without a success condition.
    pub success: Option<f64>,
    /// Evaluation episodes that broke.
    pub broken: u64,
    /// Hash of networks, optimiser, normaliser and environments.
    pub state_hash: String,
    /// Seconds of the run's clock until the task was solved.
    pub solved_s: Option<f64>,
    /// Seconds of the run's clock.
    pub wall_s: f64,
    /// Control steps per second of training.
    pub steps_per_s: f64,
    #[serde(skip)]
    curve: Vec<CurvePoint>,
}

#[derive(Clone, Copy, Debug)]
struct CurvePoint {
    steps: f64,
    wall_s: Option<f64>,
    value: f64,
}

impl Outcome {
    /// For tests.
    #[cfg(test)]
    pub(super) fn example(learner: &str, return_mean: f64, solved_step: Option<u64>) -> Self {
        Self {
            learner: learner.to_owned(),
            seed: 1,
            steps: 1000,
            solved_step,
            return_mean: Some(return_mean),
            success: None,
            broken: 0,
            state_hash: String::new(),
            solved_s: None,
            wall_s: 1.0,
            steps_per_s: 1000.0,
            curve: Vec::new(),
        }
    }

    /// The training return over the run.
    pub(super) fn line(&self, axis: Axis) -> Vec<(f64, f64)> {
        let place = |point: &CurvePoint| match axis {
            Axis::Steps => Some(point.steps),
            Axis::Seconds => point.wall_s,
        };
        let points = self.curve.iter();
        points
            .filter_map(|point| Some((place(point)?, point.value)))
            .collect()
    }
}

/// The evaluation of a run's final policy, stored in its folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct FinalEvaluation {
    /// Hash of the policy's file.
    policy: String,
    /// Episodes.
    episodes: u64,
    /// Mean return of the episodes that did not break.
    return_mean: Option<f64>,
    /// Success rate; none for tasks without a success condition.
    success: Option<f64>,
    /// Episodes that broke.
    broken: u64,
}

/// The outcome of a run; `None` if its folder has none yet.
pub(super) fn read(run: &Run, seconds: Option<Duration>) -> Option<Outcome> {
    let result = result(&run.path).filter(|result| has_ended(result, run, seconds))?;
    let evaluation = final_evaluation(&run.path)?;
    Some(Outcome {
        learner: run.entrant.name.clone(),
        seed: run.seed,
        steps: result.steps,
        solved_step: result.solved_step,
        return_mean: evaluation.return_mean,
        success: evaluation.success,
        broken: evaluation.broken,
        state_hash: result.state_hash,
        solved_s: result.solved_wall_s,
        wall_s: result.wall_s,
        steps_per_s: result.steps_per_s,
        curve: curve(run),
    })
}

/// The stored result of a run, if it has ended at least once.
pub(super) fn result(path: &Path) -> Option<TrainResult> {
    let bytes = read_small(&path.join(RESULT)).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Whether a run has taken all its steps or seconds. A run that is stopped because its time is over counts as ended.
pub(super) fn has_ended(result: &TrainResult, run: &Run, seconds: Option<Duration>) -> bool {
    result.trouble.is_none()
        && match seconds {
            Some(seconds) => result.wall_s >= seconds.as_secs_f64(),
            None => !result.stopped && result.steps >= run.settings.steps,
        }
}

/// Evaluates the final policy of a run, unless that has been done. Ends early if the pool is asked to stop.
///
/// # Errors
/// The policy cannot be read, the environment does not work, or the evaluation cannot be written.
pub(super) fn evaluate_final(run: &Run, pool: &WorkerPool) -> Result<(), String> {
    let path = &run.path;
    if final_evaluation(path).is_some() {
        return Ok(());
    }
    let policy = read_policy(path, SavedPolicy::Newest).map_err(|error| error.to_string())?;
    let evaluation = evaluate(
        &run.environment,
        &Arc::new(policy),
        Seed::new(EVALUATION_SEED),
        Purpose::Judging,
        0..EVALUATION_EPISODES,
        pool,
    );
    let Some(evaluation) = evaluation.map_err(|error| error.to_string())? else {
        return Ok(());
    };
    let stored = FinalEvaluation {
        policy: policy_hash(path).ok_or("its policy file is missing")?,
        episodes: evaluation.episodes,
        return_mean: Some(evaluation.return_mean).filter(|mean| mean.is_finite()),
        success: evaluation.success,
        broken: evaluation.crashes.len() as u64,
    };
    let json = serde_json::to_string(&stored).expect("plain data is JSON") + "\n";
    files::replace(&path.join(EVALUATION), json.as_bytes())
        .map_err(|error| RunError::Io(path.clone(), error).to_string())
}

/// The stored evaluation of the policy that is in the folder now.
fn final_evaluation(path: &Path) -> Option<FinalEvaluation> {
    let bytes = read_small(&path.join(EVALUATION)).ok()?;
    let stored: FinalEvaluation = serde_json::from_slice(&bytes).ok()?;
    (Some(&stored.policy) == policy_hash(path).as_ref()).then_some(stored)
}

fn policy_hash(path: &Path) -> Option<String> {
    let bytes = files::read(&path.join(POLICY), LARGEST_POLICY).ok()?;
    Some(blake3::hash(&bytes).to_hex()[..32].to_owned())
}

/// The rows of `metrics.csv` that have a return, with their times.
fn curve(run: &Run) -> Vec<CurvePoint> {
    let mut follower = Follower::new(&run.path, run.environment.spaces());
    let (mut rows, mut times) = (Vec::new(), Vec::new());
    loop {
        let found = follower.look();
        rows.extend(found.rows);
        times.extend(found.times);
        if !found.has_more {
            break;
        }
    }
    let time = |iteration: f64| {
        let place = times.binary_search_by(|(other, _)| (*other as f64).total_cmp(&iteration));
        place.ok().map(|place| times[place].1)
    };
    let point = |row: &Row| {
        Some(CurvePoint {
            steps: row.get(Metric::Steps)?,
            wall_s: row.get(Metric::Iteration).and_then(time),
            value: row.get(Metric::Return)?,
        })
    };
    rows.iter().filter_map(point).collect()
}
