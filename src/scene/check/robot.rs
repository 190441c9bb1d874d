//! The robot: a tree of links that Rapier's multibody can move.

use super::{index_of, length, mass, not_negative, positive, surface, unique};
use crate::scene::{
    error::Flaw,
    file::{self, Kind},
    locate::Path,
    robot::{Drive, Joint, JointKind, Link, Motor, Origin, Point, Robot, Spring, Surface},
};

/// What a parent is called when it is no link.
const WORLD: &str = "world";
const MAX_JOINTS: usize = 64;
const MAX_FLOATING: usize = 16;
const MAX_LINKS: usize = 1024;
const MAX_SHAPES: usize = 1024;
/// How the shapes of a robot touch if nothing is said: like plastic.
const SURFACE: Surface = Surface {
    friction: 0.5,
    restitution: 0.0,
};

/// The robot at `at` and the objects besides it, checked.
pub(in crate::scene) fn robot(
    written: &file::Robot,
    objects: &[file::Object],
    at: &Path,
    objects_at: &Path,
) -> Result<Robot, Flaw> {
    sizes(written, at)?;
    let (links_at, joints_at) = (at.field("links"), at.field("joints"));
    let link_names = || written.links.iter().map(|link| link.name.as_str());
    let joint_names = || written.joints.iter().map(|joint| joint.name.as_str());
    unique("link", &links_at, link_names(), |link| link.field("name"))?;
    unique("joint", &joints_at, joint_names(), |joint| {
        joint.field("name")
    })?;
    if let Some(i) = link_names().position(|name| name == WORLD) {
        let what = format!("a link cannot be named `{WORLD}`");
        return Err(Flaw::new(links_at.nth(i).field("name"), what).help(format!(
            "`{WORLD}` is what the robot stands on; choose another name"
        )));
    }

    let attachments = attachments(written, &links_at, &joints_at)?;
    let order = topological(&attachments, &joints_at)?;
    let mut place = vec![0; order.len()];
    for (new, &old) in order.iter().enumerate() {
        place[old] = new;
    }

    let mut joints = Vec::new();
    let mut motors = Vec::new();
    let mut joint_of = vec![None; written.joints.len()];
    for (i, joint) in written.joints.iter().enumerate() {
        let at = joints_at.nth(i);
        if let Some(kind) = moving(joint, &at)? {
            joint_of[i] = Some(joints.len());
            motors.extend(motor(joint, joints.len(), kind, &at)?);
            let child = index_of("link", &joint.child, link_names(), at.field("child"))?;
            joints.push(self::joint(joint, kind, place[child], &at)?);
        }
    }
    if joints.is_empty() {
        return Err(Flaw::new(joints_at, "the robot has no joint that moves")
            .help("at least one joint of kind Revolute or Prismatic"));
    }
    if motors.is_empty() {
        return Err(Flaw::new(joints_at, "the robot has no motor")
            .label("no joint here has a `torque`")
            .help("a `torque` for at least one joint: what its motor can do"));
    }
    home(written, &mut joints, &joints_at, &at.field("home"))?;

    let otherwise = surface(written.friction, written.restitution, SURFACE, at)?;
    let mut links = Vec::with_capacity(order.len());
    for &old in &order {
        let attachment = &attachments[old];
        let holder = &written.joints[attachment.joint];
        let origin = &holder.origin;
        links.push(Link {
            parent: attachment.parent.map(|parent| place[parent]),
            joint: joint_of[attachment.joint],
            floats: holder.kind == Kind::Free,
            loose: false,
            origin: Origin {
                xyz: origin.xyz,
                rpy: origin.rpy,
            },
            ..link(&written.links[old], otherwise, &links_at.nth(old))?
        });
    }

    self::objects(objects, &mut links, objects_at)?;
    let all_names = || link_names().chain(objects.iter().map(|object| object.name.as_str()));

    let points_at = at.field("points");
    unique(
        "point",
        &points_at,
        written.points.0.iter().map(|(name, _)| name.as_str()),
        Path::key,
    )?;
    let mut points = Vec::new();
    for (i, (name, point)) in written.points.0.iter().enumerate() {
        let link = index_of(
            "link",
            &point.link,
            all_names(),
            points_at.nth(i).field("link"),
        )?;
        points.push(Point {
            name: name.clone(),
            // Objects come after the links in either order.
            link: place.get(link).copied().unwrap_or(link),
            at: point.at,
        });
    }
    Ok(Robot {
        links,
        joints,
        motors,
        points,
        collide: written.collide,
        compensate_gravity: written.compensate_gravity,
    })
}

