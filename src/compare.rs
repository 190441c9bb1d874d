//! Comparison of learners: every learner is trained with every seed; then statistics, curves and a page are written.
//!
//! [`Comparison::run`] is the entry point. Each run has a folder as `sinew train` makes it, and everything that is compared is read
//! from these folders, so a comparison may be stopped and continued any number of times.
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

mod axis;
pub mod chart;
pub mod curves;
mod entrant;
mod error;
mod outcome;
mod output;
mod page;
mod protocol;
mod runs;
pub mod statistics;
mod table;

pub use entrant::Entrant;
pub use error::CompareError;
pub use outcome::Outcome;
pub use runs::Progress;
pub use table::{COLUMNS, Standing};

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::checkpoint::{LockedFolder, RunSettings};
use crate::files;
use crate::files::Lock;
use crate::learn::LearnerSettings;
use crate::pod::Environment;
use crate::step::curriculum::Solved;
use protocol::Protocol;

/// Steps of a run that ends by time: never reached. A learning rate that falls towards the last step stays constant.
const ENDLESS: u64 = 1_000_000_000_000_000;

/// Receives messages for the user.
type Notify = Arc<dyn Fn(&str) + Send + Sync>;

/// What to compare, and how.
pub struct Comparison {
    /// The name of the task, for titles.
    pub task: String,
    /// The learners, in the order of the table's rows.
    pub entrants: Vec<Entrant>,
    /// Each learner is trained with the seeds from 1 to this number.
    pub seeds: u64,
    /// Training time of each run on its own clock, but at least one update; `None`: the number of steps in its learner's settings.
    pub seconds: Option<Duration>,
    /// Number of runs that train at the same time, each on one thread.
    pub at_once: usize,
    /// Folder of the runs, tables and pictures.
    pub folder: PathBuf,
}

/// The result of a comparison.
pub struct Compared {
    /// One per learner, in their order.
    pub standings: Vec<Standing>,
    /// The runs that have been trained and evaluated.
    pub outcomes: Vec<Outcome>,
    /// It was stopped before all runs were done.
    pub is_stopped: bool,
    /// The errors of runs that failed.
    pub troubles: Vec<String>,
}

/// A run of a comparison.
struct Run<'a> {
    entrant: &'a Entrant,
    seed: u64,
    path: PathBuf,
    settings: RunSettings,
    environment: Arc<dyn Environment>,
    /// The learner's settings, with the comparison's number of steps.
    learner: LearnerSettings,
    solved: Option<Solved>,
}

impl Run<'_> {
    fn name(&self) -> String {
        run_name(&self.entrant.name, self.seed)
    }
}

impl Comparison {
    /// Trains and evaluates the runs that are not done, and writes tables, pictures and a page. When `stop` is set it saves every run and
    /// ends early; calling it again continues. `notify` receives messages for the user, and `progress` is called many times a second on
    /// the calling thread.
    ///
    /// # Errors
    /// The folder holds runs of another comparison, another process writes it, or an input or output operation failed. Nothing has been
    /// trained then, unless only writing the tables failed.
    pub fn run(
        &self,
        stop: &Arc<AtomicBool>,
        notify: impl Fn(&str) + Send + Sync + 'static,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Compared, CompareError> {
        let io = |error| CompareError::Io(self.folder.clone(), error);
        self.refuse_shared_folders()?;
        files::create_folder(&self.folder).map_err(io)?;
        let lock = Lock::take(&self.folder.join("lock")).map_err(io)?;
        let _lock = lock.ok_or_else(|| CompareError::Busy(self.folder.clone()))?;
        let runs = self.runs()?;
        for run in &runs {
            self.refuse_other_run(run)?;
        }
        Protocol::of(self, &runs).check_and_store(&self.folder)?;
        let troubles = runs::run_all(self, &runs, stop, &(Arc::new(notify) as Notify), progress);
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

    /// Refuses two learners whose runs would share folders.
    fn refuse_shared_folders(&self) -> Result<(), CompareError> {
        for (i, entrant) in self.entrants.iter().enumerate() {
            let folder = folder_name(&entrant.name);
            let others = &self.entrants[..i];
            if let Some(other) = others
                .iter()
                .find(|other| folder_name(&other.name) == folder)
            {
                let names = (other.name.clone(), entrant.name.clone());
                return Err(CompareError::SharedFolder(names.0, names.1));
            }
        }
        Ok(())
    }

    /// All runs, ordered by seed, so that a stopped comparison has some runs of every learner.
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
                runs.push(Run {
                    entrant,
                    seed,
                    path: self.folder.join(run_name(&entrant.name, seed)),
                    settings,
                    environment: job.environment,
                    learner,
                    solved: job.solved,
                });
            }
        }
        Ok(runs)
    }

    /// Opens the folder of a run if it exists, and refuses it if it is another run's.
    fn refuse_other_run(&self, run: &Run) -> Result<(), CompareError> {
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

/// The folder name of the run of a learner with a seed.
fn run_name(learner: &str, seed: u64) -> String {
    format!("{}-s{seed}", folder_name(learner))
}

/// A name with every character that a folder name cannot have replaced by `_`.
pub fn folder_name(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    name.replace(|c| !is_plain(c), "_")
}
