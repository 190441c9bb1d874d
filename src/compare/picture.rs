//! Curves as a picture: the same drawing as SVG and as PNG, without a font or a library of the system.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::series::DashedLineSeries;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, register_font};
use std::sync::Once;

use super::curves::{Curve, Point};

/// What a picture shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What it is of.
    pub title: String,
    /// What line and band are.
    pub subtitle: String,
    /// What goes across, with its unit.
    pub across: String,
    /// What goes up, with its unit.
    pub up: String,
    /// In the order of the legend.
    pub curves: Vec<Curve>,
    /// The return from which on the task counts as solved.
    pub solved: Option<f64>,
}

/// Size in the page.
const SIZE: (u32, u32) = (840, 460);
/// Lines of the drawing for each of the page's: coordinates are whole numbers.
const SVG_SCALE: u32 = 4;
/// Pixels of a PNG for each of the page's.
const PNG_SCALE: u32 = 2;
/// Dots that are drawn for each pixel and direction, which makes edges smooth.
const DOTS: u32 = 2;
const FONT: &str = "sans-serif";
/// What the legend calls the return from which on a task counts as solved.
const SOLVED: &str = "solved";

/// Told apart by everybody, colour-blind or not (Okabe and Ito 2008), the most distinct first.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
];
const INK: RGBColor = RGBColor(40, 40, 40);
const FAINT: RGBColor = RGBColor(110, 110, 110);
const GRID: RGBColor = RGBColor(228, 228, 228);

/// The picture as SVG, for a page or a file.
pub fn svg(chart: &Chart) -> String {
    let mut svg = String::new();
    let size = (SIZE.0 * SVG_SCALE, SIZE.1 * SVG_SCALE);
    {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        draw(&area, chart, f64::from(SVG_SCALE)).expect("memory takes a drawing");
    }
    // Drawn large and shown small.
    let (width, height) = size;
    let large = format!("width=\"{width}\" height=\"{height}\"");
    svg.replacen(
        &large,
        &format!("width=\"{}\" height=\"{}\"", SIZE.0, SIZE.1),
        1,
    )
}

