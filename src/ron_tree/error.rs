//! What can be wrong with a text, told to the person who wrote it.

use std::{fmt, io, ops::Range};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, renderer::DecorStyle};

/// Why there is nothing that could be read. `Display` says where, what was found and what would do, over several lines.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.render(&Renderer::plain()))]
pub enum ReadError {
    /// Something at one place of a text: of a file, or of an edit on the command line.
    Text(Box<TextError>),
    /// Nothing of the name that was asked for.
    Unknown {
        /// What there is none of.
        title: String,
        /// What there is.
        help: Vec<String>,
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
}

/// Something at one place of a text.
#[derive(Clone, Debug)]
pub struct TextError {
    /// The file's path, or what else the text comes from.
    pub(crate) origin: String,
    pub(crate) text: String,
    pub(crate) span: Range<usize>,
    pub(crate) title: String,
    /// Beside the underlined place: usually what was found there.
    pub(crate) label: String,
    /// What would do.
    pub(crate) help: Vec<String>,
    pub(crate) note: Option<String>,
}

impl ReadError {
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
            ReadError::Text(error) => Some(error.position()),
            _ => None,
        }
    }

    fn render(&self, renderer: &Renderer) -> String {
        if let ReadError::Text(error) = self {
            return error.render(Level::ERROR, renderer);
        }
        let (title, help) = self.say();
        let group = Group::with_title(Level::ERROR.primary_title(title));
        write(renderer, group, &help)
    }

    /// What is wrong, and what would do.
    pub(crate) fn say(&self) -> (String, Vec<String>) {
        match self {
            ReadError::Text(error) => (error.title.clone(), error.help.clone()),
            ReadError::Unknown { title, help } => (title.clone(), help.clone()),
            ReadError::NotAFile { path, found } => (
                format!("`{path}` is {found}, not a file"),
                vec!["name a file, like `scenes/reach.ron`".to_owned()],
            ),
            ReadError::TooLarge { path, bytes, limit } => (
                format!("`{path}` is too large: {bytes} bytes"),
                vec![format!("at most {limit} bytes ({} MiB)", limit >> 20)],
            ),
            ReadError::Unreadable { path, source } => {
                (format!("cannot read `{path}`: {source}"), Vec::new())
            }
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

impl From<TextError> for ReadError {
    fn from(error: TextError) -> Self {
        ReadError::Text(Box::new(error))
    }
}

/// "found `..`", without what is too long to repeat.
pub(crate) fn found(written: &str) -> String {
    if written.len() > 60 || written.contains('\n') {
        return "found this".to_owned();
    }
    format!("found `{written}`")
}

/// A span that ends where its first line does.
pub(crate) fn first_line(text: &str, span: Range<usize>) -> Range<usize> {
    let length = text[span.clone()].find(['\n', '\r']).unwrap_or(span.len());
    span.start..span.start + length
}
