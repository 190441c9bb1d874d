//! What learning curves are drawn over.

use super::Comparison;

/// The x axis of a learning curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    Steps,
    Seconds,
}

impl Axis {
    /// The axes of a comparison; seconds only for comparisons by time.
    pub(super) fn of(comparison: &Comparison) -> &'static [Self] {
        match comparison.seconds {
            Some(_) => &[Self::Seconds, Self::Steps],
            None => &[Self::Steps],
        }
    }

    /// Unit in tables.
    pub(super) fn unit(self) -> &'static str {
        match self {
            Self::Steps => "steps",
            Self::Seconds => "seconds",
        }
    }

    /// Label in charts.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Steps => "control steps",
            Self::Seconds => "seconds of the run, all cores busy",
        }
    }

    /// Name of a file of curves over this axis.
    pub(super) fn file(self, ending: &str) -> String {
        match self {
            Self::Steps => format!("curves.{ending}"),
            Self::Seconds => format!("curves-seconds.{ending}"),
        }
    }
}
