//! Promise: no file from a stranger makes a loader panic or take memory without bound.
//!
//! Valid files are mutated and loaded, and what loads is used. Input `n` of a loader depends on nothing but the seed and
//! `n`.
//!
//! | variable | |
//! |---|---|
//! | `SINEW_FUZZ_INPUTS` | how many inputs, over all loaders; 20,000 unless it says otherwise |
//! | `SINEW_FUZZ_SECONDS` | goes on for so long instead |
//! | `SINEW_FUZZ_SEED` | 1 unless it says otherwise |
//! | `SINEW_FUZZ_ONLY=LOADER@N` | that one input, to look into a failure |
//!
//! What ends the process itself (a stack that overflows, memory that is refused) leaves its loader and number in the file
//! `fuzz.at` of Cargo's folder for tests.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and prints what it has found"
)]

mod loaders;
mod mutate;
mod peak;

use sinew::seed::Seed;
use std::fs::{self, File};
use std::io::{Seek, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use loaders::Loader;
use mutate::mutated;

#[global_allocator]
static MEMORY: peak::Counting = peak::Counting;

/// Largest input, and the memory that loading and using it may take (bytes).
const LARGEST: usize = 1 << 20;
const MOST_MEMORY: usize = 256 << 20;

/// Where Cargo lets tests write.
const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

/// How long to go on.
enum Budget {
    Inputs(u64),
    Until(Instant),
}

impl Budget {
    fn wanted() -> Self {
        if let Some(seconds) = variable("SINEW_FUZZ_SECONDS") {
            return Self::Until(Instant::now() + Duration::from_secs(seconds));
        }
        Self::Inputs(variable("SINEW_FUZZ_INPUTS").unwrap_or(20_000))
    }

    fn is_spent(&self, inputs: u64) -> bool {
        match self {
            Self::Inputs(most) => inputs >= *most,
            Self::Until(end) => Instant::now() >= *end,
        }
    }
}

fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
}

/// What has become of a loader's inputs.
#[derive(Clone, Copy, Default)]
struct Tally {
    inputs: u64,
    /// Those that were read, and then used.
    loaded: u64,
    /// The most memory that one took (bytes).
    memory: usize,
    /// The longest that one took, and its number.
    slowest: (Duration, u64),
}

/// Loads inputs and looks at what happens.
struct Harness {
    seed: Seed,
    /// The words of the last panic.
    panic: Arc<Mutex<String>>,
    at: File,
}

impl Harness {
    fn new() -> Self {
        let panic = Arc::new(Mutex::new(String::new()));
        let words = panic.clone();
        // Quietly: Rapier's panics are caught where they are expected, thousands of times.
        std::panic::set_hook(Box::new(move |info| {
            *words.lock().unwrap() = info.to_string();
        }));
        fs::create_dir_all(FOLDER).unwrap();
        Self {
            seed: Seed::new(variable("SINEW_FUZZ_SEED").unwrap_or(1)),
            panic,
            at: File::create(Path::new(FOLDER).join("fuzz.at")).unwrap(),
        }
    }

    /// The corpus itself comes first, unchanged, and then what is large.
    fn input(&self, loader: &Loader, number: u64) -> Vec<u8> {
        let mut unchanged = loader.corpus.iter().chain(&loader.large);
        if let Some(file) = unchanged.nth(number as usize) {
            return file.clone();
        }
        let stream = self.seed.stream(&format!("fuzz {}", loader.name));
        let mut bytes = mutated(loader, &mut stream.nth(number));
        bytes.truncate(LARGEST);
        bytes
    }

    fn try_input(&mut self, loader: &Loader, number: u64, tally: &mut Tally) -> Result<(), String> {
        let bytes = self.input(loader, number);
        self.at.rewind().unwrap();
        writeln!(self.at, "{} {number:>20}", loader.name).unwrap();
        let began = Instant::now();
        peak::begin();
        let outcome = catch_unwind(AssertUnwindSafe(|| (loader.load)(&bytes)));
        let memory = peak::since_begin();
        let took = began.elapsed();
        tally.inputs += 1;
        tally.memory = tally.memory.max(memory);
        tally.slowest = tally.slowest.max((took, number));
        let trouble = match outcome {
            Err(_) => self.panic.lock().unwrap().clone(),
            Ok(_) if memory > MOST_MEMORY => format!("it took {} MiB", memory >> 20),
            Ok(loaded) => {
                tally.loaded += u64::from(loaded);
                return Ok(());
            }
        };
        let file = self.keep(loader, number, &bytes);
        Err(format!(
            "{trouble}\ninput {number} of `{0}`, kept as {1}\nagain: SINEW_FUZZ_SEED={2} SINEW_FUZZ_ONLY={0}@{number}",
            loader.name,
            file.display(),
            self.seed.number(),
        ))
    }

    fn keep(&self, loader: &Loader, number: u64, bytes: &[u8]) -> PathBuf {
        let name = format!("fuzz-{}-{}-{number}", loader.name, self.seed.number());
        let file = Path::new(FOLDER).join(name);
        fs::write(&file, bytes).unwrap();
        file
    }
}

/// Every loader in turn until the budget is spent: what went wrong.
fn fuzz(harness: &mut Harness, loaders: &[Loader], tallies: &mut [Tally]) -> Vec<String> {
    let budget = Budget::wanted();
    let turns = (0..u64::MAX).flat_map(|round| {
        let of_round = loaders.iter().enumerate();
        let of_round = of_round.filter(move |(_, loader)| round.is_multiple_of(loader.every));
        of_round.map(move |(i, loader)| (round / loader.every, i))
    });
    let mut failures = Vec::new();
    for (done, (number, i)) in (0..).zip(turns) {
        // One failure rarely comes alone, and those of one kind are enough.
        if budget.is_spent(done) || failures.len() == 10 {
            break;
        }
        let tried = harness.try_input(&loaders[i], number, &mut tallies[i]);
        failures.extend(tried.err());
    }
    failures
}

#[test]
fn loaders_refuse_in_words() {
    let mut harness = Harness::new();
    let loaders = loaders::all();
    let mut tallies = vec![Tally::default(); loaders.len()];
    let only = std::env::var("SINEW_FUZZ_ONLY").ok();
    let mut failures = match &only {
        None => fuzz(&mut harness, &loaders, &mut tallies),
        Some(only) => {
            let (name, number) = only.split_once('@').unwrap();
            let i = loaders.iter().position(|loader| loader.name == name);
            let (i, number) = (i.unwrap(), number.parse().unwrap());
            let tried = harness.try_input(&loaders[i], number, &mut tallies[i]);
            tried.err().into_iter().collect()
        }
    };
    // The harness keeps panics to itself; those from here on are the test's own.
    let _ = std::panic::take_hook();
    for (loader, tally) in loaders.iter().zip(&tallies) {
        println!(
            "{}: {} inputs, {} loaded and used, at most {} KiB, slowest {:.0?} (input {})",
            loader.name,
            tally.inputs,
            tally.loaded,
            tally.memory >> 10,
            tally.slowest.0,
            tally.slowest.1,
        );
        // The valid files come first.
        if only.is_none() && tally.loaded < tally.inputs.min(loader.valid) {
            failures.push(format!("`{}` refuses what is valid", loader.name));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
