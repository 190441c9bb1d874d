//! What a robot is asked to do: what it observes, what it is paid, how episodes begin and end. Pure functions of
//! [`Readings`](crate::readings::Readings); knows no physics engine.
//!
//! A task is made of terms, and a term is one file: [`sensors`], [`rewards`], [`ends`], [`success`], [`goals`] and [`randomize`] each
//! list those of their kind. What the file of a scene says is checked by the term itself, so that a [`Task`] can always be played.

mod action_filter;
mod command;
mod context;
mod curriculum;
mod distribution;
pub mod draw;
pub mod ends;
mod entry_names;
#[cfg(test)]
mod example;
pub mod formulas;
pub mod goals;
pub mod judge;
mod moment;
mod observation;
pub mod observe;
pub mod randomize;
pub mod rewards;
mod sensor_fields;
pub mod sensors;
mod start;
pub mod success;
mod target;
mod terms;
mod timing;
mod variation;
mod written;

pub use action_filter::ActionFilter;
pub use command::Command;
pub(crate) use curriculum::CurriculumWritten;
pub use distribution::Distribution;
pub use ends::End;
pub use goals::{Goal, OutlineLine};
pub use moment::Moment;
pub use observation::Observation;
pub use randomize::Randomize;
pub use rewards::{Reward, Term, Transition, When};
pub use sensors::{Sensing, Sensor};
pub use start::{Start, StartRange, StartState};
pub use success::Success;
pub use target::{Target, Within};
pub use terms::Reference;
pub use variation::{Push, Variation};
pub(crate) use written::TaskWritten;

use serde::Serialize;

use crate::readings::Needs;
use crate::step::curriculum::{Curriculum, Solved};

/// What an episode is, what the agent sees, and what it is paid for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Task {
    /// Length of an episode in control steps, 1 or more.
    pub episode_steps: u32,
    /// Actions per second (Hz).
    pub control_hz: f32,
    /// Physics steps per control step, 1 or more.
    pub substeps: u32,
    /// Acceleration of a falling body (m/s^2).
    pub gravity: [f32; 3],
    /// How an episode starts.
    pub start: Start,
    /// Where the goal is drawn from at the start of an episode; `None`: the task has none.
    pub goal: Option<Goal>,
    /// What episodes ask for besides a place, in the order of the file.
    pub commands: Vec<Command>,
    /// What differs from episode to episode, in the order of the file.
    pub randomize: Vec<Randomize>,
    /// How the task becomes harder as it is learnt; `None`: it is the same from the beginning.
    pub curriculum: Option<Curriculum>,
    /// What happens to actions before they reach the motors.
    pub action_filter: ActionFilter,
    /// What the agent sees, in order; never empty.
    pub observation: Vec<Observation>,
    /// What it is paid per control step: the sum of these; never empty.
    pub reward: Vec<Reward>,
    /// What ends an episode before its time.
    pub end: Vec<End>,
    /// A joint faster than this (rad/s, or m/s) means that the physics broke; above 0.
    pub max_joint_speed: f32,
    /// What makes an episode a success; judged at its last step.
    pub success: Option<Success>,
    /// When the task counts as solved.
    pub solved: Option<Solved>,
}

impl Task {
    /// What all of its terms need to have measured.
    pub fn needs(&self) -> Needs {
        let mut needs = Needs::default();
        self.observation
            .iter()
            .for_each(|o| needs.add(o.of.needs()));
        self.reward.iter().for_each(|r| needs.add(r.of.needs()));
        self.end.iter().for_each(|end| needs.add(end.needs()));
        self.success.iter().for_each(|s| needs.add(s.needs()));
        needs
    }

    /// Whether a sensor is noisy.
    pub fn adds_noise(&self) -> bool {
        self.observation.iter().any(|o| o.noise > 0.0)
    }

    /// Whether an observation depends on the steps before it, and not on the moment alone.
    pub fn depends_on_history(&self) -> bool {
        self.adds_noise()
            || self.needs().accelerations
            || (self.observation.iter()).any(|o| o.window() > 1 || o.of.state_len() > 0)
    }
}
