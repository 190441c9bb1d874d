//! What a run is of, as its folder keeps it beside the settings.

use super::RunSettings;
use crate::meaning::Meaning;
use crate::scene::{Presets, Scene, SceneError};
use crate::step::Spaces;

/// What a run is of: what may not change while it goes on, beside seed, learner and number of environments.
pub trait RunSubject {
    /// The file that keeps it.
    fn file(&self) -> SubjectFile;

    /// The text of that file.
    fn text(&self) -> &str;

    /// What it means with a preset of that name, however it is written: runs whose subjects mean different things are not the same.
    fn meaning(&self, learner: &str) -> Meaning;

    /// The first difference to what a run with the settings `old` kept as `text`, in words; errors call the text `origin`.
    ///
    /// # Errors
    /// The text is none that was kept.
    fn difference(
        &self,
        old: &RunSettings,
        origin: &str,
        text: &str,
    ) -> Result<Option<String>, SceneError>;
}

/// A file of a run folder that keeps what the run is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectFile {
    /// `scene.ron`: all there is to know.
    Scene,
    /// `learners.ron`: the presets; the environment is in a program.
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

/// An environment that a program has, and no file: it is known by its name, and by what goes in and out.
pub struct ProgramEnvironment {
    /// Its name.
    pub name: &'static str,
    /// What goes in and out.
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
