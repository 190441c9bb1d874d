//! What can be wrong with a scene, told to the person who wrote it.

use std::{fmt, io, ops::Range};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, renderer::DecorStyle};

use super::{
    locate::{Node, Path},
    short_name,
};

/// Why there is no scene. `Display` says where, what was found and what would do, over several lines.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.render(&Renderer::plain()))]
pub enum SceneError {
    /// Something at one place of a text: of the scene, or of an edit on the command line.
    Text(Box<TextError>),
    /// Neither a file nor a shipped scene.
    Missing {
        /// As it was asked for.
        scene: String,
        /// The names of the shipped scenes.
        shipped: Vec<String>,
    },
    /// A folder, a device, or something else that is no file.
    NotAFile {
        /// What was to be read.
        path: String,
        /// What it is instead.
        found: &'static str,
    },
    /// A file above the limit, refused before it was read.
    TooLarge {
        /// What was to be read.
        path: String,
        /// Its size.
        bytes: u64,
        /// The largest size that is read.
        limit: u64,
    },
    /// The system would not let us read it.
    Unreadable {
        /// What was to be read.
        path: String,
        /// Why not.
        source: io::Error,
    },
    /// No preset of this name, neither in the text nor shipped.
    Learner {
        /// As it was asked for.
        learner: String,
        /// What the text is called: `scene`, `preset file`.
        text: &'static str,
        /// Those that there are.
        known: Vec<String>,
    },
}

/// Something at one place of a text.
#[derive(Clone, Debug)]
pub struct TextError {
    /// The file's path, or what else the text comes from.
    pub(super) origin: String,
    pub(super) text: String,
    pub(super) span: Range<usize>,
    pub(super) title: String,
    /// Beside the underlined place: usually what was found there.
    pub(super) label: String,
    /// What would do.
    pub(super) help: Vec<String>,
    pub(super) note: Option<String>,
}

impl SceneError {
    /// The line of the error, from 1; `None` if it is not about a place in a text.
    pub fn line(&self) -> Option<usize> {
        self.position().map(|(line, _)| line)
    }

    /// The column of the error in characters, from 1; `None` if it is not about a place in a text.
    pub fn column(&self) -> Option<usize> {
        self.position().map(|(_, column)| column)
    }

    fn position(&self) -> Option<(usize, usize)> {
        match self {
            SceneError::Text(error) => Some(error.position()),
            _ => None,
        }
    }

    fn render(&self, renderer: &Renderer) -> String {
        if let SceneError::Text(error) = self {
            return error.render(Level::ERROR, renderer);
        }
        let (title, help) = self.say();
        let group = Group::with_title(Level::ERROR.primary_title(title));
        write(renderer, group, &help)
    }

    /// What is wrong, and what would do.
    pub(super) fn say(&self) -> (String, Vec<String>) {
        match self {
            SceneError::Text(error) => (error.title.clone(), error.help.clone()),
            SceneError::Missing { scene, shipped } => (
                format!("`{scene}` is neither a file nor a shipped scene"),
                suggest("shipped scenes", short_name(scene), shipped),
            ),
            SceneError::NotAFile { path, found } => (
                format!("`{path}` is {found}, not a file"),
                vec!["name a scene file, like `scenes/reach.ron`".to_owned()],
            ),
            SceneError::TooLarge { path, bytes, limit } => (
                format!("`{path}` is too large for a scene: {bytes} bytes"),
                vec![format!("a scene has at most {limit} bytes (1 MiB)")],
            ),
            SceneError::Unreadable { path, source } => {
                (format!("cannot read `{path}`: {source}"), Vec::new())
            }
            SceneError::Learner {
                learner,
                text,
                known,
            } => (
                format!("there is no learner `{learner}`, neither in the {text} nor shipped"),
                suggest("learners", learner, known),
            ),
        }
    }
}

impl TextError {
    /// Line and column (in characters) of the place, each from 1.
    pub fn position(&self) -> (usize, usize) {
        let before = &self.text[..self.span.start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = 1 + before.matches('\n').count();
        (line, 1 + before[line_start..].chars().count())
    }

    /// What it says, over several lines, in another severity than an error's.
    pub fn told(&self, severity: Severity) -> String {
        let level = match severity {
            Severity::Serious => Level::ERROR.with_name("serious"),
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        self.render(level, &Renderer::plain())
    }

    fn render(&self, level: Level<'static>, renderer: &Renderer) -> String {
        let mut group = Group::with_title(level.primary_title(&self.title));
        let place = AnnotationKind::Primary.span(self.span.clone());
        let snippet = Snippet::source(&self.text).path(&self.origin);
        group = group.element(snippet.annotation(place.label(&self.label)));
        if let Some(note) = &self.note {
            group = group.element(Level::NOTE.message(note));
        }
        write(renderer, group, &self.help)
    }

    /// Adds a line of what would do.
    pub(super) fn help(mut self, help: &str) -> TextError {
        self.help.push(help.to_owned());
        self
    }
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.title)
    }
}

