//! What the names in a formula of the ground's shape mean: where on it.

use std::f32::consts::PI;
use std::ops::Range;

use crate::formula::{Compiler, NamePart, Names, Source};
use crate::ron_tree::Diagnostic;

/// What a formula of the shape of the ground reads: where on it, from its middle (m).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::scene::check) enum Coordinate {
    X,
    Y,
}

/// What such a formula may speak of.
#[derive(Clone, Copy)]
pub(in crate::scene::check) struct Coordinates;

/// Everything that has a name.
const KNOWN: [(&str, Source<Coordinate>); 3] = [
    ("x", Source::Read(Coordinate::X)),
    ("y", Source::Read(Coordinate::Y)),
    ("pi", Source::Number(PI)),
];

impl Names for Coordinates {
    type Reading = Coordinate;
    const GIVES: &'static str = "a height";
    const EXAMPLE: &'static str = "x";

    fn reading(
        compiler: &Compiler<Self>,
        parts: &[NamePart],
        span: &Range<usize>,
    ) -> Result<Source<Coordinate>, Diagnostic> {
        let means = |name: &str| matches!(parts, [only] if only.is_word(name));
        let known = KNOWN.into_iter().find(|(name, _)| means(name));
        known.map(|(_, source)| source).ok_or_else(|| {
            let written = &compiler.text[span.clone()];
            compiler
                .diagnostic(span, format!("there is no reading `{written}`"))
                .label("unknown name")
                .suggest("names", written, KNOWN.map(|(name, _)| name))
        })
    }
}
