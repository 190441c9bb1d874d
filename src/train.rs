//! The trainer: pods collect, a learner learns, progress is judged and logged. The story is [`Trainer::run`].

mod change;
pub mod evaluate;
mod job;
mod keep;
pub mod live;
pub mod news;
pub mod plugin;
pub mod progress;
pub mod publish;
mod state;
pub mod versions;
pub mod watch;
mod worker;

pub use job::{Job, TrainResult};

use std::sync::Arc;
use std::time::Instant;

use crate::checkpoint::image::Clock;
use crate::checkpoint::{RunError, policy_file};
use crate::learn::rollout::Rollout;
use crate::learn::{Driver, GuardedLearner};
use crate::metrics::{Metric, Row};
use crate::pod::contained::ContainedPod;
use crate::pod::{Decider, FinishedEpisode, Level, PodError, Purpose};
use crate::policy::Policy;
use crate::scene::SceneError;
use crate::worker_pool::WorkerPool;
use evaluate::{EVALUATION_EPISODES, Evaluation, evaluate};
use keep::Keeper;
use progress::Progress;
use publish::{Publisher, Snapshot};
use versions::{Versions, World};
use worker::Worker;

/// A training under way.
pub struct Trainer {
    job: Job,
    pool: WorkerPool,
    pods: Vec<ContainedPod>,
    /// The scene, and what it becomes on the way.
    versions: Versions,
    /// What is learnt in now.
    world: World,
    /// The pods in the world that the run enters with the end of this iteration, if it does.
    moved: Option<Vec<ContainedPod>>,
    /// The newest word about a change of the scene.
    change: Option<String>,
    student: Driver,
    /// How the learner of a job begins.
    student_of: fn(&Job) -> Driver,
    rollout: Rollout,
    progress: Progress,
    /// The policy that solved the scene, as its file has it.
    best: Option<Vec<u8>>,
    publisher: Publisher,
    keeper: Keeper,
    clock: Clock,
    resumed_from: Option<u64>,
    /// Why the run was given up.
    failure: Option<String>,
}

impl Trainer {
    /// Builds environments and learner, and brings them where the newest checkpoint of the job's folder is, if there is one.
    ///
    /// # Errors
    /// The environment does not work, or the folder cannot be written.
    pub fn new(job: Job, publisher: Publisher) -> Result<Self, TrainError> {
        Self::with_student(job, publisher, state::student)
    }

    /// The same, with another learner than the job's settings name.
    fn with_student(
        mut job: Job,
        publisher: Publisher,
        student_of: fn(&Job) -> Driver,
    ) -> Result<Self, TrainError> {
        let spaces = job.environment.spaces();
        let settings = job.learner.settings();
        settings.suits(&spaces).map_err(TrainError::Unsuited)?;
        let pool = publisher.pool(job.threads);
        let keeper = Keeper::new(job.folder.take(), job.checkpoint_every, publisher.teller());
        let versions = Versions::read(&job, keeper.folder())?;
        let world = versions.world(0).clone();
        let mut trainer = Self {
            pods: state::pods(&world.environment, &job, &pool)?,
            versions,
            world,
            moved: None,
            change: None,
            student: student_of(&job),
            student_of,
            pool,
            rollout: Rollout::default(),
            progress: Progress::default(),
            best: None,
            publisher,
            keeper,
            clock: Clock::default(),
            resumed_from: None,
            failure: None,
            job,
        };
        trainer.resume()?;
        Ok(trainer)
    }

    /// Trains to the end: the steps are done, the scene is solved and that was all that was asked, or somebody stops it.
    pub fn run(mut self) -> TrainResult {
        loop {
            if !self.report() {
                break;
            }
            if self.keeper.is_due(self.progress.iteration()) {
                self.save();
            }
            self.publisher.wait_while_held();
            if self.is_done() {
                break;
            }
            self.take_change();
            if !self.iterate() {
                break;
            }
        }
        self.finish()
    }

