//! Whether a window can be opened, found by trying: winit and `bevy_render` panic where it cannot.

use std::sync::mpsc;
use std::time::Duration;

/// A display or driver that does not answer for this long is none.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether a window can be opened here.
///
/// # Errors
/// One line with the reason.
pub fn probe() -> Result<(), String> {
    // On a thread of its own: a driver may hang or panic.
    let (sender, receiver) = mpsc::channel();
    let thread = std::thread::Builder::new().name("probe".into()).spawn(move || {
        let _ = sender.send(reach_display().and_then(|()| find_adapter()));
    });
    thread.map_err(|error| format!("no thread to look for a display with: {error}"))?;
    match receiver.recv_timeout(PATIENCE) {
        Ok(found) => found,
        Err(mpsc::RecvTimeoutError::Timeout) => Err("the display or its driver does not answer".to_owned()),
        Err(mpsc::RecvTimeoutError::Disconnected) => Err("the graphics driver failed".to_owned()),
    }
}

fn reach_display() -> Result<(), String> {
    x11rb::connect(None)
        .map(|_| ())
        .map_err(|error| format!("no display: {error}"))
}

fn find_adapter() -> Result<(), String> {
    Ok(())
}
