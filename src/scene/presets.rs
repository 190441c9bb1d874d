//! Presets of learners: those that a text has, and how one is chosen and changed, be the text a scene or presets alone.

use super::{
    check, edit,
    error::{Diagnostic, SceneError},
    file::{self, Written},
    locate::Path,
    read, shipped,
};
use crate::learn::LearnerSettings;
use crate::meaning::Meaning;

/// A preset and its name.
pub(super) type Preset = (String, LearnerSettings);

/// The presets for an environment that is no scene: a text `(learners: {..})`, read and changed as a scene's are.
#[derive(Clone, Debug)]
pub struct Presets {
    text: String,
    learners: Vec<Preset>,
}

impl Presets {
    /// Reads a text; errors call it by `name`.
    ///
    /// # Errors
    /// Says where in the text what is wrong, and what would do.
    pub fn parse(name: &str, text: &str) -> Result<Self, SceneError> {
        let (written, tree) = read::read::<file::Presets>(name, text)?;
        let checked = check::learners(&written.learners, &Path::default().field("learners"));
        Ok(Self {
            text: text.to_owned(),
            learners: checked
                .map_err(|diagnostic: Diagnostic| diagnostic.locate(name, text, &tree))?,
        })
    }

    /// As [`Presets::parse`], with a learner chosen and values changed, as [`Scene::open_with`](super::Scene::open_with) does.
    ///
    /// # Errors
    /// There is no such preset, an edit leads nowhere, or what it leads to is wrong.
    pub fn parse_with(
        name: &str,
        text: &str,
        learner: Option<&str>,
        set: &[String],
    ) -> Result<Self, SceneError> {
        Self::parse_chosen(name, text, &[learner], set)
    }

    /// The same with several learners chosen, one at least.
    ///
    /// # Errors
    /// As there.
    pub fn parse_with_all(
        name: &str,
        text: &str,
        learners: &[String],
        set: &[String],
    ) -> Result<Self, SceneError> {
        let learners: Vec<Option<&str>> = learners.iter().map(|name| Some(&**name)).collect();
        Self::parse_chosen(name, text, &learners, set)
    }

    fn parse_chosen(
        name: &str,
        text: &str,
        learners: &[Option<&str>],
        set: &[String],
    ) -> Result<Self, SceneError> {
        let unchanged = Self::parse(name, text)?;
        let text = changed::<file::Presets>(text, &unchanged.learners, learners, set)?;
        Self::parse(name, &text).map_err(|error| after::<file::Presets>(set, error))
    }

    /// The text as used, edits and a shipped preset included; reading it again gives these presets.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A preset by its name, those of the text before the shipped ones; without a name, the first there is.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn learner(&self, name: Option<&str>) -> Result<(&str, &LearnerSettings), SceneError> {
        find::<file::Presets>(&self.learners, name)
    }

    /// The first difference between one of these presets and the same one of `other`, in words. Comments and the number of steps do
    /// not count.
    pub fn difference(&self, other: &Presets, learner: &str) -> Option<String> {
        self.meaning(learner).difference(&other.meaning(learner))
    }

    /// What one of the presets means, however it is written.
    pub fn meaning(&self, learner: &str) -> Meaning {
        let settings = Meaning::of(&meant(&self.learners, learner));
        Meaning::Fields(vec![("learner".to_owned(), settings)])
    }
}

/// A preset by its name, `own` ones before the shipped ones; without a name, the first there is.
pub(super) fn find<'a, T: Written>(
    own: &'a [Preset],
    name: Option<&str>,
) -> Result<(&'a str, &'a LearnerSettings), SceneError> {
    let mut all = own.iter().chain(shipped::presets());
    let found = match name {
        None => all.next(),
        Some(name) => all.find(|(other, _)| other == name),
    };
    let (name, settings) = found.ok_or_else(|| {
        let mut known: Vec<String> = Vec::new();
        for (other, _) in own.iter().chain(shipped::presets()) {
            if !known.contains(other) {
                known.push(other.clone());
            }
        }
        SceneError::Learner {
            learner: name.unwrap_or_default().to_owned(),
            text: T::NAME,
            known,
        }
    })?;
    Ok((name, settings))
}

/// What a preset says, whatever the length of the run.
pub(super) fn meant(own: &[Preset], name: &str) -> Option<LearnerSettings> {
    let found = find::<file::Presets>(own, Some(name)).ok();
    found.map(|(_, settings)| settings.clone().with_steps(0))
}

/// The text, whose presets are `own`, with values changed. The chosen presets become part of it first, where they are shipped
/// ones; `learner` at the start of a path is each of them.
pub(super) fn changed<T: Written>(
    text: &str,
    own: &[Preset],
    learners: &[Option<&str>],
    set: &[String],
) -> Result<String, SceneError> {
    let mut text = text.to_owned();
    let mut chosen = Vec::new();
    for learner in learners {
        let (learner, _) = find::<T>(own, *learner)?;
        if !own.iter().any(|(name, _)| name == learner) {
            text = edit::add_learner(&text, learner, shipped::preset(learner));
        }
        chosen.push(learner);
    }
    for change in set {
        let each = if edit::is_of_the_learner(change) {
            chosen.as_slice()
        } else {
            &chosen[..1]
        };
        for learner in each {
            text = edit::set(&text, T::NAME, change, learner)?;
        }
    }
    Ok(text)
}

/// An error of a text that was changed, so that nobody looks for it in the file.
pub(super) fn after<T: Written>(set: &[String], error: SceneError) -> SceneError {
    match error {
        SceneError::Text(mut error) => {
            error.note = Some(changed_by::<T>(set));
            SceneError::Text(error)
        }
        error => error,
    }
}

/// That a text is not that of the file.
pub(super) fn changed_by<T: Written>(set: &[String]) -> String {
    format!(
        "this is the {} as changed by --set {}",
        T::NAME,
        set.join(" --set ")
    )
}
