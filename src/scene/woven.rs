//! A text put together of pieces of others, which still knows of every byte where it was written.

use std::{ops::Range, path::PathBuf};

use super::{
    error::{SceneError, first_line},
    source::Source,
};

/// The text of a scene with all that it took from elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Woven {
    text: String,
    pieces: Vec<Piece>,
    sources: Vec<Source>,
    /// Files besides: what was read from them has no place in a text.
    others: Vec<PathBuf>,
    /// Which source is the scene that was asked for.
    top: usize,
}

/// A run of bytes of the text.
#[derive(Clone, Debug)]
struct Piece {
    length: usize,
    origin: Origin,
}

/// Where bytes come from.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// Which of the sources.
    source: usize,
    /// The bytes there.
    span: Range<usize>,
    /// Whether they are the same bytes. Otherwise they stand for what is written there.
    verbatim: bool,
}

/// What is put into a text.
#[derive(Debug)]
pub(super) struct Patch {
    text: String,
    origin: Origin,
}

impl Woven {
    /// A source as it is.
    pub(super) fn new(source: Source) -> Woven {
        let text = source.text.clone();
        let origin = Origin {
            source: 0,
            span: 0..text.len(),
            verbatim: true,
        };
        Woven {
            pieces: vec![Piece {
                length: text.len(),
                origin,
            }],
            text,
            sources: vec![source],
            others: Vec::new(),
            top: 0,
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The source that was asked for.
    pub(super) fn top(&self) -> &Source {
        &self.sources[self.top]
    }

    /// What errors call the text itself, which is in no file if it was put together.
    pub(super) fn name(&self) -> String {
        match self.sources.len() {
            1 => self.top().name.clone(),
            _ => format!("{} and what it is made of", self.top().name),
        }
    }

    /// The files that the text was read from, that which was asked for first.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let (before, rest) = self.sources.split_at(self.top);
        let (top, after) = rest.split_at(1);
        let sources = top.iter().chain(before).chain(after);
        let files = sources.filter_map(|source| source.file.clone());
        files.chain(self.others.clone()).collect()
    }

    /// Notes files that the text was made from.
    pub(super) fn made_from(&mut self, files: Vec<PathBuf>) {
        self.others.extend(files);
    }

    /// One more source to take pieces from, and its number.
    pub(super) fn add(&mut self, source: Source) -> usize {
        self.sources.push(source);
        self.sources.len() - 1
    }

    /// From now on this source is the one that was asked for: it takes the text as its base.
    pub(super) fn set_top(&mut self, source: usize) {
        self.top = source;
    }

    /// Bytes of a source as they are.
    pub(super) fn piece(&self, source: usize, span: Range<usize>) -> Patch {
        Patch {
            text: self.sources[source].text[span.clone()].to_owned(),
            origin: Origin {
                source,
                span,
                verbatim: true,
            },
        }
    }

    /// Some bytes of the text, to be put elsewhere.
    pub(super) fn patches(&self, bytes: Range<usize>) -> Vec<Patch> {
        let mut start = bytes.start;
        let pieces = self.cut(bytes).into_iter();
        let patches = pieces.map(|piece| {
            let end = start + piece.length;
            let text = self.text[start..end].to_owned();
            start = end;
            Patch {
                text,
                origin: piece.origin,
            }
        });
        patches.collect()
    }

    /// The source that some bytes come from.
    pub(super) fn written_in(&self, bytes: Range<usize>) -> &Source {
        &self.sources[self.origin(bytes).source]
    }

    /// Puts patches in the place of some bytes.
    pub(super) fn splice(&mut self, at: Range<usize>, patches: Vec<Patch>) {
        let mut pieces = self.cut(0..at.start);
        let new: String = patches.iter().map(|patch| patch.text.as_str()).collect();
        pieces.extend(patches.into_iter().map(|patch| Piece {
            length: patch.text.len(),
            origin: patch.origin,
        }));
        pieces.extend(self.cut(at.end..self.text.len()));
        self.text.replace_range(at, &new);
        self.pieces = pieces;
    }

    /// The pieces within some bytes.
    fn cut(&self, bytes: Range<usize>) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut start = 0;
        for piece in &self.pieces {
            let end = start + piece.length;
            let (from, to) = (bytes.start.max(start), bytes.end.min(end));
            if from < to {
                pieces.push(Piece {
                    length: to - from,
                    origin: piece.origin.part(from - start..to - start),
                });
            }
            start = end;
        }
        pieces
    }

    /// Where a span was written, as far as its first piece goes.
    pub(super) fn origin(&self, span: Range<usize>) -> Origin {
        let mut start = 0;
        for piece in &self.pieces {
            let end = start + piece.length;
            // What is empty at an end belongs to what stands before it.
            if span.start < end || (span.is_empty() && span.start == end) {
                let from = span.start - start;
                let to = piece.length.min(span.end - start);
                return piece.origin.part(from..to);
            }
            start = end;
        }
        let end = self.sources[self.top].text.len();
        Origin {
            source: self.top,
            span: end..end,
            verbatim: true,
        }
    }

    /// An error in the text, told where it was written.
    pub(super) fn place(&self, error: SceneError) -> SceneError {
        let SceneError::Text(mut error) = error else {
            return error;
        };
        if error.text != self.text {
            return SceneError::Text(error);
        }
        let origin = self.origin(error.span.clone());
        let source = &self.sources[origin.source];
        error.span = first_line(&source.text, origin.span);
        error.origin.clone_from(&source.name);
        error.text.clone_from(&source.text);
        if origin.source != self.top {
            let note = format!("this is part of the scene `{}`", self.top().name);
            error.note.get_or_insert(note);
        }
        SceneError::Text(error)
    }
}

impl Origin {
    fn part(&self, bytes: Range<usize>) -> Origin {
        let Origin {
            source,
            ref span,
            verbatim,
        } = *self;
        let span = if verbatim {
            span.start + bytes.start..span.start + bytes.end
        } else {
            span.clone()
        };
        Origin {
            source,
            span,
            verbatim,
        }
    }
}

impl Patch {
    /// A text that stands for what is written at some bytes of a source.
    pub(super) fn standing_for(text: String, source: usize, span: Range<usize>) -> Patch {
        Patch {
            text,
            origin: Origin {
                source,
                span,
                verbatim: false,
            },
        }
    }

    /// A text that stands for what is written at a place that is known.
    pub(super) fn at(text: String, origin: &Origin) -> Patch {
        Patch::standing_for(text, origin.source, origin.span.clone())
    }
}
