//! What a formula of a task can read: the quantities of a step, and their names.

use serde::Serialize;

use crate::readings::Needs;
use crate::task::context::Context;

/// A quantity of a step, at one of its sides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Reading {
    /// What is read.
    pub of: Quantity,
    /// When.
    pub at: Side,
}

/// Sides of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Side {
    /// Before it.
    Before,
    /// After it.
    After,
}

/// What a formula can read. Indices are those of the robot's points, joints and motors, and of x, y, z.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub enum Quantity {
    /// A coordinate of a point (m).
    Place {
        /// Which point.
        point: usize,
        /// Which axis.
        axis: usize,
    },
    /// A point's velocity along an axis (m/s).
    Velocity {
        /// Which point.
        point: usize,
        /// Which axis.
        axis: usize,
    },
    /// A point's speed (m/s).
    PointSpeed(usize),
    /// A point's distance from the goal (m).
    Distance(usize),
    /// An entry of a list.
    Entry(List, usize),
    /// The torque of a motor (N m, or N).
    Torque {
        /// Which motor.
        motor: usize,
        /// The largest.
        limit: f32,
    },
    /// A coordinate of the goal (m).
    Goal(usize),
    /// What the episode asks for.
    Command(usize),
    /// Since the episode began (s).
    Time {
        /// Length of a control step (s).
        step_s: f32,
    },
    /// What is left of the episode: from 1 to 0.
    TimeLeft {
        /// Length of the episode in control steps.
        steps: u32,
    },
}

impl Quantity {
    /// The point that it is of, if it is of one.
    pub fn point(&self) -> Option<usize> {
        match *self {
            Self::Place { point, .. }
            | Self::Velocity { point, .. }
            | Self::PointSpeed(point)
            | Self::Distance(point) => Some(point),
            Self::Entry(..)
            | Self::Torque { .. }
            | Self::Goal(_)
            | Self::Command(_)
            | Self::Time { .. }
            | Self::TimeLeft { .. } => None,
        }
    }

    /// What must be measured for it.
    pub fn needs(&self) -> Needs {
        let none = Needs::default();
        match self {
            Self::Velocity { .. } | Self::PointSpeed(_) => Needs {
                point_motion: true,
                ..none
            },
            Self::Entry(List::GravityLoads, _) => Needs {
                gravity_loads: true,
                ..none
            },
            Self::Entry(List::Angles | List::Speeds | List::Actions, _)
            | Self::Place { .. }
            | Self::Distance(_)
            | Self::Torque { .. }
            | Self::Goal(_)
            | Self::Command(_)
            | Self::Time { .. }
            | Self::TimeLeft { .. } => none,
        }
    }
}

/// Numbers of all joints or motors, which lie side by side in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum List {
    /// Joints' positions (rad, or m).
    Angles,
    /// Joints' speeds (rad/s, or m/s).
    Speeds,
    /// What motors were given, clamped to -1..1.
    Actions,
    /// The shares of motors' limits that holding the pose takes.
    GravityLoads,
}

/// What a reading is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// A named point of the robot: `tip.x`.
    Point,
    /// A moving joint: `elbow.angle`.
    Joint,
    /// A joint's motor, by the name of the joint: `elbow.action`.
    Motor,
    /// The goal: `goal.x`.
    Goal,
    /// What the episode asks for, by the name of the command: `command.speed`.
    Command,
    /// Nothing that has a name: `time`.
    Episode,
}

impl Of {
    /// What a list calls it.
    pub fn name(self) -> &'static str {
        match self {
            Of::Point => "a point",
            Of::Joint => "a joint",
            Of::Motor => "a joint with a motor",
            Of::Goal => "the goal",
            Of::Command => "a command",
            Of::Episode => "the episode",
        }
    }
}

/// A reading that formulas know.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// What it is of.
    pub of: Of,
    /// What stands behind the point: `x` of `tip.x`; the whole name where it is of the episode.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// What it says, in words.
    pub meaning: &'static str,
    /// What it is of the point, joint or motor of an index.
    pub(super) quantity: fn(usize, &Context) -> Quantity,
}

const fn known(
    of: Of,
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
    quantity: fn(usize, &Context) -> Quantity,
) -> Known {
    Known {
        of,
        name,
        unit,
        meaning,
        quantity,
    }
}

/// Everything that a formula can read, besides [`CONSTANTS`].
pub const READINGS: [Known; 19] = [
    known(Of::Point, "x", "m", "where it is along x", |point, _| {
        Quantity::Place { point, axis: 0 }
    }),
    known(Of::Point, "y", "m", "where it is along y", |point, _| {
        Quantity::Place { point, axis: 1 }
    }),
    known(Of::Point, "z", "m", "how high it is", |point, _| {
        Quantity::Place { point, axis: 2 }
    }),
    known(
        Of::Point,
        "vx",
        "m/s",
        "its velocity along x",
        |point, _| Quantity::Velocity { point, axis: 0 },
    ),
    known(
        Of::Point,
        "vy",
        "m/s",
        "its velocity along y",
        |point, _| Quantity::Velocity { point, axis: 1 },
    ),
    known(
        Of::Point,
        "vz",
        "m/s",
        "its velocity along z",
        |point, _| Quantity::Velocity { point, axis: 2 },
    ),
    known(Of::Point, "speed", "m/s", "how fast it is", |point, _| {
        Quantity::PointSpeed(point)
    }),
    known(
        Of::Point,
        "distance",
        "m",
        "how far it is from the goal",
        |point, _| Quantity::Distance(point),
    ),
    known(
        Of::Joint,
        "angle",
        "rad, or m",
        "its position",
        |joint, _| Quantity::Entry(List::Angles, joint),
    ),
    known(
        Of::Joint,
        "speed",
        "rad/s, or m/s",
        "its speed",
        |joint, _| Quantity::Entry(List::Speeds, joint),
    ),
    known(
        Of::Motor,
        "action",
        "1",
        "what its motor was given, from -1 to 1",
        |motor, _| Quantity::Entry(List::Actions, motor),
    ),
    known(
        Of::Motor,
        "torque",
        "N m, or N",
        "mean motor torque during the step",
        |motor, context| Quantity::Torque {
            motor,
            limit: context.robot.motors[motor].torque,
        },
    ),
    known(
        Of::Motor,
        "gravity_load",
        "1",
        "the share of its limit that holding the pose against gravity takes",
        |motor, _| Quantity::Entry(List::GravityLoads, motor),
    ),
    known(Of::Goal, "x", "m", "where it is along x", |_, _| {
        Quantity::Goal(0)
    }),
    known(Of::Goal, "y", "m", "where it is along y", |_, _| {
        Quantity::Goal(1)
    }),
    known(Of::Goal, "z", "m", "how high it is", |_, _| {
        Quantity::Goal(2)
    }),
    // Stands for whatever commands there are.
    known(
        Of::Command,
        "speed",
        "as it is meant",
        "the commanded value, for any command `speed`",
        |command, _| Quantity::Command(command),
    ),
    known(
        Of::Episode,
        "time",
        "s",
        "time since the episode began",
        |_, context| Quantity::Time {
            step_s: context.step_s,
        },
    ),
    known(
        Of::Episode,
        "time_left",
        "1",
        "what is left of the episode, from 1 to 0",
        |_, context| Quantity::TimeLeft {
            steps: context.episode_steps,
        },
    ),
];

/// Names that always mean the same number, with their units and meanings.
pub const CONSTANTS: [(&str, &str, &str); 2] = [
    ("dt", "s", "length of a control step"),
    ("pi", "1", "half a turn in radians"),
];