fn sizes(written: &file::Robot, at: &Path) -> Result<(), Flaw> {
    let shapes = written.links.iter().map(|link| link.shapes.len()).sum();
    let moving = written
        .joints
        .iter()
        .filter(|joint| !matches!(joint.kind, Kind::Fixed | Kind::Free))
        .count();
    let floating = written
        .joints
        .iter()
        .filter(|joint| joint.kind == Kind::Free)
        .count();
    for (field, what, count, most) in [
        ("joints", "moving joints", moving, MAX_JOINTS),
        ("joints", "floating links", floating, MAX_FLOATING),
        ("links", "links", written.links.len(), MAX_LINKS),
        ("links", "shapes", shapes, MAX_SHAPES),
    ] {
        if count > most {
            return Err(
                Flaw::new(at.field(field), format!("the robot has too many {what}"))
                    .label(format!("{count} {what}"))
                    .help(format!("at most {most}")),
            );
        }
    }
    Ok(())
}

/// The one joint that holds a link, and the link on the other side of it, as indices of the file.
struct Attachment {
    joint: usize,
    parent: Option<usize>,
}

fn attachments(
    written: &file::Robot,
    links_at: &Path,
    joints_at: &Path,
) -> Result<Vec<Attachment>, Flaw> {
    let names = || written.links.iter().map(|link| link.name.as_str());
    let mut found: Vec<Option<Attachment>> = names().map(|_| None).collect();
    for (i, joint) in written.joints.iter().enumerate() {
        let at = joints_at.nth(i);
        if joint.child == WORLD {
            return Err(Flaw::new(
                at.field("child"),
                format!("a joint cannot move the {WORLD}"),
            )
            .help(format!("`parent: \"{WORLD}\"` and a link as the child")));
        }
        let child = index_of("link", &joint.child, names(), at.field("child"))?;
        let parent = if joint.parent == WORLD {
            None
        } else {
            let known = names().chain([WORLD]);
            Some(index_of("link", &joint.parent, known, at.field("parent"))?)
        };
        if let Some(other) = &found[child] {
            let (link, other) = (&joint.child, &written.joints[other.joint].name);
            return Err(Flaw::new(
                at.field("child"),
                format!("two joints move the link `{link}`"),
            )
            .label(format!("the joint `{other}` moves it already"))
            .help("a link hangs on one joint; for two axes put a light link between"));
        }
        found[child] = Some(Attachment { joint: i, parent });
    }
    let attach = |(i, attachment): (usize, Option<Attachment>)| {
        attachment.ok_or_else(|| {
            let link = &written.links[i].name;
            Flaw::new(
                links_at.nth(i).field("name"),
                format!("nothing holds the link `{link}`"),
            )
            .label("no joint has it as its child")
            .help(format!(
                "a joint with `child: {link:?}`; one of kind Fixed holds it still"
            ))
        })
    };
    found.into_iter().enumerate().map(attach).collect()
}

