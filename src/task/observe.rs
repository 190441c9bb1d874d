//! Readings to observation.

use super::distribution::normal;
use super::{Moment, Observation, Sensing, Task};
use crate::seed::Rng;

/// What the sensors of one environment keep from step to step of its episode.
#[derive(Clone, Debug)]
pub struct SensorState {
    /// The episode's generator for what sensors add to their readings; not needed by tasks without noise.
    noise: Option<Rng>,
    /// Factor on the noise of every sensor.
    noise_scale: f32,
    /// One per term of the observation.
    terms: Vec<TermState>,
}

/// The same of one term.
#[derive(Clone, Debug)]
struct TermState {
    /// Its place among the patterns of rays; not needed by terms that cast none.
    rays: usize,
    /// What its sensor keeps from step to step; empty for most.
    state: Vec<f32>,
    /// What it was in the last steps, `[window, entries]`, the newest first; empty before an episode's first observation, and for
    /// terms that see the present alone.
    past: Vec<f32>,
}

impl SensorState {
    /// That of an environment that has no episode yet.
    pub fn new(task: &Task) -> Self {
        let mut rays = 0;
        let term = |observation: &Observation| {
            let first = rays;
            rays += observation.of.needs().rays.len();
            TermState {
                rays: first,
                state: vec![0.0; observation.of.state_len()],
                past: Vec::new(),
            }
        };
        Self {
            noise: None,
            noise_scale: 1.0,
            terms: task.observation.iter().map(term).collect(),
        }
    }

    /// Forgets the last episode for one whose noise comes from `noise`, which a task with noise must have, times `noise_scale`.
    pub fn begin(&mut self, noise: Option<Rng>, noise_scale: f32) {
        self.noise = noise;
        self.noise_scale = noise_scale;
        for term in &mut self.terms {
            term.state.fill(0.0);
            term.past.clear();
        }
    }
}

/// Appends the observation of a moment, length `O`. To be called once for each moment of an episode, in their order, where the
/// task [depends on its history](Task::depends_on_history).
pub fn observe(
    task: &Task,
    moment: &Moment,
    sensors: &mut SensorState,
    observation: &mut Vec<f32>,
) {
    for (term, state) in task.observation.iter().zip(&mut sensors.terms) {
        let from = observation.len();
        if !state.state.is_empty() {
            term.of.update(&mut state.state, task, moment);
        }
        let sensing = Sensing {
            task,
            moment,
            rays: moment.readings.rays.get(state.rays..).unwrap_or_default(),
            state: &state.state,
        };
        term.of.read(&sensing, observation);
        let now = &mut observation[from..];
        if term.noise > 0.0
            && let Some(noise) = &mut sensors.noise
        {
            for entry in &mut *now {
                *entry += term.noise * sensors.noise_scale * normal(noise);
            }
        }
        if let Some([low, high]) = term.clip {
            for entry in &mut *now {
                *entry = entry.clamp(low, high);
            }
        }
        for entry in &mut *now {
            *entry *= term.scale;
        }
        if term.window() > 1 {
            push(term, now, &mut state.past);
            observation.truncate(from);
            let seen = state.past.len() / term.window() * term.delay;
            observation.extend_from_slice(&state.past[seen..]);
        }
    }
}

/// Puts what a term is now before what it was; at first, it has always been so.
fn push(term: &Observation, now: &[f32], past: &mut Vec<f32>) {
    if past.is_empty() {
        *past = now.repeat(term.window());
    } else {
        let left = past.len() - now.len();
        past.copy_within(..left, now.len());
        past[..now.len()].copy_from_slice(now);
    }
}
