//! What observations, rewards and ends are functions of.

use crate::readings::Readings;

/// Everything that observations and rewards are functions of, at one moment.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    /// The robot.
    pub readings: &'a Readings,
    /// The goal (m, world); the origin for tasks without one.
    pub goal: [f32; 3],
    /// The clamped action of the step that led here, length `A`; zeros at the start.
    pub action: &'a [f32],
    /// The clamped action of the step before that one, length `A`; zeros in an episode's first step.
    pub previous_action: &'a [f32],
    /// The share of its largest torque that each motor has given in that step, length `A`; zeros at the start.
    pub efforts: &'a [f32],
    /// What the episode asks for, one number per command.
    pub commands: &'a [f32],
    /// Control steps since the episode began.
    pub step: u32,
}

impl Moment<'_> {
    /// Distance of a named point from the goal (m).
    pub fn distance(&self, point: usize) -> f32 {
        norm(difference(self.goal, self.readings.points[point]))
    }

    /// What is left of an episode of so many control steps: 1 at the start, 0 at the limit.
    pub fn time_left(&self, steps: u32) -> f32 {
        let elapsed = self.step as f32 / steps as f32;
        // A played robot may go on past its limit.
        (1.0 - elapsed).max(0.0)
    }
}

/// `a - b`.
pub(super) fn difference(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// The Euclidean norm.
pub(super) fn norm(x: [f32; 3]) -> f32 {
    (x[0] * x[0] + x[1] * x[1] + x[2] * x[2]).sqrt()
}
