//! The clock of the shown robot: real time, faster, slower, paused, or single steps.

use bevy::prelude::*;
use bevy::time::Real;
use std::time::{Duration, Instant};

use super::frame::Frame;
use super::shown_robot::ShownRobot;
use super::trace::Trace;

/// Playback speeds, as multiples of real time.
pub(super) const SPEEDS: [f32; 6] = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0];
/// Longest frame time that is caught up with (s).
const LONGEST_FRAME: f32 = 0.5;
/// Longest time for the control steps of a frame; steps that do not fit are dropped.
const LONGEST_WORK: Duration = Duration::from_millis(50);

/// The state of the clock.
#[derive(Resource)]
pub(super) struct Playback {
    /// Whether time stands still.
    pub(super) is_paused: bool,
    /// As a multiple of real time.
    pub(super) speed: f32,
    /// Requests one control step, whether paused or not.
    pub(super) wants_step: bool,
    /// Simulated seconds since the last step.
    since_step: f32,
}

impl Default for Playback {
    fn default() -> Self {
        Self {
            is_paused: false,
            speed: 1.0,
            wants_step: false,
            since_step: 0.0,
        }
    }
}

impl Playback {
    /// The time of the picture between the last two states, from 0 to 1.
    pub(super) fn share(&self, dt: f32) -> f32 {
        (self.since_step / dt).min(1.0)
    }

    /// Number of control steps that are due after a frame of `seconds`.
    fn due(&mut self, seconds: f32, dt: f32) -> u32 {
        if std::mem::take(&mut self.wants_step) {
            // Show the new state, without interpolation.
            self.since_step = dt;
            return 1;
        }
        if self.is_paused {
            return 0;
        }
        self.since_step += seconds.min(LONGEST_FRAME) * self.speed;
        let steps = (self.since_step / dt).floor();
        self.since_step -= steps * dt;
        steps as u32
    }
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Playback>()
        .add_systems(Update, advance.in_set(Frame::Advance));
}

/// Takes the control steps that are due.
fn advance(
    time: Res<Time<Real>>,
    mut playback: ResMut<Playback>,
    mut shown: ResMut<ShownRobot>,
    mut trace: ResMut<Trace>,
) {
    let due = playback.due(time.delta_secs(), shown.dt());
    let began = Instant::now();
    for _ in 0..due {
        let stepped = shown.step();
        trace.extend(&shown, stepped);
        if began.elapsed() > LONGEST_WORK {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_frame_is_caught_up_with_and_a_fast_one_waits() {
        let mut playback = Playback::default();
        assert_eq!(playback.due(0.375, 0.25), 1);
        assert_eq!(playback.share(0.25), 0.5);
        assert_eq!(playback.due(0.125, 0.25), 1);
        playback.speed = 0.25;
        assert_eq!(playback.due(0.5, 0.25), 0);
        playback.speed = 8.0;
        assert_eq!(
            playback.due(1000.0, 0.25),
            16,
            "no more than half a second's worth"
        );
    }

    #[test]
    fn a_single_step_is_one_step_also_while_paused() {
        let mut playback = Playback {
            is_paused: true,
            wants_step: true,
            ..default()
        };
        assert_eq!(playback.due(0.5, 0.25), 1);
        assert_eq!(playback.share(0.25), 1.0);
        assert_eq!(playback.due(0.5, 0.25), 0);
    }
}
