//! What the entries of the observation say, and whether a network can make something of them.

use std::ops::Range;

use super::Preset;
use super::evidence::{Evidence, Spread};
use super::finding::{Finding, Kind, list, short};
use super::thresholds::{CONSTANT, SAME, SCALE};
use crate::pod::scene::spaces;
use crate::scene::{Place, Scene, Severity};

/// Products of a comparison of all entries with each other: as many as take a few hundredths of a second.
const MOST_PRODUCTS: usize = 40_000_000;

/// Fewer observations say nothing about what goes together.
const LEAST_ROWS: usize = 32;

/// Looks at every entry, over all actors; one finding per term and kind.
pub(super) fn judge(
    scene: &Scene,
    (_, learner): Preset,
    evidence: &Evidence,
    findings: &mut Vec<Finding>,
) {
    let names = spaces(scene).observation;
    let spreads = &evidence.observation;
    let is_constant: Vec<bool> = spreads.iter().map(is_constant).collect();
    let twins = twins(evidence, &is_constant);
    for (term, entries) in terms(scene).into_iter().enumerate() {
        let place = Place::Observe(term);
        let of = |is: &dyn Fn(usize) -> bool| -> Vec<usize> {
            entries.clone().filter(|&i| is(i)).collect()
        };
        let named = |entries: &[usize]| {
            let names: Vec<&str> = entries.iter().map(|&i| names[i].as_str()).collect();
            list(&names)
        };
        let still = of(&|i| is_constant[i]);
        if !still.is_empty() {
            let could_be_left_out =
                still.len() == entries.len() || scene.task().observation[term].of.is_selectable();
            findings.push(Finding {
                kind: Kind::ObservationConstant,
                severity: if could_be_left_out {
                    Severity::Warning
                } else {
                    Severity::Note
                },
                place: place.clone(),
                title: "an observation that never changes tells nothing".to_owned(),
                found: format!(
                    "{}: {}",
                    named(&still),
                    always(still.iter().map(|&i| &spreads[i]))
                ),
                help: vec![if could_be_left_out {
                    "leave it out; `axes`, `joints` and `links` say which entries a term has"
                        .to_owned()
                } else {
                    "harmless, and a term of this kind has all of its entries or none".to_owned()
                }],
            });
        }
        // What it was some steps ago is as large as now, and often nearly the same.
        let now = entries.start + scene.task().observation[term].of.names(scene.robot()).len();
        let unscaled = of(&|i| {
            let [least, most] = SCALE;
            i < now && !is_constant[i] && !(least..=most).contains(&spreads[i].deviation())
        });
        if let Some(&first) = unscaled.first() {
            let deviation = spreads[first].deviation();
            let normalizes = learner.normalizes_observations();
            findings.push(Finding {
                kind: Kind::ObservationUnscaled,
                severity: if normalizes {
                    Severity::Note
                } else {
                    Severity::Warning
                },
                place: place.clone(),
                title: "an observation is far from the size of 1".to_owned(),
                found: format!("{}: deviation {}", named(&unscaled), short(deviation)),
                help: vec![if normalizes {
                    "this learner's normaliser takes care of it; others need a `scale`".to_owned()
                } else {
                    format!(
                        "`scale: {}`, or a learner that normalises observations",
                        short(1.0 / deviation)
                    )
                }],
            });
        }
        let redundant = of(&|i| i < now && twins[i].is_some());
        if let Some((&first, twin)) = redundant
            .first()
            .and_then(|first| Some((first, twins[*first]?)))
        {
            let more = redundant.len() - 1;
            let what = format!("`{}` says what `{}` says", names[first], names[twin]);
            findings.push(Finding {
                kind: Kind::ObservationRedundant,
                severity: Severity::Note,
                place,
                title: "an observation says what another one says".to_owned(),
                found: match more {
                    0 => what,
                    _ => format!("{what}, and {more} more"),
                },
                help: vec!["one of them will do".to_owned()],
            });
        }
    }
}

/// What constant entries are.
fn always<'a>(mut entries: impl Iterator<Item = &'a Spread>) -> String {
    let first = entries.next().map_or(0.0, |spread| spread.mean);
    if entries.any(|spread| (spread.mean - first).abs() > CONSTANT) {
        return "each always the same".to_owned();
    }
    format!(
        "always {}",
        short(if first.abs() < CONSTANT { 0.0 } else { first })
    )
}

/// The entries of each term.
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

/// Whether an entry has always been the same.
pub(super) fn is_constant(spread: &Spread) -> bool {
    spread.greatest - spread.least <= CONSTANT * spread.largest().max(1.0)
}

/// For each entry an earlier one that it follows from by a factor and a sum.
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

/// With mean 0 and a length of 1; none where it does not vary.
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

fn correlation(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum()
}
