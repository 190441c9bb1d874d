//! The robot: a tree of links that Rapier's multibody can move.

mod joint;
mod tree;

use joint::{joint, motor, moving};
use tree::{attachments, topological};

use super::{index_of, mass, surface, unique};
use crate::model::{
    file::{self, Kind},
    robot::{Inertia, Joint, Link, Origin, Point, Robot, Surface},
};
use crate::ron_tree::{Diagnostic, Path};

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
pub(crate) fn robot(
    written: &file::Robot,
    objects: &[file::Object],
    at: &Path,
    objects_at: &Path,
) -> Result<Robot, Diagnostic> {
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
        return Err(
            Diagnostic::new(links_at.nth(i).field("name"), what).help(format!(
                "`{WORLD}` is what the robot stands on; choose another name"
            )),
        );
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
        return Err(
            Diagnostic::new(joints_at, "the robot has no joint that moves")
                .help("at least one joint of kind Revolute or Prismatic"),
        );
    }
    if motors.is_empty() {
        return Err(Diagnostic::new(joints_at, "the robot has no motor")
            .label("no joint here has a `torque`")
            .help("a `torque` for at least one joint: what its motor can do"));
    }
    home(written, &mut joints, &joints_at, &at.field("home"))?;

    let otherwise = surface(written.friction, written.restitution, SURFACE, at)?;
    let mut links = Vec::with_capacity(order.len());
    for &old in &order {
        let attachment = &attachments[old];
        let holder = &written.joints[attachment.joint];
        links.push(Link {
            parent: attachment.parent.map(|parent| place[parent]),
            joint: joint_of[attachment.joint],
            floats: holder.kind == Kind::Free,
            loose: false,
            origin: holder.origin,
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

fn sizes(written: &file::Robot, at: &Path) -> Result<(), Diagnostic> {
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
                Diagnostic::new(at.field(field), format!("the robot has too many {what}"))
                    .label(format!("{count} {what}"))
                    .help(format!("at most {most}")),
            );
        }
    }
    Ok(())
}

/// Sets where the joints start, and checks that they can be there.
fn home(
    written: &file::Robot,
    joints: &mut [Joint],
    joints_at: &Path,
    at: &Path,
) -> Result<(), Diagnostic> {
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
        let diagnostic = match given {
            Some(place) => Diagnostic::new(place, what),
            None => {
                let i = written
                    .joints
                    .iter()
                    .position(|other| other.name == *name)
                    .unwrap_or(0);
                Diagnostic::new(joints_at.nth(i).field("range"), what)
                    .label(format!("home is not given for it, and so is {home}"))
            }
        };
        return Err(diagnostic.help(format!("a home from {low} to {high}")));
    }
    Ok(())
}

/// Adds the objects to the links.
fn objects(written: &[file::Object], links: &mut Vec<Link>, at: &Path) -> Result<(), Diagnostic> {
    if written.len() > MAX_FLOATING {
        return Err(Diagnostic::new(at.clone(), "there are too many objects")
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
            return Err(Diagnostic::new(at.field("name"), what).help("choose another name"));
        }
        if object.shapes.is_empty() {
            return Err(
                Diagnostic::new(at, format!("the object `{name}` has no shapes"))
                    .label("nothing can touch it")
                    .help("at least one shape"),
            );
        }
        let otherwise = surface(object.friction, object.restitution, SURFACE, &at)?;
        links.push(Link {
            floats: true,
            loose: true,
            origin: object.origin,
            ..solid(name, &object.shapes, object.inertia, otherwise, &at)?
        });
    }
    Ok(())
}

/// The link itself; where it hangs is for the caller to say.
fn link(written: &file::Link, otherwise: Surface, at: &Path) -> Result<Link, Diagnostic> {
    let file::Link {
        name,
        shapes,
        inertia,
    } = written;
    if shapes.is_empty() && inertia.is_none() {
        return Err(
            Diagnostic::new(at.clone(), format!("the link `{name}` has no mass"))
                .label("neither shapes nor inertia")
                .help("at least one shape, or an `inertia: (mass: .., center: .., principal: ..)`"),
        );
    }
    solid(name, shapes, *inertia, otherwise, at)
}

/// What a link or an object is made of.
fn solid(
    name: &str,
    written: &[file::Shape],
    inertia: Option<Inertia>,
    otherwise: Surface,
    at: &Path,
) -> Result<Link, Diagnostic> {
    let mut shapes = Vec::with_capacity(written.len());
    for (i, shape) in written.iter().enumerate() {
        let at = at.field("shapes").nth(i);
        shapes.push(mass::shape(shape, otherwise, &at)?);
    }
    let inertia = inertia.map(|written| mass::inertia(written, &at.field("inertia")));
    Ok(Link {
        name: name.to_owned(),
        parent: None,
        joint: None,
        floats: false,
        loose: false,
        origin: Origin::default(),
        shapes,
        inertia: inertia.transpose()?,
    })
}
