//! Threads that work on one thing together and may ask no more of the result than that it be the same for any number
//! of them: members write to places of their own, and sums are taken in a fixed order by whoever comes after.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// How many threads work, and the word to stop.
#[derive(Clone, Debug)]
pub struct Team {
    threads: usize,
    stop: Arc<AtomicBool>,
}

impl Team {
    /// A team of `threads` (at least one); the calling thread is one of them.
    pub fn new(threads: usize) -> Self {
        Self::stoppable(threads, Arc::default())
    }

    /// The same, with a flag of somebody else's that asks it to stop.
    pub fn stoppable(threads: usize, stop: Arc<AtomicBool>) -> Self {
        Self {
            threads: threads.max(1),
            stop,
        }
    }

    /// The number of members.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Whether the work should end early; whoever ends early leaves a consistent state behind.
    pub fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Runs `work` on every member at once and returns when all are done. The caller is member 0.
    ///
    /// # Panics
    /// A member's panic is passed on after all have ended; members that wait for it are released.
    pub fn run(&self, work: impl Fn(&Member) + Sync) {
        let barrier = Barrier::new(self.threads);
        let member = |index| Member {
            index,
            count: self.threads,
            barrier: &barrier,
        };
        std::thread::scope(|scope| {
            for index in 1..self.threads {
                let (member, work) = (member(index), &work);
                scope.spawn(move || member.do_work(work));
            }
            member(0).do_work(&work);
        });
    }

    /// Runs `work` once on each item, whichever member is free taking the next.
    pub fn for_each<T: Send>(&self, items: &mut [T], work: impl Fn(&mut T) + Sync) {
        let next = AtomicUsize::new(0);
        let items: Vec<Mutex<&mut T>> = items.iter_mut().map(Mutex::new).collect();
        self.run(|_| {
            while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                let mut item = item.lock().expect("each item is taken once");
                work(&mut item);
            }
        });
    }
}

/// One thread of a team at work.
pub struct Member<'a> {
    /// 0 is the calling thread.
    pub index: usize,
    /// The number of members.
    pub count: usize,
    barrier: &'a Barrier,
}

impl Member<'_> {
    /// Waits until every member has come here; what they wrote before is visible after.
    pub fn wait(&self) {
        self.barrier.wait();
    }

    /// The items of `0..count` that are this member's.
    pub fn share(&self, count: usize) -> impl Iterator<Item = usize> + use<> {
        (self.index..count).step_by(self.count)
    }

    fn do_work(&self, work: &impl Fn(&Member)) {
        let guard = ReleaseOnPanic(self.barrier);
        work(self);
        std::mem::forget(guard);
    }
}

/// A barrier that spins briefly, because the others are a few microseconds away, and then yields its core, because
/// there may be more members than cores.
struct Barrier {
    members: usize,
    arrived: AtomicUsize,
    generation: AtomicUsize,
    broken: AtomicBool,
}

impl Barrier {
    fn new(members: usize) -> Self {
        Self {
            members,
            arrived: AtomicUsize::new(0),
            generation: AtomicUsize::new(0),
            broken: AtomicBool::new(false),
        }
    }

    fn wait(&self) {
        let generation = self.generation.load(Ordering::Acquire);
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.members {
            self.arrived.store(0, Ordering::Relaxed);
            self.generation.store(generation + 1, Ordering::Release);
            return;
        }
        let mut spins = 0_u32;
        while self.generation.load(Ordering::Acquire) == generation {
            assert!(
                !self.broken.load(Ordering::Relaxed),
                "another member of the team panicked"
            );
            spins += 1;
            if spins < SPINS {
                std::hint::spin_loop();
            } else {
                std::thread::yield_now();
            }
        }
    }
}

/// About 50 microseconds: longer than a minibatch's imbalance, shorter than a time slice.
const SPINS: u32 = 2_000;

/// Without it, a member that panics would leave the others waiting for ever.
struct ReleaseOnPanic<'a>(&'a Barrier);

impl Drop for ReleaseOnPanic<'_> {
    fn drop(&mut self) {
        self.0.broken.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_worked_on_once_by_any_team() {
        for threads in [1, 2, 3, 8] {
            let mut items = vec![0_u32; 100];
            Team::new(threads).for_each(&mut items, |item| *item += 1);
            assert!(items.iter().all(|&item| item == 1));
        }
    }

    #[test]
    fn nobody_passes_the_barrier_before_all_have_come() {
        let came: Vec<AtomicUsize> = (0..50).map(|_| AtomicUsize::new(0)).collect();
        Team::new(4).run(|member| {
            for round in &came {
                round.fetch_add(1, Ordering::Relaxed);
                member.wait();
                assert_eq!(round.load(Ordering::Relaxed), 4);
            }
        });
    }

    #[test]
    fn a_panic_does_not_leave_the_others_waiting() {
        let result = std::panic::catch_unwind(|| {
            Team::new(2).run(|member| {
                assert!(member.index == 0, "made to fail");
                member.wait();
            });
        });
        assert!(result.is_err());
    }
}
