//! The robot of a scene, validated: every index is in bounds and every number in its range.

use serde::{Deserialize, Serialize};

/// A tree of rigid links, held by joints of one axis each. What hangs on the world by no joint at all floats.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Robot {
    /// Rigid bodies, ordered so that a parent precedes its children; otherwise in the order of the file. Loose objects come last.
    pub links: Vec<Link>,
    /// Moving joints, in the order of the file: the order of angles and speeds.
    pub joints: Vec<Joint>,
    /// What turns or pushes joints, in the order of the file: the order of actions. One at least.
    pub motors: Vec<Motor>,
    /// Named places that observations, rewards and goals speak of.
    pub points: Vec<Point>,
    /// Whether links collide with each other. Neighbours never do.
    pub collide: bool,
    /// Whether motors carry the robot's weight, as far as they can, besides what actions ask of them.
    pub compensate_gravity: bool,
}

/// A rigid body and the place where it hangs. Its frame is the frame of the joint that holds it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Link {
    /// Unique among the links.
    pub name: String,
    /// Index of the link that this one hangs on; `None`: the world.
    pub parent: Option<usize>,
    /// Index of the joint that moves it; `None`: fixed to its parent, or floating.
    pub joint: Option<usize>,
    /// Whether nothing holds it: it hangs on the world with six degrees of freedom, from `origin` on.
    pub floats: bool,
    /// Whether it is an object that no robot is a part of: it floats, nothing hangs on it, and it touches whatever is there.
    pub loose: bool,
    /// The joint's frame in the parent's frame, at angle 0.
    pub origin: Origin,
    /// What it is made of. May be empty if `inertia` is given.
    pub shapes: Vec<Shape>,
    /// Replaces mass and inertia of the shapes.
    pub inertia: Option<Inertia>,
}

/// A pose in the manner of URDF: `R = Rz(yaw) Ry(pitch) Rx(roll)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Translation (m).
    pub xyz: [f32; 3],
    /// Roll, pitch, yaw (rad).
    #[serde(default)]
    pub rpy: [f32; 3],
}

/// A joint with one axis, with or without a motor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Joint {
    /// Unique among the joints.
    pub name: String,
    /// Index of the link that it moves.
    pub link: usize,
    /// Whether it turns or slides.
    pub kind: JointKind,
    /// Unit vector in the joint's frame.
    pub axis: [f32; 3],
    /// Hard stops (rad, or m of a prismatic joint), the lower first; `None`: free.
    pub range: Option<[f32; 2]>,
    /// Torque against the speed (N m s/rad, or N s/m), 0 or more.
    pub damping: f32,
    /// Inertia of the rotor as the joint feels it (kg m^2, or kg), 0 or more.
    pub armature: f32,
    /// What pulls it to a place; `None`: nothing does.
    pub spring: Option<Spring>,
    /// Torque that it takes to move it at all (N m, or N), 0 or more: dry friction, the same at every speed.
    pub friction: f32,
    /// The speed is clipped to plus or minus this (rad/s, or m/s), above 0; `None`: never.
    pub max_speed: Option<f32>,
    /// Position at which episodes start (rad, or m), within `range`.
    pub home: f32,
}

/// A spring in a joint: the torque `stiffness (rest - position)`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Spring {
    /// Torque per angle (N m/rad, or N/m), above 0.
    pub stiffness: f32,
    /// Where it pulls to (rad, or m).
    #[serde(default)]
    pub rest: f32,
}

/// The motor of a joint, behind its gears.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Motor {
    /// Index of the joint.
    pub joint: usize,
    /// Largest torque (N m, or N of a prismatic joint), above 0.
    pub torque: f32,
    /// What it makes of an action.
    pub drive: Drive,
}

