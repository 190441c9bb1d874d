//! What reads files from strangers: valid files of each kind, how to read one, and what to do with what was read.

mod checkpoint;
mod crash_record;
mod follow;
mod memory;
mod policy;
mod run;
mod scene;
mod sealed;

use std::fs;
use std::path::Path;

use crate::LARGEST;

/// A kind of file.
pub(crate) struct Loader {
    pub(crate) name: &'static str,
    /// Files to begin with: the valid ones, then those that were a problem once.
    pub(crate) corpus: Vec<Vec<u8>>,
    /// How many of them are valid.
    pub(crate) valid: u64,
    /// Files as large as they may be, to be tried as they are: deep, long, repetitive.
    pub(crate) large: Vec<Vec<u8>>,
    /// It takes its turn in every such round: 1 unless an input takes long.
    pub(crate) every: u64,
    /// Words that mean something in such a file.
    pub(crate) words: &'static [&'static str],
    pub(crate) seal: Option<Seal>,
    /// Reads a file and uses what it holds; false if it was refused.
    pub(crate) load: fn(&[u8]) -> bool,
}

/// How a part of a file is taken out and put back so that lengths and checksums are right.
pub(crate) struct Seal {
    pub(crate) open: fn(&[u8]) -> Option<Vec<u8>>,
    pub(crate) close: fn(&[u8], Vec<u8>) -> Vec<u8>,
}

impl Loader {
    pub(crate) fn new(name: &'static str, valid: Vec<Vec<u8>>, load: fn(&[u8]) -> bool) -> Self {
        let count = valid.len() as u64;
        let mut corpus = valid;
        corpus.extend(regressions(name));
        Self {
            name,
            corpus,
            valid: count,
            large: Vec::new(),
            every: 1,
            words: &[],
            seal: None,
            load,
        }
    }
}

/// A text of the largest size that says one thing again and again.
pub(crate) fn repeated(start: &str, piece: &str, end: &str) -> Vec<u8> {
    let room = LARGEST - start.len() - end.len();
    let text = start.to_owned() + &piece.repeat(room / piece.len()) + end;
    text.into_bytes()
}

/// The files of `tests/corpus/NAME`, by name.
fn regressions(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(name);
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

pub(crate) fn all() -> Vec<Loader> {
    let mut all = vec![
        scene::loader(),
        policy::loader(),
        run::loader(),
        crash_record::loader(),
        follow::loader(),
        memory::loader(),
    ];
    all.extend(checkpoint::loaders());
    all
}
