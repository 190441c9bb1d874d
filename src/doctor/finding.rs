//! What a checkup finds, and how it is put.

use crate::scene::{Place, Scene, Severity, TextError};

/// What can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Goals are drawn where the point cannot be.
    GoalOutOfReach,
    /// A motor cannot hold what hangs on its joint.
    MotorTooWeak,
    /// One action takes a joint most of the way to where the physics counts as broken.
    MotorTooStrong,
    /// A motor turns something that nothing damps and no rotor slows down.
    JointUndamped,
    /// The physics steps are too long for a spring.
    PhysicsTooCoarse,
    /// A reward term is multiplied by 0.
    RewardWithoutWeight,
    /// An end holds where episodes start.
    EndsAtStart,
    /// Something begins inside of something else.
    OverlapsAtStart,
    /// The learner looks ahead much less far than an episode lasts.
    ShortSighted,
    /// An environment broke.
    Breaks,
    /// Nearly every episode is over at once, whatever is done.
    FallsAtStart,
    /// What has learnt nothing is good enough already.
    SolvedByNothing,
    /// Every step costs, and an episode can be ended.
    PaysToEnd,
    /// Holding still takes all that a motor has.
    MotorSaturates,
    /// A robot that nobody drives gets faster.
    EnergyGain,
    /// The reward is the same in every step.
    RewardConstant,
    /// A reward term was 0 in every step.
    RewardNeverFires,
    /// One reward term is nearly all of the reward.
    RewardDrowns,
    /// Entries of the observation never changed.
    ObservationConstant,
    /// Entries of the observation are much larger or smaller than 1.
    ObservationUnscaled,
    /// Entries of the observation say what others say.
    ObservationRedundant,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::GoalOutOfReach,
        Self::MotorTooWeak,
        Self::MotorTooStrong,
        Self::JointUndamped,
        Self::PhysicsTooCoarse,
        Self::RewardWithoutWeight,
        Self::EndsAtStart,
        Self::OverlapsAtStart,
        Self::ShortSighted,
        Self::Breaks,
        Self::FallsAtStart,
        Self::SolvedByNothing,
        Self::PaysToEnd,
        Self::MotorSaturates,
        Self::EnergyGain,
        Self::RewardConstant,
        Self::RewardNeverFires,
        Self::RewardDrowns,
        Self::ObservationConstant,
        Self::ObservationUnscaled,
        Self::ObservationRedundant,
    ];

    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::GoalOutOfReach => "goal-out-of-reach",
            Self::MotorTooWeak => "motor-too-weak",
            Self::MotorTooStrong => "motor-too-strong",
            Self::JointUndamped => "joint-undamped",
            Self::PhysicsTooCoarse => "physics-too-coarse",
            Self::RewardWithoutWeight => "reward-without-weight",
            Self::EndsAtStart => "ends-at-start",
            Self::OverlapsAtStart => "overlaps-at-start",
            Self::ShortSighted => "short-sighted",
            Self::Breaks => "breaks",
            Self::FallsAtStart => "falls-at-start",
            Self::SolvedByNothing => "solved-by-nothing",
            Self::PaysToEnd => "pays-to-end",
            Self::MotorSaturates => "motor-saturates",
            Self::EnergyGain => "energy-gain",
            Self::RewardConstant => "reward-constant",
            Self::RewardNeverFires => "reward-never-fires",
            Self::RewardDrowns => "reward-drowns",
            Self::ObservationConstant => "observation-constant",
            Self::ObservationUnscaled => "observation-unscaled",
            Self::ObservationRedundant => "observation-redundant",
        }
    }
}

/// Something that is probably not as its author wants it.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// How bad it is.
    pub severity: Severity,
    /// Which part of the scene it is about.
    pub place: Place,
    /// The same in words, one line.
    pub title: String,
    /// What was measured.
    pub found: String,
    /// What would do.
    pub help: Vec<String>,
}

impl Finding {
    /// The finding at its place in the scene's text.
    pub fn remark(&self, scene: &Scene) -> TextError {
        scene.remark(&self.place, &self.title, Some(&self.found), &self.help)
    }
}

/// The most serious first, and then in the order of the file.
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

/// A number in two digits that count, or three if they begin with 1: what is measured is not more exact than that.
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

/// A share in percent.
pub(super) fn percent(share: f64) -> String {
    format!("{} %", short(100.0 * share))
}

/// Names in backquotes, the first few of them.
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
    fn numbers_are_as_long_as_they_are_exact() {
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