/// The picture as PNG.
pub fn png(chart: &Chart) -> Vec<u8> {
    let (width, height) = (SIZE.0 * PNG_SCALE, SIZE.1 * PNG_SCALE);
    let size = (width * DOTS, height * DOTS);
    let mut dots = vec![0; (3 * size.0 * size.1) as usize];
    {
        let area = BitMapBackend::with_buffer(&mut dots, size).into_drawing_area();
        draw(&area, chart, f64::from(PNG_SCALE * DOTS)).expect("memory takes a drawing");
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().expect("memory takes it");
    let pixels = merged(&dots, width as usize, DOTS as usize);
    writer.write_image_data(&pixels).expect("memory takes it");
    writer.finish().expect("memory takes it");
    bytes
}

/// Each pixel the mean of its `dots * dots` dots, three bytes each; `width` counts pixels.
fn merged(all: &[u8], width: usize, dots: usize) -> Vec<u8> {
    let line = 3 * width * dots;
    let mut pixels = Vec::with_capacity(all.len() / (dots * dots));
    for lines in all.chunks_exact(line * dots) {
        for i in 0..3 * width {
            let (x, colour) = (i / 3, i % 3);
            let of_pixel = (0..dots * dots).map(|dot| {
                let (down, right) = (dot / dots, dot % dots);
                u32::from(lines[down * line + 3 * (x * dots + right) + colour])
            });
            pixels.push((of_pixel.sum::<u32>() / (dots * dots) as u32) as u8);
        }
    }
    pixels
}

/// One drawing, `scale` times as large as in the page.
fn draw<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    chart: &Chart,
    scale: f64,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    bring_the_font();
    let dots = |size: f64| (size * scale).round() as i32;
    let text = |size: f64, colour: &RGBColor| -> TextStyle<'static> {
        (FONT, size * scale).into_font().color(colour)
    };
    area.fill(&WHITE)?;
    area.draw(&Text::new(
        chart.title.clone(),
        (dots(18.0), dots(12.0)),
        text(18.0, &INK),
    ))?;
    area.draw(&Text::new(
        chart.subtitle.clone(),
        (dots(18.0), dots(36.0)),
        text(13.0, &FAINT),
    ))?;
    let area = area.margin(dots(64.0), dots(10.0), dots(12.0), dots(12.0));

    let names = chart.curves.iter().map(|curve| curve.learner.as_str());
    let names = names.chain(chart.solved.map(|_| SOLVED));
    let widths = names.map(|name| area.estimate_text_size(name, &text(14.0, &INK)));
    let widths = widths.map(|size| size.map_or(0, |(width, _)| width));
    let legend = widths.max().unwrap_or(0) as i32 + dots(44.0);
    let (width, _) = area.dim_in_pixel();
    let (plot, legend) = area.split_horizontally(width as i32 - legend.min(width as i32 / 3));

    let (across, up) = ranges(chart);
    let mut plotted = ChartBuilder::on(&plot)
        .x_label_area_size(dots(44.0))
        .y_label_area_size(dots(66.0))
        .margin_right(dots(14.0))
        .build_cartesian_2d(across.clone(), up)?;
    plotted
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID.stroke_width(dots(1.0) as u32))
        .axis_style(FAINT.stroke_width(dots(1.0) as u32))
        .set_all_tick_mark_size(dots(4.0))
        .x_labels(8)
        .y_labels(7)
        .x_label_formatter(&|x| in_short(*x))
        .y_label_formatter(&|y| in_short(*y))
        .x_desc(&chart.across)
        .y_desc(&chart.up)
        .label_style(text(13.0, &INK))
        .axis_desc_style(text(13.0, &INK))
        .draw()?;
    if let Some(solved) = chart.solved {
        let line = [(across.start, solved), (across.end, solved)];
        let style = FAINT.stroke_width(dots(1.0) as u32);
        let dashes = DashedLineSeries::new(line, dots(3.0) as u32, dots(4.0) as u32, style);
        plotted.draw_series(dashes)?;
    }
    for (i, curve) in chart.curves.iter().enumerate() {
        let points = curve.points.iter();
        let upper = points.clone().map(|point| (point.at, point.high));
        let lower = points.clone().rev().map(|point| (point.at, point.low));
        let edge: Vec<_> = upper.chain(lower).collect();
        plotted.draw_series(std::iter::once(Polygon::new(edge, colour(i).mix(0.16))))?;
    }
    for (i, curve) in chart.curves.iter().enumerate() {
        let line = curve.points.iter().map(|point| (point.at, point.median));
        let style = colour(i).stroke_width(dots(2.0) as u32);
        match dash(i) {
            None => plotted.draw_series(std::iter::once(PathElement::new(
                line.collect::<Vec<_>>(),
                style,
            )))?,
            Some(length) => {
                let length = dots(length) as u32;
                plotted.draw_series(DashedLineSeries::new(line, length, length, style))?
            }
        };
    }
    // As the curves lie at their ends, from top to bottom.
    let end = |i: &usize| chart.curves[*i].points.last().map(|point| point.median);
    let mut order: Vec<usize> = (0..chart.curves.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (end(a), end(b));
        b.unwrap_or(f64::MIN).total_cmp(&a.unwrap_or(f64::MIN))
    });
    let middle = |row: usize| dots(14.0) + row as i32 * dots(22.0);
    let left_middle = Pos::new(HPos::Left, VPos::Center);
    for (row, i) in order.into_iter().enumerate() {
        let middle = middle(row);
        let style = colour(i).stroke_width(dots(3.0) as u32);
        // Text hangs a little above its middle.
        let height = middle - dots(1.5);
        let sample = [(0, height), (dots(20.0), height)];
        legend.draw(&PathElement::new(sample, style))?;
        legend.draw(&Text::new(
            chart.curves[i].learner.clone(),
            (dots(27.0), middle),
            text(14.0, &INK).pos(left_middle),
        ))?;
    }
    if chart.solved.is_some() {
        let middle = middle(chart.curves.len());
        let style = FAINT.stroke_width(dots(1.0) as u32);
        for dash in 0..3 {
            let from = dots(f64::from(dash) * 8.0);
            legend.draw(&PathElement::new(
                [(from, middle), (from + dots(4.0), middle)],
                style,
            ))?;
        }
        legend.draw(&Text::new(
            SOLVED,
            (dots(27.0), middle),
            text(14.0, &FAINT).pos(left_middle),
        ))?;
    }
    area.present()
}

fn colour(learner: usize) -> RGBColor {
    COLOURS[learner % COLOURS.len()]
}

