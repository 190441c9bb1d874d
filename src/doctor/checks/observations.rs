//! Observations that are constant, badly scaled or redundant.

use std::ops::{Range, RangeInclusive};

use crate::doctor::check::{Check, Rollouts, Run};
use crate::doctor::evidence::{CONSTANT, ENOUGH_STEPS, Evidence, RunningStatistics};
use crate::doctor::finding::{Finding, FindingKind, list, short};
use crate::pod::scene::spaces;
use crate::scene::{Location, Scene, Severity};

pub(super) const CHECK: Check = Check {
    kinds: &[NEVER_CHANGES, UNSCALED, REDUNDANT],
    run: Run::Rollouts(run),
};

const NEVER_CHANGES: FindingKind = FindingKind::new(
    "observation-constant",
    "an entry of the observation never changed",
);

const UNSCALED: FindingKind = FindingKind::new(
    "observation-unscaled",
    "the standard deviation of an entry is below 0.02 or above 20",
);

const REDUNDANT: FindingKind = FindingKind::new(
    "observation-redundant",
    "an entry is a linear function of another one",
);

/// Standard deviations that a network copes with if its inputs are not normalised.
const SCALE: RangeInclusive<f64> = 0.02..=20.0;
/// Two entries with a larger absolute correlation are the same.
const SAME: f64 = 0.99999;
/// Most multiplications for the correlations of all entries: a few hundredths of a second.
const MOST_PRODUCTS: usize = 40_000_000;
/// Fewer observations say nothing about correlations.
const LEAST_ROWS: usize = 32;

fn run(rollouts: &Rollouts, findings: &mut Vec<Finding>) {
    if rollouts.evidence.steps() < ENOUGH_STEPS {
        return;
    }
    let names = spaces(rollouts.scene).observation;
    let statistics = &rollouts.evidence.observation;
    let is_constant: Vec<bool> = (statistics.iter())
        .map(RunningStatistics::is_constant)
        .collect();
    let twins = twins(rollouts.evidence, &is_constant);
    let (_, learner) = rollouts.preset;
    for (index, entries) in terms(rollouts.scene).into_iter().enumerate() {
        let observation = &rollouts.scene.task().observation[index];
        // Entries of past steps are as large as the present ones, and often nearly the same.
        let present =
            entries.start..entries.start + observation.of.names(rollouts.scene.robot()).len();
        let term = ObservationTerm {
            index,
            names: &names,
            statistics,
        };
        let constant = entries.clone().filter(|&i| is_constant[i]).collect();
        let removable =
            |constant: usize| constant == entries.len() || observation.of.is_selectable();
        let varying = present.filter(|&i| !is_constant[i]);
        let unscaled = (varying.clone())
            .filter(|&i| !SCALE.contains(&statistics[i].std()))
            .collect();
        let redundant = varying.filter_map(|i| Some((i, twins[i]?))).collect();
        findings.extend(term.constant(constant, removable));
        findings.extend(term.unscaled(unscaled, learner.settings().normalizes_observations()));
        findings.extend(term.redundant(redundant));
    }
}

/// A term of the observation; it gets at most one finding of each kind.
struct ObservationTerm<'a> {
    index: usize,
    /// Of every entry of the observation.
    names: &'a [String],
    /// Of every entry of the observation.
    statistics: &'a [RunningStatistics],
}

