//! Readings to reward, end of episode and success.

use std::borrow::Cow;

use super::{Moment, formula, norm};
use crate::scene::formula::wrap;
use crate::scene::robot::Motor;
use crate::scene::task::{End, Reward, Success, Task, Term, When};

/// The weighted sum of the task's reward terms for the step that led from `before` to `after`.
pub fn reward(task: &Task, before: &Moment, after: &Moment) -> f32 {
    terms(task, before, after).sum()
}

/// What each of the task's reward terms gives, its weight included: the summands of [`reward`], in order.
pub fn terms(task: &Task, before: &Moment, after: &Moment) -> impl Iterator<Item = f32> {
    let weighted = |reward: &Reward| reward.weight * term(&reward.of, reward.at, before, after);
    task.reward.iter().map(weighted)
}

/// Whether the task says that the episode is over before its time.
///
/// # Errors
/// A condition is neither true nor false, because something in it is no number: in words.
pub fn is_terminal(task: &Task, moment: &Moment) -> Result<bool, Cow<'static, str>> {
    Ok(ending(task, moment)?.is_some())
}

/// Which of the task's ends it is that makes the episode over before its time: the first that holds.
///
/// # Errors
/// As [`is_terminal`].
pub fn ending(task: &Task, moment: &Moment) -> Result<Option<usize>, Cow<'static, str>> {
    let readings = moment.readings;
    for (i, end) in task.end.iter().enumerate() {
        let is_over = match *end {
            End::PointBelow { point, z } => readings.points[point][2] < z,
            End::PointAbove { point, z } => readings.points[point][2] > z,
            End::JointSpeedAbove { speed } => readings.speeds.iter().any(|s| s.abs() > speed),
            End::AngleOutside {
                joint,
                range: [low, high],
            } => !(low..=high).contains(&readings.angles[joint]),
            End::Touches { link } => readings.contact_forces[link] > 0.0,
            End::Inside { point, distance } => moment.distance(point) <= distance,
            End::When(ref formula) => formula::holds(formula, moment)
                .ok_or("the condition of an end is neither true nor false")?,
        };
        if is_over {
            return Ok(Some(i));
        }
    }
    Ok(None)
}

/// Whether an episode that ends in this moment was a success; none for tasks that do not know success.
///
/// # Errors
/// A condition is neither true nor false, because something in it is no number: in words.
pub fn success(task: &Task, moment: &Moment) -> Result<Option<bool>, Cow<'static, str>> {
    Ok(match &task.success {
        None => None,
        Some(Success::Within { point, distance }) => Some(moment.distance(*point) <= *distance),
        Some(Success::When(formula)) => Some(
            formula::holds(formula, moment)
                .ok_or("the condition of success is neither true nor false")?,
        ),
    })
}

fn term(term: &Term, at: When, before: &Moment, after: &Moment) -> f32 {
    let moment = match at {
        When::Before => before,
        When::After => after,
    };
    let readings = moment.readings;
    match *term {
        Term::Distance { point } => moment.distance(point),
        Term::Near { point, width } => 1.0 - libm::tanhf(moment.distance(point) / width),
        Term::Gauss { point, width } => bell(moment.distance(point), width),
        Term::Inside { point, distance } => f32::from(moment.distance(point) <= distance),
        Term::Progress { point } => before.distance(point) - after.distance(point),
        // What motors do belongs to the step, not to a moment: it is what led to `after`.
        Term::Effort => after.efforts.iter().map(|a| a * a).sum(),
        Term::JointSpeed => readings.speeds.iter().map(|s| s * s).sum(),
        Term::PointSpeed { point } => norm(readings.velocities[point]),
        Term::AngleError {
            joint,
            target,
            turns,
        } => {
            let apart = readings.angles[joint] - target;
            let error = if turns { wrap(apart) } else { apart };
            error * error
        }
        Term::Speed { joint } => readings.speeds[joint],
        Term::Alive => 1.0,
        Term::ActionRate => {
            let changes = after.action.iter().zip(before.action).map(|(a, b)| a - b);
            changes.map(|change| change * change).sum()
        }
        Term::Energy { ref motors } => {
            let power = |(motor, effort): (&Motor, &f32)| {
                (effort * motor.torque * readings.speeds[motor.joint]).abs()
            };
            motors.iter().zip(after.efforts).map(power).sum()
        }
        Term::JointLimit { margin, ref ranges } => {
            let depth = |&(joint, [low, high]): &(usize, [f32; 2])| {
                let angle = readings.angles[joint];
                (1.0 - (angle - low).min(high - angle) / margin).max(0.0)
            };
            ranges.iter().map(depth).sum()
        }
        Term::VelocityTracking {
            point,
            axis,
            target,
            width,
        } => bell(readings.velocities[point][axis] - target, width),
        Term::Height {
            point,
            target,
            width,
        } => bell(readings.points[point][2] - target, width),
        Term::Expr(ref formula) => formula::value(formula, before, after),
    }
}

/// `exp(-(x / width)^2)`.
fn bell(x: f32, width: f32) -> f32 {
    let relative = x / width;
    libm::expf(-relative * relative)
}
