//! Finds out whether a window can be opened, by trying: winit and `bevy_render` panic where it cannot.

use bevy::render::settings::Backends;
use bevy::tasks::block_on;
use std::ffi::{c_int, c_void};
use std::ptr::NonNull;
use std::sync::{OnceLock, mpsc};
use std::time::Duration;
use wgpu::rwh::{RawDisplayHandle, RawWindowHandle, XlibDisplayHandle, XlibWindowHandle};
use wgpu::{
    DeviceType, Instance, InstanceDescriptor, RequestAdapterOptions, Surface, SurfaceTargetUnsafe,
};
use x11_dl::{xcursor::Xcursor, xinput2::XInput2, xlib::Xlib, xlib_xcb::Xlib_xcb};

/// Longest wait for a display or driver to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Checks whether a window can be opened.
///
/// # Errors
/// The reason in one line.
pub fn probe() -> Result<(), String> {
    display().map(|_| ())
}

/// The graphics interface of this display.
#[derive(Clone, Copy, Debug)]
pub(super) struct Display {
    /// The graphics interface to use.
    pub(super) backends: Backends,
    /// Whether the processor renders.
    pub(super) is_software: bool,
}

/// The graphics interface of this display, found once. Hardware is preferred to software, then Vulkan to OpenGL, which is not loaded
/// where Vulkan has hardware.
pub(super) fn display() -> Result<Display, String> {
    static FOUND: OnceLock<Result<Display, String>> = OnceLock::new();
    FOUND.get_or_init(try_on_thread).clone()
}

/// Searches on a thread of its own, since a driver may hang or panic.
fn try_on_thread() -> Result<Display, String> {
    let (sender, receiver) = mpsc::channel();
    let thread = std::thread::Builder::new().name("probe".into());
    let started = thread.spawn(move || {
        let found = try_display();
        // The receiver is gone if it took too long.
        drop(sender.send(found));
    });
    started.map_err(|error| format!("no thread to look for a display with: {error}"))?;
    receiver.recv_timeout(PATIENCE).unwrap_or_else(|error| {
        Err(match error {
            mpsc::RecvTimeoutError::Timeout => "the display or its driver does not answer",
            mpsc::RecvTimeoutError::Disconnected => "the graphics driver failed",
        }
        .to_owned())
    })
}

fn try_display() -> Result<Display, String> {
    #[cfg(feature = "wayland")]
    if let Some(socket) = wayland_socket() {
        let connected = std::os::unix::net::UnixStream::connect(&socket);
        connected
            .map_err(|error| format!("no Wayland display at {}: {error}", socket.display()))?;
        return find_adapter(|_| Ok(None));
    }
    let (connection, _) = x11rb::connect(None).map_err(|error| format!("no display: {error}"))?;
    // A server without clients may restart and be unavailable when the next client connects. This connection stays open as long as the
    // program runs.
    std::mem::forget(connection);
    let xlib = load_libraries()?;
    let window = HiddenWindow::open(&xlib).ok_or("no display: Xlib does not connect to it")?;
    find_adapter(|instance| window.surface(instance).map(Some))
}

/// The Wayland socket that winit tries first, if any.
#[cfg(feature = "wayland")]
fn wayland_socket() -> Option<std::path::PathBuf> {
    let display = std::env::var_os("WAYLAND_DISPLAY").filter(|name| !name.is_empty())?;
    let folder = std::env::var_os("XDG_RUNTIME_DIR").unwrap_or_default();
    Some(std::path::Path::new(&folder).join(display))
}

/// Loads the libraries that winit loads at run time.
fn load_libraries() -> Result<Xlib, String> {
    let missing = |error: x11_dl::error::OpenError| format!("a library is missing: {error}");
    Xcursor::open().map_err(missing)?;
    XInput2::open().map_err(missing)?;
    Xlib_xcb::open().map_err(missing)?;
    xkbcommon_dl::xkbcommon_option().ok_or("a library is missing: libxkbcommon")?;
    xkbcommon_dl::x11::xkbcommon_x11_option().ok_or("a library is missing: libxkbcommon-x11")?;
    Xlib::open().map_err(missing)
}

