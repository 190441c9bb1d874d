//! A finding: its kind, severity, place and text.

use crate::scene::{Location, Scene, Severity, TextError};

/// A kind of finding, declared by the check that reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FindingKind {
    name: &'static str,
    meaning: &'static str,
}

impl FindingKind {
    pub(super) const fn new(name: &'static str, meaning: &'static str) -> Self {
        Self { name, meaning }
    }

    /// Its name in JSON and in the reference.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// When it is reported, in a phrase.
    pub fn meaning(self) -> &'static str {
        self.meaning
    }
}

/// The simulation broke; also when a check itself makes the physics engine panic.
pub(super) const BREAKS: FindingKind = FindingKind::new(
    "breaks",
    "an environment broke: a non-finite number, a speed above `max_joint_speed`, or a panic of the physics engine",
);

/// Something in a scene that is probably not what its author intends.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Its kind.
    pub kind: FindingKind,
    /// How serious it is.
    pub severity: Severity,
    /// The part of the scene that it is about.
    pub place: Location,
    /// The problem in one line.
    pub title: String,
    /// What was measured.
    pub found: String,
    /// What would solve it, one suggestion per entry.
    pub help: Vec<String>,
}

impl Finding {
    pub(super) fn new(
        kind: FindingKind,
        severity: Severity,
        place: Location,
        title: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            severity,
            place,
            title: title.into(),
            found: found.into(),
            help: Vec::new(),
        }
    }

    /// Adds a suggestion.
    pub(super) fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// The physics engine panicked during a check.
    pub(super) fn of_panic(panic: &str) -> Self {
        Self::new(
            BREAKS,
            Severity::Serious,
            Location::Task("physics_hz"),
            "the simulation breaks before any action",
            format!("the physics engine panicked: {panic}"),
        )
        .help("use masses, sizes and positions of ordinary magnitude")
    }

    /// The finding at its place in the scene's text.
    pub fn remark(&self, scene: &Scene) -> TextError {
        scene.remark(&self.place, &self.title, Some(&self.found), &self.help)
    }
}

/// Orders findings by severity, the most serious first, then by position in the file.
pub(super) fn sort(scene: &Scene, findings: &mut [Finding]) {
    findings.sort_by_cached_key(|finding| {
        let rank = match finding.severity {
            Severity::Serious => 0,
            Severity::Warning => 1,
            Severity::Note => 2,
        };
        (rank, finding.remark(scene).position())
    });
}

/// A number with two significant digits, or three if the first is 1: the measurements are not more precise than that.
pub(super) fn short(x: impl Into<f64>) -> String {
    let x = x.into();
    if x == 0.0 || !x.is_finite() {
        return x.to_string();
    }
    let magnitude = x.abs().log10().floor();
    let leading = x.abs() / 10_f64.powf(magnitude);
    let digits = if leading < 2.0 { 2 } else { 1 };
    let decimals = digits - magnitude as i32;
    if decimals > 6 {
        return format!("{x:.1e}");
    }
    let unit = 10_f64.powi(-decimals);
    let rounded = (x / unit).round() * unit;
    let text = format!("{rounded:.*}", decimals.max(0) as usize);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A fraction as a percentage.
pub(super) fn percent(share: f64) -> String {
    format!("{} %", short(100.0 * share))
}

/// Names in backquotes, at most six of them.
pub(super) fn list<S: AsRef<str>>(names: &[S]) -> String {
    const MOST: usize = 6;
    let shown: Vec<String> = names
        .iter()
        .take(MOST)
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    match names.len().saturating_sub(MOST) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_two_or_three_significant_digits() {
        for (x, text) in [
            (0.0, "0"),
            (0.0123, "0.0123"),
            (0.0987, "0.099"),
            (-5.26, "-5.3"),
            (17.26, "17.3"),
            (23.4, "23"),
            (123_456.0, "123000"),
            (2.0, "2"),
            (1e-9, "1.0e-9"),
        ] {
            assert_eq!(short(x), text);
        }
    }

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(list(&["a", "b"]), "`a`, `b`");
        assert_eq!(
            list(&["x"; 8]),
            format!("{} and 2 more", ["`x`"; 6].join(", "))
        );
    }
}
