//! A custom environment: Gymnasium's Pendulum-v1 as components and systems, without a physics engine.
//!
//! `cargo run --release --example pendulum -- --help`

use bevy::ecs::prelude::{Component, IntoScheduleConfigs, Query};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use sinew::cli::{CustomEnvironment, train_environment};
use sinew::pod::{Action, Control, Environment, Episode, Observation, Pod, Reward};
use sinew::step::curriculum::Solved;
use sinew::step::{ActionSpace, Spaces, StepEnd};
use std::f32::consts::PI;
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    train_environment(CustomEnvironment {
        name: "pendulum",
        environment: Arc::new(Pendulum),
        solved: Some(Solved::Return(-200.0)),
        learners: include_str!("presets/pendulum.ron"),
    })
}

/// Duration of a step (s), and steps of an episode.
const DT: f32 = 0.05;
const STEPS: u32 = 200;

/// A rod of 1 m and 1 kg on a hinge; angle 0 is upright (rad, rad/s).
#[derive(Component, Clone, Default, Serialize, Deserialize)]
struct Rod {
    angle: f32,
    speed: f32,
}

struct Pendulum;

impl Environment for Pendulum {
    fn spaces(&self) -> Spaces {
        Spaces {
            observation: ["cos", "sin", "speed"].map(str::to_owned).into(),
            action: ActionSpace::Continuous(vec!["torque".to_owned()]),
        }
    }

    fn build(&self, pod: &mut Pod) {
        for slot in pod.slots() {
            pod.spawn(slot, Rod::default());
        }
        // The state that a checkpoint must hold for a run to resume exactly.
        pod.save::<Rod>();
        pod.add_systems((
            swing.in_set(Control::Physics),
            judge.in_set(Control::Judge),
            begin.in_set(Control::Reset),
        ));
    }
}

/// The action 1.0 is 2 N m. The reward is of the state before the step, so it is computed here.
fn swing(mut rods: Query<(&Action, &mut Rod, &mut Reward)>) {
    for (action, mut rod, mut reward) in &mut rods {
        let torque = 2.0 * action.0[0].clamp(-1.0, 1.0);
        let wrapped = (rod.angle + PI).rem_euclid(2.0 * PI) - PI;
        reward.0 = -(wrapped.powi(2) + 0.1 * rod.speed.powi(2) + 0.001 * torque.powi(2));
        // 3 g / (2 l) sin(angle) + 3 / (m l^2) torque, with g = 10.
        let acceleration = 15.0 * rod.angle.sin() + 3.0 * torque;
        rod.speed = (rod.speed + acceleration * DT).clamp(-8.0, 8.0);
        rod.angle += rod.speed * DT;
    }
}

fn judge(mut rods: Query<(&Rod, &mut Episode, &mut Observation, &mut StepEnd)>) {
    for (rod, mut episode, mut observation, mut end) in &mut rods {
        episode.steps += 1;
        observe(rod, &mut observation);
        if episode.steps == STEPS {
            let last = observation.0.clone();
            *end = StepEnd::TimeLimit { last };
        }
    }
}

fn begin(mut rods: Query<(&mut Rod, &Episode, &mut Observation, &StepEnd)>) {
    for (mut rod, episode, mut observation, end) in &mut rods {
        if end.is_end() {
            let mut rng = episode.rng();
            rod.angle = rng.random_range(-PI..PI);
            rod.speed = rng.random_range(-1.0..1.0);
            observe(&rod, &mut observation);
        }
    }
}

fn observe(rod: &Rod, observation: &mut Observation) {
    let (sin, cos) = rod.angle.sin_cos();
    observation.0.copy_from_slice(&[cos, sin, rod.speed]);
}

#[cfg(test)]
#[path = "tests/pendulum.rs"]
mod tests;
