//! Readings to observation.

use super::{Moment, difference};
use crate::scene::task::{Observation, Sensor, Task};

/// Appends the observation of a moment, length `O`.
pub fn observe(task: &Task, moment: &Moment, observation: &mut Vec<f32>) {
    for Observation { of, scale } in &task.observation {
        let from = observation.len();
        sense(task, of, moment, observation);
        for entry in &mut observation[from..] {
            *entry *= scale;
        }
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
        Sensor::Pull { point } => {
            let way = difference(moment.goal, readings.points[*point]);
            let jacobian = &readings.jacobians[*point];
            let pull = jacobian
                .iter()
                .map(|column| column[0] * way[0] + column[1] * way[1] + column[2] * way[2]);
            out.extend(pull);
        }
        Sensor::GravityLoad => out.extend_from_slice(&readings.gravity_loads),
        Sensor::LinkOrientation { link } => {
            out.extend_from_slice(&readings.links[*link].orientation);
        }
        Sensor::LinkVelocity { link, axes } => axes_of(axes, readings.links[*link].velocity),
        Sensor::LinkAngularVelocity { link, axes } => {
            axes_of(axes, readings.links[*link].angular_velocity);
        }
        Sensor::ContactForce { links } => {
            out.extend(links.iter().map(|&link| readings.contact_forces[link]));
        }
        Sensor::LastAction => out.extend_from_slice(moment.action),
        Sensor::TimeLeft => {
            let elapsed = moment.step as f32 / task.episode_steps as f32;
            // A played robot may go on past its limit.
            out.push((1.0 - elapsed).max(0.0));
        }
    }
}
