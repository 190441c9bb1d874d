//! Presets of learners: those that a text has, and how one is chosen and changed, be the text a scene or presets alone.

mod shipped;

use serde::Deserialize;

use crate::learn::LearnerSettings;
use crate::meaning::Meaning;
use crate::ron_tree::{
    Assignment, Diagnostic, Document, Entries, Names, Node, Path, ReadError, Source, SourceSpan,
    names,
    read::{self, Format},
    suggest, unique,
};

/// A preset and its name.
pub(crate) type Preset = (String, LearnerSettings);

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
    pub fn parse(name: &str, text: &str) -> Result<Self, ReadError> {
        let document = Document::parse(&Source::text(name, text));
        let written: Written = read::read(&document)?;
        let checked = check(&written.learners, &Path::default().field("learners"));
        Ok(Self {
            text: text.to_owned(),
            learners: checked.map_err(|diagnostic| diagnostic.locate(&document))?,
        })
    }

    /// As [`Presets::parse`], with a learner chosen and values changed, as `Scene::open_with` does.
    ///
    /// # Errors
    /// There is no such preset, an edit leads nowhere, or what it leads to is wrong.
    pub fn parse_with(
        name: &str,
        text: &str,
        learner: Option<&str>,
        set: &[String],
    ) -> Result<Self, ReadError> {
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
    ) -> Result<Self, ReadError> {
        let learners: Vec<Option<&str>> = learners.iter().map(|name| Some(&**name)).collect();
        Self::parse_chosen(name, text, &learners, set)
    }

    fn parse_chosen(
        name: &str,
        text: &str,
        learners: &[Option<&str>],
        set: &[String],
    ) -> Result<Self, ReadError> {
        let unchanged = Self::parse(name, text)?;
        let text = changed::<Written>(text, &unchanged.learners, learners, set)?;
        Self::parse(name, &text).map_err(|error| after::<Written>(set, error))
    }

    /// The text as used, edits and a shipped preset included; reading it again gives these presets.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A preset by its name, those of the text before the shipped ones; without a name, the first there is.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn learner(&self, name: Option<&str>) -> Result<(&str, &LearnerSettings), ReadError> {
        find::<Written>(&self.learners, name)
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

/// What has no scene has presets alone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    learners: Entries<LearnerSettings>,
}

impl Format for Written {
    const NAME: &'static str = "preset file";
    const FORM: &'static str = "a preset file is `(learners: {\"name\": ..})`";
}

impl Format for LearnerSettings {
    const NAME: &'static str = "preset";
    const FORM: &'static str = "a preset is the name of a learner and its settings, `Ppo(..)`";
}

/// A preset by its name, `own` ones before the shipped ones; without a name, the first there is.
pub(crate) fn find<'a, T: Format>(
    own: &'a [Preset],
    name: Option<&str>,
) -> Result<(&'a str, &'a LearnerSettings), ReadError> {
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
        let (name, text) = (name.unwrap_or_default(), T::NAME);
        ReadError::Unknown {
            title: format!("there is no learner `{name}`, neither in the {text} nor shipped"),
            help: suggest("learners", name, &known),
        }
    })?;
    Ok((name, settings))
}

/// What a preset says, whatever the length of the run.
pub(crate) fn meant(own: &[Preset], name: &str) -> Option<LearnerSettings> {
    let found = find::<Written>(own, Some(name)).ok();
    found.map(|(_, settings)| settings.clone().with_steps(0))
}

/// The text, whose presets are `own`, with values changed. The chosen presets become part of it first, where they are shipped
/// ones; `learner` at the start of a path is each of them.
pub(crate) fn changed<T: Format>(
    text: &str,
    own: &[Preset],
    learners: &[Option<&str>],
    set: &[String],
) -> Result<String, ReadError> {
    let mut document = Document::parse(&Source::text(T::NAME, text));
    let mut chosen = Vec::new();
    for learner in learners {
        let (learner, _) = find::<T>(own, *learner)?;
        if !own.iter().any(|(name, _)| name == learner) {
            add(&mut document, learner, shipped::preset(learner));
        }
        chosen.push(learner);
    }
    for change in set {
        let assignment = Assignment::parse(change)?;
        let is_of_learner = names(assignment.path)
            .is_ok_and(|names| names.first().is_some_and(|(name, _)| is_alias(name)));
        let each = if is_of_learner {
            chosen.as_slice()
        } else {
            &chosen[..1]
        };
        for learner in each {
            let names = names(assignment.path).map(|names| of_learner(names, learner));
            assignment.apply(&mut document, T::NAME, names)?;
        }
    }
    Ok(document.print().text)
}

/// Whether the first part of a path stands for the chosen learner, however that is called.
fn is_alias(name: &str) -> bool {
    name == "learner"
}

/// The path with `learner` at its start as the chosen one of `learners`.
fn of_learner<'a>(mut names: Names<'a>, learner: &'a str) -> Names<'a> {
    if let Some((name, span)) = names.first().cloned()
        && is_alias(name)
    {
        names.splice(..1, [("learners", span.clone()), (learner, span)]);
    }
    names
}

/// Adds a preset to the learners of a text, behind those that are there.
fn add(document: &mut Document, name: &str, preset: &str) {
    let at = SourceSpan::new(&Source::text(name, preset), 0..preset.len());
    let Some(root) = document.root_mut() else {
        return;
    };
    let preset = preset.trim().replace('\n', "\n        ");
    let (before, after) = ("\n        ", "\n    ");
    match root.field_mut("learners") {
        Some(learners) => {
            let preset = Node::generated(&preset, &at);
            learners.push_entry_between(name, before, preset, after, &at);
        }
        None => {
            let learners = format!("{{ {name:?}: {before}{preset}{after}}}");
            root.push_entry("learners", Node::generated(&learners, &at), &at);
        }
    }
}

/// The presets of a text, each with its settings in range.
pub(crate) fn check(
    learners: &Entries<LearnerSettings>,
    at: &Path,
) -> Result<Vec<Preset>, Diagnostic> {
    unique(
        "learner",
        at,
        learners.0.iter().map(|(name, _)| name.as_str()),
        Path::key,
    )?;
    for (i, (_, settings)) in learners.0.iter().enumerate() {
        settings.settings().check().map_err(|(field, would_do)| {
            Diagnostic::new(
                at.nth(i).field(field),
                format!("`{field}` is out of its range"),
            )
            .help(format!("it must be {would_do}"))
        })?;
    }
    Ok(learners.0.clone())
}

/// An error of a text that was changed, so that nobody looks for it in the file.
pub(crate) fn after<T: Format>(set: &[String], error: ReadError) -> ReadError {
    match error {
        ReadError::Text(mut error) => {
            error.note = Some(changed_by::<T>(set));
            ReadError::Text(error)
        }
        error => error,
    }
}

/// That a text is not that of the file.
pub(crate) fn changed_by<T: Format>(set: &[String]) -> String {
    format!(
        "this is the {} as changed by --set {}",
        T::NAME,
        set.join(" --set ")
    )
}
