//! The trainer: pods collect, a learner learns, progress is judged and logged. The story is [`Trainer::run`].

pub mod evaluate;
pub mod news;
pub mod plugin;
pub mod progress;
pub mod publish;
pub mod watch;

use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::checkpoint::{RunFolder, Which};
use crate::learn::rollout::Rollout;
use crate::learn::{Learner, LearnerSettings};
use crate::metrics::{Metric, Row};
use crate::pod::scene::SceneEnvironment;
use crate::pod::{Decider, Environment, Pod, PodError, Purpose};
use crate::policy::Policy;
use crate::scene::task::Solved;
use crate::scene::{Scene, SceneError};
use crate::seed::Seed;
use crate::team::Team;
use evaluate::{EVALUATION_EPISODES, Evaluation, evaluate};
use progress::Progress;
use publish::{Publisher, Snapshot};

/// Control steps between two evaluations, at least.
const EVALUATE_EVERY: u64 = 50_000;
/// Wall-clock seconds between two saves of the newest policy.
const SAVE_EVERY_S: f64 = 30.0;

/// What to train, and how.
pub struct Job {
    /// What is learnt in.
    pub environment: Arc<dyn Environment>,
    /// Its name in reports.
    pub scene: String,
    /// When it counts as solved, if it ever does.
    pub solved: Option<Solved>,
    /// The name of the learner's preset.
    pub learner_name: String,
    /// The learner's hyperparameters.
    pub learner: LearnerSettings,
    /// Where all randomness comes from.
    pub seed: Seed,
    /// Threads to train with; results do not depend on it.
    pub threads: usize,
    /// End as soon as the scene is solved.
    pub until_solved: bool,
    /// Where to keep the run; none keeps nothing.
    pub folder: Option<RunFolder>,
    /// When the program was launched.
    pub launched: Instant,
}

impl Job {
    /// Trains on a scene with one of its presets (none: its first), on all cores, to the preset's last step, keeping
    /// nothing.
    ///
    /// # Errors
    /// There is no preset of that name.
    pub fn new(scene: &Arc<Scene>, learner: Option<&str>, seed: u64) -> Result<Self, SceneError> {
        let (learner_name, learner) = scene.learner(learner)?;
        Ok(Self {
            environment: Arc::new(SceneEnvironment::new(scene.clone())),
            scene: scene.name().to_owned(),
            solved: scene.task().solved,
            learner_name: learner_name.to_owned(),
            learner: learner.clone(),
            seed: Seed::new(seed),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            until_solved: false,
            folder: None,
            launched: Instant::now(),
        })
    }
}

/// What a training ends with, as `train --json` prints it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TrainResult {
    /// The scene's name.
    pub scene: String,
    /// The preset's name.
    pub learner: String,
    /// The run's seed.
    pub seed: u64,
    /// Control steps taken, over all environments.
    pub steps: u64,
    /// Seconds from launch to the end.
    pub wall_s: f64,
    /// Control steps per second from the first step to the last update, without evaluations and saving.
    pub steps_per_s: f64,
    /// Seconds from launch to the end of the first update.
    pub first_update_s: Option<f64>,
    /// Control steps when the scene was solved.
    pub solved_step: Option<u64>,
    /// Seconds from launch until it was solved, the evaluation included.
    pub solved_wall_s: Option<f64>,
    /// Share of successes in the final evaluation.
    pub success: Option<f64>,
    /// Mean return in the final evaluation.
    pub return_mean: Option<f64>,
    /// Weights, optimiser, normaliser and environments in one number.
    pub state_hash: String,
    /// The run's folder.
    pub run: Option<PathBuf>,
    /// Somebody stopped it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stopped: bool,
    /// What could not be written, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

/// A training under way.
pub struct Trainer {
    job: Job,
    team: Team,
    pods: Vec<Pod>,
    learner: Box<dyn Learner>,
    rollout: Rollout,
    progress: Progress,
    publisher: Publisher,
    clock: Clock,
    trouble: Option<String>,
}

/// Wall-clock readings: for reports only, no result depends on them.
struct Clock {
    first_update_s: Option<f64>,
    solved_s: Option<f64>,
    /// Seconds spent in collecting and learning.
    working_s: f64,
    saved: Instant,
}

