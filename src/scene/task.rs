//! The task of a scene, validated: terms refer to joints and points by index.

mod observation;
mod randomize;

pub use observation::{HeightScan, Observation, Rays, Sensor};
pub use randomize::{Distribution, Randomize};

use serde::Serialize;

pub use crate::step::curriculum::{Curriculum, Solved};

use super::formula::{Formula, List, Quantity};
use super::robot::Motor;

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
    /// What happens to actions on their way to the motors.
    pub way: Way,
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

/// How an episode starts, besides the joints' home.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Start {
    /// Positions are uniform within plus or minus this of home, clamped to the range (rad, or m); 0 or more.
    pub angle: f32,
    /// Speeds are uniform within plus or minus this (rad/s, or m/s); 0 or more.
    pub speed: f32,
    /// How far from its origin a floating link or an object starts, in the order of the file.
    pub free: Vec<Around>,
}

/// Where something that nothing holds starts: uniform around its origin.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Around {
    /// Which link.
    pub link: usize,
    /// Within plus or minus this along the world's axes (m), 0 or more.
    pub xyz: [f32; 3],
    /// Roll, pitch and yaw, within plus or minus this, before those of its origin (rad), 0 or more.
    pub rpy: [f32; 3],
}

/// A number that each episode draws, and that observations and formulas can read: a speed to walk at, for one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Command {
    /// Unique among the commands.
    pub name: String,
    /// Uniform in between, the lower first; both may be the same.
    pub range: [f32; 2],
}

/// What happens to actions on their way to the motors, each entry for itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Way {
    /// How many control steps late an action arrives; before the first one does, motors are given 0.
    pub delay: usize,
    /// The share of what a motor was given before that is still in what it is given now: `smoothing` of that and `1 - smoothing` of
    /// the action that arrives. From 0 to less than 1.
    pub smoothing: f32,
}

/// Where a goal is drawn from, in the world's frame (m).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub enum Goal {
    /// Direction uniform on the sphere and distance uniform, both drawn again until the height fits.
    Shell {
        /// Centre of the sphere.
        center: [f32; 3],
        /// Inner and outer radius, the inner 0 or more and not above the outer.
        radius: [f32; 2],
        /// Least height of the goal.
        min_z: Option<f32>,
    },
    /// Uniform over the area of a disc in the xy plane.
    Disc {
        /// Centre of the disc.
        center: [f32; 3],
        /// Its radius, 0 or more.
        radius: f32,
    },
    /// Uniform over a box.
    Box {
        /// Least corner.
        min: [f32; 3],
        /// Greatest corner.
        max: [f32; 3],
    },
    /// Always the same place.
    Fixed {
        /// That place.
        at: [f32; 3],
    },
}

impl Task {
    /// Whether any term is about how points move with the joints.
    pub fn looks_at_motion(&self) -> bool {
        let observes =
            |o: &Observation| matches!(o.of, Sensor::PointVelocity { .. } | Sensor::Pull { .. });
        let pays = |r: &Reward| {
            matches!(
                r.of,
                Term::PointSpeed { .. } | Term::VelocityTracking { .. }
            )
        };
        let reads = |q| matches!(q, Quantity::Velocity { .. } | Quantity::PointSpeed(_));
        self.observation.iter().any(observes)
            || self.reward.iter().any(pays)
            || self.formulas().flat_map(Formula::quantities).any(reads)
    }

    /// Whether any term is about how links move.
    pub fn looks_at_links(&self) -> bool {
        let observes = |o: &Observation| {
            matches!(
                o.of,
                Sensor::LinkPosition { .. }
                    | Sensor::LinkOrientation { .. }
                    | Sensor::LinkVelocity { .. }
                    | Sensor::LinkAngularVelocity { .. }
                    | Sensor::GravityDirection { .. }
                    | Sensor::Gyroscope { .. }
                    | Sensor::Accelerometer { .. }
            )
        };
        self.observation.iter().any(observes)
    }

    /// Whether any term is about how links' velocities change.
    pub fn looks_at_acceleration(&self) -> bool {
        let observes = |o: &Observation| matches!(o.of, Sensor::Accelerometer { .. });
        self.observation.iter().any(observes)
    }

    /// Whether any term is about what links touch.
    pub fn looks_at_contacts(&self) -> bool {
        let observes =
            |o: &Observation| matches!(o.of, Sensor::ContactForce { .. } | Sensor::Contact { .. });
        let ends = |e: &End| matches!(e, End::Touches { .. });
        self.observation.iter().any(observes) || self.end.iter().any(ends)
    }

    /// Whether any term is about what gravity does to the motors.
    pub fn looks_at_gravity(&self) -> bool {
        let observes = |o: &Observation| matches!(o.of, Sensor::GravityLoad { .. });
        let reads = |q| matches!(q, Quantity::Entry(List::GravityLoads, _));
        self.observation.iter().any(observes)
            || self.formulas().flat_map(Formula::quantities).any(reads)
    }

    /// Every formula of it.
    fn formulas(&self) -> impl Iterator<Item = &Formula> {
        let rewards = self.reward.iter().filter_map(|reward| match &reward.of {
            Term::Expr(formula) => Some(formula),
            _ => None,
        });
        let ends = self.end.iter().filter_map(|end| match end {
            End::When(formula) => Some(formula),
            _ => None,
        });
        let success = self.success.iter().filter_map(|success| match success {
            Success::When(formula) => Some(formula),
            Success::Within { .. } => None,
        });
        rewards.chain(ends).chain(success)
    }

