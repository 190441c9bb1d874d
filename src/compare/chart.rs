//! Charts of learning curves as SVG and PNG, drawn without fonts or libraries of the system.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::series::DashedLineSeries;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, register_font};
use std::sync::Once;

use super::curves::{Curve, Point};

/// A chart of learning curves.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Title.
    pub title: String,
    /// What lines and bands mean.
    pub subtitle: String,
    /// Label of the x axis, with its unit.
    pub x_label: String,
    /// Label of the y axis, with its unit.
    pub y_label: String,
    /// In the order of the legend.
    pub curves: Vec<Curve>,
    /// The return at which the task counts as solved.
    pub solved: Option<f64>,
}

/// Size on a page (pixels).
const SIZE: (u32, u32) = (840, 460);
/// Units of the SVG's coordinates, which are integers, per pixel of the page.
const SVG_SCALE: u32 = 4;
/// Pixels of a PNG per pixel of the page.
const PNG_SCALE: u32 = 2;
/// Samples per pixel of a PNG in each direction, for smooth edges.
const SAMPLES: u32 = 2;
const FONT: &str = "sans-serif";
/// The legend's name of the return at which the task counts as solved.
const SOLVED: &str = "solved";

/// A palette for colour-blind and other readers (Okabe and Ito 2008), the most distinct colours first.
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

/// The chart as SVG, for a page or a file.
pub fn svg(chart: &Chart) -> String {
    let mut svg = String::new();
    let size = (SIZE.0 * SVG_SCALE, SIZE.1 * SVG_SCALE);
    {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        draw(&area, chart, f64::from(SVG_SCALE)).expect("writing to memory does not fail");
    }
    // Scaled down to the page by its view box.
    let (width, height) = size;
    let large = format!("width=\"{width}\" height=\"{height}\"");
    svg.replacen(
        &large,
        &format!("width=\"{}\" height=\"{}\"", SIZE.0, SIZE.1),
        1,
    )
}

/// The chart as PNG.
pub fn png(chart: &Chart) -> Vec<u8> {
    let (width, height) = (SIZE.0 * PNG_SCALE, SIZE.1 * PNG_SCALE);
    let size = (width * SAMPLES, height * SAMPLES);
    let mut samples = vec![0; (3 * size.0 * size.1) as usize];
    {
        let area = BitMapBackend::with_buffer(&mut samples, size).into_drawing_area();
        draw(&area, chart, f64::from(PNG_SCALE * SAMPLES))
            .expect("writing to memory does not fail");
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder
        .write_header()
        .expect("writing to memory does not fail");
    let pixels = downsampled(&samples, width as usize, SAMPLES as usize);
    writer
        .write_image_data(&pixels)
        .expect("writing to memory does not fail");
    writer.finish().expect("writing to memory does not fail");
    bytes
}

/// Each pixel as the mean of its `side * side` samples, three bytes each; `width` counts pixels.
fn downsampled(samples: &[u8], width: usize, side: usize) -> Vec<u8> {
    let line = 3 * width * side;
    let mut pixels = Vec::with_capacity(samples.len() / (side * side));
    for lines in samples.chunks_exact(line * side) {
        for i in 0..3 * width {
            let (x, colour) = (i / 3, i % 3);
            let of_pixel = (0..side * side).map(|sample| {
                let (down, right) = (sample / side, sample % side);
                u32::from(lines[down * line + 3 * (x * side + right) + colour])
            });
            pixels.push((of_pixel.sum::<u32>() / (side * side) as u32) as u8);
        }
    }
    pixels
}

/// Draws the chart `scale` times as large as on the page.
fn draw<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    chart: &Chart,
    scale: f64,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    register_the_font();
    let scale = Scale(scale);
    area.fill(&WHITE)?;
    for (text, size, top, colour) in [
        (&chart.title, 18.0, 12.0, &INK),
        (&chart.subtitle, 13.0, 36.0, &FAINT),
    ] {
        area.draw(&Text::new(
            text.clone(),
            (scale.dots(18.0), scale.dots(top)),
            scale.text(size, colour),
        ))?;
    }
    let area = area.margin(
        scale.dots(64.0),
        scale.dots(10.0),
        scale.dots(12.0),
        scale.dots(12.0),
    );
    let names = chart.curves.iter().map(|curve| curve.learner.as_str());
    let names = names.chain(chart.solved.map(|_| SOLVED));
    let widths = names.map(|name| area.estimate_text_size(name, &scale.text(14.0, &INK)));
    let widths = widths.map(|size| size.map_or(0, |(width, _)| width));
    let legend = widths.max().unwrap_or(0) as i32 + scale.dots(44.0);
    let (width, _) = area.dim_in_pixel();
    let (plot, legend) = area.split_horizontally(width as i32 - legend.min(width as i32 / 3));
    draw_plot(&plot, chart, scale)?;
    draw_legend(&legend, chart, scale)?;
    area.present()
}

/// From the page's lengths to those of the drawing.
#[derive(Clone, Copy)]
struct Scale(f64);

impl Scale {
    fn dots(self, size: f64) -> i32 {
        (size * self.0).round() as i32
    }

    fn width(self, size: f64) -> u32 {
        self.dots(size) as u32
    }

    fn text(self, size: f64, colour: &RGBColor) -> TextStyle<'static> {
        (FONT, size * self.0).into_font().color(colour)
    }
}

