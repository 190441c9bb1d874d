//! Readings to observation.

use std::f64::consts::TAU;

use bevy::math::{Quat, Vec3};

use super::{Moment, difference, draw};
use crate::scene::task::{Observation, Sensor, Task};
use crate::seed::Rng;
use crate::sim::readings::LinkReading;

/// What the sensors of one environment keep from step to step of its episode.
#[derive(Clone, Debug)]
pub struct Senses {
    /// The episode's generator for what sensors add to their readings; not needed by tasks without noise.
    noise: Option<Rng>,
    /// Factor on the noise of every sensor.
    louder: f32,
    /// Per term of the observation what it was in the last steps, `[kept, entries]`, the newest first; empty before an episode's
    /// first observation, and for terms that keep nothing.
    past: Vec<Vec<f32>>,
}

impl Senses {
    /// Those of an environment that has no episode yet.
    pub fn new(task: &Task) -> Self {
        Self {
            noise: None,
            louder: 1.0,
            past: vec![Vec::new(); task.observation.len()],
        }
    }

    /// Forgets the last episode for one whose noise comes from `noise`, which a task with noise must have, and is so many times as
    /// loud as the task says.
    pub fn begin(&mut self, noise: Option<Rng>, louder: f32) {
        self.noise = noise;
        self.louder = louder;
        self.past.iter_mut().for_each(Vec::clear);
    }
}

/// Appends the observation of a moment, length `O`. To be called once for each moment of an episode, in their order, where the
/// task [`remembers`](Task::remembers).
pub fn observe(task: &Task, moment: &Moment, senses: &mut Senses, observation: &mut Vec<f32>) {
    // Those of the terms that cast rays, in their order.
    let mut rays = moment.readings.rays.iter();
    for (term, past) in task.observation.iter().zip(&mut senses.past) {
        let from = observation.len();
        match term.of {
            Sensor::Rays(_) | Sensor::HeightScan(_) => {
                observation.extend(rays.next().into_iter().flatten());
            }
            ref sensor => sense(task, sensor, moment, observation),
        }
        let now = &mut observation[from..];
        if term.noise > 0.0
            && let Some(noise) = &mut senses.noise
        {
            for entry in &mut *now {
                *entry += term.noise * senses.louder * draw::normal(noise);
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
        if term.kept() > 1 {
            remember(term, now, past);
            observation.truncate(from);
            let seen = past.len() / term.kept() * term.delay;
            observation.extend_from_slice(&past[seen..]);
        }
    }
}

/// Puts what a term is now before what it was; at first, it has always been so.
fn remember(term: &Observation, now: &[f32], past: &mut Vec<f32>) {
    if past.is_empty() {
        *past = now.repeat(term.kept());
    } else {
        let left = past.len() - now.len();
        past.copy_within(..left, now.len());
        past[..now.len()].copy_from_slice(now);
    }
}

fn sense(task: &Task, sensor: &Sensor, moment: &Moment, out: &mut Vec<f32>) {
    let readings = moment.readings;
    let mut axes_of = |axes: &[usize], place: [f32; 3]| out.extend(axes.iter().map(|&i| place[i]));
    match sensor {
        Sensor::Angle { joints } => out.extend(joints.iter().map(|&j| readings.angles[j])),
        Sensor::Cos { joints } => {
            out.extend(joints.iter().map(|&j| libm::cosf(readings.angles[j])));
        }
        Sensor::Sin { joints } => {
            out.extend(joints.iter().map(|&j| libm::sinf(readings.angles[j])));
        }
        Sensor::Speed { joints } => out.extend(joints.iter().map(|&j| readings.speeds[j])),
        Sensor::Goal { axes } => axes_of(axes, moment.goal),
        Sensor::Point { point, axes } => axes_of(axes, readings.points[*point]),
        Sensor::ToGoal { point, axes } => {
            axes_of(axes, difference(moment.goal, readings.points[*point]));
        }
        Sensor::FromGoal { point, axes } => {
            axes_of(axes, difference(readings.points[*point], moment.goal));
        }
        Sensor::PointVelocity { point, axes } => axes_of(axes, readings.velocities[*point]),
        Sensor::Pull { point, joints } => {
            let way = difference(moment.goal, readings.points[*point]);
            let jacobian = &readings.jacobians[*point];
            out.extend(joints.iter().map(|&joint| {
                let column = jacobian[joint];
                column[0] * way[0] + column[1] * way[1] + column[2] * way[2]
            }));
        }
        Sensor::GravityLoad { motors } => {
            out.extend(motors.iter().map(|&m| readings.gravity_loads[m]));
        }
        Sensor::LinkPosition { link, frame, axes } => {
            let position = readings.links[*link].position;
            axes_of(
                axes,
                frame.map_or(position, |frame| {
                    let frame = &readings.links[frame];
                    seen_by(frame, difference(position, frame.position))
                }),
            );
        }
        Sensor::LinkOrientation { link, frame } => {
            let turned = readings.links[*link].orientation;
            out.extend_from_slice(&frame.map_or(turned, |frame| {
                let turned =
                    orientation(&readings.links[frame]).inverse() * Quat::from_array(turned);
                // Both signs are the same rotation.
                if turned.w < 0.0 { -turned } else { turned }.to_array()
            }));
        }
        Sensor::LinkVelocity { link, frame, axes } => {
            let velocity = readings.links[*link].velocity;
            let along = |frame: usize| seen_by(&readings.links[frame], velocity);
            axes_of(axes, frame.map_or(velocity, along));
        }
        Sensor::LinkAngularVelocity { link, frame, axes } => {
            let turning = readings.links[*link].angular_velocity;
            let about = |frame: usize| seen_by(&readings.links[frame], turning);
            axes_of(axes, frame.map_or(turning, about));
        }
        Sensor::GravityDirection { link } => {
            let [x, y, z] = task.gravity;
            let down = Vec3::new(x, y, z).normalize();
            out.extend_from_slice(&seen_by(&readings.links[*link], down.into()));
        }
        Sensor::Gyroscope { link } => {
            let link = &readings.links[*link];
            out.extend_from_slice(&seen_by(link, link.angular_velocity));
        }
        Sensor::Accelerometer { link } => {
            let link = &readings.links[*link];
            out.extend_from_slice(&seen_by(link, link.felt));
        }
        Sensor::ContactForce { links } => {
            out.extend(links.iter().map(|&link| readings.contact_forces[link]));
        }
        Sensor::Contact { links } => {
            let touched = |&link: &usize| f32::from(readings.contact_forces[link] > 0.0);
            out.extend(links.iter().map(touched));
        }
        // Read, not derived.
        Sensor::Rays(_) | Sensor::HeightScan(_) => {}
        Sensor::Command { commands, .. } => {
            out.extend(commands.iter().map(|&command| moment.commands[command]));
        }
        Sensor::LastAction { motors } => out.extend(motors.iter().map(|&m| moment.action[m])),
        Sensor::TimeLeft => out.push(moment.time_left(task.episode_steps)),
        Sensor::Phase { period_s } => {
            let time = f64::from(moment.step) / f64::from(task.control_hz);
            let turns = time / f64::from(*period_s);
            let angle = (TAU * (turns - turns.floor())) as f32;
            out.extend([libm::sinf(angle), libm::cosf(angle)]);
        }
    }
}

fn orientation(link: &LinkReading) -> Quat {
    Quat::from_array(link.orientation)
}

/// A vector of the world along the axes of a link.
fn seen_by(link: &LinkReading, vector: [f32; 3]) -> [f32; 3] {
    (orientation(link).inverse() * Vec3::from(vector)).into()
}
