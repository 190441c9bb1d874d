//! How an episode begins: what is drawn from its own random stream.

use rand::RngExt;

use super::{Command, Goal, Start, StartState, Task, Variation};
use crate::model::robot::Robot;
use crate::seed::Rng;

/// Joint angles and speeds at the start: home plus uniform noise, within the joints' ranges; and where what floats is.
pub fn start(robot: &Robot, start: &Start, rng: &mut Rng) -> StartState {
    let mut around = |center: f32, noise: f32| center + noise * (2.0 * rng.random::<f32>() - 1.0);
    let angles = robot
        .joints
        .iter()
        .map(|joint| {
            let angle = around(joint.home, start.angle);
            joint
                .range
                .map_or(angle, |[low, high]| angle.clamp(low, high))
        })
        .collect();
    let speeds = robot
        .joints
        .iter()
        .map(|_| around(0.0, start.speed))
        .collect();
    let free = start.free.iter().map(|free| {
        let [xyz, rpy] = [free.xyz, free.rpy].map(|most| most.map(|most| around(0.0, most)));
        (free.link, xyz, rpy)
    });
    let free = free.collect();
    StartState {
        angles,
        speeds,
        free,
    }
}

/// A place for the goal (m, world).
pub fn goal(goal: &Goal, rng: &mut Rng) -> [f32; 3] {
    goal.draw(rng)
}

/// What an episode asks for, one number per command.
pub fn commands(commands: &[Command], rng: &mut Rng) -> Vec<f32> {
    let one = |&Command {
                   range: [low, high], ..
               }: &Command| low + (high - low) * rng.random::<f32>();
    commands.iter().map(one).collect()
}

/// What an episode of a task differs in.
pub fn variation(task: &Task, rng: &mut Rng) -> Variation {
    let mut variation = Variation::default();
    for randomize in &task.randomize {
        randomize.draw(task, rng, &mut variation);
    }
    variation
}
