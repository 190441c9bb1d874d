//! Ctrl-C and its relatives: the first one asks the training to save and end, the second ends the program at once.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// What comes again within this time is the same signal: who stops a program may tell it and then its whole group, as `timeout` does.
const SAME: Duration = Duration::from_millis(300);

/// What signals have come.
pub(super) struct Signals(Arc<AtomicUsize>);

impl Signals {
    /// Listens; the first signal sets `stop`.
    pub(super) fn listen(stop: &Arc<AtomicBool>) -> io::Result<Self> {
        let last = Arc::new(AtomicUsize::new(0));
        let armed = Arc::new(AtomicBool::new(false));
        let listened = [SIGINT, SIGTERM, SIGHUP];
        for signal in listened {
            flag::register_conditional_shutdown(signal, 128 + signal, armed.clone())?;
            flag::register(signal, stop.clone())?;
            flag::register_usize(signal, last.clone(), signal as usize)?;
        }
        // The first signal arms the shutdown for the next one, after a while.
        let mut signals = iterator::Signals::new(listened)?;
        thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                if signals.forever().next().is_some() {
                    thread::sleep(SAME);
                    armed.store(true, Ordering::Relaxed);
                }
            })?;
        Ok(Self(last))
    }

    /// The number of the last signal, 0 before one came: for others to watch.
    #[cfg(feature = "window")]
    pub(super) fn last(&self) -> Arc<AtomicUsize> {
        self.0.clone()
    }

    /// The exit code that says which signal came, if one did.
    pub(super) fn exit_code(&self) -> Option<u8> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            signal => Some(128 + signal as u8),
        }
    }
}
