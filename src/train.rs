//! The training loop, [`Trainer::run`]: collect a rollout, learn from it, evaluate, log, checkpoint, publish.

mod async_worker;
pub mod evaluate;
mod finish;
mod job;
pub mod plugin;
pub mod progress;
pub mod publish;
mod run_writer;
mod scene_edit;
pub mod scene_watch;
mod state;
pub mod status;
pub mod versions;
pub mod watch;

pub use job::{Job, TrainResult};

use std::time::Instant;

use crate::checkpoint::snapshot::Clock;
use crate::checkpoint::{RunError, policy_file};
use crate::learn::{Driver, GuardedLearner};
use crate::metrics::{Metric, Row};
use crate::pod::guarded::GuardedPod;
use crate::pod::{Decider, FinishedEpisode, Level, PodError};
use crate::scene::SceneError;
use crate::step::rollout::Rollout;
use crate::worker_pool::WorkerPool;
use finish::steps_per_s;
use progress::Progress;
use publish::{Publisher, TrainingUpdate};
use run_writer::RunWriter;
use versions::{TrainingTask, Versions};

/// A training in progress.
pub struct Trainer {
    job: Job,
    pool: WorkerPool,
    pods: Vec<GuardedPod>,
    /// The scene and its later versions.
    versions: Versions,
    /// The task in force.
    task: TrainingTask,
    /// The pods of the scene version that takes effect at the end of this iteration, if one does.
    next_pods: Option<Vec<GuardedPod>>,
    /// The newest message about a change of the scene.
    change: Option<String>,
    learner: Driver,
    /// Makes the learner of a job, untrained.
    learner_of: fn(&Job) -> Driver,
    rollout: Rollout,
    progress: Progress,
    /// The bytes of the policy file that solved the scene.
    best: Option<Vec<u8>>,
    publisher: Publisher,
    writer: RunWriter,
    clock: Clock,
    resumed_from: Option<u64>,
    /// Why the run was aborted.
    failure: Option<String>,
}

impl Trainer {
    /// Builds environments and learner, and restores the newest checkpoint of the job's folder, if there is one.
    ///
    /// # Errors
    /// The environment cannot be built, or the folder cannot be written.
    pub fn new(job: Job, publisher: Publisher) -> Result<Self, TrainError> {
        Self::with_learner(job, publisher, state::learner)
    }

    /// The same with a learner made by `learner_of`.
    fn with_learner(
        mut job: Job,
        publisher: Publisher,
        learner_of: fn(&Job) -> Driver,
    ) -> Result<Self, TrainError> {
        let spaces = job.environment.spaces();
        let settings = job.learner.settings();
        settings.suits(&spaces).map_err(TrainError::Unsuited)?;
        let pool = publisher.pool(job.threads);
        let writer = RunWriter::new(
            job.folder.take(),
            job.checkpoint_every,
            publisher.messages(),
        );
        let versions = Versions::read(&job, writer.folder())?;
        let task = versions.task(0).clone();
        let mut trainer = Self {
            pods: state::pods(&task.environment, &job, &pool)?,
            versions,
            task,
            next_pods: None,
            change: None,
            learner: learner_of(&job),
            learner_of,
            pool,
            rollout: Rollout::default(),
            progress: Progress::default(),
            best: None,
            publisher,
            writer,
            clock: Clock::default(),
            resumed_from: None,
            failure: None,
            job,
        };
        trainer.resume()?;
        Ok(trainer)
    }

    /// Trains until all steps are done, until the scene is solved if the job ends there, or until it is stopped.
    pub fn run(mut self) -> TrainResult {
        loop {
            if !self.report() {
                break;
            }
            if self.writer.is_due(self.progress.iteration()) {
                self.save();
            }
            self.publisher.wait_while_held();
            if self.is_done() {
                break;
            }
            self.take_scene_edit();
            if !self.iterate() {
                break;
            }
        }
        self.finish()
    }

    /// Collects one rollout and learns from it. False if it was interrupted; the run is then unchanged.
    pub(crate) fn iterate(&mut self) -> bool {
        let began = Instant::now();
        let before = self.progress.clone();
        let learnt = match self.learner {
            Driver::Rollouts(_) => self.collect().then(|| self.learn()).flatten(),
            Driver::Workers(_) => self.work(),
        };
        let moved = self.next_pods.take();
        let Some(mut row) = learnt else {
            self.pods.iter_mut().for_each(GuardedPod::take_back);
            self.progress = before;
            return false;
        };
        self.clock.working_s += began.elapsed().as_secs_f64();
        let now = self.wall_s();
        self.clock.first_update_s.get_or_insert(now);
        if let Some(pods) = moved {
            self.enter(pods, &mut row);
        }
        self.progress.set_unreported(row);
        true
    }

