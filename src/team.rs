//! Threads that work on one thing together and may ask no more of the result than that it be the same for any number
//! of them: members write to places of their own, and sums are taken in a fixed order by whoever comes after.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{JoinHandle, Thread};

/// Threads that stay, so that what one has in its caches is still there in the next round, and the word to stop.
pub struct Team {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    /// One round at a time.
    rounds: Mutex<()>,
    stop: Arc<AtomicBool>,
}

/// What a member does in a round.
type Work<'a> = &'a (dyn Fn(&Member) + Sync + 'a);

struct Shared {
    members: usize,
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

impl Team {
    /// A team of `threads` (at least one); the calling thread is one of them.
    pub fn new(threads: usize) -> Self {
        Self::stoppable(threads, Arc::default())
    }

    /// The same, with a flag of somebody else's that asks it to stop.
    pub fn stoppable(threads: usize, stop: Arc<AtomicBool>) -> Self {
        let members = threads.max(1);
        let shared = Arc::new(Shared {
            members,
            work: Mutex::default(),
            round: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            caller: Mutex::default(),
            closing: AtomicBool::new(false),
            barrier: Barrier::new(members, Arc::default()),
        });
        let worker = |index| {
            let shared = shared.clone();
            std::thread::Builder::new()
                .name(format!("member {index}"))
                .spawn(move || shared.work_until_closed(index))
                .expect("the system starts a thread")
        };
        Self {
            workers: (1..members).map(worker).collect(),
            shared,
            rounds: Mutex::default(),
            stop,
        }
    }

    /// The number of members.
    pub fn threads(&self) -> usize {
        self.shared.members
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
        let shared = &*self.shared;
        let _round = self.rounds.lock().unwrap_or_else(PoisonError::into_inner);
        shared.barrier.reset();
        shared.done.store(0, Ordering::Relaxed);
        *shared.caller.lock().expect("nobody panics with it") = Some(std::thread::current());
        *shared.work.lock().expect("nobody panics with it") = Some(forget_lifetime(&work));
        shared.round.fetch_add(1, Ordering::Release);
        for worker in &self.workers {
            worker.thread().unpark();
        }
        let mine = catch_unwind(AssertUnwindSafe(|| shared.take_part(0, &work)));
        // Not before every worker is done may `work` go away, whatever happened here.
        wait_until(|| shared.done.load(Ordering::Acquire) == self.workers.len());
        *shared.work.lock().expect("nobody panics with it") = None;
        if let Err(panic) = mine {
            resume_unwind(panic);
        }
        assert!(!shared.barrier.is_broken(), "a member of the team panicked");
    }

    /// Two groups that may work on two things at once, for use within one [`Team::run`]; a team of one is both.
    pub fn halves(&self) -> [Group; 2] {
        let members = self.shared.members;
        let first = members.div_ceil(2);
        let group = |range: Range<usize>| Group {
            barrier: Barrier::new(range.len(), self.shared.barrier.broken.clone()),
            members: range,
        };
        [group(0..first), group(first.min(members - 1)..members)]
    }

    /// Runs `work` once on each item. Item `i` goes to member `i % threads`, in every round the same.
    pub fn for_each<T: Send>(&self, items: &mut [T], work: impl Fn(&mut T) + Sync) {
        let items: Vec<Mutex<&mut T>> = items.iter_mut().map(Mutex::new).collect();
        self.run(|member| {
            for i in member.share(items.len()) {
                let mut item = items[i].lock().expect("each item is taken once");
                work(&mut item);
            }
        });
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Relaxed);
        self.shared.round.fetch_add(1, Ordering::Release);
        for worker in self.workers.drain(..) {
            worker.thread().unpark();
            // A worker catches the panics of its work, so it ends well.
            let _ = worker.join();
        }
    }
}

#[expect(
    unsafe_code,
    reason = "threads that stay cannot be handed a borrow in safe Rust"
)]
fn forget_lifetime<'a>(work: Work<'a>) -> Work<'static> {
    // SAFETY: only `Team::run` calls this. It does not return, nor unwind, before every worker has counted itself done
    // with the work and before the work is taken out of the shared place, so nobody uses it after 'a.
    unsafe { std::mem::transmute::<Work<'a>, Work<'static>>(work) }
}

impl Shared {
    fn work_until_closed(&self, index: usize) {
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
            let _ = catch_unwind(AssertUnwindSafe(|| self.take_part(index, work)));
            self.done.fetch_add(1, Ordering::Release);
            if let Some(caller) = &*self.caller.lock().expect("nobody panics with it") {
                caller.unpark();
            }
        }
    }

    fn take_part(&self, index: usize, work: Work) {
        let guard = BreakOnPanic(&self.barrier);
        work(&Member {
            index,
            count: self.members,
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

/// Some members of a team, with a barrier of their own.
pub struct Group {
    members: Range<usize>,
    barrier: Barrier,
}

impl Group {
    /// A member's place in the group, if it is in it.
    pub fn seat(&self, member: &Member) -> Option<Member<'_>> {
        self.members.contains(&member.index).then(|| Member {
            index: member.index - self.members.start,
            count: self.members.len(),
            barrier: &self.barrier,
        })
    }
}

/// One thread of a team, or of a group of it, at work.
pub struct Member<'a> {
    /// From 0, which is the team's calling thread or a group's first.
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
}

/// A barrier that spins briefly, because the others are a few microseconds away, and then yields its core, because
/// there may be more members than cores.
struct Barrier {
    members: usize,
    arrived: AtomicUsize,
    generation: AtomicUsize,
    /// A member has panicked; shared with the barriers of groups.
    broken: Arc<AtomicBool>,
}

impl Barrier {
    fn new(members: usize, broken: Arc<AtomicBool>) -> Self {
        Self {
            members,
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
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.members {
            self.arrived.store(0, Ordering::Relaxed);
            self.generation.store(generation + 1, Ordering::Release);
            return;
        }
        let mut spins = 0_u32;
        while self.generation.load(Ordering::Acquire) == generation {
            assert!(!self.is_broken(), "another member of the team panicked");
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

/// Without it, a member that panics would leave the others waiting for ever.
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
    fn every_member_has_a_seat_and_both_groups_have_members() {
        for (threads, sizes) in [(1, [1, 1]), (2, [1, 1]), (3, [2, 1]), (8, [4, 4])] {
            let team = Team::new(threads);
            let groups = team.halves();
            let seated = [const { AtomicUsize::new(0) }; 2];
            team.run(|member| {
                let seats = groups.each_ref().map(|group| group.seat(member));
                assert!(seats.iter().any(Option::is_some));
                for (seat, seated) in seats.iter().zip(&seated) {
                    if let Some(seat) = seat {
                        seat.wait();
                        seated.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
            assert_eq!(seated.map(AtomicUsize::into_inner), sizes);
        }
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
