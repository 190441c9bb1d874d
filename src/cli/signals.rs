//! SIGINT, SIGTERM and SIGHUP: the first one asks the command to save and stop, the second ends the process at once.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::print::Failure;

/// A repeated signal within this time counts as the same one: `timeout`, for instance, signals the process and then its whole group.
const DEBOUNCE: Duration = Duration::from_millis(300);

/// The last signal received.
pub(super) struct Signals(Arc<AtomicUsize>);

impl Signals {
    /// Starts listening; the first signal sets `stop`.
    pub(super) fn listen(stop: &Arc<AtomicBool>) -> Result<Self, Failure> {
        Self::register(stop)
            .map_err(|error| Failure::Runtime(format!("cannot listen for signals: {error}")))
    }

    fn register(stop: &Arc<AtomicBool>) -> io::Result<Self> {
        let last = Arc::new(AtomicUsize::new(0));
        let armed = Arc::new(AtomicBool::new(false));
        let listened = [SIGINT, SIGTERM, SIGHUP];
        for signal in listened {
            flag::register_conditional_shutdown(signal, 128 + signal, armed.clone())?;
            flag::register(signal, stop.clone())?;
            flag::register_usize(signal, last.clone(), signal as usize)?;
        }
        // The first signal arms the immediate shutdown for the next one.
        let mut signals = iterator::Signals::new(listened)?;
        thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                if signals.forever().next().is_some() {
                    thread::sleep(DEBOUNCE);
                    armed.store(true, Ordering::Relaxed);
                }
            })?;
        Ok(Self(last))
    }

    /// The number of the last signal, 0 before the first: a flag for the window.
    #[cfg(feature = "window")]
    pub(super) fn last(&self) -> Arc<AtomicUsize> {
        self.0.clone()
    }

    /// The exit code of the signal received, if any: 128 + its number.
    pub(super) fn exit_code(&self) -> Option<u8> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            signal => Some(128 + signal as u8),
        }
    }
}
