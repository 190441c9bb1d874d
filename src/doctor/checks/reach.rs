//! Goals that the robot cannot reach: inverse kinematics is tried towards a sample of them.

use bevy::math::{Mat3, Vec3};
use rand::RngExt;

use crate::doctor::check::{Check, Run};
use crate::doctor::finding::{Finding, FindingKind, percent, short};
use crate::doctor::scratch_world::ScratchWorld;
use crate::model::robot::{JointKind, Robot};
use crate::scene::{Location, Severity};
use crate::seed::{Rng, Seed};
use crate::task::{Task, draw};

pub(super) const CHECK: Check = Check {
    kinds: &[OUT_OF_REACH],
    run: Run::Static(|world, _, findings| run(world, findings)),
};

const OUT_OF_REACH: FindingKind = FindingKind::new(
    "goal-out-of-reach",
    "inverse kinematics cannot bring the point to a tenth of the sampled goals; examined for `Within`, `Inside` and formulas that state a distance plainly, such as `When(\"tip.distance < 0.05\")`",
);

/// Distance at which a goal counts as reached where the task does not state one (m).
const NEAR_M: f32 = 0.02;
/// Sampled goals.
const GOALS: u64 = 32;
/// A smaller share of missed goals may be the search's fault.
const SHARE: f64 = 0.1;
/// Above this share hardly any of the task is left.
const SERIOUS_SHARE: f64 = 0.5;
/// Iterations of inverse kinematics from one initial pose.
const ITERATIONS: usize = 50;
/// Initial poses: home, then random ones.
const TRIES: usize = 6;
/// Largest change of a joint in one iteration (rad, or m).
const LARGEST_CHANGE: f32 = 0.5;

fn run(world: &mut ScratchWorld, findings: &mut Vec<Finding>) {
    let (robot, task) = (world.scene.robot(), world.scene.task());
    let Some(goal) = &task.goal else {
        return;
    };
    let Some((point, near)) = sought(task) else {
        return;
    };
    let ground = world.scene.world().ground.map(|ground| ground.z);
    let chain = Chain::of(robot, point);
    if chain.floats {
        return;
    }
    let stream = Seed::new(1).stream("doctor goals");
    let mut missed = Vec::new();
    let (mut tried, mut left) = (0, world.search_budget());
    for i in 0..GOALS {
        let mut rng = stream.nth(i);
        let at = Vec3::from(draw::goal(goal, &mut rng));
        let below = ground.is_some_and(|ground| at.z < ground - near);
        let apart = if below {
            None
        } else {
            chain.nearest(world, at, near, &mut rng, &mut left)
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
    if tried < 4 || share < SHARE {
        return;
    }
    let name = &robot.points[point].name;
    let (at, apart) = missed[0];
    let there = format!("({}, {}, {})", short(at.x), short(at.y), short(at.z));
    let example = match apart {
        Some(apart) => format!("it stops {} m from {there}", short(apart)),
        None => format!("{there} is under the ground"),
    };
    let severity = match share > SERIOUS_SHARE {
        true => Severity::Serious,
        false => Severity::Warning,
    };
    let title = if share < 1.0 {
        format!("`{name}` cannot reach {} of the goals", percent(share))
    } else {
        format!("`{name}` can reach none of the goals")
    };
    let finding = Finding::new(OUT_OF_REACH, severity, Location::Task("goal"), title, example)
        .help(format!(
            "{tried} goals were tried, each within {} m",
            short(near)
        ))
        .help(
            "try goals nearer to the robot, and in its plane if it moves in one; longer links; wider joint ranges",
        );
    findings.push(finding);
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

/// The kinematic chain from the base to a point.
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

    /// The smallest distance between point and goal that the search finds (m), stopping below `enough`; `None` when `left` poses are
    /// used up.
    fn nearest(
        &self,
        world: &mut ScratchWorld,
        goal: Vec3,
        enough: f32,
        rng: &mut Rng,
        left: &mut usize,
    ) -> Option<f32> {
        let mut best = f32::INFINITY;
        for attempt in 0..TRIES {
            let mut angles = world.home();
            if attempt > 0 {
                self.randomize(world.scene.robot(), &mut angles, rng);
            }
            let mut last = f32::INFINITY;
            for iteration in 0..ITERATIONS {
                if *left == 0 {
                    return None;
                }
                *left -= 1;
                world.set_joints(&angles);
                let apart = self.iterate(world, goal, &mut angles);
                best = best.min(apart);
                if best <= enough {
                    return Some(best);
                }
                // Iterations go on only while they improve.
                if iteration % 10 == 9 {
                    if apart > 0.99 * last {
                        break;
                    }
                    last = apart;
                }
            }
        }
        Some(best)
    }

    /// One iteration of inverse kinematics by damped least squares. Returns the distance before it (m).
    fn iterate(&self, world: &ScratchWorld, goal: Vec3, angles: &mut [f32]) -> f32 {
        let robot = world.scene.robot();
        let links = world.link_poses();
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
            *angle += column.dot(pull).clamp(-LARGEST_CHANGE, LARGEST_CHANGE);
            if let Some([low, high]) = robot.joints[joint].range {
                *angle = angle.clamp(low, high);
            }
        }
        way.length()
    }

    /// Draws a random pose.
    fn randomize(&self, robot: &Robot, angles: &mut [f32], rng: &mut Rng) {
        for &joint in &self.joints {
            let [low, high] = span(robot, joint);
            angles[joint] = low + (high - low) * rng.random::<f32>();
        }
    }
}

/// The positions of a joint to search: its range, for a hinge at most one turn about home, for a slide without stops its home alone.
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
