//! The learning curves: every row of the metrics, thinned so that long runs stay cheap to draw.

use bevy::prelude::*;

use super::frame::Frame;
use crate::metrics::{Metric, Row};
use crate::train::status::TrainingStatus;

/// A curve with this many points is thinned to half of them.
const MOST_POINTS: usize = 1024;

/// The curves, over control steps.
#[derive(Resource, Default)]
pub(super) struct Curves {
    /// Success rate in training.
    pub(super) success: Curve,
    /// Mean return in training.
    pub(super) total_reward: Curve,
    /// Success rate in evaluations.
    pub(super) evaluated_success: Curve,
    /// Mean return in evaluations.
    pub(super) evaluated_return: Curve,
}

/// One curve, whose points are the means of `stride` rows each.
pub(super) struct Curve {
    points: Vec<[f64; 2]>,
    stride: usize,
    /// The rows of the next point: their number and sums.
    pending: (usize, [f64; 2]),
    newest: Option<[f64; 2]>,
}

impl Default for Curve {
    fn default() -> Self {
        Self {
            points: Vec::new(),
            stride: 1,
            pending: (0, [0.0; 2]),
            newest: None,
        }
    }
}

impl Curve {
    /// Adds a point to the right.
    pub(super) fn push(&mut self, point: [f64; 2]) {
        self.newest = Some(point);
        let (count, sums) = &mut self.pending;
        *count += 1;
        *sums = [sums[0] + point[0], sums[1] + point[1]];
        if *count < self.stride {
            return;
        }
        let count = *count as f64;
        self.points.push(sums.map(|sum| sum / count));
        self.pending = (0, [0.0; 2]);
        if self.points.len() == MOST_POINTS {
            self.points = self
                .points
                .chunks_exact(2)
                .map(|pair| middle(pair[0], pair[1]))
                .collect();
            self.stride *= 2;
        }
    }

    /// The points to draw: the thinned ones and the newest.
    pub(super) fn points(&self) -> impl Iterator<Item = [f64; 2]> {
        let is_included = self.points.last().copied() == self.newest;
        self.points
            .iter()
            .copied()
            .chain(self.newest.filter(|_| !is_included))
    }

    /// The newest value.
    pub(super) fn newest(&self) -> Option<f64> {
        self.newest.map(|[_, y]| y)
    }
}

fn middle(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1])]
}

impl Curves {
    fn note(&mut self, row: &Row) {
        let Some(steps) = row.get(Metric::Steps) else {
            return;
        };
        for (metric, curve) in [
            (Metric::Success, &mut self.success),
            (Metric::Return, &mut self.total_reward),
            (Metric::EvaluationSuccess, &mut self.evaluated_success),
            (Metric::EvaluationReturn, &mut self.evaluated_return),
        ] {
            if let Some(value) = row.get(metric) {
                curve.push([steps, value]);
            }
        }
    }
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Curves>().add_systems(
        Update,
        note_rows
            .run_if(resource_exists::<TrainingStatus>)
            .in_set(Frame::News),
    );
}

fn note_rows(news: Res<TrainingStatus>, mut curves: ResMut<Curves>) {
    if news.begins_anew {
        *curves = Curves::default();
    }
    for row in &news.rows {
        curves.note(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_curve_keeps_its_ends_and_few_points() {
        let mut curve = Curve::default();
        for i in 0..10_000 {
            curve.push([f64::from(i), 2.0 * f64::from(i)]);
        }
        let points: Vec<_> = curve.points().collect();
        assert!((512..=1025).contains(&points.len()), "{}", points.len());
        assert_eq!(points[points.len() - 1], [9999.0, 19998.0]);
        // The first point is the mean of rows 0 to 15; means of a line lie on the line.
        assert_eq!(points[0], [7.5, 15.0]);
        assert!(points.iter().all(|[x, y]| *y == 2.0 * x));
        assert!(points.windows(2).all(|pair| pair[0][0] < pair[1][0]));
    }
}
