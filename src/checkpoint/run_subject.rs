//! The subject of a run: a scene, or an environment that is compiled into a program.

use super::RunSettings;
use crate::meaning::Meaning;
use crate::scene::{Presets, Scene, SceneError};
use crate::step::Spaces;

/// What is trained on. It may not change while a run goes on, and neither may seed, learner and number of environments.
pub trait RunSubject {
    /// The file of the run folder that describes it.
    fn file(&self) -> SubjectFile;

    /// The text of that file.
    fn text(&self) -> &str;

    /// What it means with the preset of that name, independently of how it is written: it identifies the run.
    fn meaning(&self, learner: &str) -> Meaning;

    /// The first difference to the subject that a run with the settings `old` stored as `text`, in words; errors call the text `origin`.
    ///
    /// # Errors
    /// The text is invalid.
    fn difference(
        &self,
        old: &RunSettings,
        origin: &str,
        text: &str,
    ) -> Result<Option<String>, SceneError>;
}

/// A file of a run folder that describes the run's subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectFile {
    /// `scene.ron`: the whole scene.
    Scene,
    /// `learners.ron`: the presets of an environment that is compiled into a program.
    Learners,
}

impl SubjectFile {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Scene, Self::Learners];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scene => "scene.ron",
            Self::Learners => "learners.ron",
        }
    }
}

impl RunSubject for Scene {
    fn file(&self) -> SubjectFile {
        SubjectFile::Scene
    }

    fn text(&self) -> &str {
        self.text()
    }

    fn meaning(&self, learner: &str) -> Meaning {
        self.meaning(learner)
    }

    fn difference(
        &self,
        old: &RunSettings,
        origin: &str,
        text: &str,
    ) -> Result<Option<String>, SceneError> {
        let differs = Scene::parse(origin, text)?.difference(self, &old.learner);
        Ok(
            differs.map(|difference| match (old.scene.as_str(), self.name()) {
                (old, new) if old != new => format!("its scene is `{old}`, not `{new}`"),
                _ => format!("its scene differs: {difference}"),
            }),
        )
    }
}

/// An environment that is compiled into a program, identified by its name and its spaces.
pub struct ProgramEnvironment {
    /// Its name.
    pub name: &'static str,
    /// Its observations and actions.
    pub spaces: Spaces,
    /// Its presets.
    pub presets: Presets,
}

impl RunSubject for ProgramEnvironment {
    fn file(&self) -> SubjectFile {
        SubjectFile::Learners
    }

    fn text(&self) -> &str {
        self.presets.text()
    }

    fn meaning(&self, learner: &str) -> Meaning {
        let parts = [
            ("environment", Meaning::of(self.name)),
            ("spaces", Meaning::of(&self.spaces)),
            ("presets", self.presets.meaning(learner)),
        ];
        Meaning::Fields(parts.map(|(name, part)| (name.to_owned(), part)).into())
    }

    fn difference(
        &self,
        old: &RunSettings,
        origin: &str,
        text: &str,
    ) -> Result<Option<String>, SceneError> {
        let (was, is) = (old.scene.as_str(), self.name);
        if was != is {
            return Ok(Some(format!("its environment is `{was}`, not `{is}`")));
        }
        let differs = Presets::parse(origin, text)?.difference(&self.presets, &old.learner);
        Ok(differs.map(|difference| format!("its preset differs: {difference}")))
    }
}
