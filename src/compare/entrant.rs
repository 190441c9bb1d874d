//! The learners that take part in a comparison.

use std::sync::Arc;

use crate::checkpoint::run_subject::RunSubject;
use crate::scene::{Scene, SceneError};
use crate::train::{Job, TrainError};

/// A learner that takes part in a comparison.
pub struct Entrant {
    pub(super) name: String,
    /// The subject of its runs, stored in their folders.
    subject: Option<Arc<dyn RunSubject + Send + Sync>>,
    /// Makes the training job of a seed.
    pub(super) job: Box<dyn Fn(u64) -> Result<Job, TrainError> + Send + Sync>,
}

impl Entrant {
    pub(super) fn subject(&self) -> Option<&dyn RunSubject> {
        let subject = self.subject.as_deref();
        subject.map(|subject| subject as &dyn RunSubject)
    }

    /// A preset of a scene.
    ///
    /// # Errors
    /// The scene has no preset of that name.
    pub fn of_scene(scene: &Arc<Scene>, learner: &str) -> Result<Self, SceneError> {
        let (name, _) = scene.learner(Some(learner))?;
        let name = name.to_owned();
        let (in_scene, preset) = (scene.clone(), name.clone());
        let job = move |seed| Ok(Job::new(&in_scene, Some(&preset), seed)?);
        Ok(Self::of_jobs(&name, job).keeping(scene.clone()))
    }

    /// Any learner on any environment: `job` makes the training job of a seed. The comparison sets its threads, folder, clock and whether
    /// it ends when the task is solved.
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

    /// Stores the subject of its runs in their folders, so that each can be resumed by itself.
    pub fn keeping(mut self, subject: Arc<dyn RunSubject + Send + Sync>) -> Self {
        self.subject = Some(subject);
        self
    }

    /// Its name in tables, curves and folder names.
    pub fn name(&self) -> &str {
        &self.name
    }
}
