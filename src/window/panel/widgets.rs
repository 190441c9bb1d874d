//! Widgets that several parts of the panel use.

use bevy_egui::egui::{self, Button, Color32, CornerRadius, Margin, ProgressBar, RichText, Ui};

use crate::model::robot::JointKind;
use crate::window::theme::{BLUE, DIM, EDGE};

/// A separator line and a caption.
pub(super) fn section(ui: &mut Ui, caption: &str) {
    ui.add_space(3.0);
    let (_, line) = ui.allocate_space(egui::vec2(ui.available_width(), 1.0));
    let stroke = egui::Stroke::new(1.0, EDGE);
    ui.painter().hline(line.x_range(), line.center().y, stroke);
    ui.label(RichText::new(caption).color(DIM).small());
}

/// A name and a value, with a tooltip.
pub(super) fn fact(ui: &mut Ui, name: &str, value: &str, tooltip: &str) {
    let response = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        ui.label(RichText::new(name).color(DIM));
        ui.label(RichText::new(value).strong());
    });
    response.response.on_hover_text(tooltip);
}

/// A coloured banner over the whole width.
pub(super) fn banner(
    ui: &mut Ui,
    fill: Color32,
    color: Color32,
    contents: impl FnOnce(&mut Ui, Color32),
) {
    let frame = egui::Frame::new()
        .fill(fill)
        .corner_radius(CornerRadius::same(6))
        .inner_margin(Margin::symmetric(10, 7));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.vertical_centered(|ui| contents(ui, color));
    });
}

/// A progress bar; `share` is from 0 to 1.
pub(super) fn progress(ui: &mut Ui, share: f32) {
    ui.add(
        ProgressBar::new(share)
            .desired_height(7.0)
            .corner_radius(CornerRadius::same(3))
            .fill(BLUE),
    );
}

/// A button over the whole width; returns whether it was pressed.
pub(super) fn wide_button(ui: &mut Ui, name: &str, tooltip: &str) -> bool {
    let size = [ui.available_width(), 29.0];
    ui.add_sized(size, Button::new(name))
        .on_hover_text(tooltip)
        .clicked()
}

/// The unit of a joint's position.
pub(super) fn unit(kind: JointKind) -> &'static str {
    match kind {
        JointKind::Revolute => "rad",
        JointKind::Prismatic => "m",
    }
}
