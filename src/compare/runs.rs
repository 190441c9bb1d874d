//! Trains and evaluates the runs of a comparison, several at a time, in order; each is stopped when its time is over or on request.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::outcome::{evaluate_final, has_ended, result};
use super::{Comparison, Notify, Run};
use crate::checkpoint::RunFolder;
use crate::panics::catch_panic;
use crate::train::publish::Viewer;
use crate::train::{Job, TrainResult, Trainer};
use crate::worker_pool::WorkerPool;

/// Interval at which the calling thread stops runs and reports progress.
const POLL_EVERY: Duration = Duration::from_millis(20);

/// The progress of a comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Runs that are trained and evaluated.
    pub done: usize,
    /// All runs.
    pub runs: usize,
    /// Fraction of the work that is done, in [0, 1].
    pub share: f64,
}

/// The state of a run, shared by the worker threads and the calling thread.
#[derive(Default)]
enum RunState {
    #[default]
    Waiting,
    Training {
        viewer: Viewer,
        /// When it is to be stopped, but not before its first update.
        ends: Option<Instant>,
    },
    Done,
}

/// The state of all runs, shared by the threads.
struct Schedule<'a> {
    comparison: &'a Comparison,
    runs: &'a [Run<'a>],
    states: Vec<Mutex<RunState>>,
    next: AtomicUsize,
    stop: &'a Arc<AtomicBool>,
    notify: &'a Notify,
    troubles: Mutex<Vec<String>>,
}

/// Trains and evaluates the runs that are not done. Returns the errors of failed runs, which do not stop the others.
pub(super) fn run_all(
    comparison: &Comparison,
    runs: &[Run],
    stop: &Arc<AtomicBool>,
    notify: &Notify,
    report: &mut dyn FnMut(Progress),
) -> Vec<String> {
    let schedule = Schedule {
        comparison,
        runs,
        states: runs.iter().map(|_| Mutex::default()).collect(),
        next: AtomicUsize::new(0),
        stop,
        notify,
        troubles: Mutex::default(),
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..comparison.at_once.clamp(1, runs.len().max(1)))
            .map(|_| scope.spawn(|| schedule.work()))
            .collect();
        while !workers.iter().all(thread::ScopedJoinHandle::is_finished) {
            schedule.stop_overdue();
            report(schedule.progress());
            thread::sleep(POLL_EVERY);
        }
    });
    report(schedule.progress());
    schedule
        .troubles
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
}

impl Schedule<'_> {
    fn work(&self) {
        while !self.stop.load(Ordering::Relaxed) {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let (Some(run), Some(state)) = (self.runs.get(index), self.states.get(index)) else {
                return;
            };
            let done = catch_panic(|| self.run_one(run, state)).unwrap_or_else(Err);
            if let Err(trouble) = done {
                let name = run.name();
                lock(&self.troubles).push(format!("{name}: {trouble}"));
            }
            *lock(state) = RunState::Done;
        }
    }

    fn run_one(&self, run: &Run, state: &Mutex<RunState>) -> Result<(), String> {
        let seconds = self.comparison.seconds;
        let ended = result(&run.path).is_some_and(|result| has_ended(&result, run, seconds));
        if !ended {
            let result = self.train(run, state)?;
            if let Some(trouble) = result.trouble {
                return Err(trouble);
            }
            if !has_ended(&result, run, seconds) {
                return Ok(());
            }
        }
        evaluate_final(run, &WorkerPool::stoppable(1, self.stop.clone()))
    }

    fn train(&self, run: &Run, state: &Mutex<RunState>) -> Result<TrainResult, String> {
        let subject = run.entrant.subject();
        let folder = RunFolder::open(Some(&run.path), run.settings.clone(), subject);
        let folder = folder.map_err(|error| error.to_string())?;
        let (notify, name) = (self.notify.clone(), run.name());
        let viewer = Viewer::telling(move |line| notify(&format!("{name}: {line}")));
        *lock(state) = RunState::Training {
            viewer: viewer.clone(),
            ends: None,
        };
        let job = (run.entrant.job)(run.seed).map_err(|error| error.to_string())?;
        let job = Job {
            learner: run.learner.clone(),
            learner_name: run.settings.learner.clone(),
            threads: 1,
            until_solved: false,
            folder: Some(folder),
            launched: Instant::now(),
            ..job
        };
        let trainer = Trainer::new(job, viewer.publisher()).map_err(|error| error.to_string())?;
        if let Some(seconds) = self.comparison.seconds {
            let left = seconds.as_secs_f64() - trainer.wall_s();
            *lock(state) = RunState::Training {
                viewer,
                ends: Some(Instant::now() + Duration::from_secs_f64(left.max(0.0))),
            };
        }
        Ok(trainer.run())
    }

    fn stop_overdue(&self) {
        let all = self.stop.load(Ordering::Relaxed);
        for state in &self.states {
            if let RunState::Training { viewer, ends } = &*lock(state)
                // However short its time is, a run completes one update.
                && (all || viewer.steps() > 0 && ends.is_some_and(|ends| Instant::now() >= ends))
            {
                viewer.stop();
            }
        }
    }

    fn progress(&self) -> Progress {
        let shares = self.runs.iter().zip(&self.states).map(|(run, state)| {
            let (steps, seconds) = (run.settings.steps as f64, self.comparison.seconds);
            match &*lock(state) {
                RunState::Waiting => 0.0,
                RunState::Training { viewer, ends: None } => viewer.steps() as f64 / steps,
                RunState::Training {
                    ends: Some(ends), ..
                } => {
                    let left = ends.saturating_duration_since(Instant::now());
                    1.0 - seconds.map_or(0.0, |seconds| left.div_duration_f64(seconds))
                }
                RunState::Done => 1.0,
            }
        });
        let shares: Vec<f64> = shares.map(|share| share.clamp(0.0, 1.0)).collect();
        let is_done = |state: &&Mutex<RunState>| matches!(*lock(state), RunState::Done);
        Progress {
            done: self.states.iter().filter(is_done).count(),
            runs: self.runs.len(),
            share: shares.iter().sum::<f64>() / shares.len().max(1) as f64,
        }
    }
}

/// Locks a mutex; none is held while code of a run executes, so a poisoned one is still valid.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
