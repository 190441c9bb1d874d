//! A custom environment with two discrete actions: Gymnasium's CartPole-v1.
//!
//! `cargo run --release --example cartpole -- --help`

use bevy::ecs::prelude::{Component, IntoScheduleConfigs, Query};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use sinew::cli::{CustomEnvironment, train_environment};
use sinew::pod::{Action, Control, Environment, Episode, Observation, Pod, Reward};
use sinew::step::curriculum::Solved;
use sinew::step::{ActionSpace, Spaces, StepEnd};
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    train_environment(CustomEnvironment {
        name: "cartpole",
        environment: Arc::new(CartPole),
        solved: Some(Solved::Return(475.0)),
        learners: include_str!("presets/cartpole.ron"),
    })
}

/// Duration of a step (s), and steps of an episode.
const DT: f32 = 0.02;
const STEPS: u32 = 500;
/// Mass of the pole and of both (kg), half the pole's length (m), gravity (m/s^2), the force of an action (N).
const POLE_MASS: f32 = 0.1;
const MASS: f32 = 1.0 + POLE_MASS;
const HALF_LENGTH: f32 = 0.5;
const GRAVITY: f32 = 9.8;
const PUSH: f32 = 10.0;

/// A cart on a rail with a pole on a hinge: position and speed, the pole's angle and angular speed (m, m/s, rad, rad/s). Upright is 0.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Cart([f32; 4]);

struct CartPole;

impl Environment for CartPole {
    fn spaces(&self) -> Spaces {
        let observation = ["place", "speed", "angle", "turning"];
        Spaces {
            observation: observation.map(str::to_owned).into(),
            action: ActionSpace::Discrete(["left", "right"].map(str::to_owned).into()),
        }
    }

    fn build(&self, pod: &mut Pod) {
        for slot in pod.slots() {
            pod.spawn(slot, Cart::default());
        }
        pod.save::<Cart>();
        pod.add_systems((
            push.in_set(Control::Physics),
            judge.in_set(Control::Judge),
            begin.in_set(Control::Reset),
        ));
    }
}

/// The equations of Barto, Sutton and Anderson (1983) without friction, with explicit Euler steps.
fn push(mut carts: Query<(&Action, &mut Cart)>) {
    for (action, mut cart) in &mut carts {
        // A discrete action is an index.
        let force = if action.0[0] == 1.0 { PUSH } else { -PUSH };
        let [place, speed, angle, turning] = cart.0;
        let (sin, cos) = angle.sin_cos();
        let moment = POLE_MASS * HALF_LENGTH;
        let push = (force + moment * turning.powi(2) * sin) / MASS;
        let lever = HALF_LENGTH * (4.0 / 3.0 - POLE_MASS * cos.powi(2) / MASS);
        let turn = (GRAVITY * sin - cos * push) / lever;
        let drive = push - moment * turn * cos / MASS;
        cart.0 = [
            place + DT * speed,
            speed + DT * drive,
            angle + DT * turning,
            turning + DT * turn,
        ];
    }
}

fn judge(
    mut carts: Query<(
        &Cart,
        &mut Episode,
        &mut Observation,
        &mut Reward,
        &mut StepEnd,
    )>,
) {
    for (cart, mut episode, mut observation, mut reward, mut end) in &mut carts {
        let [place, _, angle, _] = cart.0;
        episode.steps += 1;
        observation.0.copy_from_slice(&cart.0);
        // Also for the step that ends in a fall.
        reward.0 = 1.0;
        if place.abs() > 2.4 || angle.abs() > 12_f32.to_radians() {
            *end = StepEnd::Terminated;
        } else if episode.steps == STEPS {
            let last = observation.0.clone();
            *end = StepEnd::TimeLimit { last };
        }
    }
}

fn begin(mut carts: Query<(&mut Cart, &Episode, &mut Observation, &StepEnd)>) {
    for (mut cart, episode, mut observation, end) in &mut carts {
        if end.is_end() {
            let mut rng = episode.rng();
            cart.0 = [(); 4].map(|()| rng.random_range(-0.05..=0.05));
            observation.0.copy_from_slice(&cart.0);
        }
    }
}

#[cfg(test)]
#[path = "tests/cartpole.rs"]
mod tests;
