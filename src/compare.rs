//! Learners beside each other: every learner with every seed, then statistics, curves and a page of them.
//!
//! The story is [`Comparison::run`]. Each run has a folder of its own, as `sinew train` would have made it, and all that is
//! compared is read from these folders: so it does not matter how often a comparison was stopped.
//!
//! ```no_run
//! use sinew::compare::{Comparison, Entrant};
//! use sinew::scene::Scene;
//! use std::sync::Arc;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let learners = ["ppo".to_owned(), "slow".to_owned()];
//! let scene = Arc::new(Scene::open_with_all("mine.ron", &learners, &[])?);
//! let entrants: Result<Vec<_>, _> = learners.iter().map(|name| Entrant::of_scene(&scene, name)).collect();
//! let comparison = Comparison {
//!     task: scene.name().to_owned(),
//!     entrants: entrants?,
//!     seeds: 5,
//!     seconds: None,
//!     at_once: 2,
//!     folder: "runs/compare-mine".into(),
//! };
//! let compared = comparison.run(&Arc::default(), |_| {}, &mut |_| {})?;
//! println!("{:?}", compared.standings[0].return_iqm);
//! # Ok(())
//! # }
//! ```

pub mod curves;
mod outcome;
mod output;
mod page;
pub mod picture;
mod runs;
pub mod statistics;
mod table;
mod terms;

pub use outcome::Outcome;
pub use runs::Progress;
pub use table::{COLUMNS, Standing};

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::checkpoint::run_subject::RunSubject;
use crate::checkpoint::{LockedFolder, RunError, RunSettings};
use crate::files;
use crate::files::Lock;
use crate::learn::LearnerSettings;
use crate::pod::Environment;
use crate::scene::Scene;
use crate::scene::SceneError;
use crate::scene::task::Solved;
use crate::train::{Job, TrainError};
use terms::Terms;

/// Steps of a run that time ends: more than anybody waits for. A rate that falls towards the last step does not get there.
const ENDLESS: u64 = 1_000_000_000_000_000;

/// What to do with a line that a person should read now.
type Tell = Arc<dyn Fn(&str) + Send + Sync>;

/// What makes the run of a learner with a seed.
type JobMaker = Box<dyn Fn(u64) -> Result<Job, TrainError> + Send + Sync>;

/// One of the learners that are compared.
pub struct Entrant {
    name: String,
    /// What the folders of its runs are of, kept in them.
    subject: Option<Arc<dyn RunSubject + Send + Sync>>,
    job: JobMaker,
}

impl Entrant {
    fn subject(&self) -> Option<&dyn RunSubject> {
        let subject = self.subject.as_deref();
        subject.map(|subject| subject as &dyn RunSubject)
    }

    /// A preset on a scene that has it.
    ///
    /// # Errors
    /// There is no preset of that name.
    pub fn of_scene(scene: &Arc<Scene>, learner: &str) -> Result<Self, SceneError> {
        let (name, _) = scene.learner(Some(learner))?;
        let name = name.to_owned();
        let (in_scene, preset) = (scene.clone(), name.clone());
        let job = move |seed| Ok(Job::new(&in_scene, Some(&preset), seed)?);
        Ok(Self::of_jobs(&name, job).keeping(scene.clone()))
    }

    /// Any learner on any environment: `job` makes its run with a seed. Threads, folder, clock and whether it ends when it is solved
    /// are the comparison's to say.
    pub fn of_jobs(
        name: &str,
        job: impl Fn(u64) -> Result<Job, TrainError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.to_owned(),
            subject: None,
            job: Box::new(job),
        }
    }

    /// The same, with what its runs are of kept in their folders, so that each can be gone on with alone.
    pub fn keeping(mut self, subject: Arc<dyn RunSubject + Send + Sync>) -> Self {
        self.subject = Some(subject);
        self
    }

    /// Its name in tables, curves and folders.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// What to compare, and how.
pub struct Comparison {
    /// What is learnt, in titles.
    pub task: String,
    /// The learners, in the order of the table.
    pub entrants: Vec<Entrant>,
    /// Each learner is trained with the seeds from 1 to this.
    pub seeds: u64,
    /// How long each run trains, on its own clock, for one update at least; none: as many steps as its learner's settings say.
    pub seconds: Option<Duration>,
    /// Runs that are trained at the same time, each on one thread.
    pub at_once: usize,
    /// Where runs, tables and pictures are kept.
    pub folder: PathBuf,
}

/// What came out.
pub struct Compared {
    /// A row per learner, in their order.
    pub standings: Vec<Standing>,
    /// The runs that have been trained and judged.
    pub outcomes: Vec<Outcome>,
    /// Somebody stopped it before all runs were done.
    pub is_stopped: bool,
    /// Runs that went wrong, and how.
    pub troubles: Vec<String>,
}

/// A run of a comparison.
struct Run<'a> {
    entrant: &'a Entrant,
    seed: u64,
    path: PathBuf,
    settings: RunSettings,
    environment: Arc<dyn Environment>,
    /// As the comparison has it trained.
    learner: LearnerSettings,
    solved: Option<Solved>,
}

impl Run<'_> {
    fn name(&self) -> String {
        format!("{}-s{}", plain(&self.entrant.name), self.seed)
    }
}

