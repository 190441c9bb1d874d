//! Plots of success and return over control steps.

use bevy_egui::egui::{Color32, FontId, Label, Rangef, RichText, Ui, Vec2b};
use egui_plot::{AxisHints, GridMark, HLine, Line, LineStyle, Plot, PlotPoints, Points, VLine};

use crate::metrics::Metric;
use crate::scene::Scene;
use crate::step::curriculum::Solved;
use crate::train::status::TrainingStatus;
use crate::window::curves::{Curve, Curves};
use crate::window::theme::{BLUE, DIM, GREEN, ORANGE, WELL, short};

/// Plots of success and return. A task without a success condition has a larger plot of its return alone.
pub(super) fn plots(ui: &mut Ui, curves: &Curves, news: &TrainingStatus, scene: &Scene) {
    let task = scene.task();
    let has_success = task.success.is_some();
    if has_success {
        let newest = curves.success.newest();
        let newest = newest.map(|share| format!("{:.0}\u{a0}%", 100.0 * share));
        caption(ui, "Success", newest, BLUE, Metric::Success);
        let series = Series {
            name: "success",
            training: &curves.success,
            evaluations: &curves.evaluated_success,
            color: BLUE,
            solved_step: news.solved_step,
            bound: match task.solved {
                Some(Solved::Success(share)) => Some(f64::from(share)),
                _ => None,
            },
            range: Some([0.0, 1.0]),
        };
        plot(ui, 98.0, &series);
    }
    let newest = curves.total_reward.newest();
    let newest = newest.map(|value| format!("{value:.1}"));
    caption(ui, "Return", newest, ORANGE, Metric::Return);
    let series = Series {
        name: "return",
        training: &curves.total_reward,
        evaluations: &curves.evaluated_return,
        color: ORANGE,
        solved_step: news.solved_step,
        bound: match task.solved {
            Some(Solved::Return(least)) => Some(f64::from(least)),
            _ => None,
        },
        range: None,
    };
    plot(ui, if has_success { 94.0 } else { 230.0 }, &series);
}

/// What one plot shows.
struct Series<'a> {
    name: &'a str,
    training: &'a Curve,
    evaluations: &'a Curve,
    color: Color32,
    /// Control steps at which the task was solved.
    solved_step: Option<u64>,
    /// The value that solves the task.
    bound: Option<f64>,
    /// The range of the y axis, for shares from 0 to 1.
    range: Option<[f64; 2]>,
}

fn caption(ui: &mut Ui, name: &str, newest: Option<String>, color: Color32, metric: Metric) {
    let response = ui.horizontal(|ui| {
        ui.label(RichText::new(name).color(DIM).small());
        let newest = RichText::new(newest.unwrap_or_default())
            .color(color)
            .strong();
        ui.add(Label::new(newest).extend());
    });
    response.response.on_hover_text(metric.meaning());
}

fn plot(ui: &mut Ui, height: f32, series: &Series) {
    ui.style_mut().visuals.extreme_bg_color = WELL;
    let mut plot = Plot::new(series.name)
        .height(height)
        .allow_drag(Vec2b::FALSE)
        .allow_zoom(Vec2b::FALSE)
        .allow_scroll(Vec2b::FALSE)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(Vec2b::FALSE)
        .allow_double_click_reset(false)
        .show_crosshair(false)
        .show_x(false)
        .show_y(false)
        .include_x(0.0)
        // A label at the right edge would be cut off.
        .x_grid_spacer(|input| {
            let (low, high) = input.bounds;
            round_marks((low, high - 0.07 * (high - low)), 4)
        })
        .y_grid_spacer(|input| round_marks(input.bounds, 3))
        .set_margin_fraction(bevy_egui::egui::vec2(0.01, 0.07))
        .custom_x_axes(vec![
            axis(AxisHints::new_x()).formatter(|mark, _| short(mark.value)),
        ]);
    let y_axis = axis(AxisHints::new_y()).min_thickness(50.0);
    plot = if let Some([low, high]) = series.range {
        plot.include_y(low)
            .include_y(high)
            .custom_y_axes(vec![y_axis.formatter(|mark, _| percent(mark.value))])
    } else {
        plot.custom_y_axes(vec![y_axis.formatter(|mark, _| short(mark.value))])
    };
    plot.show(ui, |ui| {
        if let Some(bound) = series.bound {
            let line = HLine::new("solved at", bound).color(GREEN.gamma_multiply(0.6));
            ui.hline(line.width(1.0).style(LineStyle::dashed_loose()));
        }
        if let Some(step) = series.solved_step {
            ui.vline(VLine::new("solved", step as f64).color(GREEN).width(1.5));
        }
        ui.line(
            Line::new(series.name, PlotPoints::from_iter(series.training.points()))
                .color(series.color)
                .width(2.0),
        );
        if series.evaluations.newest().is_some() {
            let points = Points::new(
                "evaluation",
                PlotPoints::from_iter(series.evaluations.points()),
            );
            ui.points(points.color(Color32::WHITE).radius(3.5));
        }
    });
}

fn axis(hints: AxisHints<'_>) -> AxisHints<'_> {
    hints
        .tick_label_font(FontId::proportional(14.0))
        .tick_label_color(DIM)
        .label_spacing(Rangef::new(8.0, 16.0))
}

/// At most `most + 1` marks at round numbers.
fn round_marks((low, high): (f64, f64), most: u32) -> Vec<GridMark> {
    let least = (high - low) / f64::from(most);
    let power = 10.0_f64.powf(least.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|factor| factor * power >= least);
    let step = factor.unwrap_or(10.0) * power;
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    let mark = |i: i64| GridMark {
        value: i as f64 * step,
        step_size: step,
    };
    if step.is_finite() && step > 0.0 {
        (first..=last).map(mark).collect()
    } else {
        Vec::new()
    }
}

/// A share as a percentage; empty outside of 0 to 1.
fn percent(share: f64) -> String {
    if (-0.001..=1.001).contains(&share) {
        format!("{:.0} %", 100.0 * share)
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_few_and_round() {
        let values = |bounds, most| -> Vec<f64> {
            round_marks(bounds, most)
                .iter()
                .map(|mark| mark.value)
                .collect()
        };
        assert_eq!(
            values((0.0, 70_000.0), 4),
            [0.0, 20_000.0, 40_000.0, 60_000.0]
        );
        assert_eq!(values((-0.5, 1.0), 3), [-0.5, 0.0, 0.5, 1.0]);
        assert!(values((2.0, 2.0), 3).is_empty(), "nothing to mark");
    }
}