/// The indices of the links, a parent before its children and otherwise as in the file.
fn topological(attachments: &[Attachment], joints_at: &Path) -> Result<Vec<usize>, Flaw> {
    let mut placed = vec![false; attachments.len()];
    let mut order = Vec::with_capacity(attachments.len());
    loop {
        let ready = (0..attachments.len())
            .find(|&i| !placed[i] && attachments[i].parent.is_none_or(|parent| placed[parent]));
        match ready {
            Some(link) => {
                placed[link] = true;
                order.push(link);
            }
            None => break,
        }
    }
    let Some(first_left) = placed.iter().position(|placed| !placed) else {
        return Ok(order);
    };
    // Every link left has a parent that is left, so going up as often as there are links ends in the circle itself.
    let up = |link: usize| attachments[link].parent.unwrap_or(link);
    let in_circle = (0..attachments.len()).fold(first_left, |link, _| up(link));
    let joint = attachments[in_circle].joint;
    Err(Flaw::new(
        joints_at.nth(joint).field("parent"),
        "joints go round in a circle",
    )
    .label("comes back to this joint's own child")
    .help(format!("following the parents must lead to `{WORLD}`")))
}

/// How a joint moves; `None`: it is fixed or there is none, and says nothing that only a moving joint has.
fn moving(joint: &file::Joint, at: &Path) -> Result<Option<JointKind>, Flaw> {
    let several = |axes| {
        Flaw::new(
            at.field("kind"),
            format!("a joint with {axes} free axes is not supported"),
        )
        .help("one Revolute joint for each axis, with a light link between")
    };
    match joint.kind {
        Kind::Revolute => Ok(Some(JointKind::Revolute)),
        Kind::Prismatic => Ok(Some(JointKind::Prismatic)),
        Kind::Universal => Err(several("two")),
        Kind::Ball => Err(several("three")),
        Kind::Fixed => bare(joint, "a fixed joint", at),
        Kind::Free if joint.parent != WORLD => Err(Flaw::new(
            at.field("parent"),
            format!("a free joint lets a link float in the {WORLD}"),
        )
        .label(format!("`{}` is a link", joint.parent))
        .help(format!("`parent: \"{WORLD}\"`, or another kind of joint"))),
        Kind::Free => bare(joint, "a free joint", at),
    }
}

/// A joint without an axis has nothing that needs one.
fn bare(joint: &file::Joint, what: &str, at: &Path) -> Result<Option<JointKind>, Flaw> {
    let given = [
        ("axis", joint.axis.is_some()),
        ("range", joint.range.is_some()),
        ("torque", joint.torque.is_some()),
        ("gear", joint.gear.is_some()),
        ("servo", joint.servo.is_some()),
        ("damping", joint.damping.is_some()),
        ("armature", joint.armature.is_some()),
        ("spring", joint.spring.is_some()),
        ("friction", joint.friction.is_some()),
        ("max_speed", joint.max_speed.is_some()),
    ];
    match given.into_iter().find(|(_, given)| *given) {
        None => Ok(None),
        Some((field, _)) => Err(
            Flaw::new(at.field(field), format!("{what} has no `{field}`"))
                .help("remove it, or make the joint Revolute or Prismatic"),
        ),
    }
}

/// What the numbers of a joint are counted in.
struct Units {
    torque: &'static str,
    damping: &'static str,
    armature: &'static str,
    stiffness: &'static str,
    position: &'static str,
    speed: &'static str,
}

fn units(kind: JointKind) -> Units {
    match kind {
        JointKind::Revolute => Units {
            torque: "N m",
            damping: "N m s/rad",
            armature: "kg m^2",
            stiffness: "N m/rad",
            position: "rad",
            speed: "rad/s",
        },
        JointKind::Prismatic => Units {
            torque: "N",
            damping: "N s/m",
            armature: "kg",
            stiffness: "N/m",
            position: "m",
            speed: "m/s",
        },
    }
}

