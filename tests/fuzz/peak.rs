//! An allocator that knows how much is taken, and how much that was at most.
#![expect(unsafe_code, reason = "there is no other way to be the allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

static TAKEN: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);
static AT_BEGIN: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, with a count.
pub(crate) struct Counting;

/// From now on the most is asked for.
pub(crate) fn begin() {
    let taken = TAKEN.load(Ordering::Relaxed);
    AT_BEGIN.store(taken, Ordering::Relaxed);
    MOST.store(taken, Ordering::Relaxed);
}

/// The most that was taken at once, beyond what was when it began (bytes).
pub(crate) fn since_begin() -> usize {
    MOST.load(Ordering::Relaxed) - AT_BEGIN.load(Ordering::Relaxed)
}

// SAFETY: all is left to the system's allocator; counting touches no memory that it hands out.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // As wanted, not as given: memory that the system would refuse counts too.
        let taken = TAKEN.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(taken, Ordering::Relaxed);
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        TAKEN.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above; the pointer came from there.
        unsafe { System.dealloc(pointer, layout) }
    }
}
