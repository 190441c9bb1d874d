//! The robot of a scene, validated: every index is in bounds and every number in its range.

/// A tree of rigid links, moved by joints of one axis each.
#[derive(Clone, Debug, PartialEq)]
pub struct Robot {
    /// Rigid bodies, ordered so that a parent precedes its children; otherwise in the order of the file.
    pub links: Vec<Link>,
    /// Moving joints, in the order of the file: the order of actions, angles and speeds.
    pub joints: Vec<Joint>,
    /// Named places that observations, rewards and goals speak of.
    pub points: Vec<Point>,
    /// Whether links collide with each other. Neighbours never do.
    pub collide: bool,
}

/// A rigid body and the place where it hangs. Its frame is the frame of the joint that holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Unique among the links.
    pub name: String,
    /// Index of the link that this one hangs on; `None`: the world.
    pub parent: Option<usize>,
    /// Index of the joint that moves it; `None`: fixed to its parent.
    pub joint: Option<usize>,
    /// The joint's frame in the parent's frame, at angle 0.
    pub origin: Origin,
    /// What it is made of. May be empty if `inertia` is given.
    pub shapes: Vec<Shape>,
    /// Replaces mass and inertia of the shapes.
    pub inertia: Option<Inertia>,
}

/// A pose in the manner of URDF: `R = Rz(yaw) Ry(pitch) Rx(roll)`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Origin {
    /// Translation (m).
    pub xyz: [f32; 3],
    /// Roll, pitch, yaw (rad).
    pub rpy: [f32; 3],
}

/// A motor with one axis.
#[derive(Clone, Debug, PartialEq)]
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
    /// Largest torque (N m, or N of a prismatic joint), above 0; the action 1.0 means exactly this.
    pub torque: f32,
    /// Torque against the speed (N m s/rad, or N s/m), 0 or more.
    pub damping: f32,
    /// Inertia of the rotor as the joint feels it (kg m^2, or kg), 0 or more.
    pub armature: f32,
    /// The speed is clipped to plus or minus this (rad/s, or m/s), above 0; `None`: never.
    pub max_speed: Option<f32>,
    /// Position at which episodes start (rad, or m), within `range`.
    pub home: f32,
}

/// What a joint allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JointKind {
    /// Turns about its axis.
    Revolute,
    /// Slides along its axis.
    Prismatic,
}

/// A solid part of a link, in the link's frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Its geometry.
    pub form: Form,
    /// How heavy it is.
    pub weight: Weight,
}

/// Geometry of a shape (m, rad). Radii and half sizes are above 0.
#[derive(Clone, Copy, Debug, PartialEq)]
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
}

/// How heavy a shape is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Weight {
    /// Kilograms, above 0.
    Mass(f32),
    /// Kilograms per cubic metre, above 0.
    Density(f32),
}

/// Mass properties given outright, with the principal axes along the link's frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Inertia {
    /// Mass (kg), above 0.
    pub mass: f32,
    /// Centre of mass in the link's frame (m).
    pub center: [f32; 3],
    /// Moments about the centre of mass (kg m^2), above 0, none larger than the sum of the others.
    pub principal: [f32; 3],
}

/// A named place on a link.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Unique among the points.
    pub name: String,
    /// Index of the link that carries it.
    pub link: usize,
    /// Where, in the link's frame (m).
    pub at: [f32; 3],
}
