//! Every operation on a file goes wrong once. The failpoints are of debug builds.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use tempfile::TempDir;

use crate::training::{Ended, Kept, LEARNERS, Training, newest_checkpoint};

const WAYS: [&str; 6] = ["kill", "after", "short", "enospc", "eio", "lost"];
/// Recovery is as long as this many operations, more or less; it is killed in one of them.
const RECOVERY: usize = 12;

/// The operations of an undisturbed run.
fn operations(training: &Training, folder: &Path) -> usize {
    let trace = folder.join("trace");
    let name = trace.to_str().unwrap();
    let variables = [("SINEW_FAIL", "trace@0"), ("SINEW_FAIL_TRACE", name)];
    let ended = Ended::new(training.start(&folder.join("traced"), 1, &variables));
    assert_eq!(ended.code(), Some(0), "{}", ended.stderr());
    fs::read_to_string(trace).unwrap().lines().count()
}

/// An error must not end a run once it has begun: it goes to its last step and says what it could not do.
fn assert_went_on(ended: &Ended, run: &Path, how: &str) {
    let said = ended.stderr();
    match ended.code() {
        Some(0) => {}
        Some(1) if ended.json().is_some() => {
            let json = ended.json().unwrap();
            assert_eq!(json["steps"], 2560, "{how}: {said}");
            assert!(json["trouble"].is_string(), "{how}: {json}");
        }
        Some(1 | 2) => {
            assert_eq!(newest_checkpoint(run), None, "it had begun; {how}: {said}");
            assert!(said.contains("error: "), "{how}: {said}");
        }
        code => panic!("{code:?}; {how}: {said}"),
    }
}

/// Begins a run that meets a failure, kills it once more while it recovers, and lets it go on to its end.
fn fails_and_recovers(training: &Training, reference: &Kept, run: &Path, way: &str, at: usize) {
    let how = format!("SINEW_FAIL={way}@{at} with {}", training.learner);
    let with = |failpoint: &str| {
        let variables = [("SINEW_FAIL", failpoint)];
        Ended::new(training.start(run, 1 + at as u64 % 3, &variables))
    };
    let first = with(&format!("{way}@{at}"));
    if way.starts_with('e') {
        assert_went_on(&first, run, &how);
    } else {
        assert_killed_or_done(&first, &how);
    }
    let second = with(&format!("kill@{}", 1 + at % RECOVERY));
    assert_killed_or_done(&second, &how);
    let last = Ended::new(training.start(run, 1, &[]));
    assert_eq!(last.code(), Some(0), "{how}: {}", last.stderr());
    Kept::of(run, &last).assert_is(reference, &how);
}

fn assert_killed_or_done(ended: &Ended, how: &str) {
    let code = ended.code();
    let said = ended.stderr();
    assert!(matches!(code, None | Some(0)), "{code:?}; {how}: {said}");
}

#[test]
fn every_file_operation_fails() {
    let every_way = std::env::var_os("SINEW_EVERY_FAILURE").is_some();
    let trainings = LEARNERS.map(Training::short).into_iter();
    for training in trainings.chain([Training::changing("ppo")]) {
        let folder = TempDir::new().unwrap();
        let reference = training.undisturbed(&folder.path().join("reference"));
        let operations = operations(&training, folder.path());
        let failures: Vec<(usize, &str)> = (1..=operations)
            .flat_map(|at| WAYS.map(|way| (at, way)))
            .filter(|&(at, way)| every_way || WAYS[at % WAYS.len()] == way)
            .collect();
        // Most of the time is spent waiting for the disk.
        let next = AtomicUsize::new(0);
        let broken = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while let Some(&(at, way)) = failures.get(next.fetch_add(1, Ordering::Relaxed))
                    {
                        let run = folder.path().join(format!("{way}-{at}"));
                        let outcome = catch_unwind(AssertUnwindSafe(|| {
                            fails_and_recovers(&training, &reference, &run, way, at);
                        }));
                        if outcome.is_err() {
                            broken.lock().unwrap().push(format!("{way}@{at}"));
                        }
                        let _ = fs::remove_dir_all(&run);
                    }
                });
            }
        });
        println!(
            "{}: {operations} operations, {} failures, all but {} recovered from",
            training.learner,
            failures.len(),
            broken.lock().unwrap().len(),
        );
        let broken = broken.into_inner().unwrap();
        assert!(broken.is_empty(), "not recovered from: {broken:?}");
    }
}

#[test]
fn a_disk_that_is_full_from_the_middle_on_costs_no_run() {
    for training in LEARNERS.map(Training::short) {
        let folder = TempDir::new().unwrap();
        let reference = training.undisturbed(&folder.path().join("reference"));
        let middle = operations(&training, folder.path()) / 2;
        let run = folder.path().join("run");
        let full = format!("enospc-on@{middle}");
        let first = Ended::new(training.start(&run, 1, &[("SINEW_FAIL", &full)]));
        let json = first.json().expect("it goes on to its end");
        assert_eq!(first.code(), Some(1), "{}", first.stderr());
        assert_eq!(json["steps"], 2560);
        assert!(json["trouble"].is_string(), "{json}");
        let last = Ended::new(training.start(&run, 2, &[]));
        assert_eq!(last.code(), Some(0), "{}", last.stderr());
        assert!(last.resumed_from() > Some(0), "{}", last.stderr());
        Kept::of(&run, &last).assert_is(&reference, &full);
    }
}
