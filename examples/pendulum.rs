//! An environment of one's own: Pendulum-v1's equations as components and systems, without any physics engine.
//!
//! `cargo run --release --example pendulum`

use bevy::ecs::prelude::{Component, IntoScheduleConfigs, Query};
use rand::RngExt;
use serde::{Deserialize, Serialize};
use sinew::pod::{Action, Control, Environment, Episode, Observation, Pod, Reward};
use sinew::scene::Scene;
use sinew::step::{ActionSpace, Spaces, StepEnd};
use sinew::train::publish::Viewer;
use sinew::train::{Job, TrainError, Trainer};
use std::f32::consts::PI;
use std::sync::Arc;

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
        pod.save::<Rod>();
        pod.add_systems((
            swing.in_set(Control::Physics),
            judge.in_set(Control::Judge),
            begin.in_set(Control::Reset),
        ));
    }
}

/// The action 1.0 is 2 N m. The reward is of the state before the step, so it is taken here.
fn swing(mut rods: Query<(&Action, &mut Rod, &mut Reward)>) {
    for (action, mut rod, mut reward) in &mut rods {
        let torque = 2.0 * action.0[0].clamp(-1.0, 1.0);
        let wrapped = (rod.angle + PI).rem_euclid(2.0 * PI) - PI;
        reward.0 = -(wrapped.powi(2) + 0.1 * rod.speed.powi(2) + 0.001 * torque.powi(2));
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
            *end = StepEnd::TimeLimit {
                last: observation.0.clone(),
            };
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
    observation
        .0
        .copy_from_slice(&[rod.angle.cos(), rod.angle.sin(), rod.speed]);
}

#[expect(clippy::print_stdout, reason = "it is a command")]
fn main() -> Result<(), TrainError> {
    // The learner comes from the shipped scene of the same task; the environment is the one above.
    let scene = Arc::new(Scene::open("pendulum")?);
    let job = Job {
        environment: Arc::new(Pendulum),
        ..Job::new(&scene, None, 1)?
    };
    let result = Trainer::new(job, Viewer::default().publisher())?.run();
    println!(
        "mean return {:?} after {} steps",
        result.return_mean, result.steps
    );
    Ok(())
}
