//! What the agent sees: readings, and what is made of them before it sees them.

use serde::Serialize;

use crate::scene::robot::Robot;

/// One group of entries of the observation.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize)]
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
        /// Which joints.
        joints: Vec<usize>,
    },
    /// The share of each motor's limit that holding the pose against gravity takes; 1 when it is just enough.
    GravityLoad {
        /// Which.
        motors: Vec<usize>,
    },
    /// Where the origin of a link's frame is (m).
    LinkPosition {
        /// Which link.
        link: usize,
        /// In the frame of which link; `None`: the world's.
        frame: Option<usize>,
        /// Which coordinates.
        axes: Vec<usize>,
    },
    /// How a link is turned, as the unit quaternion `(x, y, z, w)` that takes its axes to those of the frame, `w` not negative.
    LinkOrientation {
        /// Which link.
        link: usize,
        /// In the frame of which link; `None`: the world's.
        frame: Option<usize>,
    },
    /// How fast the origin of a link's frame moves in the world, along the axes of a frame (m/s).
    LinkVelocity {
        /// Which link.
        link: usize,
        /// Along the axes of which link; `None`: the world's.
        frame: Option<usize>,
        /// Which coordinates.
        axes: Vec<usize>,
    },
    /// How fast a link turns in the world, about the axes of a frame (rad/s).
    LinkAngularVelocity {
        /// Which link.
        link: usize,
        /// About the axes of which link; `None`: the world's.
        frame: Option<usize>,
        /// Which coordinates.
        axes: Vec<usize>,
    },
    /// Where down is, as a link sees it: the unit vector along gravity, in the link's frame.
    GravityDirection {
        /// Which link.
        link: usize,
    },
    /// How fast a link turns about its own axes (rad/s).
    Gyroscope {
        /// Which link.
        link: usize,
    },
    /// What an accelerometer at the origin of a link's frame feels, along the link's axes (m/s^2): the mean acceleration over the
    /// control step, less that of gravity. At rest, and at the start of an episode, it points up.
    Accelerometer {
        /// Which link.
        link: usize,
    },
    /// The force that everything which touches a link presses on it with, without friction (N): the sum of the magnitudes,
    /// at the end of the step; 0 when nothing touches it.
    ContactForce {
        /// Which links.
        links: Vec<usize>,
    },
    /// 1 where something presses on a link, else 0.
    Contact {
        /// Which links.
        links: Vec<usize>,
    },
    /// How far it is to what is around the robot, along rays from a place on a link (m).
    Rays(Rays),
    /// How far below a link the ground or what stands on it is, at places around the link (m).
    HeightScan(HeightScan),
    /// What the episode asks for.
    Command {
        /// Names of the commands, which are their names as entries.
        names: Vec<String>,
        /// Which.
        commands: Vec<usize>,
    },
    /// The previous action, clamped, one entry per motor; 0 at the start.
    LastAction {
        /// Of which.
        motors: Vec<usize>,
    },
    /// What is left of the episode: 1 at the start, 0 at the limit.
    TimeLeft,
    /// Sine and cosine of a clock, `sin(2 pi t / period)` and `cos(2 pi t / period)`, `t` being the time since the episode began.
    Phase {
        /// How long it takes to come round (s), above 0.
        period_s: f32,
    },
}

/// Rays that a link casts at what is around the robot, never at its own links.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rays {
    /// Which link.
    pub link: usize,
    /// Where they begin, in the link's frame (m).
    pub at: [f32; 3],
    /// Their directions in the link's frame, unit vectors.
    pub directions: Vec<[f32; 3]>,
    /// What is read where nothing is nearer (m), above 0.
    pub range: f32,
}

/// Rays straight down from the height of a link, on a grid that turns with the link about the vertical.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeightScan {
    /// Which link.
    pub link: usize,
    /// Places along the link's x and along its y, 1 or more of each.
    pub cells: [usize; 2],
    /// From the first place to the last, along each (m); the link is in the middle.
    pub size: [f32; 2],
    /// What is read where nothing is nearer (m), above 0. What is higher than the link, at most by this, is read as less than 0.
    pub range: f32,
}

impl HeightScan {
    /// Where the places are, along x and y from the link (m): those of the least x first, in each from the least y on.
    pub fn places(&self) -> impl Iterator<Item = [f32; 2]> + '_ {
        let [along, across] = self.cells;
        let place = |axis: usize, i: usize| match self.cells[axis] {
            1 => 0.0,
            n => self.size[axis] * (i as f32 / (n - 1) as f32 - 0.5),
        };
        (0..along).flat_map(move |i| (0..across).map(move |j| [place(0, i), place(1, j)]))
    }
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
        let of_motors = |motors: &[usize], what: &str| {
            let joints = motors.iter().map(|&motor| robot.motors[motor].joint);
            of_joints(&joints.collect::<Vec<_>>(), what)
        };
        let of_link = |link: usize, what: &str| format!("{}.{what}", robot.links[link].name);
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
            Sensor::Pull { point, joints } => {
                of_joints(joints, &format!("pull_of_{}", robot.points[*point].name))
            }
            Sensor::GravityLoad { motors } => of_motors(motors, "gravity_load"),
            Sensor::LinkPosition { link, axes, .. } => of_axes(&of_link(*link, "position"), axes),
            Sensor::LinkOrientation { link, .. } => {
                let name = |axis| of_link(*link, &format!("orientation.{axis}"));
                ["x", "y", "z", "w"].map(name).to_vec()
            }
            Sensor::LinkVelocity { link, axes, .. } => of_axes(&of_link(*link, "velocity"), axes),
            Sensor::LinkAngularVelocity { link, axes, .. } => {
                of_axes(&of_link(*link, "angular_velocity"), axes)
            }
            Sensor::GravityDirection { link } => of_axes(&of_link(*link, "gravity"), &[0, 1, 2]),
            Sensor::Gyroscope { link } => of_axes(&of_link(*link, "gyroscope"), &[0, 1, 2]),
            Sensor::Accelerometer { link } => of_axes(&of_link(*link, "accelerometer"), &[0, 1, 2]),
            Sensor::ContactForce { links } => {
                let name = |&link: &usize| of_link(link, "contact_force");
                links.iter().map(name).collect()
            }
            Sensor::Contact { links } => {
                let name = |&link: &usize| of_link(link, "contact");
                links.iter().map(name).collect()
            }
            Sensor::Rays(Rays {
                link, directions, ..
            }) => {
                let name = |i| of_link(*link, &format!("ray.{}", i + 1));
                (0..directions.len()).map(name).collect()
            }
            Sensor::HeightScan(HeightScan { link, cells, .. }) => {
                let name = |i| of_link(*link, &format!("height.{}", i + 1));
                (0..cells[0] * cells[1]).map(name).collect()
            }
            Sensor::Command { names, .. } => {
                names.iter().map(|name| format!("command.{name}")).collect()
            }
            Sensor::LastAction { motors } => of_motors(motors, "last_action"),
            Sensor::TimeLeft => vec!["time_left".to_owned()],
            Sensor::Phase { .. } => vec!["phase.sin".to_owned(), "phase.cos".to_owned()],
        }
    }
}
