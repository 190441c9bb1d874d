//! Learning curves of many runs on a common grid: their median, and a band.

use super::statistics::{median, quantile, sorted};

/// Number of grid points.
const POINTS: usize = 300;
/// Number of seeds from which on the band is the interquartile range.
const MANY: usize = 10;

/// The learning curve of one learner.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The learner's name.
    pub learner: String,
    /// From left to right.
    pub points: Vec<Point>,
}

/// A point of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Control steps, or seconds.
    pub at: f64,
    /// The median over the seeds.
    pub median: f64,
    /// The lower edge of the band.
    pub low: f64,
    /// The upper edge of the band.
    pub high: f64,
}

impl Point {
    /// A point without a band.
    pub fn exact(at: f64, number: f64) -> Self {
        Self {
            at,
            median: number,
            low: number,
            high: number,
        }
    }
}

/// What the band around a curve shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Band {
    /// From the smallest to the largest value.
    Range,
    /// From the first to the third quartile.
    Quartiles,
}

impl Band {
    /// The band for a number of seeds.
    pub fn of(seeds: usize) -> Self {
        if seeds < MANY {
            Self::Range
        } else {
            Self::Quartiles
        }
    }

    /// In words, after "the band from".
    pub fn words(self) -> &'static str {
        match self {
            Self::Range => "the smallest to the largest",
            Self::Quartiles => "the first to the third quartile",
        }
    }

    fn edges(self, sorted: &[f64]) -> (f64, f64) {
        match self {
            Self::Range => (quantile(sorted, 0.0), quantile(sorted, 1.0)),
            Self::Quartiles => (quantile(sorted, 0.25), quantile(sorted, 0.75)),
        }
    }
}

/// The runs of a learner, each a polyline through `(at, value)` with ascending `at`.
pub struct Lines<'a> {
    /// The learner's name.
    pub learner: &'a str,
    /// A line per seed.
    pub lines: Vec<Vec<(f64, f64)>>,
}

/// The curves of all learners on one grid, from 0 to the end of the longest run. A curve has a point wherever all seeds of its learner
/// have a value, so that it never jumps because a seed joins or ends.
pub fn curves(learners: &[Lines], band: Band) -> Vec<Curve> {
    let ends = learners.iter().flat_map(|learner| &learner.lines);
    let ends = ends.filter_map(|line| line.last());
    let longest = ends.map(|(at, _)| *at).fold(0.0, f64::max);
    let grid: Vec<f64> = (1..=POINTS)
        .map(|i| longest * i as f64 / POINTS as f64)
        .collect();
    let curve = |learner: &Lines| Curve {
        learner: learner.learner.to_owned(),
        points: grid
            .iter()
            .filter_map(|at| point(&learner.lines, *at, band))
            .collect(),
    };
    learners.iter().map(curve).collect()
}

fn point(lines: &[Vec<(f64, f64)>], at: f64, band: Band) -> Option<Point> {
    let values: Option<Vec<f64>> = lines.iter().map(|line| value_at(line, at)).collect();
    let values = sorted(&values?);
    let (low, high) = (!values.is_empty()).then(|| band.edges(&values))?;
    Some(Point {
        at,
        median: median(&values)?,
        low,
        high,
    })
}

/// The value of a line by linear interpolation; `None` outside its points.
fn value_at(line: &[(f64, f64)], at: f64) -> Option<f64> {
    let after = line.partition_point(|(x, _)| *x < at);
    let (right, value) = *line.get(after)?;
    if right == at {
        return Some(value);
    }
    let (left, before) = *line.get(after.checked_sub(1)?)?;
    Some(before + (value - before) * (at - left) / (right - left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_straight_between_its_points_and_nowhere_else() {
        let line = [(1.0, 10.0), (3.0, 20.0)];
        assert_eq!(value_at(&line, 0.5), None);
        assert_eq!(value_at(&line, 1.0), Some(10.0));
        assert_eq!(value_at(&line, 2.5), Some(17.5));
        assert_eq!(value_at(&line, 3.0), Some(20.0));
        assert_eq!(value_at(&line, 3.5), None);
        assert_eq!(value_at(&[], 1.0), None);
    }

    #[test]
    fn a_curve_is_the_median_with_a_band_where_all_seeds_are() {
        let line = |value: f64, end: f64| vec![(0.0, value), (end, value)];
        let learners = [
            Lines {
                learner: "a",
                lines: vec![line(1.0, 150.0), line(5.0, 300.0), line(2.0, 300.0)],
            },
            Lines {
                learner: "b",
                lines: vec![line(7.0, 300.0)],
            },
        ];
        let curves = curves(&learners, Band::of(3));
        let (a, b) = (&curves[0].points, &curves[1].points);
        // The grid has a point per unit, and the first seed of `a` ends half-way.
        assert_eq!((a.len(), b.len()), (150, 300));
        assert_eq!((a[0].at, a[149].at), (1.0, 150.0));
        assert_eq!((a[9].low, a[9].median, a[9].high), (1.0, 2.0, 5.0));
        assert_eq!((b[9].low, b[9].median, b[9].high), (7.0, 7.0, 7.0));
    }

    #[test]
    fn many_seeds_have_a_narrower_band() {
        assert_eq!(Band::of(9), Band::Range);
        let values: Vec<f64> = (0..=20).map(f64::from).collect();
        assert_eq!(Band::of(values.len()).edges(&values), (5.0, 15.0));
    }

    #[test]
    fn nothing_has_no_curve() {
        let learners = [Lines {
            learner: "a",
            lines: Vec::new(),
        }];
        assert_eq!(curves(&learners, Band::Range)[0].points, []);
    }
}
