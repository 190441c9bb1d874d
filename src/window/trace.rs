//! The recent path of the tip, which fades.

use bevy::prelude::*;
use std::collections::VecDeque;

use super::frame::Frame;
use super::shown_robot::{ShownRobot, Stepped};
use super::stage::up;

/// How long a point of the path stays visible (simulated s).
const FADES_AFTER: f32 = 1.6;
const COLOR: LinearRgba = LinearRgba::rgb(1.0, 0.55, 0.12);

/// The path.
#[derive(Resource, Default)]
pub(super) struct Trace {
    /// Newest first: the position (m, world), and whether a line leads from it to the next newer one.
    places: VecDeque<(Vec3, bool)>,
}

#[derive(Default, Reflect, GizmoConfigGroup)]
struct TraceLines;

impl Trace {
    /// Adds the position of the tip after a step.
    pub(super) fn extend(&mut self, shown: &ShownRobot, stepped: Stepped) {
        if stepped == Stepped::Restarted {
            self.cut();
        }
        if let Some(tip) = shown.tip() {
            self.places.push_front((tip, true));
        }
        self.places.truncate((FADES_AFTER / shown.dt()) as usize);
    }

    /// Ends the line; the next position begins a new one.
    pub(super) fn cut(&mut self) {
        if let Some((_, joins)) = self.places.front_mut() {
            *joins = false;
        }
    }
}

pub(super) fn plugin(app: &mut App) {
    let lines = GizmoConfig {
        line: GizmoLineConfig {
            width: 3.0,
            ..default()
        },
        ..default()
    };
    app.init_resource::<Trace>()
        .insert_gizmo_config(TraceLines, lines)
        .add_systems(Update, draw_trace.in_set(Frame::Show));
}

fn draw_trace(trace: Res<Trace>, shown: Res<ShownRobot>, mut gizmos: Gizmos<TraceLines>) {
    let turn = up();
    let lifetime = FADES_AFTER / shown.dt();
    let color = |age: usize| {
        let left = 1.0 - age as f32 / lifetime;
        COLOR.with_alpha(left * left * 0.9)
    };
    let pairs = trace.places.iter().zip(trace.places.iter().skip(1));
    for (age, ((newer, _), (older, joins))) in pairs.enumerate() {
        if *joins {
            gizmos.line_gradient(turn * *newer, turn * *older, color(age), color(age + 1));
        }
    }
}
