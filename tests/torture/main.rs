//! Promise: a run that is killed anywhere, at any file operation, any number of times, ends with the same bytes.
//!
//! | variable | |
//! |---|---|
//! | `SINEW_KILLS` | kills at random moments, in all; 20 unless it says otherwise |
//! | `SINEW_EVERY_FAILURE=1` | every way to fail at every file operation, instead of one at each |
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and prints what it has found"
)]

#[cfg(debug_assertions)]
mod operations;
mod training;

use rand::RngExt;
use sinew::seed::{Rng, Seed};
use std::fs;
use std::path::Path;
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

use training::{Ended, Kept, LEARNERS, Training, newest_checkpoint};

/// What random kills came to.
#[derive(Debug, Default)]
struct Tally {
    runs: u64,
    kills: u64,
    resumed: u64,
}

#[test]
fn killed_at_random() {
    let most = std::env::var("SINEW_KILLS").map_or(20, |kills| kills.parse().unwrap());
    let rng = &mut Seed::new(3).stream("kills").nth(0);
    let folder = TempDir::new().unwrap();
    let trainings = LEARNERS.map(Training::long);
    let references = trainings.map(|training| {
        let run = folder
            .path()
            .join(format!("reference-{}", training.learner));
        training.undisturbed(&run)
    });
    let mut tally = Tally::default();
    for (training, reference) in trainings.iter().zip(&references).cycle() {
        let run = folder.path().join(format!("run-{}", tally.runs));
        let how = format!("{} in run {}", training.learner, tally.runs);
        let ended = run_and_kill(training, &run, most, rng, &mut tally);
        assert_eq!(ended.code(), Some(0), "{how}: {}", ended.stderr());
        Kept::of(&run, &ended).assert_is(reference, &how);
        fs::remove_dir_all(&run).unwrap();
        if tally.kills >= most {
            break;
        }
    }
    let share = tally.resumed as f64 / tally.kills as f64;
    println!(
        "{} runs, {} kills, {:.1} % of the restarts went on in mid-run",
        tally.runs,
        tally.kills,
        100.0 * share,
    );
    assert!(share >= 0.8, "{tally:?}");
}

/// One run, killed and started again until it is done.
fn run_and_kill(
    training: &Training,
    run: &Path,
    most: u64,
    rng: &mut Rng,
    tally: &mut Tally,
) -> Ended {
    tally.runs += 1;
    let mut was_killed = false;
    for threads in (1..=3).cycle() {
        let mut child = training.start(run, threads, &[]);
        if tally.kills < most {
            kill_at_random(&mut child, run, rng);
        }
        let ended = Ended::new(child);
        tally.resumed += u64::from(was_killed && ended.resumed_from() > Some(0));
        was_killed = ended.code().is_none();
        if !was_killed {
            return ended;
        }
        tally.kills += 1;
    }
    unreachable!("the numbers of threads are tried for ever")
}

/// Waits until the process has saved something new, then a random while, and kills it if it is still there.
fn kill_at_random(child: &mut Child, run: &Path, rng: &mut Rng) {
    let before = newest_checkpoint(run).unwrap_or(0);
    // Only so that a process that hangs is a failure too.
    let patience = Instant::now() + Duration::from_secs(300);
    while newest_checkpoint(run).unwrap_or(0) <= before {
        if child.try_wait().unwrap().is_some() {
            return;
        }
        assert!(
            Instant::now() < patience,
            "no checkpoint follows that of iteration {before}"
        );
        sleep(Duration::from_millis(1));
    }
    sleep(Duration::from_micros(rng.random_range(0..150_000)));
    child.kill().unwrap();
}
