//! What the agent sees: readings, and what is made of them before it sees them.

use crate::scene::robot::{Joint, Robot};

/// One group of entries of the observation.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// What is read.
    pub of: Sensor,
    /// Factor on what is left of the reading after noise and clip.
    pub scale: f32,
    /// Standard deviation of the Gaussian noise that is added to each entry in each step, in the reading's own unit; 0 or more.
    pub noise: f32,
    /// What the noisy reading is clamped to, in its own unit, the lower first; `None`: not at all.
    pub clip: Option<[f32; 2]>,
    /// How many control steps late the reading is seen; at first it is that of the episode's beginning.
    pub delay: usize,
    /// How many readings are seen, those of this step and of the steps before it, the newest first; 1 or more.
    pub history: usize,
}

impl Observation {
    /// How many steps' readings there must be to see this term; with 1, nothing is kept from step to step.
    pub fn kept(&self) -> usize {
        self.delay + self.history
    }

    /// One name per entry, in order: those of the sensor, then those of the step before with `.1ago`, and so on.
    pub fn names(&self, robot: &Robot) -> Vec<String> {
        let now = self.of.names(robot);
        let before = (1..self.history)
            .flat_map(|ago| now.iter().map(move |name| format!("{name}.{ago}ago")));
        let before: Vec<String> = before.collect();
        now.into_iter().chain(before).collect()
    }
}

/// Something that can be read from the state. `axes` are indices of x, y, z; `joints` and `point` of the robot's.
#[derive(Clone, Debug, PartialEq)]
pub enum Sensor {
    /// Joint positions (rad, or m).
    Angle {
        /// Which.
        joints: Vec<usize>,
    },
    /// Cosines of joint positions.
    Cos {
        /// Which.
        joints: Vec<usize>,
    },
    /// Sines of joint positions.
    Sin {
        /// Which.
        joints: Vec<usize>,
    },
    /// Joint speeds (rad/s, or m/s).
    Speed {
        /// Which.
        joints: Vec<usize>,
    },
    /// The goal's position (m).
    Goal {
        /// Which coordinates.
        axes: Vec<usize>,
    },
    /// A point's position (m).
    Point {
        /// Which point.
        point: usize,
        /// Which coordinates.
        axes: Vec<usize>,
    },
    /// The goal's position less the point's (m).
    ToGoal {
        /// Which point.
        point: usize,
        /// Which coordinates.
        axes: Vec<usize>,
    },
    /// The point's position less the goal's (m).
    FromGoal {
        /// Which point.
        point: usize,
        /// Which coordinates.
        axes: Vec<usize>,
    },
    /// A point's velocity (m/s).
    PointVelocity {
        /// Which point.
        point: usize,
        /// Which coordinates.
        axes: Vec<usize>,
    },
    /// What the joints would feel of a spring of 1 N/m between the point and the goal: the point's Jacobian, transposed,
    /// times the way to the goal (N m, or N), one entry per joint.
    Pull {
        /// Which point.
        point: usize,
    },
    /// The share of each motor's limit that holding the pose against gravity takes; 1 when it is just enough.
    GravityLoad,
    /// How a link is turned, as the unit quaternion `(x, y, z, w)` that takes its axes to the world's, `w` not negative.
    LinkOrientation {
        /// Which link.
        link: usize,
    },
    /// The velocity of the origin of a link's frame (m/s).
    LinkVelocity {
        /// Which link.
        link: usize,
        /// Which coordinates.
        axes: Vec<usize>,
    },
    /// How fast a link turns about the world's axes (rad/s).
    LinkAngularVelocity {
        /// Which link.
        link: usize,
        /// Which coordinates.
        axes: Vec<usize>,
    },
    /// The force that everything which touches a link presses on it with, without friction (N): the sum of the magnitudes,
    /// at the end of the step; 0 when nothing touches it.
    ContactForce {
        /// Which links.
        links: Vec<usize>,
    },
    /// The previous action as the motors got it, one entry per motor; 0 at the start.
    LastAction,
    /// What is left of the episode: 1 at the start, 0 at the limit.
    TimeLeft,
    /// Sine and cosine of a clock, `sin(2 pi t / period)` and `cos(2 pi t / period)`, `t` being the time since the episode began.
    Phase {
        /// How long it takes to come round (s), above 0.
        period_s: f32,
    },
}

impl Sensor {
    /// One name per entry, in order: `elbow.cos`, `goal.x`, `tip.to_goal.z`.
    pub fn names(&self, robot: &Robot) -> Vec<String> {
        let of_joints = |joints: &[usize], what: &str| {
            let name = |&joint: &usize| format!("{}.{what}", robot.joints[joint].name);
            joints.iter().map(name).collect()
        };
        let of_axes = |what: &str, axes: &[usize]| {
            let name = |&axis: &usize| format!("{what}.{}", ["x", "y", "z"][axis]);
            axes.iter().map(name).collect()
        };
        let of_point = |point: usize, what: &str, axes: &[usize]| {
            of_axes(&format!("{}{what}", robot.points[point].name), axes)
        };
        let of_motors = |what: &str| {
            let name = |joint: &Joint| format!("{}.{what}", joint.name);
            robot.motor_joints().map(name).collect()
        };
        let of_link = |link: usize, what: &str| format!("{}.{what}", robot.links[link].name);
        let every: Vec<usize> = (0..robot.joints.len()).collect();
        match self {
            Sensor::Angle { joints } => of_joints(joints, "angle"),
            Sensor::Cos { joints } => of_joints(joints, "cos"),
            Sensor::Sin { joints } => of_joints(joints, "sin"),
            Sensor::Speed { joints } => of_joints(joints, "speed"),
            Sensor::Goal { axes } => of_axes("goal", axes),
            Sensor::Point { point, axes } => of_point(*point, "", axes),
            Sensor::ToGoal { point, axes } => of_point(*point, ".to_goal", axes),
            Sensor::FromGoal { point, axes } => of_point(*point, ".from_goal", axes),
            Sensor::PointVelocity { point, axes } => of_point(*point, ".velocity", axes),
            Sensor::Pull { point } => {
                of_joints(&every, &format!("pull_of_{}", robot.points[*point].name))
            }
            Sensor::GravityLoad => of_motors("gravity_load"),
            Sensor::LinkOrientation { link } => {
                let name = |axis| of_link(*link, &format!("orientation.{axis}"));
                ["x", "y", "z", "w"].map(name).to_vec()
            }
            Sensor::LinkVelocity { link, axes } => of_axes(&of_link(*link, "velocity"), axes),
            Sensor::LinkAngularVelocity { link, axes } => {
                of_axes(&of_link(*link, "angular_velocity"), axes)
            }
            Sensor::ContactForce { links } => {
                let name = |&link: &usize| of_link(link, "contact_force");
                links.iter().map(name).collect()
            }
            Sensor::LastAction => of_motors("last_action"),
            Sensor::TimeLeft => vec!["time_left".to_owned()],
            Sensor::Phase { .. } => vec!["phase.sin".to_owned(), "phase.cos".to_owned()],
        }
    }
}
