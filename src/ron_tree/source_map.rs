//! The text of a tree, and where each byte of it was written.

use std::ops::Range;

use super::source::SourceSpan;

/// Some text of a tree, and where it was written.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) at: SourceSpan,
    /// The text, where it is not the one at the span but stands for it.
    generated: Option<Box<str>>,
}

impl Piece {
    /// The text at a span.
    pub(super) fn verbatim(at: SourceSpan) -> Piece {
        Piece {
            at,
            generated: None,
        }
    }

    /// A text that stands for what is written at a span.
    pub(super) fn generated(text: impl Into<Box<str>>, at: &SourceSpan) -> Piece {
        Piece {
            at: at.clone(),
            generated: Some(text.into()),
        }
    }

    pub(super) fn text(&self) -> &str {
        self.generated.as_deref().unwrap_or_else(|| self.at.text())
    }
}

/// A text that was put together of pieces, with its source map.
#[derive(Debug, Default)]
pub(crate) struct Printed {
    pub(crate) text: String,
    /// Runs of bytes that were written together.
    runs: Vec<Run>,
}

#[derive(Debug)]
struct Run {
    /// Where it ends in the text.
    end: usize,
    at: SourceSpan,
    is_verbatim: bool,
}

impl Printed {
    pub(super) fn push(&mut self, piece: &Piece) {
        let text = piece.text();
        if text.is_empty() && !self.runs.is_empty() {
            return;
        }
        self.text.push_str(text);
        let (end, is_verbatim) = (self.text.len(), piece.generated.is_none());
        if is_verbatim
            && let Some(last) = self.runs.last_mut()
            && last.is_verbatim
            && last.at.extend(&piece.at)
        {
            last.end = end;
            return;
        }
        self.runs.push(Run {
            end,
            at: piece.at.clone(),
            is_verbatim,
        });
    }

    /// Where some bytes of the text were written, as far as they were written together with the first of them.
    pub(crate) fn origin(&self, bytes: Range<usize>) -> SourceSpan {
        // What is empty at an end belongs to what stands before it.
        let holds =
            |run: &Run| bytes.start < run.end || (bytes.is_empty() && bytes.start == run.end);
        let number = self.runs.iter().position(holds);
        let number = number.unwrap_or(self.runs.len() - 1);
        let run = &self.runs[number];
        let start = number
            .checked_sub(1)
            .map_or(0, |before| self.runs[before].end);
        if run.is_verbatim {
            let (from, to) = (bytes.start.min(run.end), bytes.end.min(run.end));
            run.at.part(from - start..to - start)
        } else {
            run.at.clone()
        }
    }

    /// Where the text begins, as far as it was written together.
    pub(crate) fn start(&self) -> SourceSpan {
        self.origin(0..self.text.len())
    }
}