/// Axes, the dashed line of the solved return, and bands below the curves.
fn draw_plot<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    chart: &Chart,
    scale: Scale,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let (x_range, y_range) = ranges(chart);
    let mut plot = ChartBuilder::on(area)
        .x_label_area_size(scale.dots(44.0))
        .y_label_area_size(scale.dots(66.0))
        .margin_right(scale.dots(14.0))
        .build_cartesian_2d(x_range.clone(), y_range)?;
    plot.configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID.stroke_width(scale.width(1.0)))
        .axis_style(FAINT.stroke_width(scale.width(1.0)))
        .set_all_tick_mark_size(scale.dots(4.0))
        .x_labels(8)
        .y_labels(7)
        .x_label_formatter(&|x| in_short(*x))
        .y_label_formatter(&|y| in_short(*y))
        .x_desc(&chart.x_label)
        .y_desc(&chart.y_label)
        .label_style(scale.text(13.0, &INK))
        .axis_desc_style(scale.text(13.0, &INK))
        .draw()?;
    if let Some(solved) = chart.solved {
        let line = [(x_range.start, solved), (x_range.end, solved)];
        let style = FAINT.stroke_width(scale.width(1.0));
        let dashes = DashedLineSeries::new(line, scale.width(3.0), scale.width(4.0), style);
        plot.draw_series(dashes)?;
    }
    for (i, curve) in chart.curves.iter().enumerate() {
        let points = curve.points.iter();
        let upper = points.clone().map(|point| (point.at, point.high));
        let lower = points.clone().rev().map(|point| (point.at, point.low));
        let edge: Vec<_> = upper.chain(lower).collect();
        plot.draw_series(std::iter::once(Polygon::new(edge, colour(i).mix(0.16))))?;
    }
    for (i, curve) in chart.curves.iter().enumerate() {
        let line = curve.points.iter().map(|point| (point.at, point.median));
        let style = colour(i).stroke_width(scale.width(2.0));
        match dash(i) {
            None => plot.draw_series(std::iter::once(PathElement::new(
                line.collect::<Vec<_>>(),
                style,
            )))?,
            Some(length) => {
                let length = scale.width(length);
                plot.draw_series(DashedLineSeries::new(line, length, length, style))?
            }
        };
    }
    Ok(())
}

/// The names, from top to bottom in the order in which the curves end.
fn draw_legend<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    chart: &Chart,
    scale: Scale,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let end = |i: &usize| chart.curves[*i].points.last().map(|point| point.median);
    let mut order: Vec<usize> = (0..chart.curves.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (end(a), end(b));
        b.unwrap_or(f64::MIN).total_cmp(&a.unwrap_or(f64::MIN))
    });
    let middle = |row: usize| scale.dots(14.0) + row as i32 * scale.dots(22.0);
    let name = |text: &str, middle: i32, colour: &RGBColor| {
        let left_middle = Pos::new(HPos::Left, VPos::Center);
        Text::new(
            text.to_owned(),
            (scale.dots(27.0), middle),
            scale.text(14.0, colour).pos(left_middle),
        )
    };
    for (row, i) in order.into_iter().enumerate() {
        let middle = middle(row);
        let style = colour(i).stroke_width(scale.width(3.0));
        // The middle of a text is slightly above the middle of its line.
        let height = middle - scale.dots(1.5);
        let sample = [(0, height), (scale.dots(20.0), height)];
        area.draw(&PathElement::new(sample, style))?;
        area.draw(&name(&chart.curves[i].learner, middle, &INK))?;
    }
    if chart.solved.is_some() {
        let middle = middle(chart.curves.len());
        let style = FAINT.stroke_width(scale.width(1.0));
        for dash in 0..3 {
            let from = scale.dots(f64::from(dash) * 8.0);
            let line = [(from, middle), (from + scale.dots(4.0), middle)];
            area.draw(&PathElement::new(line, style))?;
        }
        area.draw(&name(SOLVED, middle, &FAINT))?;
    }
    Ok(())
}

/// The colour of a learner, by its index.
fn colour(learner: usize) -> RGBColor {
    COLOURS[learner % COLOURS.len()]
}

/// The length of a learner's dashes: learners beyond the number of colours are dashed.
fn dash(learner: usize) -> Option<f64> {
    match learner / COLOURS.len() {
        0 => None,
        round => Some(3.0 * round as f64),
    }
}

/// The axis ranges: all curves with their bands and a margin above and below, never empty.
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
    // A constant curve has a margin as well.
    let margin = (0.04 * (high - low)).max(1e-6 * high.abs()).max(1e-6);
    (0.0..across, low - margin..high + margin)
}

/// 1500000 as 1.5M, 50000 as 50k.
fn in_short(number: f64) -> String {
    let (number, unit) = match number.abs() {
        size if size >= 1e9 => (number / 1e9, "G"),
        size if size >= 1e6 => (number / 1e6, "M"),
        size if size >= 1e4 => (number / 1e3, "k"),
        _ => (number, ""),
    };
    // Ticks are rounded to six digits; trailing zeros are dropped.
    let text = format!("{number:.5}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text {
        "-0" => "0".to_owned(),
        text => format!("{text}{unit}"),
    }
}

/// Registers the font that is compiled in: it measures all text and draws that of PNGs. An SVG asks its reader for any sans-serif font.
fn register_the_font() {
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
            x_label: "control steps".to_owned(),
            y_label: "return".to_owned(),
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
    fn a_pixel_is_the_mean_of_its_samples() {
        // Two pixels of 2 x 2 samples; only red differs.
        let sample = |red| [red, 0, 9];
        let lines = [[0, 100, 8, 8], [100, 200, 8, 8]];
        let samples: Vec<u8> = lines.concat().into_iter().flat_map(sample).collect();
        assert_eq!(downsampled(&samples, 2, 2), [100, 0, 9, 8, 0, 9]);
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