impl Comparison {
    /// Trains what has not been trained, judges it, and writes tables, pictures and a page. Ends early, with every run saved, when
    /// `stop` is set; calling it again goes on. What a person should read now goes to `tell`; `look` is told how far it is many
    /// times a second, on the calling thread.
    ///
    /// # Errors
    /// The folder holds runs of another comparison, somebody else writes it, or the system refused. Nothing has been trained then,
    /// unless only the tables could not be written.
    pub fn run(
        &self,
        stop: &Arc<AtomicBool>,
        tell: impl Fn(&str) + Send + Sync + 'static,
        look: &mut dyn FnMut(Progress),
    ) -> Result<Compared, CompareError> {
        let io = |error| CompareError::Io(self.folder.clone(), error);
        self.refuse_twins()?;
        files::create_folder(&self.folder).map_err(io)?;
        let lock = Lock::take(&self.folder.join("lock")).map_err(io)?;
        let _lock = lock.ok_or_else(|| CompareError::Busy(self.folder.clone()))?;
        let runs = self.runs()?;
        for run in &runs {
            self.refuse_another(run)?;
        }
        Terms::of(self, &runs).agree(&self.folder)?;
        let troubles = runs::train_and_judge(self, &runs, stop, &(Arc::new(tell) as Tell), look);
        let outcomes: Vec<Outcome> = runs
            .iter()
            .filter_map(|run| outcome::read(run, self.seconds))
            .collect();
        let compared = Compared {
            standings: self.standings(&outcomes, &runs),
            is_stopped: outcomes.len() + troubles.len() < runs.len()
                && stop.load(Ordering::Relaxed),
            outcomes,
            troubles,
        };
        self.write(&compared, &runs)?;
        Ok(compared)
    }

    fn refuse_twins(&self) -> Result<(), CompareError> {
        for (i, entrant) in self.entrants.iter().enumerate() {
            let folder = plain(&entrant.name);
            let others = &self.entrants[..i];
            if let Some(other) = others.iter().find(|other| plain(&other.name) == folder) {
                let names = (other.name.clone(), entrant.name.clone());
                return Err(CompareError::Twins(names.0, names.1));
            }
        }
        Ok(())
    }

    /// Seed by seed, so that a comparison that is stopped has some of every learner.
    fn runs(&self) -> Result<Vec<Run<'_>>, CompareError> {
        let mut runs = Vec::new();
        for seed in 1..=self.seeds {
            for entrant in &self.entrants {
                let job = (entrant.job)(seed)?;
                let learner = match self.seconds {
                    Some(_) => job.learner.with_steps(ENDLESS),
                    None => job.learner,
                };
                let settings = RunSettings {
                    version: env!("CARGO_PKG_VERSION").to_owned(),
                    scene: job.scene,
                    learner: entrant.name.clone(),
                    seed,
                    steps: learner.settings().steps(),
                    envs: learner.settings().envs(),
                };
                let name = format!("{}-s{seed}", plain(&entrant.name));
                runs.push(Run {
                    entrant,
                    seed,
                    path: self.folder.join(name),
                    settings,
                    environment: job.environment,
                    learner,
                    solved: job.solved,
                });
            }
        }
        Ok(runs)
    }

    /// Opens the folder of a run that is there already, to see whether it is this run.
    fn refuse_another(&self, run: &Run) -> Result<(), CompareError> {
        if !run.path.join("run.json").is_file() {
            return Ok(());
        }
        let claimed = LockedFolder::lock(&run.path)?;
        if let Some(stored) = claimed.stored()?
            && stored.settings.steps != run.settings.steps
        {
            let steps = |steps| match steps {
                ENDLESS => "by the clock".to_owned(),
                steps => format!("for {steps} steps"),
            };
            let (was, is) = (steps(stored.settings.steps), steps(run.settings.steps));
            let difference = format!("it was trained {was}, and is to be trained {is}");
            return Err(CompareError::Other(run.path.clone(), difference));
        }
        claimed.open(run.settings.clone(), run.entrant.subject())?;
        Ok(())
    }

    fn standings(&self, outcomes: &[Outcome], runs: &[Run]) -> Vec<Standing> {
        let standing = |entrant: &Entrant| {
            let solves = |run: &Run| run.entrant.name == entrant.name && run.solved.is_some();
            let own = outcomes
                .iter()
                .filter(|outcome| outcome.learner == entrant.name);
            let own: Vec<&Outcome> = own.collect();
            Standing::of(&entrant.name, &own, self.seeds, runs.iter().any(solves))
        };
        self.entrants.iter().map(standing).collect()
    }
}

/// A name as a folder can have it.
pub fn plain(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    name.replace(|c| !is_plain(c), "_")
}

/// A comparison that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// A learner is named twice.
    #[error("`{0}` and `{1}` would share their folders: name each learner once")]
    Twins(String, String),
    /// Somebody else writes the folder.
    #[error(
        "{0} is being written by another process: wait for it or stop it, or name another folder with --out"
    )]
    Busy(PathBuf),
    /// Runs that are there are not those of this comparison.
    #[error(
        "{0} is of another comparison: {1}; compare as it was begun, name another folder with --out, or delete this one"
    )]
    Other(PathBuf, String),
    /// A file of the folder does not say what it should.
    #[error("{0}: {1}; name another folder with --out, or delete this one")]
    Broken(PathBuf, String),
    /// A run cannot begin.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The system refused.
    #[error("{0}: {1}")]
    Io(PathBuf, #[source] io::Error),
}

impl From<RunError> for CompareError {
    /// In the words of this command, which has no `--run`.
    fn from(error: RunError) -> Self {
        match error {
            RunError::Locked(path) => Self::Busy(path),
            RunError::OtherRun(path, difference) => Self::Other(path, difference),
            RunError::OtherVersion(path, words) | RunError::Broken(path, words) => {
                Self::Broken(path, words)
            }
            RunError::Io(path, error) => Self::Io(path, error),
            error => Self::Train(error.into()),
        }
    }
}

/// Where a file of a comparison or run is read from: far above what sinew writes.
fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    const LARGEST: u64 = 16 << 20;
    files::read(path, LARGEST)
}