    /// Whether a sensor is noisy.
    pub fn adds_noise(&self) -> bool {
        self.observation.iter().any(|o| o.noise > 0.0)
    }

    /// Whether an observation depends on the steps before it, and not on the moment alone.
    pub fn remembers(&self) -> bool {
        self.adds_noise()
            || self.looks_at_acceleration()
            || self.observation.iter().any(|o| o.kept() > 1)
    }
}

/// One summand of the reward.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reward {
    /// Factor on the term.
    pub weight: f32,
    /// What is measured.
    pub of: Term,
    /// On which state. The action is that of the step in either case.
    pub at: When,
}

/// On which side of a control step a reward term is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum When {
    /// The state in which the action was chosen.
    Before,
    /// The state that the step led to.
    #[default]
    After,
}

/// Something that a reward can weigh. `d` is the distance of the point from the goal (m).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Term {
    /// `d`.
    Distance {
        /// Which point.
        point: usize,
    },
    /// `1 - tanh(d / width)`.
    Near {
        /// Which point.
        point: usize,
        /// Where it has fallen to 0.24 (m), above 0.
        width: f32,
    },
    /// `exp(-(d / width)^2)`.
    Gauss {
        /// Which point.
        point: usize,
        /// Where it has fallen to 0.37 (m), above 0.
        width: f32,
    },
    /// 1 when `d` is at most `distance`, else 0.
    Inside {
        /// Which point.
        point: usize,
        /// Largest distance that counts (m), above 0.
        distance: f32,
    },
    /// `d` before the step less `d` after it, whatever `at` says.
    Progress {
        /// Which point.
        point: usize,
    },
    /// The sum over the motors of `e^2`, `e` being the share of its limit that a motor has given in the step.
    Effort,
    /// The sum of the squared joint speeds.
    JointSpeed,
    /// Speed of a point (m/s).
    PointSpeed {
        /// Which point.
        point: usize,
    },
    /// The square of the joint's position less `target`, wrapped to plus or minus pi when it turns.
    AngleError {
        /// Which joint.
        joint: usize,
        /// Where it should be (rad, or m).
        target: f32,
        /// Whether the joint turns, so that a full turn is no difference.
        turns: bool,
    },
    /// Speed of a joint, with its sign (rad/s, or m/s).
    Speed {
        /// Which joint.
        joint: usize,
    },
    /// 1.
    Alive,
    /// The sum over the motors of `(a - a')^2`, with the action `a` of the step and `a'` of the step before it, each clamped to -1..1;
    /// 0 before the first step.
    ActionRate,
    /// The power that the motors give or take (W): the sum of `|torque * speed|`, with the mean torque of the step.
    Energy {
        /// All of them, in the order of actions.
        motors: Vec<Motor>,
    },
    /// How far joints are into the margins of their ranges: the sum of `max(0, 1 - s / margin)` over the joints that have a range, with
    /// the way `s` from the joint to the nearer end of it. 0 outside of the margins, 1 for a joint at an end.
    JointLimit {
        /// Width of the margin (rad, or m), above 0.
        margin: f32,
        /// The joints that have a range; never empty.
        ranges: Vec<(usize, [f32; 2])>,
    },
    /// `exp(-((v - target) / width)^2)`, with the velocity `v` of the point along one of the world's axes.
    VelocityTracking {
        /// Which point.
        point: usize,
        /// Index of x, y, z.
        axis: usize,
        /// How fast it should be (m/s).
        target: f32,
        /// The difference at which it has fallen to 0.37 (m/s), above 0.
        width: f32,
    },
    /// `exp(-((z - target) / width)^2)`, with the height `z` of the point.
    Height {
        /// Which point.
        point: usize,
        /// How high it should be (m).
        target: f32,
        /// The difference at which it has fallen to 0.37 (m), above 0.
        width: f32,
    },
    /// What the author wrote.
    Expr(Formula),
}

/// What ends an episode before its time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum End {
    /// The point is lower than `z`.
    PointBelow {
        /// Which point.
        point: usize,
        /// Height (m).
        z: f32,
    },
    /// The point is higher than `z`.
    PointAbove {
        /// Which point.
        point: usize,
        /// Height (m).
        z: f32,
    },
    /// Some joint is faster than `speed`.
    JointSpeedAbove {
        /// In either direction (rad/s, or m/s), above 0.
        speed: f32,
    },
    /// The joint's position is below or above `range`.
    AngleOutside {
        /// Which joint.
        joint: usize,
        /// Lowest and highest (rad, or m), the lower first.
        range: [f32; 2],
    },
    /// Anything presses on the link.
    Touches {
        /// Which link.
        link: usize,
    },
    /// The point is at most `distance` from the goal.
    Inside {
        /// Which point.
        point: usize,
        /// Largest distance that counts (m), above 0.
        distance: f32,
    },
    /// A condition that the author wrote.
    When(Formula),
}

/// What makes an episode a success; judged at its last step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Success {
    /// The point is at most `distance` from the goal.
    Within {
        /// Which point.
        point: usize,
        /// Largest distance that counts (m), above 0.
        distance: f32,
    },
    /// A condition that the author wrote.
    When(Formula),
}