impl ObservationTerm<'_> {
    fn place(&self) -> Location {
        Location::Observe(self.index)
    }

    fn list(&self, entries: &[usize]) -> String {
        let names: Vec<&str> = entries.iter().map(|&i| self.names[i].as_str()).collect();
        list(&names)
    }

    fn constant(
        &self,
        entries: Vec<usize>,
        is_removable: impl Fn(usize) -> bool,
    ) -> Option<Finding> {
        if entries.is_empty() {
            return None;
        }
        let (severity, help) = if is_removable(entries.len()) {
            (
                Severity::Warning,
                "remove it; `axes`, `joints` and `links` select the entries of a term",
            )
        } else {
            (
                Severity::Note,
                "harmless: a term of this kind cannot select its entries",
            )
        };
        let title = "an observation that never changes carries no information";
        let values = always(entries.iter().map(|&i| &self.statistics[i]));
        let found = format!("{}: {values}", self.list(&entries));
        Some(Finding::new(NEVER_CHANGES, severity, self.place(), title, found).help(help))
    }

    fn unscaled(&self, entries: Vec<usize>, is_normalized: bool) -> Option<Finding> {
        let std = self.statistics[*entries.first()?].std();
        let title = "an observation is far from the scale of 1";
        let found = format!("{}: std {}", self.list(&entries), short(std));
        let finding =
            |severity| Finding::new(UNSCALED, severity, self.place(), title, found.clone());
        Some(if is_normalized {
            finding(Severity::Note)
                .help("this learner normalises observations; others need a `scale`")
        } else {
            finding(Severity::Warning).help(format!(
                "`scale: {}`, or a learner that normalises observations",
                short(1.0 / std)
            ))
        })
    }

    /// `entries` are pairs of an entry and the earlier one that it duplicates.
    fn redundant(&self, entries: Vec<(usize, usize)>) -> Option<Finding> {
        let &(first, twin) = entries.first()?;
        let title = "an observation duplicates another one";
        let mut found = format!(
            "`{}` is a linear function of `{}`",
            self.names[first], self.names[twin]
        );
        if entries.len() > 1 {
            found += &format!(", and {} more", entries.len() - 1);
        }
        let finding = Finding::new(REDUNDANT, Severity::Note, self.place(), title, found);
        Some(finding.help("one of them is enough"))
    }
}

/// The values of constant entries, in words.
fn always<'a>(mut entries: impl Iterator<Item = &'a RunningStatistics>) -> String {
    let first = entries.next().map_or(0.0, |statistics| statistics.mean);
    if entries.any(|statistics| (statistics.mean - first).abs() > CONSTANT) {
        return "each always the same".to_owned();
    }
    format!(
        "always {}",
        short(if first.abs() < CONSTANT { 0.0 } else { first })
    )
}

/// The range of entries of each term.
fn terms(scene: &Scene) -> Vec<Range<usize>> {
    let mut from = 0;
    let lengths = (scene.task().observation.iter()).map(|term| term.names(scene.robot()).len());
    lengths
        .map(|length| {
            from += length;
            from - length..from
        })
        .collect()
}

/// For each entry an earlier one of which it is a linear function.
fn twins(evidence: &Evidence, is_constant: &[bool]) -> Vec<Option<usize>> {
    let entries = is_constant.len();
    let rows = evidence.rows.len() / entries.max(1);
    if rows < LEAST_ROWS {
        return vec![None; entries];
    }
    let most_rows = (MOST_PRODUCTS / (entries * entries)).clamp(LEAST_ROWS, rows);
    let columns: Vec<Option<Vec<f32>>> = (0..entries)
        .map(|i| {
            let taken = evidence
                .rows
                .chunks_exact(entries)
                .step_by(rows / most_rows);
            (!is_constant[i]).then(|| standardized(taken.map(|row| row[i])))?
        })
        .collect();
    let compared = (MOST_PRODUCTS / most_rows).isqrt();
    (0..entries)
        .map(|i| {
            let mine = columns[i].as_ref()?;
            (0..i.min(compared)).find(|&j| {
                columns[j]
                    .as_ref()
                    .is_some_and(|other| correlation(mine, other).abs() > SAME)
            })
        })
        .collect()
}

/// Shifted to mean 0 and scaled to norm 1; `None` where it does not vary.
fn standardized(column: impl Iterator<Item = f32>) -> Option<Vec<f32>> {
    let column: Vec<f64> = column.map(f64::from).collect();
    let mean = column.iter().sum::<f64>() / column.len() as f64;
    let length = column
        .iter()
        .map(|x| (x - mean).powi(2))
        .sum::<f64>()
        .sqrt();
    (length > 0.0).then(|| {
        column
            .iter()
            .map(|x| ((x - mean) / length) as f32)
            .collect()
    })
}

/// The correlation of two standardised columns.
fn correlation(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum()
}