impl Clock {
    fn steps_per_s(&self, steps: u64) -> f64 {
        steps as f64 / self.working_s.max(f64::MIN_POSITIVE)
    }
}

impl Trainer {
    /// Builds environments and learner.
    ///
    /// # Errors
    /// The environment's systems do not fit together.
    pub fn new(job: Job, publisher: Publisher) -> Result<Self, PodError> {
        let team = publisher.team(job.threads);
        let spaces = job.environment.spaces();
        let envs = job.learner.envs() as u64;
        let pods = evaluate::split(0..envs, team.threads() as u64)
            .map(|range| Pod::new(&*job.environment, job.seed, Purpose::Training, range))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            learner: job.learner.start(&spaces, job.seed),
            team,
            pods,
            rollout: Rollout::default(),
            progress: Progress::default(),
            publisher,
            clock: Clock {
                first_update_s: None,
                solved_s: None,
                working_s: 0.0,
                saved: Instant::now(),
            },
            trouble: None,
            job,
        })
    }

    /// Trains to the end: the steps are done, the scene is solved and that was all that was asked, or somebody stops it.
    pub fn run(mut self) -> TrainResult {
        while !self.is_done() {
            self.publisher.wait_while_held();
            let Some(mut row) = self.iterate() else {
                break;
            };
            self.progress.report(&mut row);
            self.evaluate_if_near(&mut row);
            self.log(&row);
            self.publish(row);
        }
        self.finish()
    }

    /// Collects one rollout and learns from it; none if it was broken off.
    pub(crate) fn iterate(&mut self) -> Option<Row> {
        let began = Instant::now();
        if !self.collect() {
            return None;
        }
        let row = self.learner.update(&self.rollout, &self.team);
        self.clock.working_s += began.elapsed().as_secs_f64();
        let now = self.wall_s();
        self.clock.first_update_s.get_or_insert(now);
        Some(row)
    }

    fn is_done(&self) -> bool {
        self.team.is_stopping()
            || self.progress.steps() >= self.job.learner.steps()
            || (self.job.until_solved && self.progress.solved_step().is_some())
    }

    /// One rollout of every pod under the newest policy; false if it was broken off.
    pub(crate) fn collect(&mut self) -> bool {
        let policy = self.learner.policy();
        let (horizon, team) = (self.job.learner.horizon(), &self.team);
        team.for_each(&mut self.pods, |pod| {
            let decider = Decider::Sample(policy.clone());
            pod.collect(decider, horizon, &|| team.is_stopping());
        });
        if self.team.is_stopping() {
            return false;
        }
        self.rollout.clear();
        let mut finished = Vec::new();
        for pod in &mut self.pods {
            self.rollout.append(pod.rollout());
            finished.append(&mut pod.take_finished());
        }
        // By time and environment, whatever pods they were in.
        finished.sort_by_key(|episode| (episode.at, episode.environment));
        self.progress
            .count(self.rollout.samples() as u64, &finished);
        true
    }

    /// Asks whether the scene is solved, once training suggests it, and not too often.
    fn evaluate_if_near(&mut self, row: &mut Row) {
        let Some(solved) = self
            .job
            .solved
            .filter(|_| self.progress.solved_step().is_none())
        else {
            return;
        };
        if !self.progress.is_evaluation_due(&solved) {
            return;
        }
        let policy = self.learner.policy();
        let Some(evaluation) = self.evaluate(&policy) else {
            return;
        };
        self.progress.next_evaluation_in(EVALUATE_EVERY);
        row.set(Metric::EvaluationReturn, evaluation.return_mean);
        if let Some(success) = evaluation.success {
            row.set(Metric::EvaluationSuccess, success);
        }
        if evaluation.meets(&solved) {
            self.progress.note_solved();
            self.clock.solved_s = Some(self.wall_s());
            self.save(&policy, Which::Best);
        }
    }

    /// Fresh episodes with the mean action; none if it was broken off.
    fn evaluate(&mut self, policy: &Arc<Policy>) -> Option<Evaluation> {
        let first = self.progress.take_evaluation_episodes(EVALUATION_EPISODES);
        evaluate(
            &*self.job.environment,
            policy,
            self.job.seed,
            Purpose::Evaluation,
            first..first + EVALUATION_EPISODES,
            &self.team,
        )
        .unwrap_or_else(|error| {
            self.complain(error.to_string());
            None
        })
    }

    fn log(&mut self, row: &Row) {
        let wall_s = self.wall_s();
        let iteration = self.progress.iteration();
        if let Some(folder) = &mut self.job.folder
            && let Err(error) = folder.log(iteration, row, wall_s)
        {
            self.complain(error.to_string());
        }
        if self.clock.saved.elapsed().as_secs_f64() > SAVE_EVERY_S {
            self.save(&self.learner.policy(), Which::Newest);
            self.clock.saved = Instant::now();
        }
    }

    fn save(&mut self, policy: &Policy, which: Which) {
        let saved = match &mut self.job.folder {
            Some(folder) => folder.save(policy, which),
            None => Ok(()),
        };
        if let Err(error) = saved {
            self.complain(error.to_string());
        }
    }

    fn finish(mut self) -> TrainResult {
        let policy = self.learner.policy();
        self.save(&policy, Which::Newest);
        let evaluation = if self.team.is_stopping() {
            None
        } else {
            self.evaluate(&policy)
        };
        let wall_s = self.wall_s();
        let result = TrainResult {
            scene: self.job.scene.clone(),
            learner: self.job.learner_name.clone(),
            seed: self.job.seed.number(),
            steps: self.progress.steps(),
            wall_s,
            steps_per_s: self.clock.steps_per_s(self.progress.steps()),
            first_update_s: self.clock.first_update_s,
            solved_step: self.progress.solved_step(),
            solved_wall_s: self.clock.solved_s,
            success: evaluation.as_ref().and_then(|e| e.success),
            return_mean: evaluation.as_ref().map(|e| e.return_mean),
            state_hash: self.state_hash(),
            run: self.job.folder.as_ref().map(|f| f.path().to_path_buf()),
            stopped: self.team.is_stopping(),
            trouble: self.trouble.clone(),
        };
        let last = snapshot(policy, &self.progress, &self.clock, &self.trouble);
        self.publisher.publish_last(result.steps, last);
        self.save_result(result)
    }

    fn save_result(&self, mut result: TrainResult) -> TrainResult {
        if let Some(folder) = &self.job.folder {
            let json = serde_json::to_string(&result).expect("plain data is JSON");
            if let Err(error) = folder.save_result(&json) {
                result.trouble.get_or_insert(error.to_string());
            }
        }
        result
    }

    /// A hash of everything that the next step depends on: learner, environments, progress.
    pub fn state_hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.learner.state_bytes());
        hasher.update(&self.progress.state_bytes());
        for pod in &self.pods {
            hasher.update(&pod.state_bytes());
        }
        hasher.finalize().to_hex()[..32].to_owned()
    }

    fn publish(&mut self, row: Row) {
        let (learner, clock, progress) = (&self.learner, &self.clock, &self.progress);
        let trouble = &self.trouble;
        let snapshot = || snapshot(learner.policy(), progress, clock, trouble);
        self.publisher.publish(row, progress.steps(), snapshot);
    }

    fn complain(&mut self, trouble: String) {
        self.trouble.get_or_insert(trouble);
    }

    fn wall_s(&self) -> f64 {
        self.job.launched.elapsed().as_secs_f64()
    }
}

fn snapshot(
    policy: Arc<Policy>,
    progress: &Progress,
    clock: &Clock,
    trouble: &Option<String>,
) -> Snapshot {
    Snapshot {
        policy,
        solved_step: progress.solved_step(),
        solved_wall_s: clock.solved_s,
        steps_per_s: clock.steps_per_s(progress.steps()),
        trouble: trouble.clone(),
    }
}

/// A training that could not begin.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The environment does not fit together.
    #[error(transparent)]
    Pod(#[from] PodError),
    /// The scene has no such preset.
    #[error(transparent)]
    Scene(#[from] SceneError),
}