/// More learners than colours are told apart by dashes.
fn dash(learner: usize) -> Option<f64> {
    match learner / COLOURS.len() {
        0 => None,
        round => Some(3.0 * round as f64),
    }
}

/// What is shown: all curves with their bands, with some air above and below, and never nothing.
fn ranges(chart: &Chart) -> (std::ops::Range<f64>, std::ops::Range<f64>) {
    let points = || chart.curves.iter().flat_map(|curve| &curve.points);
    let across = points().map(|point| point.at).fold(0.0, f64::max);
    let across = if across > 0.0 { across } else { 1.0 };
    let heights = points()
        .flat_map(|point: &Point| [point.low, point.high])
        .chain(chart.solved);
    let (low, high) = heights.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| {
        (low.min(y), high.max(y))
    });
    let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
    // A flat curve has air as well.
    let air = (0.04 * (high - low)).max(1e-6 * high.abs()).max(1e-6);
    (0.0..across, low - air..high + air)
}

/// 1500000 as 1.5M, 50000 as 50k.
fn in_short(number: f64) -> String {
    let (number, unit) = match number.abs() {
        size if size >= 1e9 => (number / 1e9, "G"),
        size if size >= 1e6 => (number / 1e6, "M"),
        size if size >= 1e4 => (number / 1e3, "k"),
        _ => (number, ""),
    };
    // Six digits, without the zeros behind them: what ticks have been rounded to.
    let text = format!("{number:.5}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text {
        "-0" => "0".to_owned(),
        text => format!("{text}{unit}"),
    }
}

/// Text is measured, and in a PNG drawn, with a font that is compiled in. An SVG asks its reader for any without serifs.
fn bring_the_font() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let is_read = register_font(FONT, FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT);
        assert!(is_read.is_ok(), "the font is one");
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(curves: usize) -> Chart {
        let points = (1..=10).map(|i| Point {
            at: f64::from(i),
            median: f64::from(i * i),
            low: 0.0,
            high: 100.0,
        });
        let curve = |i: usize| Curve {
            learner: format!("a<b & {i}"),
            points: points.clone().collect(),
        };
        Chart {
            title: "title".to_owned(),
            subtitle: "subtitle".to_owned(),
            across: "control steps".to_owned(),
            up: "return".to_owned(),
            curves: (0..curves).map(curve).collect(),
            solved: Some(50.0),
        }
    }

    #[test]
    fn numbers_are_short() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (0.25, "0.25"),
            (-1500.0, "-1500"),
            (50_000.0, "50k"),
            (1_500_000.0, "1.5M"),
        ] {
            assert_eq!(in_short(number), text);
        }
    }

    #[test]
    fn a_pixel_is_the_mean_of_its_dots() {
        // Two pixels of 2 x 2 dots; only red differs.
        let dot = |red| [red, 0, 9];
        let lines = [[0, 100, 8, 8], [100, 200, 8, 8]];
        let dots: Vec<u8> = lines.concat().into_iter().flat_map(dot).collect();
        assert_eq!(merged(&dots, 2, 2), [100, 0, 9, 8, 0, 9]);
    }

    #[test]
    fn any_number_of_curves_can_be_drawn_and_names_are_no_markup() {
        for curves in [0, 1, 20] {
            let svg = svg(&chart(curves));
            assert!(svg.starts_with("<svg width=\"840\" height=\"460\" viewBox=\"0 0 3360 1840\""));
            assert!(svg.trim_end().ends_with("</svg>") && !svg.contains("a<b"));
            assert_eq!(svg.contains("a&lt;b &amp; 0"), curves > 0);
            let png = png(&chart(curves));
            assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
            // Width and height, big-endian.
            assert_eq!(png[16..24], [0, 0, 6, 144, 0, 0, 3, 152]);
        }
    }

    #[test]
    fn what_is_flat_or_empty_has_a_range() {
        let mut flat = chart(1);
        flat.solved = None;
        for point in &mut flat.curves[0].points {
            (point.low, point.high) = (5.0, 5.0);
        }
        let (across, up) = ranges(&flat);
        assert_eq!(across, 0.0..10.0);
        assert!(up.start < 5.0 && up.end > 5.0);
        flat.curves.clear();
        assert_eq!(ranges(&flat).0, 0.0..1.0);
    }
}