/// The motor of a joint that is the moving one of this index; `None`: it has none.
fn motor(
    written: &file::Joint,
    joint: usize,
    kind: JointKind,
    at: &Path,
) -> Result<Option<Motor>, Flaw> {
    let Some(torque) = written.torque else {
        let of_motors = [
            ("gear", written.gear.is_some()),
            ("servo", written.servo.is_some()),
        ];
        return match of_motors.into_iter().find(|(_, given)| *given) {
            None => Ok(None),
            Some((field, _)) => Err(Flaw::new(
                at.field(field),
                format!("a joint without a motor has no `{field}`"),
            )
            .label("there is no `torque`")
            .help("add `torque: ..`, what the motor can do")),
        };
    };
    let units = units(kind);
    let torque = positive(torque, at, "torque", units.torque)? * gear(written, at)?;
    let servo_at = &at.field("servo");
    let drive = match written.servo {
        None => Drive::Torque,
        Some(file::Servo::Position {
            stiffness,
            damping,
            reach,
        }) => Drive::Position {
            stiffness: positive(stiffness, servo_at, "stiffness", units.stiffness)?,
            damping: not_negative(damping, servo_at, "damping", units.damping)?,
            reach: positive(reach, servo_at, "reach", units.position)?,
        },
        Some(file::Servo::Velocity { gain, speed }) => Drive::Velocity {
            gain: positive(gain, servo_at, "gain", units.damping)?,
            speed: positive(speed, servo_at, "speed", units.speed)?,
        },
    };
    Ok(Some(Motor {
        joint,
        torque,
        drive,
    }))
}

/// How much slower the joint turns than the motor.
fn gear(written: &file::Joint, at: &Path) -> Result<f32, Flaw> {
    let gear = written.gear.unwrap_or(1.0);
    positive(gear, at, "gear", "turns of the motor for one of the joint")
}

fn joint(written: &file::Joint, kind: JointKind, link: usize, at: &Path) -> Result<Joint, Flaw> {
    let name = &written.name;
    let missing = |field: &'static str, example: &str| {
        Flaw::new(
            at.clone(),
            format!("the field `{field}` of the joint `{name}` is missing"),
        )
        .label(format!("`{field}` is missing here"))
        .help(format!("add `{field}: {example}`"))
    };
    let axis = written.axis.ok_or_else(|| missing("axis", "(0, 0, 1)"))?;
    let damping = written.damping.ok_or_else(|| missing("damping", "0.1"))?;
    let armature = written
        .armature
        .ok_or_else(|| missing("armature", "0.01"))?;
    let length = length(axis);
    if length < 1e-6 {
        return Err(Flaw::new(at.field("axis"), "an axis must not be zero")
            .help("a direction, like (0, 0, 1) for the z axis; its length does not matter"));
    }
    if let Some([low, high]) = written.range
        && low >= high
    {
        return Err(
            Flaw::new(at.field("range"), "a range must go from low to high")
                .help("(lowest, highest), or leave `range` out for a joint without stops"),
        );
    }
    let units = units(kind);
    if let Some(speed) = written.max_speed {
        positive(speed, at, "max_speed", units.speed)?;
    }
    let friction = written.friction.unwrap_or(0.0);
    let spring = match written.spring {
        None => None,
        Some(file::Spring { stiffness, rest }) => Some(Spring {
            stiffness: positive(stiffness, &at.field("spring"), "stiffness", units.stiffness)?,
            rest,
        }),
    };
    Ok(Joint {
        name: name.clone(),
        link,
        kind,
        axis: axis.map(|x| (f64::from(x) / length) as f32),
        range: written.range,
        damping: not_negative(damping, at, "damping", units.damping)?,
        // The rotor turns faster than the joint by the gear, and the joint feels that with the gear's leverage.
        armature: not_negative(armature, at, "armature", units.armature)?
            * gear(written, at)?.powi(2),
        spring,
        friction: not_negative(friction, at, "friction", units.torque)?,
        max_speed: written.max_speed,
        home: 0.0,
    })
}