/// What a motor makes of an action. The torque is never larger than the motor's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub enum Drive {
    /// A share of its largest torque.
    Torque,
    /// A place to be at: the torque is `stiffness (home + reach action - position) - damping speed`, with what is in the
    /// parentheses first kept in the joint's range.
    Position {
        /// Torque per angle (N m/rad, or N/m), above 0.
        stiffness: f32,
        /// Torque against the speed (N m s/rad, or N s/m), 0 or more.
        damping: f32,
        /// How far from home the action 1 is (rad, or m), above 0.
        reach: f32,
    },
    /// A speed to have: the torque is `gain (speed action - the joint's speed)`.
    Velocity {
        /// Torque per speed (N m s/rad, or N s/m), above 0.
        gain: f32,
        /// What the action 1 asks for (rad/s, or m/s), above 0.
        speed: f32,
    },
}

/// What a joint allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum JointKind {
    /// Turns about its axis.
    Revolute,
    /// Slides along its axis.
    Prismatic,
}

/// A solid part of a link, in the link's frame.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shape {
    /// Its geometry.
    pub form: Form,
    /// How heavy it is.
    pub weight: Weight,
    /// What touches it.
    pub surface: Surface,
}

/// How a surface touches others. Of two that touch, the larger number of each counts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Surface {
    /// Largest force along the surface, in units of the force on it; 0 or more.
    pub friction: f32,
    /// Share of the speed that is left after a bounce, from 0 to 1.
    pub restitution: f32,
}

/// Geometry of a shape (m, rad). Radii and half sizes are above 0.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Form {
    /// All that is within `radius` of the segment.
    Capsule {
        /// Centre of one cap.
        from: [f32; 3],
        /// Centre of the other cap, elsewhere than `from`.
        to: [f32; 3],
        /// Radius of the caps.
        radius: f32,
    },
    /// A ball.
    Sphere {
        /// Its centre.
        center: [f32; 3],
        /// Its radius.
        radius: f32,
    },
    /// A cuboid.
    Box {
        /// Its centre.
        center: [f32; 3],
        /// Half of its sizes along its own axes.
        half: [f32; 3],
        /// Roll, pitch, yaw of its axes in the link (rad).
        rpy: [f32; 3],
    },
    /// A cylinder with flat ends.
    Cylinder {
        /// Centre of one end.
        from: [f32; 3],
        /// Centre of the other end, elsewhere than `from`.
        to: [f32; 3],
        /// Its radius.
        radius: f32,
    },
    /// All that is between its corners.
    Hull {
        /// Its corners.
        corners: Vec<[f32; 3]>,
        /// Triangles between them, counter-clockwise as seen from outside: a closed surface.
        faces: Vec<[u32; 3]>,
    },
}

/// How heavy a shape is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub enum Weight {
    /// Kilograms, above 0.
    Mass(f32),
    /// Kilograms per cubic metre, above 0.
    Density(f32),
}

/// Mass properties given outright.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Inertia {
    /// Mass (kg), above 0.
    pub mass: f32,
    /// Centre of mass in the link's frame (m).
    pub center: [f32; 3],
    /// Moments about the centre of mass (kg m^2), along the principal axes; above 0, none larger than the sum of the others.
    pub principal: [f32; 3],
    /// Roll, pitch, yaw of the principal axes in the link's frame (rad).
    #[serde(default)]
    pub rpy: [f32; 3],
}

/// A named place on a link.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Unique among the points.
    pub name: String,
    /// Index of the link that carries it.
    pub link: usize,
    /// Where, in the link's frame (m).
    pub at: [f32; 3],
}

impl Robot {
    /// The joints with a motor, in the order of actions.
    pub fn motor_joints(&self) -> impl Iterator<Item = &Joint> + Clone {
        self.motors.iter().map(|motor| &self.joints[motor.joint])
    }

    /// Whether there is an object besides the robot.
    pub fn has_objects(&self) -> bool {
        self.links.iter().any(|link| link.loose)
    }

    /// Whether anything moves a link: a joint, or nothing that holds it, of its own or of a link that it hangs on.
    pub fn moves(&self, link: usize) -> bool {
        let Link {
            parent,
            joint,
            floats,
            ..
        } = self.links[link];
        floats || joint.is_some() || parent.is_some_and(|parent| self.moves(parent))
    }
}
