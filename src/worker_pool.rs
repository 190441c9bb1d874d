//! A pool of threads that work on one thing together, with the same result for any number of them: every worker writes to places
//! of its own, and sums are taken in a fixed order afterwards.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{JoinHandle, Thread};

/// Threads that live as long as the pool, so that their caches stay warm from one round to the next, and a flag that asks them to stop.
pub struct WorkerPool {
    shared: Arc<Shared>,
    handles: Vec<JoinHandle<()>>,
    /// One round at a time.
    rounds: Mutex<()>,
    stop: Arc<AtomicBool>,
}

/// What a worker does in a round.
type Work<'a> = &'a (dyn Fn(&Worker) + Sync + 'a);

struct Shared {
    workers: usize,
    /// The work of the round, while there is one.
    work: Mutex<Option<Work<'static>>>,
    /// Counts rounds; workers wait for it to change.
    round: AtomicUsize,
    /// Workers that are done with the round.
    done: AtomicUsize,
    /// The thread that waits for them.
    caller: Mutex<Option<Thread>>,
    closing: AtomicBool,
    barrier: Barrier,
}

impl WorkerPool {
    /// A pool of `threads` (at least one); the calling thread is one of them.
    pub fn new(threads: usize) -> Self {
        Self::stoppable(threads, Arc::default())
    }

    /// The same, with a flag of the caller's that asks it to stop.
    pub fn stoppable(threads: usize, stop: Arc<AtomicBool>) -> Self {
        let workers = threads.max(1);
        let shared = Arc::new(Shared {
            workers,
            work: Mutex::default(),
            round: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            caller: Mutex::default(),
            closing: AtomicBool::new(false),
            barrier: Barrier::new(workers, Arc::default()),
        });
        let spawn = |rank| {
            let shared = shared.clone();
            std::thread::Builder::new()
                .name(format!("worker {rank}"))
                .spawn(move || shared.work_until_closed(rank))
                .expect("the system starts a thread")
        };
        Self {
            handles: (1..workers).map(spawn).collect(),
            shared,
            rounds: Mutex::default(),
            stop,
        }
    }

    /// The number of workers.
    pub fn threads(&self) -> usize {
        self.shared.workers
    }

    /// Whether the work should end early. Work that ends early leaves a consistent state behind.
    pub fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Runs `work` on every worker at once and returns when all are done. The caller is worker 0.
    ///
    /// # Panics
    /// A worker's panic is passed on after all have ended; workers that wait for it are released.
    pub fn run(&self, work: impl Fn(&Worker) + Sync) {
        let shared = &*self.shared;
        let _round = self.rounds.lock().unwrap_or_else(PoisonError::into_inner);
        shared.barrier.reset();
        shared.done.store(0, Ordering::Relaxed);
        *shared.caller.lock().expect("nobody panics with it") = Some(std::thread::current());
        *shared.work.lock().expect("nobody panics with it") = Some(forget_lifetime(&work));
        shared.round.fetch_add(1, Ordering::Release);
        for handle in &self.handles {
            handle.thread().unpark();
        }
        let mine = catch_unwind(AssertUnwindSafe(|| shared.take_part(0, &work)));
        // Not before every worker is done may `work` go away, whatever happened here.
        wait_until(|| shared.done.load(Ordering::Acquire) == self.handles.len());
        *shared.work.lock().expect("nobody panics with it") = None;
        if let Err(panic) = mine {
            resume_unwind(panic);
        }
        assert!(!shared.barrier.is_broken(), "a worker of the pool panicked");
    }

    /// Runs `first` on one half of the workers and `second` on the other, at once; the workers of a half count and wait among
    /// themselves. A pool of one runs `first` and then `second`.
    ///
    /// # Panics
    /// As [`WorkerPool::run`].
    pub fn run_halves(&self, first: impl Fn(&Worker) + Sync, second: impl Fn(&Worker) + Sync) {
        let [first_half, second_half] = self.halves();
        self.run(|worker| {
            if let Some(seat) = first_half.seat(worker) {
                first(&seat);
            }
            if let Some(seat) = second_half.seat(worker) {
                second(&seat);
            }
        });
    }

    fn halves(&self) -> [Group; 2] {
        let workers = self.shared.workers;
        let first = workers.div_ceil(2);
        let group = |range: Range<usize>| Group {
            barrier: Barrier::new(range.len(), self.shared.barrier.broken.clone()),
            workers: range,
        };
        [group(0..first), group(first.min(workers - 1)..workers)]
    }

    /// Runs `work` once on each item. Item `i` goes to worker `i % threads`, in every round the same.
    pub fn for_each<T: Send>(&self, items: &mut [T], work: impl Fn(&mut T) + Sync) {
        let items: Vec<Mutex<&mut T>> = items.iter_mut().map(Mutex::new).collect();
        self.run(|worker| {
            for i in worker.share(items.len()) {
                let mut item = items[i].lock().expect("each item is taken once");
                work(&mut item);
            }
        });
    }
}

impl Drop for WorkerPool {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Relaxed);
        self.shared.round.fetch_add(1, Ordering::Release);
        for handle in self.handles.drain(..) {
            handle.thread().unpark();
            // A worker catches the panics of its work, so it ends well.
            let _ = handle.join();
        }
    }
}

#[expect(
    unsafe_code,
    reason = "threads that stay cannot be handed a borrow in safe Rust"
)]
fn forget_lifetime<'a>(work: Work<'a>) -> Work<'static> {
    // SAFETY: only `WorkerPool::run` calls this. It does not return, nor unwind, before every worker has counted itself done
    // with the work and before the work is taken out of the shared place, so nobody uses it after 'a.
    unsafe { std::mem::transmute::<Work<'a>, Work<'static>>(work) }
}

