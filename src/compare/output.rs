//! The files of a comparison, beside the folders of its runs.
//!
//! | file | what it holds |
//! |---|---|
//! | `table.csv` | one row per learner |
//! | `runs.csv` | one row per run; columns that depend on a clock come last |
//! | `curves.csv`, `.svg`, `.png` | training return over control steps; independent of any clock |
//! | `curves-seconds.*` | training return over seconds, for comparisons by time |
//! | `index.html` | table and curves as one page |

use super::axis::Axis;
use super::chart::{self, Chart};
use super::curves::{Band, Curve, Lines, curves};
use super::{CompareError, Compared, Comparison, Entrant, Outcome, Run, page, table};
use crate::files;
use crate::metrics::Metric;
use crate::step::curriculum::Solved;

impl Comparison {
    /// Writes tables, charts and the page.
    ///
    /// # Errors
    /// A file could not be written.
    pub(super) fn write(&self, compared: &Compared, runs: &[Run]) -> Result<(), CompareError> {
        let write = |name: &str, bytes: &[u8]| {
            let path = self.folder.join(name);
            files::publish(&path, bytes).map_err(|error| CompareError::Io(path, error))
        };
        write("table.csv", &table::csv(&compared.standings))?;
        write("runs.csv", &table::csv(&compared.outcomes))?;
        let mut drawings = Vec::new();
        for axis in Axis::of(self) {
            let curves = self.curves(&compared.outcomes, *axis);
            write(&axis.file("csv"), &table::curves_csv(&curves, axis.unit()))?;
            let chart = self.chart(curves, *axis, compared, runs);
            let svg = chart::svg(&chart);
            write(&axis.file("svg"), svg.as_bytes())?;
            write(&axis.file("png"), &chart::png(&chart))?;
            drawings.push(svg);
        }
        let page = page::html(self, compared, &drawings);
        write("index.html", page.as_bytes())
    }

    fn curves(&self, outcomes: &[Outcome], axis: Axis) -> Vec<Curve> {
        let lines = |entrant: &'_ Entrant| {
            let own = outcomes
                .iter()
                .filter(|outcome| outcome.learner == entrant.name);
            own.map(|outcome| outcome.line(axis)).collect()
        };
        let lines: Vec<Lines> = self
            .entrants
            .iter()
            .map(|entrant| Lines {
                learner: &entrant.name,
                lines: lines(entrant),
            })
            .collect();
        curves(&lines, self.band())
    }

    fn band(&self) -> Band {
        Band::of(self.seeds as usize)
    }

    fn chart(&self, curves: Vec<Curve>, axis: Axis, compared: &Compared, runs: &[Run]) -> Chart {
        let solved = runs.iter().find_map(|run| match run.solved {
            Some(Solved::Return(least)) => Some(f64::from(least)),
            _ => None,
        });
        let seeds = compared.standings.iter().map(|standing| standing.seeds);
        let (least, most) = (
            seeds.clone().min().unwrap_or(0),
            seeds.max().unwrap_or_default(),
        );
        let seeds = match (least, most) {
            (1, 1) => "one seed per learner".to_owned(),
            (least, most) if least == most => format!(
                "median of {most} seeds, with the band from {}",
                self.band().words()
            ),
            (least, most) => format!(
                "median of {least} to {most} seeds, with the band from {}",
                self.band().words()
            ),
        };
        Chart {
            title: self.task.clone(),
            subtitle: seeds,
            x_label: axis.words().to_owned(),
            y_label: format!("training return ({})", Metric::Return.unit()),
            curves,
            solved,
        }
    }
}