/// How what is no error is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It can be run, but that will lead nowhere.
    Serious,
    /// Probably not what was meant.
    Warning,
    /// Good to know.
    Note,
}

/// A report and the lines of what would do.
fn write(renderer: &Renderer, group: Group<'_>, help: &[String]) -> String {
    let help = help.iter().map(|line| Level::HELP.message(line));
    let report = [group.elements(help)];
    renderer
        .clone()
        .decor_style(DecorStyle::Ascii)
        .render(&report)
}

/// What a check found: the place by its path, which the text then turns into line and column.
#[derive(Debug)]
pub(crate) struct Diagnostic {
    path: Path,
    /// Which characters of the text in quotes at the path, if not the whole.
    inside: Option<Range<u32>>,
    title: String,
    label: Option<String>,
    help: Vec<String>,
}

impl Diagnostic {
    /// Unless `label` says otherwise, the text at the path is shown as what was found.
    pub(crate) fn new(path: Path, title: impl Into<String>) -> Diagnostic {
        Diagnostic {
            path,
            inside: None,
            title: title.into(),
            label: None,
            help: Vec::new(),
        }
    }

    /// The place is these characters of the text in quotes at the path.
    pub(crate) fn inside(mut self, characters: Range<usize>) -> Diagnostic {
        // A text has at most a megabyte.
        self.inside = Some(characters.start as u32..characters.end as u32);
        self
    }

    /// Beside the underlined place.
    pub(crate) fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = Some(label.into());
        self
    }

    /// What would do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help.push(help.into());
        self
    }

    /// Adds the nearest known name and the list of all.
    pub(crate) fn suggest<S: AsRef<str>>(
        mut self,
        what: &str,
        found: &str,
        known: impl IntoIterator<Item = S>,
    ) -> Diagnostic {
        let known: Vec<S> = known.into_iter().collect();
        self.help.extend(suggest(what, found, &known));
        self
    }

    /// The diagnostic with its place in a text.
    pub(in crate::scene) fn locate(self, origin: &str, text: &str, tree: &Node) -> SceneError {
        let span = match self.inside {
            None => tree.locate(&self.path),
            Some(Range { start, end }) => {
                tree.locate_inside(&self.path, text, start as usize..end as usize)
            }
        };
        let label = self.label.unwrap_or_else(|| found(&text[span.clone()]));
        TextError {
            origin: origin.to_owned(),
            text: text.to_owned(),
            span: first_line(text, span),
            title: self.title,
            label,
            help: self.help,
            note: None,
        }
        .into()
    }
}

impl From<TextError> for SceneError {
    fn from(error: TextError) -> Self {
        SceneError::Text(Box::new(error))
    }
}

/// "found `..`", without what is too long to repeat.
pub(super) fn found(written: &str) -> String {
    if written.len() > 60 || written.contains('\n') {
        return "found this".to_owned();
    }
    format!("found `{written}`")
}

/// A span that ends where its first line does.
pub(super) fn first_line(text: &str, span: Range<usize>) -> Range<usize> {
    let length = text[span.clone()].find(['\n', '\r']).unwrap_or(span.len());
    span.start..span.start + length
}

/// Lines of help: the nearest known name, if one is near, and all of them.
pub(super) fn suggest<S: AsRef<str>>(what: &str, found: &str, known: &[S]) -> Vec<String> {
    let mut help = Vec::new();
    help.extend(nearest(found, known).map(|name| format!("did you mean `{name}`?")));
    let names: Vec<String> = known
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    help.push(match names.len() {
        0 => format!("there are no {what} here"),
        1..=40 => format!("{what}: {}", names.join(", ")),
        more => format!("{what}: {}, and {} more", names[..40].join(", "), more - 40),
    });
    help
}

/// The known name that is most like what was written, if any is at least half like it.
fn nearest<'a, S: AsRef<str>>(found: &str, known: &'a [S]) -> Option<&'a str> {
    let likeness = |name: &str| {
        strsim::normalized_damerau_levenshtein(&found.to_lowercase(), &name.to_lowercase())
    };
    let near = known
        .iter()
        .map(|name| (likeness(name.as_ref()), name.as_ref()));
    near.filter(|(likeness, _)| *likeness >= 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}