    /// Collects one rollout and learns from it. False if it was broken off; then the run is where it was before.
    pub(crate) fn iterate(&mut self) -> bool {
        let began = Instant::now();
        let before = self.progress.clone();
        let learnt = match self.student {
            Driver::Rollouts(_) => self.collect().then(|| self.learn()).flatten(),
            Driver::Workers(_) => self.work(),
        };
        let moved = self.moved.take();
        let Some(mut row) = learnt else {
            self.pods.iter_mut().for_each(ContainedPod::go_back);
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

    /// One rollout of every pod under the newest policy; false if it was broken off.
    pub(crate) fn collect(&mut self) -> bool {
        self.set_level();
        let decider = Decider::Sample(self.student.policy());
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

    /// A round of a learner whose workers do not wait for one another, each of which has a pod: they act and learn at once. None if it
    /// was broken off.
    fn work(&mut self) -> Option<Row> {
        self.set_level();
        let Driver::Workers(learner) = &mut self.student else {
            return None;
        };
        let (horizon, pool) = (self.job.learner.settings().horizon(), &self.pool);
        let mut workers: Vec<_> = (self.pods.iter_mut()).map(Worker::new).collect();
        let learnt = learner.work(
            &mut |round| {
                pool.for_each(&mut workers, |worker| {
                    worker.work(round, horizon, &|| pool.is_stopping());
                });
            },
            pool,
        );
        let mut finished = Vec::new();
        let mut steps = 0;
        let mut broken_off = None;
        for worker in workers {
            steps += worker.steps;
            finished.extend(worker.finished);
            broken_off = broken_off.or(worker.error);
        }
        if let Some(error) = broken_off {
            self.give_up(error.to_string());
            return None;
        }
        let row = match learnt {
            Ok(row) => row?,
            Err(given_up) => {
                self.give_up(given_up.to_string());
                return None;
            }
        };
        let before = self.progress.steps();
        self.count(steps, finished);
        self.prepare_version(before).then_some(row)
    }

    /// Episodes begin at the level that the run has come to.
    fn set_level(&mut self) {
        if self.world.curriculum.is_some() {
            let level = self.progress.level();
            self.pods.iter_mut().for_each(|pod| pod.set_level(level));
        }
    }

    /// Counts what the environments did.
    fn count(&mut self, steps: u64, mut finished: Vec<FinishedEpisode>) {
        // By time and environment, whatever pods they were in.
        finished.sort_by_key(|episode| (episode.at, episode.environment));
        for flight in finished
            .iter()
            .filter_map(|episode| episode.flight.as_ref())
        {
            self.keeper.save_flight(flight);
        }
        self.progress.count(steps, &finished);
        if let Some(curriculum) = &self.world.curriculum {
            self.progress.climb(curriculum, &finished);
        }
    }

    fn learn(&mut self) -> Option<Row> {
        match self.student.update(&self.rollout, &self.pool) {
            Ok(row) => row,
            Err(hopeless) => {
                self.give_up(hopeless.to_string());
                None
            }
        }
    }

    /// Judges, logs and publishes an iteration that has been learnt from; false if that was broken off and is still to be done.
    fn report(&mut self) -> bool {
        let Some(mut row) = self.progress.take_unreported() else {
            return true;
        };
        let before = self.progress.clone();
        self.progress.report(&mut row);
        if self.world.curriculum.is_some() {
            let Level(level) = self.progress.level();
            row.set(Metric::Level, f64::from(level));
        }
        if !self.evaluate_if_near(&mut row) {
            self.progress = before;
            self.progress.set_unreported(row);
            return false;
        }
        let wall_s = self.wall_s();
        self.keeper.log(self.progress.iteration(), &row, wall_s);
        let student = &self.student;
        self.keeper
            .publish(|| policy_file::to_bytes(&student.policy()));
        self.publish(row);
        true
    }

    /// Asks whether the scene is solved, once training suggests it, and not too often. False if it was broken off.
    fn evaluate_if_near(&mut self, row: &mut Row) -> bool {
        let unsolved = self.progress.solved_step().is_none();
        let at_the_task = (self.world.curriculum.as_ref())
            .is_none_or(|curriculum| self.progress.level() >= Level(curriculum.levels));
        let Some(solved) = self.world.solved.filter(|_| unsolved && at_the_task) else {
            return true;
        };
        let evaluations = self.job.learner.settings().evaluations();
        if !self.progress.is_evaluation_due(&solved, evaluations.after) {
            return true;
        }
        let policy = self.student.policy();
        let first = self.progress.take_evaluation_episodes(EVALUATION_EPISODES);
        let Some(evaluation) = self.evaluate(&policy, first) else {
            return self.failure.is_none() && !self.pool.is_stopping();
        };
        self.progress.next_evaluation_in(evaluations.every);
        row.set(Metric::EvaluationReturn, evaluation.return_mean);
        if let Some(success) = evaluation.success {
            row.set(Metric::EvaluationSuccess, success);
        }
        if evaluation.meets(&solved) {
            self.progress.note_solved();
            self.clock.solved_s = Some(self.wall_s());
            self.best = Some(policy_file::to_bytes(&policy));
            self.keeper.hurry();
        }
        true
    }

    /// Fresh episodes from number `first` on with the mean action; none if it was broken off.
    fn evaluate(&mut self, policy: &Arc<Policy>, first: u64) -> Option<Evaluation> {
        let evaluated = evaluate(
            &self.world.environment,
            policy,
            self.job.seed,
            Purpose::Evaluation,
            first..first + EVALUATION_EPISODES,
            &self.pool,
        );
        match evaluated {
            Ok(evaluation) => {
                for flight in evaluation.iter().flat_map(|evaluation| &evaluation.flights) {
                    self.keeper.save_flight(flight);
                }
                evaluation
            }
            Err(error) => {
                self.give_up(error.to_string());
                None
            }
        }
    }

    /// Ends the run where it is: it would not get better.
    fn give_up(&mut self, why: String) {
        self.failure.get_or_insert(why);
    }

    fn finish(mut self) -> TrainResult {
        if self.keeper.is_behind(self.progress.iteration()) {
            self.save();
        }
        let policy = self.student.policy();
        let state_hash = self.state_hash();
        // Of the numbers that the next evaluation would have, so that a run that is prolonged does not know of it.
        let evaluation = if self.pool.is_stopping() || self.failure.is_some() {
            None
        } else {
            let first = self
                .progress
                .clone()
                .take_evaluation_episodes(EVALUATION_EPISODES);
            self.evaluate(&policy, first)
        };
        let mut result = TrainResult {
            scene: self.job.scene.clone(),
            learner: self.job.learner_name.clone(),
            seed: self.job.seed.number(),
            steps: self.progress.steps(),
            resumed_from_step: self.resumed_from,
            wall_s: self.wall_s(),
            steps_per_s: steps_per_s(&self.progress, &self.clock),
            first_update_s: self.clock.first_update_s,
            solved_step: self.progress.solved_step(),
            solved_wall_s: self.clock.solved_s,
            success: evaluation.as_ref().and_then(|e| e.success),
            return_mean: evaluation
                .as_ref()
                .map(|e| e.return_mean)
                .filter(|mean| mean.is_finite()),
            state_hash,
            run: self.keeper.folder().map(|f| f.path().to_path_buf()),
            stopped: self.pool.is_stopping(),
            given_up: self.failure.is_some(),
            trouble: self.trouble(),
        };
        let json = serde_json::to_string(&result).expect("plain data is JSON");
        self.keeper.save_result(&json);
        result.trouble = self.trouble();
        let last = Snapshot {
            policy,
            solved_step: result.solved_step,
            solved_wall_s: result.solved_wall_s,
            steps_per_s: result.steps_per_s,
            trouble: result.trouble.clone(),
            change: self.change.clone(),
        };
        self.publisher.publish_last(result.steps, last);
        result
    }

    /// The learner with what it has learnt so far.
    pub(crate) fn student(&self) -> &dyn GuardedLearner {
        &*self.student
    }

    /// A hash of everything that the next step depends on: learner, environments, progress.
    pub fn state_hash(&self) -> String {
        self.state().hash()
    }

    fn publish(&mut self, row: Row) {
        let Self {
            student,
            progress,
            clock,
            keeper,
            change,
            ..
        } = self;
        let snapshot = || Snapshot {
            policy: student.policy(),
            solved_step: progress.solved_step(),
            solved_wall_s: clock.solved_s,
            steps_per_s: steps_per_s(progress, clock),
            trouble: keeper.trouble().cloned(),
            change: change.clone(),
        };
        self.publisher.publish(row, progress.steps(), snapshot);
    }

    fn trouble(&self) -> Option<String> {
        self.failure.as_ref().or(self.keeper.trouble()).cloned()
    }

    /// Seconds that the run has taken so far, without those between its processes.
    pub fn wall_s(&self) -> f64 {
        self.clock.wall_s + self.job.launched.elapsed().as_secs_f64()
    }
}

fn steps_per_s(progress: &Progress, clock: &Clock) -> f64 {
    progress.steps() as f64 / clock.working_s.max(f64::MIN_POSITIVE)
}

/// A training that could not begin.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The environment does not fit together.
    #[error(transparent)]
    Pod(#[from] PodError),
    /// The learner cannot act in this environment.
    #[error("{0}")]
    Unsuited(String),
    /// The run's folder cannot be written.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The scene has no such preset.
    #[error(transparent)]
    Scene(#[from] SceneError),
}