impl Shared {
    fn work_until_closed(&self, rank: usize) {
        let mut round = 0;
        loop {
            wait_until(|| self.round.load(Ordering::Acquire) != round);
            round = self.round.load(Ordering::Acquire);
            if self.closing.load(Ordering::Relaxed) {
                return;
            }
            let work = self
                .work
                .lock()
                .expect("nobody panics with it")
                .expect("a round has work");
            // The barrier remembers a panic; `run` passes it on.
            let _ = catch_unwind(AssertUnwindSafe(|| self.take_part(rank, work)));
            self.done.fetch_add(1, Ordering::Release);
            if let Some(caller) = &*self.caller.lock().expect("nobody panics with it") {
                caller.unpark();
            }
        }
    }

    fn take_part(&self, rank: usize, work: Work) {
        let guard = BreakOnPanic(&self.barrier);
        work(&Worker {
            rank,
            count: self.workers,
            barrier: &self.barrier,
        });
        std::mem::forget(guard);
    }
}

/// Spins briefly, because what is waited for is mostly a few microseconds away, and then sleeps until unparked.
fn wait_until(is_so: impl Fn() -> bool) {
    for _ in 0..SPINS {
        if is_so() {
            return;
        }
        std::hint::spin_loop();
    }
    while !is_so() {
        std::thread::park();
    }
}

/// Some workers of a pool, with a barrier of their own.
struct Group {
    workers: Range<usize>,
    barrier: Barrier,
}

impl Group {
    /// A worker's place in the group, if it is in it.
    fn seat(&self, worker: &Worker) -> Option<Worker<'_>> {
        self.workers.contains(&worker.rank).then(|| Worker {
            rank: worker.rank - self.workers.start,
            count: self.workers.len(),
            barrier: &self.barrier,
        })
    }
}

/// One thread of a pool, or of a group of it, at work.
pub struct Worker<'a> {
    /// From 0, which is the pool's calling thread or a group's first.
    pub rank: usize,
    /// The number of workers.
    pub count: usize,
    barrier: &'a Barrier,
}

impl Worker<'_> {
    /// Waits until every worker has come here; what they wrote before is visible after.
    pub fn wait(&self) {
        self.barrier.wait();
    }

    /// The items of `0..count` that are this worker's.
    pub fn share(&self, count: usize) -> impl Iterator<Item = usize> + use<> {
        (self.rank..count).step_by(self.count)
    }
}

/// A barrier that spins briefly, because the others are a few microseconds away, and then yields its core, because
/// there may be more workers than cores.
struct Barrier {
    workers: usize,
    arrived: AtomicUsize,
    generation: AtomicUsize,
    /// A worker has panicked; shared with the barriers of groups.
    broken: Arc<AtomicBool>,
}

impl Barrier {
    fn new(workers: usize, broken: Arc<AtomicBool>) -> Self {
        Self {
            workers,
            arrived: AtomicUsize::new(0),
            generation: AtomicUsize::new(0),
            broken,
        }
    }

    /// Ready for the next round; nobody is at it.
    fn reset(&self) {
        self.arrived.store(0, Ordering::Relaxed);
        self.broken.store(false, Ordering::Relaxed);
    }

    fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    fn wait(&self) {
        let generation = self.generation.load(Ordering::Acquire);
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.workers {
            self.arrived.store(0, Ordering::Relaxed);
            self.generation.store(generation + 1, Ordering::Release);
            return;
        }
        let mut spins = 0_u32;
        while self.generation.load(Ordering::Acquire) == generation {
            assert!(!self.is_broken(), "another worker of the pool panicked");
            spins += 1;
            if spins < SPINS {
                std::hint::spin_loop();
            } else {
                std::thread::yield_now();
            }
        }
    }
}

/// Some tens of microseconds: longer than a minibatch's imbalance, shorter than a time slice.
const SPINS: u32 = 2_000;

/// Without it, a worker that panics would leave the others waiting for ever.
struct BreakOnPanic<'a>(&'a Barrier);

impl Drop for BreakOnPanic<'_> {
    fn drop(&mut self) {
        self.0.broken.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_worked_on_once_by_any_pool() {
        for threads in [1, 2, 3, 8] {
            let mut items = vec![0_u32; 100];
            WorkerPool::new(threads).for_each(&mut items, |item| *item += 1);
            assert!(items.iter().all(|&item| item == 1));
        }
    }

    #[test]
    fn no_worker_passes_the_barrier_before_all_have_come() {
        let came: Vec<AtomicUsize> = (0..50).map(|_| AtomicUsize::new(0)).collect();
        WorkerPool::new(4).run(|worker| {
            for round in &came {
                round.fetch_add(1, Ordering::Relaxed);
                worker.wait();
                assert_eq!(round.load(Ordering::Relaxed), 4);
            }
        });
    }

    #[test]
    fn both_halves_have_workers_that_wait_among_themselves() {
        for (threads, sizes) in [(1, [1, 1]), (2, [1, 1]), (3, [2, 1]), (8, [4, 4])] {
            let came = [const { AtomicUsize::new(0) }; 2];
            let count = |half: usize, worker: &Worker| {
                assert_eq!(worker.count, sizes[half]);
                worker.wait();
                came[half].fetch_add(1, Ordering::Relaxed);
            };
            WorkerPool::new(threads)
                .run_halves(|worker| count(0, worker), |worker| count(1, worker));
            assert_eq!(came.map(AtomicUsize::into_inner), sizes);
        }
    }

    #[test]
    fn a_panic_does_not_leave_the_others_waiting() {
        let result = std::panic::catch_unwind(|| {
            WorkerPool::new(2).run(|worker| {
                assert!(worker.rank == 0, "made to fail");
                worker.wait();
            });
        });
        assert!(result.is_err());
    }
}
