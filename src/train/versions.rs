//! The versions of a run's scene. A version takes effect between two iterations, at a control step that
//! is recorded before the run reaches it. So a run is a function of its scene, seed and versions: resumed
//! from any checkpoint, it meets the same versions at the same steps.

use std::sync::Arc;

use super::{Job, TrainError};
use crate::checkpoint::versions::VersionFile;
use crate::checkpoint::{RunError, RunFolder};
use crate::pod::Environment;
use crate::pod::scene::SceneEnvironment;
use crate::scene::Scene;
use crate::step::curriculum::{Curriculum, Solved};

/// Most differences of a version that are listed.
const MOST_TOLD: usize = 8;

/// A proposed new version of the scene.
#[derive(Clone)]
pub struct SceneEdit {
    /// The scene.
    pub scene: Arc<Scene>,
    /// Whether critics are reinitialised if the reward changes.
    pub forget_values: bool,
}

/// The task that is trained on, in one version of the scene.
#[derive(Clone)]
pub(super) struct TrainingTask {
    pub(super) environment: Arc<dyn Environment>,
    /// When it counts as solved; `None`: never.
    pub(super) solved: Option<Solved>,
    /// Its curriculum, if it has one.
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
    /// The control step at which it takes effect.
    pub(super) step: u64,
    pub(super) forgets_values: bool,
    pub(super) scene: Arc<Scene>,
    pub(super) task: TrainingTask,
    /// Its differences from the version before.
    differences: Vec<String>,
}

/// The verdict on a proposed version.
pub(super) enum Proposed {
    /// It means the same as the newest version.
    Same,
    /// It takes effect with the coming iteration.
    Fits(Version),
    /// It cannot be applied; says why, and what could be done.
    Refused(String),
}

/// All versions of a run.
pub(super) struct Versions {
    /// The original scene; `None` for an environment that is not a scene, which cannot change.
    first: Option<Arc<Scene>>,
    beginning: TrainingTask,
    learner: String,
    later: Vec<Version>,
}

impl Versions {
    /// The versions of a job, including those in its folder.
    ///
    /// # Errors
    /// A version in the folder is invalid or does not fit the run.
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

    /// The newest version, whether or not it has taken effect.
    fn newest(&self) -> Option<&Arc<Scene>> {
        let last = self.later.last().map(|version| &version.scene);
        last.or(self.first.as_ref())
    }

    /// Checks whether `scene` could be the version from `step` on.
    pub(super) fn propose(&self, scene: Arc<Scene>, step: u64) -> Proposed {
        let Some(newest) = self.newest() else {
            let problem = "a custom environment cannot be changed during a run";
            return Proposed::Refused(problem.to_owned());
        };
        let differences = newest.differences(&scene, &self.learner);
        if differences.is_empty() {
            return Proposed::Same;
        }
        if let Some(misfit) = newest.misfit(&scene) {
            return Proposed::Refused(format!("{misfit}; this cannot change during a run"));
        }
        let is_of_the_learner = |difference: &&String| difference.starts_with("`learner");
        let changed: Vec<&String> = differences.iter().filter(is_of_the_learner).collect();
        if !changed.is_empty() {
            let changed = told(&changed);
            return Proposed::Refused(format!(
                "{changed}: learner hyperparameters cannot change during a run"
            ));
        }
        Proposed::Fits(Version {
            step,
            forgets_values: false,
            task: TrainingTask::of(&scene),
            scene,
            differences,
        })
    }

    /// As [`Versions::propose`], for a proposed edit.
    pub(super) fn propose_edit(&self, edit: SceneEdit, step: u64) -> Proposed {
        let pays_as = |newest: &Arc<Scene>| newest.pays_as(&edit.scene);
        let pays_as_before = self.newest().is_none_or(pays_as);
        let mut proposed = self.propose(edit.scene, step);
        if let Proposed::Fits(version) = &mut proposed {
            version.forgets_values = edit.forget_values && !pays_as_before;
        }
        proposed
    }

    pub(super) fn add(&mut self, version: Version) {
        self.later.push(version);
    }

    /// Whether a version is still to take effect after `steps`.
    pub(super) fn has_any_after(&self, steps: u64) -> bool {
        self.later.last().is_some_and(|last| last.step > steps)
    }

    /// The version that takes effect in the steps after `steps` up to `later`.
    pub(super) fn between(&self, steps: u64, later: u64) -> Option<&Version> {
        self.in_force(later).filter(|version| version.step > steps)
    }

    /// The later version in force after `steps`; `None` for the original scene.
    pub(super) fn in_force(&self, steps: u64) -> Option<&Version> {
        self.later.iter().rfind(|version| version.step <= steps)
    }

    /// The task in force after `steps`.
    pub(super) fn task(&self, steps: u64) -> &TrainingTask {
        let version = self.in_force(steps);
        version.map_or(&self.beginning, |version| &version.task)
    }

    /// The table `events.csv` up to `steps`; empty without versions.
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

const FORGOTTEN: &str = "the critic was reinitialised";

impl Version {
    /// Its file in the run folder.
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

    /// Its differences in one line.
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

/// Lists differences; those beyond a limit are only counted.
fn told(differences: &[&String]) -> String {
    let shown = &differences[..differences.len().min(MOST_TOLD)];
    let shown: Vec<&str> = shown.iter().map(|difference| difference.as_str()).collect();
    match differences.len().saturating_sub(MOST_TOLD) {
        0 => shown.join("; "),
        more => format!("{}; and {more} more", shown.join("; ")),
    }
}
