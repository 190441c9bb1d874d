//! The scene of a run, and what it becomes on the way. A change takes effect between two iterations, at a number of control steps that
//! is written down before the run comes there, so a run is a function of its scene, its seed and its versions: whoever goes on with it,
//! from whatever checkpoint, comes by the same versions at the same steps.

use std::sync::Arc;

use super::{Job, TrainError};
use crate::checkpoint::versions::VersionFile;
use crate::checkpoint::{RunError, RunFolder};
use crate::pod::Environment;
use crate::pod::scene::SceneEnvironment;
use crate::scene::Scene;
use crate::scene::task::{Curriculum, Solved};

/// Differences of a change that are told.
const MOST_TOLD: usize = 8;

/// A scene that somebody proposes to go on with.
#[derive(Clone)]
pub struct SceneEdit {
    /// The scene.
    pub scene: Arc<Scene>,
    /// Should it pay for other things, critics begin anew.
    pub forget_values: bool,
}

/// What is learnt in, as it is now.
#[derive(Clone)]
pub(super) struct TrainingTask {
    pub(super) environment: Arc<dyn Environment>,
    /// When it counts as solved, if it ever does.
    pub(super) solved: Option<Solved>,
    /// How the task becomes harder.
    pub(super) curriculum: Option<Curriculum>,
}

impl TrainingTask {
    fn of(scene: &Arc<Scene>) -> Self {
        Self {
            environment: Arc::new(SceneEnvironment::new(scene.clone())),
            solved: scene.task().solved,
            curriculum: scene.task().curriculum,
        }
    }

    /// Levels of the curriculum before the last.
    pub(super) fn levels(&self) -> u32 {
        self.curriculum.map_or(0, |curriculum| curriculum.levels)
    }
}

/// A version of the scene after the first.
pub(super) struct Version {
    /// Control steps with which it takes effect.
    pub(super) step: u64,
    pub(super) forgets_values: bool,
    pub(super) scene: Arc<Scene>,
    pub(super) world: TrainingTask,
    /// How it differs from the one before.
    differences: Vec<String>,
}

/// What a proposed scene comes to.
pub(super) enum Proposed {
    /// It means what the newest version means.
    Same,
    /// It takes effect with the coming iteration.
    Fits(Version),
    /// It cannot be gone on with; says why, and what could be done.
    Refused(String),
}

/// All versions of a run.
pub(super) struct Versions {
    /// The scene that the run began with; none for an environment that is no scene, which does not change.
    first: Option<Arc<Scene>>,
    beginning: TrainingTask,
    learner: String,
    later: Vec<Version>,
}

impl Versions {
    /// Those of a job, with what its folder has of them.
    ///
    /// # Errors
    /// A version in the folder is none of such a run.
    pub(super) fn read(job: &Job, folder: Option<&RunFolder>) -> Result<Self, TrainError> {
        let mut versions = Self {
            first: job.first_version.clone(),
            beginning: TrainingTask {
                environment: job.environment.clone(),
                solved: job.solved,
                curriculum: job.environment.curriculum(),
            },
            learner: job.learner_name.clone(),
            later: Vec::new(),
        };
        let Some(folder) = folder else {
            return Ok(versions);
        };
        for file in folder.versions() {
            let path = folder.path().join(file.path());
            let origin = path.display().to_string();
            let scene = Scene::parse(&origin, &file.text)?.renamed(job.scene.clone());
            let problem = match versions.propose(Arc::new(scene), file.step) {
                Proposed::Fits(mut version) => {
                    version.forgets_values = file.forgets_values;
                    versions.later.push(version);
                    continue;
                }
                Proposed::Same => "it does not differ from the version before".to_owned(),
                Proposed::Refused(problem) => problem,
            };
            return Err(TrainError::Run(RunError::Broken(path, problem)));
        }
        Ok(versions)
    }

    /// The newest one there is, whether or not the run has come there.
    fn newest(&self) -> Option<&Arc<Scene>> {
        let last = self.later.last().map(|version| &version.scene);
        last.or(self.first.as_ref())
    }

