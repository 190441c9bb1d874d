//! The table of a comparison, one row per learner: as numbers for programs and as text for people.

use serde::Serialize;

use super::Outcome;
use super::curves::Curve;
use super::statistics::{interquartile_interval, interquartile_mean, mean, median, sorted};
use crate::seed::Seed;

/// Seed of the bootstrap, fixed so that the same numbers always have the same interval.
const BOOTSTRAP_SEED: u64 = 0;

/// The statistics of a learner over its seeds, as `compare --json` prints them. Unknown values are null.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Standing {
    /// The learner's name.
    pub learner: String,
    /// Seeds that have been trained and evaluated, over which all statistics are.
    pub seeds: u64,
    /// Seeds that solved the task; none for tasks without a `solved` condition.
    pub solved: Option<u64>,
    /// Median of the control steps until the task was solved; a seed that did not solve it counts as infinity.
    pub steps_to_solve: Option<u64>,
    /// The same in seconds of the run's clock.
    pub seconds_to_solve: Option<f64>,
    /// Mean of the final policies' returns, each the mean of its evaluation episodes.
    pub return_mean: Option<f64>,
    /// Interquartile mean of the returns.
    pub return_iqm: Option<f64>,
    /// Lower end of its 95 % bootstrap interval; none of one seed.
    pub return_low: Option<f64>,
    /// Upper end of its 95 % bootstrap interval; none of one seed.
    pub return_high: Option<f64>,
    /// Median of the returns.
    pub return_median: Option<f64>,
    /// Smallest of the returns.
    pub return_worst: Option<f64>,
    /// Mean success rate; none for tasks without a success condition.
    pub success: Option<f64>,
    /// Median of the control steps per second of training.
    pub steps_per_s: Option<f64>,
    /// Whether all requested seeds have been trained and evaluated.
    pub finished: bool,
}

/// The columns of the table for people: heading and meaning.
pub const COLUMNS: [(&str, &str); 11] = [
    ("learner", "the preset's name"),
    ("seeds", "seeds trained and evaluated, of those requested"),
    ("solved", "seeds that solved the task"),
    (
        "steps to solve",
        "control steps until the task was solved, median over the seeds; a seed that did not solve it counts as never",
    ),
    ("s to solve", "seconds until the task was solved, likewise"),
    (
        "return",
        "return of the final policy, mean over the seeds: 200 evaluation episodes, the same for every run, mean action",
    ),
    (
        "interquartile mean [95 %]",
        "mean return without the best and the worst quarter of the seeds, and its 95 % bootstrap interval",
    ),
    ("median", "median return over the seeds"),
    ("worst", "smallest return over the seeds"),
    ("success", "success rate in the same episodes"),
    (
        "steps/s",
        "control steps per second of training on one thread, median over the seeds",
    ),
];

impl Standing {
    /// From the outcomes of one learner, of which `asked` were requested; `solves` if the task has a `solved` condition.
    pub(super) fn of(learner: &str, outcomes: &[&Outcome], asked: u64, solves: bool) -> Self {
        let numbers = |value: &dyn Fn(&Outcome) -> Option<f64>| -> Vec<f64> {
            outcomes
                .iter()
                .filter_map(|outcome| value(outcome))
                .collect()
        };
        let to_solve = |value: &dyn Fn(&Outcome) -> Option<f64>| {
            let never = |outcome: &Outcome| Some(value(outcome).unwrap_or(f64::INFINITY));
            median(&numbers(&never)).filter(|number| number.is_finite())
        };
        let returns = sorted(&numbers(&|outcome| outcome.return_mean));
        let mut rng = Seed::new(BOOTSTRAP_SEED).stream("bootstrap").nth(0);
        let interval = interquartile_interval(&returns, &mut rng);
        let solved = outcomes.iter().filter(|o| o.solved_step.is_some()).count();
        Self {
            learner: learner.to_owned(),
            seeds: outcomes.len() as u64,
            solved: solves.then_some(solved as u64),
            steps_to_solve: to_solve(&|o| o.solved_step.map(|steps| steps as f64))
                .map(|steps| steps.round() as u64),
            seconds_to_solve: to_solve(&|o| o.solved_s),
            return_mean: mean(&returns),
            return_iqm: interquartile_mean(&returns),
            return_low: interval.map(|(low, _)| low),
            return_high: interval.map(|(_, high)| high),
            return_median: median(&returns),
            return_worst: returns.first().copied(),
            success: mean(&numbers(&|outcome| outcome.success)),
            steps_per_s: median(&numbers(&|outcome| Some(outcome.steps_per_s))),
            finished: outcomes.len() as u64 == asked,
        }
    }

