//! Whether goals are where the robot can be: its joints are bent towards each, as far as they go.

use bevy::math::{Mat3, Vec3};
use rand::RngExt;

use super::finding::{Finding, Kind, percent, short};
use super::poser::Poser;
use super::thresholds::{GOALS, LOOK_US, NEAR_M, UNREACHABLE_SERIOUS, UNREACHABLE_SHARE};
use crate::scene::robot::{JointKind, Robot};
use crate::scene::{Place, Severity};
use crate::seed::{Rng, Seed};
use crate::task::{Task, draw};

/// Poses from one start.
const STEPS: usize = 50;
/// Starts: home, then anywhere.
const TRIES: usize = 6;
/// The farthest that a joint moves in one step (rad, or m).
const STRIDE: f32 = 0.5;

/// Tries to get to goals.
pub(super) fn look(poser: &mut Poser, findings: &mut Vec<Finding>) {
    let (robot, task) = (poser.scene.robot(), poser.scene.task());
    let Some(goal) = &task.goal else {
        return;
    };
    let Some((point, near)) = sought(task) else {
        return;
    };
    let ground = poser.scene.world().ground.map(|ground| ground.z);
    let chain = Chain::of(robot, point);
    if chain.floats {
        return;
    }
    let stream = Seed::new(1).stream("doctor goals");
    let mut missed = Vec::new();
    let (mut tried, mut left) = (0, poser.affordable(LOOK_US));
    for i in 0..GOALS {
        let mut rng = stream.nth(i);
        let at = Vec3::from(draw::goal(goal, &mut rng));
        let below = ground.is_some_and(|ground| at.z < ground - near);
        let apart = if below {
            None
        } else {
            chain.nearest(poser, at, near, &mut rng, &mut left)
        };
        if left == 0 {
            break;
        }
        tried += 1;
        if below || apart.is_some_and(|apart| apart > near) {
            missed.push((at, apart));
        }
    }
    let share = missed.len() as f64 / f64::from(tried.max(1));
    if tried < 4 || share < UNREACHABLE_SHARE {
        return;
    }
    let name = &robot.points[point].name;
    let (at, apart) = missed[0];
    let there = format!("({}, {}, {})", short(at.x), short(at.y), short(at.z));
    let example = match apart {
        Some(apart) => format!("{} m are missing to {there}", short(apart)),
        None => format!("{there} is under the ground"),
    };
    findings.push(Finding {
        kind: Kind::GoalOutOfReach,
        severity: if share > UNREACHABLE_SERIOUS {
            Severity::Serious
        } else {
            Severity::Warning
        },
        place: Place::Task("goal"),
        title: if share < 1.0 {
            format!("`{name}` cannot get to {} of the goals", percent(share))
        } else {
            format!("`{name}` can get to none of the goals")
        },
        found: example,
        help: vec![
            format!("{tried} goals were tried, each within {} m", short(near)),
            "goals nearer to the robot and in its plane, if it moves in one; longer links, wider ranges".to_owned(),
        ],
    });
}

/// The point that is to get to the goal, and how near is near enough.
fn sought(task: &Task) -> Option<(usize, f32)> {
    let success = task.success.iter().filter_map(|success| success.target());
    let ends = task.end.iter().filter_map(|end| end.target());
    let rewards = task.reward.iter().filter_map(|reward| {
        let target = reward.of.target();
        target.filter(|target| target.is_wanted(reward.weight))
    });
    let target = success.chain(ends).chain(rewards).next()?;
    Some((target.point, target.near(NEAR_M)))
}

/// What moves a point.
struct Chain {
    link: usize,
    at: Vec3,
    /// From the base on.
    joints: Vec<usize>,
    floats: bool,
}

impl Chain {
    fn of(robot: &Robot, point: usize) -> Self {
        let point = &robot.points[point];
        let up = |&link: &usize| robot.links[link].parent;
        let links: Vec<usize> = std::iter::successors(Some(point.link), up).collect();
        Self {
            link: point.link,
            at: point.at.into(),
            joints: links
                .iter()
                .rev()
                .filter_map(|&link| robot.links[link].joint)
                .collect(),
            floats: links.iter().any(|&link| robot.links[link].floats),
        }
    }

    /// How near the point comes to a place (m), less than `enough` if it can; nothing when no poses are left.
    fn nearest(
        &self,
        poser: &mut Poser,
        goal: Vec3,
        enough: f32,
        rng: &mut Rng,
        left: &mut usize,
    ) -> Option<f32> {
        let mut best = f32::INFINITY;
        for attempt in 0..TRIES {
            let mut angles = poser.home();
            if attempt > 0 {
                self.scatter(poser.scene.robot(), &mut angles, rng);
            }
            let mut last = f32::INFINITY;
            for step in 0..STEPS {
                if *left == 0 {
                    return None;
                }
                *left -= 1;
                poser.pose(&angles);
                let apart = self.bend(poser, goal, &mut angles);
                best = best.min(apart);
                if best <= enough {
                    return Some(best);
                }
                // Bending goes on only where it helps.
                if step % 10 == 9 {
                    if apart > 0.99 * last {
                        break;
                    }
                    last = apart;
                }
            }
        }
        Some(best)
    }

    /// Bends the joints so that the point comes nearer: a step of damped least squares. Returns how far it was (m).
    fn bend(&self, poser: &Poser, goal: Vec3, angles: &mut [f32]) -> f32 {
        let robot = poser.scene.robot();
        let links = poser.links();
        let (origin, turned) = links[self.link];
        let place = origin + turned * self.at;
        let way = goal - place;
        let columns: Vec<Vec3> = (self.joints.iter())
            .map(|&joint| {
                let joint = &robot.joints[joint];
                let (anchor, turned) = links[joint.link];
                let axis = turned * Vec3::from(joint.axis);
                match joint.kind {
                    JointKind::Revolute => axis.cross(place - anchor),
                    JointKind::Prismatic => axis,
                }
            })
            .collect();
        let mut square = Mat3::ZERO;
        for &column in &columns {
            square += Mat3::from_cols(column * column.x, column * column.y, column * column.z);
        }
        let trace = square.x_axis.x + square.y_axis.y + square.z_axis.z;
        let damped = square + Mat3::IDENTITY * (1e-3 * trace + 1e-12);
        let pull = damped.inverse() * way;
        for (&joint, column) in self.joints.iter().zip(&columns) {
            let angle = &mut angles[joint];
            *angle += column.dot(pull).clamp(-STRIDE, STRIDE);
            if let Some([low, high]) = robot.joints[joint].range {
                *angle = angle.clamp(low, high);
            }
        }
        way.length()
    }

    /// Anywhere that the joints can be.
    fn scatter(&self, robot: &Robot, angles: &mut [f32], rng: &mut Rng) {
        for &joint in &self.joints {
            let [low, high] = span(robot, joint);
            angles[joint] = low + (high - low) * rng.random::<f32>();
        }
    }
}

/// Where a joint can be: its range, but of a hinge no more than a turn about home, and of a slide without stops home alone.
pub(super) fn span(robot: &Robot, joint: usize) -> [f32; 2] {
    use std::f32::consts::PI;
    let joint = &robot.joints[joint];
    let home = joint.home;
    match (joint.kind, joint.range) {
        (JointKind::Revolute, range) => {
            let [low, high] = range.unwrap_or([f32::NEG_INFINITY, f32::INFINITY]);
            [low.max(home - PI), high.min(home + PI)]
        }
        (JointKind::Prismatic, range) => range.unwrap_or([home, home]),
    }
}