    /// What it would be to go on with `scene` from `step` on.
    pub(super) fn propose(&self, scene: Arc<Scene>, step: u64) -> Proposed {
        let Some(newest) = self.newest() else {
            let problem = "this environment is no scene, and does not change in mid-run";
            return Proposed::Refused(problem.to_owned());
        };
        let differences = newest.differences(&scene, &self.learner);
        if differences.is_empty() {
            return Proposed::Same;
        }
        if let Some(misfit) = newest.misfit(&scene) {
            return Proposed::Refused(format!("{misfit}, and that cannot change in mid-run"));
        }
        let is_of_the_learner = |difference: &&String| difference.starts_with("`learner");
        let changed: Vec<&String> = differences.iter().filter(is_of_the_learner).collect();
        if !changed.is_empty() {
            let changed = told(&changed);
            return Proposed::Refused(format!(
                "{changed}: what the learner is told at the beginning cannot change in mid-run"
            ));
        }
        Proposed::Fits(Version {
            step,
            forgets_values: false,
            world: TrainingTask::of(&scene),
            scene,
            differences,
        })
    }

    /// As [`Versions::propose`], of a change that somebody wants.
    pub(super) fn propose_edit(&self, change: SceneEdit, step: u64) -> Proposed {
        let pays_as = |newest: &Arc<Scene>| newest.pays_as(&change.scene);
        let pays_as_before = self.newest().is_none_or(pays_as);
        let mut proposed = self.propose(change.scene, step);
        if let Proposed::Fits(version) = &mut proposed {
            version.forgets_values = change.forget_values && !pays_as_before;
        }
        proposed
    }

    pub(super) fn add(&mut self, version: Version) {
        self.later.push(version);
    }

    /// Whether some version is still to take effect after so many steps.
    pub(super) fn are_to_come_after(&self, steps: u64) -> bool {
        self.later.last().is_some_and(|last| last.step > steps)
    }

    /// The version that takes effect between two numbers of steps: above the first, up to the second.
    pub(super) fn between(&self, steps: u64, later: u64) -> Option<&Version> {
        self.in_force(later).filter(|version| version.step > steps)
    }

    /// The version after the first that is played after so many steps.
    pub(super) fn in_force(&self, steps: u64) -> Option<&Version> {
        self.later.iter().rfind(|version| version.step <= steps)
    }

    /// What is learnt in after so many steps.
    pub(super) fn world(&self, steps: u64) -> &TrainingTask {
        let version = self.in_force(steps);
        version.map_or(&self.beginning, |version| &version.world)
    }

    /// The table of what has happened up to so many steps; empty where there are no versions.
    pub(super) fn events(&self, steps: u64) -> String {
        if self.later.is_empty() {
            return String::new();
        }
        let mut table = "step,event,what\n".to_owned();
        let mut row = |step: u64, event: &str, what: &str| {
            let what = what.replace('"', "\"\"");
            table.push_str(&format!("{step},{event},\"{what}\"\n"));
        };
        for version in self.later.iter().filter(|version| version.step <= steps) {
            row(version.step, "scene", &version.told());
            if version.forgets_values {
                row(version.step, "critic", FORGOTTEN);
            }
        }
        table
    }
}

const FORGOTTEN: &str = "the critic begins anew";

impl Version {
    /// What goes to the run's folder.
    pub(super) fn file(&self) -> VersionFile {
        VersionFile {
            step: self.step,
            forgets_values: self.forgets_values,
            text: self.scene.text().to_owned(),
        }
    }

    fn told(&self) -> String {
        told(&self.differences.iter().collect::<Vec<_>>())
    }

    /// A line of what has changed.
    pub(super) fn in_words(&self) -> String {
        let (step, told) = (self.step, self.told());
        let forgotten = if self.forgets_values {
            format!("; {FORGOTTEN}")
        } else {
            String::new()
        };
        format!("step {step}: the scene has changed: {told}{forgotten}")
    }
}

/// Differences as a list, those beyond a number only counted.
fn told(differences: &[&String]) -> String {
    let shown = &differences[..differences.len().min(MOST_TOLD)];
    let shown: Vec<&str> = shown.iter().map(|difference| difference.as_str()).collect();
    match differences.len().saturating_sub(MOST_TOLD) {
        0 => shown.join("; "),
        more => format!("{}; and {more} more", shown.join("; ")),
    }
}