    /// The cells of its row under [`COLUMNS`], of `asked` requested seeds.
    pub fn cells(&self, asked: u64) -> [String; COLUMNS.len()] {
        let dash = || "-".to_owned();
        let returned = |number: Option<f64>| number.map_or_else(dash, in_short);
        let never = |words: Option<String>| match (self.solved, words) {
            (Some(_), None) if self.seeds > 0 => "never".to_owned(),
            (_, words) => words.unwrap_or_else(dash),
        };
        let interval = match (self.return_low, self.return_high) {
            (Some(low), Some(high)) => format!(" [{}, {}]", in_short(low), in_short(high)),
            _ => String::new(),
        };
        [
            self.learner.clone(),
            format!("{}/{asked}", self.seeds),
            self.solved
                .map_or_else(dash, |solved| format!("{solved}/{}", self.seeds)),
            never(self.steps_to_solve.map(in_thousands)),
            never(self.seconds_to_solve.map(|s| format!("{s:.1}"))),
            returned(self.return_mean),
            returned(self.return_iqm) + &interval,
            returned(self.return_median),
            returned(self.return_worst),
            self.success
                .map_or_else(dash, |share| format!("{:.1} %", 100.0 * share)),
            self.steps_per_s
                .map_or_else(dash, |steps| in_thousands(steps.round() as u64)),
        ]
    }
}

/// Rows as CSV, with the names of their fields as header.
pub(super) fn csv(rows: &[impl Serialize]) -> Vec<u8> {
    let mut table = csv::Writer::from_writer(Vec::new());
    for row in rows {
        table
            .serialize(row)
            .expect("plain data can be written to memory");
    }
    table.into_inner().expect("writing to memory does not fail")
}

/// Curves as one CSV table in long format.
pub(super) fn curves_csv(curves: &[Curve], unit: &str) -> Vec<u8> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let head = ["learner", unit, "median", "low", "high"];
    table
        .write_record(head)
        .expect("writing to memory does not fail");
    for curve in curves {
        for point in &curve.points {
            let numbers = [point.at, point.median, point.low, point.high];
            let cells = numbers.map(|number| number.to_string());
            let row = std::iter::once(&curve.learner).chain(&cells);
            table
                .write_record(row)
                .expect("writing to memory does not fail");
        }
    }
    table.into_inner().expect("writing to memory does not fail")
}

/// A number with about four significant digits.
fn in_short(number: f64) -> String {
    let digits = match number.abs() {
        size if size >= 1000.0 => 0,
        size if size >= 100.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    format!("{number:.digits$}")
}

/// 1234567 as 1,234,567.
fn in_thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(return_mean: f64, solved_step: Option<u64>) -> Outcome {
        Outcome::example("a", return_mean, solved_step)
    }

    #[test]
    fn a_standing_by_hand() {
        let runs = [
            outcome(-100.0, Some(3000)),
            outcome(-200.0, None),
            outcome(-180.0, Some(1000)),
            outcome(-160.0, Some(2000)),
        ];
        let standing = Standing::of("a", &runs.iter().collect::<Vec<_>>(), 5, true);
        assert_eq!((standing.seeds, standing.solved), (4, Some(3)));
        assert!(!standing.finished);
        // The median of 1000, 2000, 3000 and never.
        assert_eq!(standing.steps_to_solve, Some(2500));
        assert_eq!(standing.return_mean, Some(-160.0));
        // Without -200 and -100.
        assert_eq!(standing.return_iqm, Some(-170.0));
        assert_eq!(standing.return_median, Some(-170.0));
        assert_eq!(standing.return_worst, Some(-200.0));
        let interval = (standing.return_low.unwrap(), standing.return_high.unwrap());
        assert!(-200.0 <= interval.0 && interval.0 < -170.0, "{interval:?}");
        assert!(-170.0 < interval.1 && interval.1 <= -100.0, "{interval:?}");
        let cells = standing.cells(5);
        assert_eq!(cells[..4], ["a", "4/5", "3/4", "2,500"]);
        assert_eq!(cells[9], "-", "success");
    }

    #[test]
    fn what_most_seeds_did_not_do_is_never_and_what_nobody_asks_is_a_dash() {
        let runs = [
            outcome(1.0, None),
            outcome(2.0, Some(5)),
            outcome(3.0, None),
        ];
        let runs: Vec<&Outcome> = runs.iter().collect();
        let standing = Standing::of("a", &runs, 3, true);
        assert_eq!(standing.steps_to_solve, None);
        assert_eq!(standing.cells(3)[2..4], ["1/3", "never"]);
        let one = Standing::of("a", &runs[1..2], 1, false);
        assert_eq!(one.solved, None);
        assert_eq!(one.cells(1)[2], "-");
        let nothing = Standing::of("a", &[], 3, true);
        assert_eq!(nothing.cells(3)[1..6], ["0/3", "0/0", "-", "-", "-"]);
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(in_thousands(999), "999");
        assert_eq!(in_thousands(1_234_567), "1,234,567");
        assert_eq!(in_short(-1234.5), "-1234");
        assert_eq!(in_short(-123.45), "-123.5");
        assert_eq!(in_short(0.0625), "0.062");
    }

    #[test]
    fn tables_have_their_fields_as_heads() {
        let rows = [Standing::of("with, comma", &[], 1, false)];
        let text = String::from_utf8(csv(&rows)).unwrap();
        let (head, row) = text.split_once('\n').unwrap();
        assert!(head.starts_with("learner,seeds,solved,steps_to_solve,"));
        assert!(row.starts_with("\"with, comma\",0,,"), "{row}");
    }
}