/// Sets where the joints start, and checks that they can be there.
fn home(
    written: &file::Robot,
    joints: &mut [Joint],
    joints_at: &Path,
    at: &Path,
) -> Result<(), Flaw> {
    unique(
        "joint",
        at,
        written.home.0.iter().map(|(name, _)| name.as_str()),
        Path::key,
    )?;
    let mut given = vec![None; joints.len()];
    for (i, (name, value)) in written.home.0.iter().enumerate() {
        let known = joints.iter().map(|joint| joint.name.as_str());
        let joint = index_of("moving joint", name, known, at.nth(i).key())?;
        joints[joint].home = *value;
        given[joint] = Some(at.nth(i));
    }
    for (joint, given) in joints.iter().zip(given) {
        let Some([low, high]) = joint.range else {
            continue;
        };
        if (low..=high).contains(&joint.home) {
            continue;
        }
        let (name, home) = (&joint.name, joint.home);
        let what = format!("the home of the joint `{name}` is outside its range");
        let flaw = match given {
            Some(place) => Flaw::new(place, what),
            None => {
                let i = written
                    .joints
                    .iter()
                    .position(|other| other.name == *name)
                    .unwrap_or(0);
                Flaw::new(joints_at.nth(i).field("range"), what)
                    .label(format!("home is not given for it, and so is {home}"))
            }
        };
        return Err(flaw.help(format!("a home from {low} to {high}")));
    }
    Ok(())
}

/// Adds the objects to the links.
fn objects(written: &[file::Object], links: &mut Vec<Link>, at: &Path) -> Result<(), Flaw> {
    if written.len() > MAX_FLOATING {
        return Err(Flaw::new(at.clone(), "there are too many objects")
            .label(format!("{} objects", written.len()))
            .help(format!("at most {MAX_FLOATING}")));
    }
    let names = || written.iter().map(|object| object.name.as_str());
    unique("object", at, names(), |object| object.field("name"))?;
    for (i, object) in written.iter().enumerate() {
        let at = at.nth(i);
        let name = &object.name;
        if name == WORLD || links.iter().any(|link| link.name == *name) {
            let what = format!("there is something else named `{name}`");
            return Err(Flaw::new(at.field("name"), what).help("choose another name"));
        }
        if object.shapes.is_empty() {
            return Err(Flaw::new(at, format!("the object `{name}` has no shapes"))
                .label("nothing can touch it")
                .help("at least one shape"));
        }
        let otherwise = surface(object.friction, object.restitution, SURFACE, &at)?;
        let file::Origin { xyz, rpy } = object.origin;
        links.push(Link {
            floats: true,
            loose: true,
            origin: Origin { xyz, rpy },
            ..solid(
                name,
                &object.shapes,
                object.inertia.as_ref(),
                otherwise,
                &at,
            )?
        });
    }
    Ok(())
}

/// The link itself; where it hangs is for the caller to say.
fn link(written: &file::Link, otherwise: Surface, at: &Path) -> Result<Link, Flaw> {
    let file::Link {
        name,
        shapes,
        inertia,
    } = written;
    if shapes.is_empty() && inertia.is_none() {
        return Err(
            Flaw::new(at.clone(), format!("the link `{name}` has no mass"))
                .label("neither shapes nor inertia")
                .help("at least one shape, or an `inertia: (mass: .., center: .., principal: ..)`"),
        );
    }
    solid(name, shapes, inertia.as_ref(), otherwise, at)
}

/// What a link or an object is made of.
fn solid(
    name: &str,
    written: &[file::Shape],
    inertia: Option<&file::Inertia>,
    otherwise: Surface,
    at: &Path,
) -> Result<Link, Flaw> {
    let mut shapes = Vec::with_capacity(written.len());
    for (i, shape) in written.iter().enumerate() {
        let at = at.field("shapes").nth(i);
        shapes.push(mass::shape(shape, otherwise, &at)?);
    }
    let inertia = match inertia {
        Some(written) => Some(mass::inertia(written, &at.field("inertia"))?),
        None => None,
    };
    Ok(Link {
        name: name.to_owned(),
        parent: None,
        joint: None,
        floats: false,
        loose: false,
        origin: Origin::default(),
        shapes,
        inertia,
    })
}