/// The first interface with a hardware adapter that can present on the surface, if one is given; else the first with any adapter.
fn find_adapter<'w>(
    surface: impl Fn(&Instance) -> Result<Option<Surface<'w>>, String>,
) -> Result<Display, String> {
    let choices = match Backends::from_env() {
        Some(chosen) => vec![chosen],
        None => vec![Backends::VULKAN, Backends::GL],
    };
    let mut reason = String::new();
    let mut software = None;
    for backends in choices {
        let instance = Instance::new(InstanceDescriptor {
            backends,
            ..InstanceDescriptor::new_without_display_handle()
        });
        let found = surface(&instance).and_then(|surface| {
            let options = RequestAdapterOptions {
                compatible_surface: surface.as_ref(),
                ..Default::default()
            };
            block_on(instance.request_adapter(&options)).map_err(|error| error.to_string())
        });
        match found {
            Ok(adapter) => {
                let is_software = adapter.get_info().device_type == DeviceType::Cpu;
                let display = Display {
                    backends,
                    is_software,
                };
                if !is_software {
                    return Ok(display);
                }
                software.get_or_insert(display);
            }
            Err(error) => reason = error,
        }
    }
    if let Some(display) = software {
        return Ok(display);
    }
    let reason = reason.lines().next().unwrap_or_default();
    Err(format!(
        "no graphics adapter that can draw on this display: {reason}"
    ))
}

/// Replaces Xlib's handler, which ends the program; here an error only means that an interface is unusable.
extern "C" fn ignore_error(
    _: *mut x11_dl::xlib::Display,
    _: *mut x11_dl::xlib::XErrorEvent,
) -> c_int {
    0
}

/// A window that is never shown, for the search of an adapter.
struct HiddenWindow<'x> {
    xlib: &'x Xlib,
    display: NonNull<x11_dl::xlib::Display>,
    screen: c_int,
    window: x11_dl::xlib::Window,
}

#[expect(
    unsafe_code,
    reason = "Xlib is a C library, and wgpu takes its handles raw"
)]
impl<'x> HiddenWindow<'x> {
    fn open(xlib: &'x Xlib) -> Option<Self> {
        // SAFETY: `XInitThreads` is this process' first call of Xlib, as it must be. The handler has Xlib's signature and
        // lives as long as the program; winit sets its own later. Xlib allows a null name and returns null when it cannot
        // connect; the window's parent is the root of the display just opened.
        unsafe {
            (xlib.XInitThreads)();
            (xlib.XSetErrorHandler)(Some(ignore_error));
            let display = NonNull::new((xlib.XOpenDisplay)(std::ptr::null()))?;
            let root = (xlib.XDefaultRootWindow)(display.as_ptr());
            let window = (xlib.XCreateSimpleWindow)(display.as_ptr(), root, 0, 0, 16, 16, 0, 0, 0);
            Some(Self {
                xlib,
                display,
                screen: (xlib.XDefaultScreen)(display.as_ptr()),
                window,
            })
        }
    }

    /// A surface of the window.
    fn surface(&self, instance: &Instance) -> Result<Surface<'_>, String> {
        let display = XlibDisplayHandle::new(Some(self.display.cast::<c_void>()), self.screen);
        let target = SurfaceTargetUnsafe::RawHandle {
            raw_display_handle: Some(RawDisplayHandle::Xlib(display)),
            raw_window_handle: RawWindowHandle::Xlib(XlibWindowHandle::new(self.window)),
        };
        // SAFETY: both handles are valid as long as `self`, which the surface borrows.
        let surface = unsafe { instance.create_surface_unsafe(target) };
        surface.map_err(|error| error.to_string())
    }
}

#[expect(unsafe_code, reason = "Xlib is a C library")]
impl Drop for HiddenWindow<'_> {
    fn drop(&mut self) {
        // SAFETY: both were opened by `open` and are closed once.
        unsafe {
            (self.xlib.XDestroyWindow)(self.display.as_ptr(), self.window);
            (self.xlib.XCloseDisplay)(self.display.as_ptr());
        }
    }
}