    fn is_done(&self) -> bool {
        self.pool.is_stopping()
            || self.progress.steps() >= self.job.learner.settings().steps()
            || (self.job.until_solved && self.progress.solved_step().is_some())
    }

    /// Collects one rollout of every pod with the newest policy; false if it was interrupted.
    pub(crate) fn collect(&mut self) -> bool {
        self.set_level();
        let decider = Decider::Sample(self.learner.policy());
        let (horizon, pool) = (self.job.learner.settings().horizon(), &self.pool);
        let mut pods: Vec<_> = self.pods.iter_mut().map(|pod| (pod, Ok(()))).collect();
        pool.for_each(&mut pods, |(pod, collected)| {
            *collected = pod.collect(&decider, horizon, &|| pool.is_stopping());
        });
        let collected = pods.into_iter().try_for_each(|(_, collected)| collected);
        if pool.is_stopping() {
            return false;
        }
        if let Err(error) = collected {
            self.give_up(error.to_string());
            return false;
        }
        self.rollout.clear();
        let mut finished = Vec::new();
        for pod in &mut self.pods {
            self.rollout.append(pod.rollout());
            finished.append(&mut pod.take_finished());
        }
        let before = self.progress.steps();
        self.count(self.rollout.samples() as u64, finished);
        self.prepare_version(before)
    }

    /// New episodes begin at the current level of the curriculum.
    fn set_level(&mut self) {
        if self.task.curriculum.is_some() {
            let level = self.progress.level();
            self.pods.iter_mut().for_each(|pod| pod.set_level(level));
        }
    }

    /// Counts steps and finished episodes, and writes crash records.
    fn count(&mut self, steps: u64, mut finished: Vec<FinishedEpisode>) {
        // An order that does not depend on how environments are divided into pods.
        finished.sort_by_key(|episode| (episode.at, episode.environment));
        for crash in finished.iter().filter_map(|episode| episode.crash.as_ref()) {
            self.writer.save_crash_record(crash);
        }
        self.progress.count(steps, &finished);
        if let Some(curriculum) = &self.task.curriculum {
            self.progress.advance_level(curriculum, &finished);
        }
    }

    fn learn(&mut self) -> Option<Row> {
        match self.learner.update(&self.rollout, &self.pool) {
            Ok(row) => row,
            Err(hopeless) => {
                self.give_up(hopeless.to_string());
                None
            }
        }
    }

    /// Evaluates, logs and publishes the last iteration; false if that was interrupted and is still to be done.
    fn report(&mut self) -> bool {
        let Some(mut row) = self.progress.take_unreported() else {
            return true;
        };
        let before = self.progress.clone();
        self.progress.report(&mut row);
        if self.task.curriculum.is_some() {
            let Level(level) = self.progress.level();
            row.set(Metric::Level, f64::from(level));
        }
        if !self.evaluate_if_near(&mut row) {
            self.progress = before;
            self.progress.set_unreported(row);
            return false;
        }
        let wall_s = self.wall_s();
        self.writer.log(self.progress.iteration(), &row, wall_s);
        let learner = &self.learner;
        self.writer
            .publish(|| policy_file::to_bytes(&learner.policy()));
        self.publish(row);
        true
    }

    /// Aborts the run: continuing it would be pointless.
    fn give_up(&mut self, why: String) {
        self.failure.get_or_insert(why);
    }

    /// The learner with its state.
    pub(crate) fn learner(&self) -> &dyn GuardedLearner {
        &*self.learner
    }

    /// A hash of all that the next step depends on: learner, environments, progress.
    pub fn state_hash(&self) -> String {
        self.state().hash()
    }

    fn publish(&mut self, row: Row) {
        let Self {
            learner,
            progress,
            clock,
            writer,
            change,
            ..
        } = self;
        let update = || TrainingUpdate {
            policy: learner.policy(),
            solved_step: progress.solved_step(),
            solved_wall_s: clock.solved_s,
            steps_per_s: steps_per_s(progress, clock),
            trouble: writer.trouble().cloned(),
            change: change.clone(),
        };
        self.publisher.publish(row, progress.steps(), update);
    }

    fn trouble(&self) -> Option<String> {
        self.failure.as_ref().or(self.writer.trouble()).cloned()
    }

    /// Seconds that the run has taken, excluding the time between its processes.
    pub fn wall_s(&self) -> f64 {
        self.clock.wall_s + self.job.launched.elapsed().as_secs_f64()
    }
}

/// A training that cannot start.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The environment cannot be built.
    #[error(transparent)]
    Pod(#[from] PodError),
    /// The learner does not support this environment.
    #[error("{0}")]
    Unsuited(String),
    /// The run folder cannot be used.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The scene has no such preset.
    #[error(transparent)]
    Scene(#[from] SceneError),
}
