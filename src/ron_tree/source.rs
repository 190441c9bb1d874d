//! Texts with their files, and spans in them: where something was written.

use std::{
    fs::{self, File},
    io::Read as _,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::error::{ReadError, TextError, first_line};

/// A text and where it comes from.
#[derive(Debug)]
pub(crate) struct Source {
    /// What errors call it.
    pub(crate) name: String,
    pub(crate) text: String,
    /// The file; `None` for a text that is in none.
    pub(crate) file: Option<PathBuf>,
}

impl Source {
    /// A text that is in no file.
    pub(crate) fn text(name: impl Into<String>, text: impl Into<String>) -> Arc<Source> {
        Arc::new(Source {
            name: name.into(),
            text: text.into(),
            file: None,
        })
    }

    /// The text of a file, which is not read at all if it has more than `limit` bytes.
    pub(crate) fn read(path: &str, limit: u64) -> Result<Arc<Source>, ReadError> {
        Source::of_bytes(path, bytes(path, limit)?)
    }

    /// The text in a file's bytes, without the byte order mark that some editors put before it.
    pub(crate) fn of_bytes(path: &str, bytes: Vec<u8>) -> Result<Arc<Source>, ReadError> {
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            TextError {
                origin: path.to_owned(),
                span: valid..valid + char::REPLACEMENT_CHARACTER.len_utf8(),
                text: String::from_utf8_lossy(error.as_bytes()).into_owned(),
                title: "the file is not UTF-8 text".to_owned(),
                label: format!("found the byte {:#04x}", error.as_bytes()[valid]),
                help: vec!["save it as UTF-8".to_owned()],
                note: None,
            }
        })?;
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        };
        Ok(Arc::new(Source {
            name: path.to_owned(),
            text,
            file: Some(PathBuf::from(path)),
        }))
    }

    /// The path of a file that is named in this one, relative to it; `None` if this text is in no file.
    pub(crate) fn beside(&self, file: &str) -> Option<String> {
        let folder = self.file.as_ref()?.parent().unwrap_or(Path::new(""));
        Some(folder.join(file).to_string_lossy().into_owned())
    }
}

/// What is in a file of at most `limit` bytes.
pub(crate) fn bytes(path: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
    let unreadable = |source| ReadError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let too_large = |bytes| ReadError::TooLarge {
        path: path.to_owned(),
        bytes,
        limit,
    };
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(ReadError::NotAFile {
            path: path.to_owned(),
            found: if metadata.is_dir() {
                "a directory"
            } else {
                "a device"
            },
        });
    }
    if metadata.len() > limit {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::new();
    // The file may have grown since.
    let file = File::open(path).map_err(unreadable)?;
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}

/// Some bytes of a source.
#[derive(Clone, Debug)]
pub(crate) struct SourceSpan {
    pub(crate) source: Arc<Source>,
    start: u32,
    end: u32,
}

impl SourceSpan {
    /// Texts have far less than 4 GiB: files are read up to a limit.
    pub(crate) fn new(source: &Arc<Source>, bytes: Range<usize>) -> SourceSpan {
        SourceSpan {
            source: source.clone(),
            start: bytes.start as u32,
            end: bytes.end as u32,
        }
    }

    pub(crate) fn bytes(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    pub(crate) fn text(&self) -> &str {
        &self.source.text[self.bytes()]
    }

    /// Some bytes of the span, counted from its start.
    pub(crate) fn part(&self, bytes: Range<usize>) -> SourceSpan {
        let start = self.start as usize;
        SourceSpan::new(&self.source, start + bytes.start..start + bytes.end)
    }

    /// Takes in what stands right behind it in the same source; `false`: it stands elsewhere.
    pub(crate) fn extend(&mut self, next: &SourceSpan) -> bool {
        let follows = Arc::ptr_eq(&self.source, &next.source) && self.end == next.start;
        if follows {
            self.end = next.end;
        }
        follows
    }
}

impl TextError {
    /// An error at a span, as far as its first line goes.
    pub(crate) fn at(
        at: &SourceSpan,
        title: impl Into<String>,
        label: impl Into<String>,
        help: Vec<String>,
    ) -> TextError {
        TextError {
            origin: at.source.name.clone(),
            text: at.source.text.clone(),
            span: first_line(&at.source.text, at.bytes()),
            title: title.into(),
            label: label.into(),
            help,
            note: None,
        }
    }
}
