//! How long an episode and a step are: whole numbers of each other.

use crate::ron_tree::Diagnostic;
use crate::ron_tree::Path;

const MAX_STEPS: u32 = 1_000_000;
const MAX_SUBSTEPS: u32 = 1000;
/// Longest delay and history (control steps).
const MAX_PAST: u32 = 1000;

/// Control steps of an episode of so many seconds at a rate (Hz).
pub(super) fn episode_steps(seconds: f32, rate: f32, at: &Path) -> Result<u32, Diagnostic> {
    let steps = f64::from(seconds) * f64::from(rate);
    whole(steps, MAX_STEPS).ok_or_else(|| {
        let nearest = steps.round().clamp(1.0, f64::from(MAX_STEPS)) / f64::from(rate);
        Diagnostic::new(
            at.field("episode_s"),
            "an episode must be a whole number of control steps",
        )
        .label(format!(
            "{seconds} s at {rate} Hz are {} steps",
            steps as f32
        ))
        .help(format!(
            "1 to {MAX_STEPS} steps; nearest: episode_s: {}",
            nearest as f32
        ))
    })
}

/// Physics steps of a control step, from the two rates (Hz).
pub(super) fn substeps(physics: f32, control: f32, at: &Path) -> Result<u32, Diagnostic> {
    let substeps = f64::from(physics) / f64::from(control);
    whole(substeps, MAX_SUBSTEPS).ok_or_else(|| {
        let nearest = substeps.round().clamp(1.0, f64::from(MAX_SUBSTEPS)) * f64::from(control);
        Diagnostic::new(
            at.field("physics_hz"),
            "the physics rate must be a multiple of the control rate",
        )
        .label(format!(
            "{physics} Hz is {} times {control} Hz",
            substeps as f32
        ))
        .help(format!(
            "1 to {MAX_SUBSTEPS} times control_hz; nearest: physics_hz: {}",
            nearest as f32
        ))
    })
}

/// A whole number from 1 to `most`, up to the rounding of decimal fractions.
fn whole(x: f64, most: u32) -> Option<u32> {
    let near = (x - x.round()).abs() <= 1e-6 * x;
    (near && (1.0..=f64::from(most)).contains(&x.round())).then(|| x.round() as u32)
}

/// A number of control steps that something is late or remembered.
pub(super) fn steps(
    value: u32,
    least: u32,
    at: &Path,
    field: &'static str,
) -> Result<usize, Diagnostic> {
    if (least..=MAX_PAST).contains(&value) {
        return Ok(value as usize);
    }
    Err(
        Diagnostic::new(at.field(field), format!("`{field}` is out of its range"))
            .help(format!("{least} to {MAX_PAST} control steps")),
    )
}
