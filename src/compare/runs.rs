//! The runs of a comparison: one per core, in order, each stopped when its time or everybody's is over.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::outcome::{has_ended, judge, result};
use super::{Comparison, Run, Tell};
use crate::checkpoint::RunFolder;
use crate::panics::catch_panic;
use crate::train::publish::Viewer;
use crate::train::{Job, TrainResult, Trainer};
use crate::worker_pool::WorkerPool;

/// How often the calling thread looks around.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How far a comparison is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Runs that are trained and judged.
    pub done: usize,
    /// All runs.
    pub runs: usize,
    /// Share of the work that is done, in [0, 1].
    pub share: f64,
}

/// A run's place on the board that workers and the calling thread share.
#[derive(Default)]
enum Place {
    #[default]
    Waiting,
    Training {
        viewer: Viewer,
        /// When its time is over, or after its first update where that ends later.
        ends: Option<Instant>,
    },
    Done,
}

struct Board<'a> {
    comparison: &'a Comparison,
    runs: &'a [Run<'a>],
    places: Vec<Mutex<Place>>,
    next: AtomicUsize,
    stop: &'a Arc<AtomicBool>,
    tell: &'a Tell,
    troubles: Mutex<Vec<String>>,
}

/// Trains and judges what has not been. Returns what went wrong, run by run; the others are not held up by it.
pub(super) fn train_and_judge(
    comparison: &Comparison,
    runs: &[Run],
    stop: &Arc<AtomicBool>,
    tell: &Tell,
    look: &mut dyn FnMut(Progress),
) -> Vec<String> {
    let board = Board {
        comparison,
        runs,
        places: runs.iter().map(|_| Mutex::default()).collect(),
        next: AtomicUsize::new(0),
        stop,
        tell,
        troubles: Mutex::default(),
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..comparison.at_once.clamp(1, runs.len().max(1)))
            .map(|_| scope.spawn(|| board.work()))
            .collect();
        while !workers.iter().all(thread::ScopedJoinHandle::is_finished) {
            board.stop_what_is_over();
            look(board.progress());
            thread::sleep(LOOK_EVERY);
        }
    });
    look(board.progress());
    board
        .troubles
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
}

impl Board<'_> {
    fn work(&self) {
        while !self.stop.load(Ordering::Relaxed) {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let (Some(run), Some(place)) = (self.runs.get(index), self.places.get(index)) else {
                return;
            };
            let done = catch_panic(|| self.train_and_judge(run, place)).unwrap_or_else(Err);
            if let Err(trouble) = done {
                let name = run.name();
                lock(&self.troubles).push(format!("{name}: {trouble}"));
            }
            *lock(place) = Place::Done;
        }
    }

    fn train_and_judge(&self, run: &Run, place: &Mutex<Place>) -> Result<(), String> {
        let seconds = self.comparison.seconds;
        let ended = result(&run.path).is_some_and(|result| has_ended(&result, run, seconds));
        if !ended {
            let result = self.train(run, place)?;
            if let Some(trouble) = result.trouble {
                return Err(trouble);
            }
            if !has_ended(&result, run, seconds) {
                return Ok(());
            }
        }
        judge(run, &WorkerPool::stoppable(1, self.stop.clone()))
    }

    fn train(&self, run: &Run, place: &Mutex<Place>) -> Result<TrainResult, String> {
        let subject = run.entrant.subject();
        let folder = RunFolder::open(Some(&run.path), run.settings.clone(), subject);
        let folder = folder.map_err(|error| error.to_string())?;
        let (tell, name) = (self.tell.clone(), run.name());
        let viewer = Viewer::telling(move |line| tell(&format!("{name}: {line}")));
        *lock(place) = Place::Training {
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
            *lock(place) = Place::Training {
                viewer,
                ends: Some(Instant::now() + Duration::from_secs_f64(left.max(0.0))),
            };
        }
        Ok(trainer.run())
    }

    fn stop_what_is_over(&self) {
        let all = self.stop.load(Ordering::Relaxed);
        for place in &self.places {
            if let Place::Training { viewer, ends } = &*lock(place)
                // However short its time is, a run has something to show for it.
                && (all || viewer.steps() > 0 && ends.is_some_and(|ends| Instant::now() >= ends))
            {
                viewer.stop();
            }
        }
    }

    fn progress(&self) -> Progress {
        let shares = self.runs.iter().zip(&self.places).map(|(run, place)| {
            let (steps, seconds) = (run.settings.steps as f64, self.comparison.seconds);
            match &*lock(place) {
                Place::Waiting => 0.0,
                Place::Training { viewer, ends: None } => viewer.steps() as f64 / steps,
                Place::Training {
                    ends: Some(ends), ..
                } => {
                    let left = ends.saturating_duration_since(Instant::now());
                    1.0 - seconds.map_or(0.0, |seconds| left.div_duration_f64(seconds))
                }
                Place::Done => 1.0,
            }
        });
        let shares: Vec<f64> = shares.map(|share| share.clamp(0.0, 1.0)).collect();
        let is_done = |place: &&Mutex<Place>| matches!(*lock(place), Place::Done);
        Progress {
            done: self.places.iter().filter(is_done).count(),
            runs: self.runs.len(),
            share: shares.iter().sum::<f64>() / shares.len().max(1) as f64,
        }
    }
}

/// A panic while a place is held would be of this file's own.
fn lock<T>(place: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}
