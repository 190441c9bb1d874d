//! Colours, fonts and number formats of the panel.

use bevy::prelude::*;
use bevy_egui::egui::{self, Color32, CornerRadius, FontFamily, FontId, Stroke, TextStyle, Theme};
use bevy_egui::{EguiContexts, EguiPrimaryContextPass};

/// Font size of banners.
pub(super) const SIGN: f32 = 17.5;
pub(super) const PANEL: Color32 = Color32::from_rgb(22, 25, 31);
pub(super) const WELL: Color32 = Color32::from_rgb(15, 17, 21);
pub(super) const EDGE: Color32 = Color32::from_rgb(44, 50, 60);
pub(super) const TEXT: Color32 = Color32::from_rgb(222, 227, 235);
pub(super) const DIM: Color32 = Color32::from_rgb(147, 157, 172);
pub(super) const BLUE: Color32 = Color32::from_rgb(92, 158, 255);
pub(super) const ORANGE: Color32 = Color32::from_rgb(255, 160, 70);
pub(super) const GREEN: Color32 = Color32::from_rgb(56, 200, 116);
pub(super) const RED: Color32 = Color32::from_rgb(255, 106, 96);

/// The systems that style egui, before anything is drawn with it.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Styling;

pub(super) fn plugin(app: &mut App) {
    let style = (set_style.run_if(run_once), cache_glyphs).chain();
    app.add_systems(EguiPrimaryContextPass, style.in_set(Styling));
}

fn set_style(mut contexts: EguiContexts) -> Result {
    let context = contexts.ctx_mut()?;
    context.set_theme(Theme::Dark);
    context.all_styles_mut(|style| {
        let font = |size| FontId::new(size, FontFamily::Proportional);
        style.text_styles = [
            (TextStyle::Heading, font(25.0)),
            (TextStyle::Body, font(15.5)),
            (TextStyle::Button, font(15.5)),
            (TextStyle::Small, font(14.0)),
            (
                TextStyle::Monospace,
                FontId::new(14.0, FontFamily::Monospace),
            ),
        ]
        .into();
        style.spacing.item_spacing = egui::vec2(8.0, 6.0);
        style.spacing.button_padding = egui::vec2(10.0, 5.0);
        style.spacing.interact_size.y = 27.0;
        style.interaction.selectable_labels = false;
        let visuals = &mut style.visuals;
        visuals.text_options.subpixel_binning = false;
        visuals.panel_fill = PANEL;
        visuals.window_fill = PANEL;
        visuals.extreme_bg_color = WELL;
        visuals.override_text_color = Some(TEXT);
        visuals.selection.bg_fill = Color32::from_rgb(38, 92, 178);
        visuals.selection.stroke = Stroke::new(1.0, Color32::WHITE);
        let widgets = &mut visuals.widgets;
        widgets.noninteractive.bg_stroke = Stroke::new(1.0, EDGE);
        for (widget, fill) in [
            (&mut widgets.inactive, Color32::from_rgb(42, 48, 58)),
            (&mut widgets.hovered, Color32::from_rgb(54, 62, 75)),
            (&mut widgets.active, Color32::from_rgb(66, 77, 94)),
        ] {
            widget.weak_bg_fill = fill;
            widget.bg_fill = fill;
            widget.corner_radius = CornerRadius::same(6);
            widget.bg_stroke = Stroke::NONE;
        }
    });
    Ok(())
}

/// Lays out every glyph that the panel may need: a glyph that is not in the font texture yet is missing in its first frame.
fn cache_glyphs(mut contexts: EguiContexts, mut frames: Local<u32>) -> Result {
    const SYMBOLS: &str = "\u{23f8}\u{25b6}\u{23ed}\u{27f2}\u{26a0}\u{bc}\u{bd}";
    *frames += 1;
    // The style's text options apply from the second frame on.
    if *frames > 3 {
        return Ok(());
    }
    let context = contexts.ctx_mut()?;
    let fonts: Vec<FontId> = context
        .global_style()
        .text_styles
        .values()
        .cloned()
        .collect();
    let sign = FontId::new(SIGN, FontFamily::Proportional);
    context.fonts_mut(|view| {
        for font in fonts.into_iter().chain([sign]) {
            view.layout_no_wrap((' '..='~').chain(SYMBOLS.chars()).collect(), font, TEXT);
        }
    });
    Ok(())
}

/// 1234567 as "1,234,567".
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.char_indices() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number for an axis: "250 k", "1.5 M".
pub(super) fn short(number: f64) -> String {
    match number.abs() {
        size if size >= 1e6 => format!("{} M", number / 1e6),
        size if size >= 1e3 => format!("{} k", number / 1e3),
        // Rounded, since sums of tenths are not exact.
        _ => format!("{}", (number * 1e3).round() / 1e3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(short(0.1 + 0.2), "0.3");
        assert_eq!(short(250_000.0), "250 k");
        assert_eq!(short(1_500_000.0), "1.5 M");
    }
}
