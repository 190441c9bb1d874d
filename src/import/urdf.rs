//! URDF: links with joints between them, as ROS describes robots.
//!
//! The format is that of <http://wiki.ros.org/urdf/XML>, with capsules. Pictures, colours, transmissions, safety controllers and
//! the extensions of simulators say nothing of how the robot moves and are passed over.

use std::{path::Path, sync::Arc};

use bevy::math::DVec3;

use super::{
    inertia::{MASSLESS, inertia, turn},
    robot::{ImportedRobot, Joint, Link, Located, number, origin, tuple},
    xml::{Attribute, Element, XACRO, parse},
};
use crate::ron_tree::{ReadError, Source, suggest};

/// What holds the root of the robot, unless it is called so itself.
const WORLD: &str = "world";
/// What the joint is called that holds the root.
const ROOT: &str = "root";
/// Damping and rotor of a joint about which the file is silent, per newton metre or newton that its motor can do: as real drives
/// have them, and enough for the engine to be calm.
const DAMPING: f64 = 0.005;
const ARMATURE: f64 = 0.0005;
/// The motor that a joint without one is taken to have had.
const WEAKEST: f64 = 2.0;

/// The links and joints of a file, in which nothing but the robot is.
pub(super) fn read(source: &Arc<Source>, _: bool) -> Result<ImportedRobot, ReadError> {
    let document = parse(source)?;
    let robot = Element::root(&document, source);
    if robot.name() != "robot" {
        let help = match robot.name() {
            "mujoco" => "this is MJCF: `mjcf: ..` instead of `urdf: ..`",
            "sdf" => "this is SDF; save the robot as URDF",
            _ => "a file of URDF is `<robot name=\"..\">..</robot>`",
        };
        return robot.refuse(format!("expected `robot`, found `{}`", robot.name()), help);
    }
    for element in robot.descendants() {
        if element.name().starts_with("xacro:") {
            return element.refuse("this is a xacro template", XACRO);
        }
    }
    let names: Vec<Located<String>> = robot
        .all("link")
        .map(|link| link.need("name").map(|name| name.text()))
        .collect::<Result<_, _>>()?;
    let mut imported = ImportedRobot::default();
    for element in robot.all("joint") {
        imported.joints.push(joint(element, &names)?);
    }
    let children: Vec<&str> = robot
        .all("joint")
        .filter_map(|joint| joint.all("child").next()?.get("link"))
        .map(|link| link.value)
        .collect();
    let mut roots = names
        .iter()
        .filter(|name| !children.contains(&&*name.value));
    let root = roots.next().cloned();
    if let Some(second) = roots.next() {
        let first = root.map_or(String::new(), |root| root.value);
        let title = format!("no joint moves the link `{}`", second.value);
        let help = format!(
            "all links must form one tree: add a joint with this link as its `child`, or remove the link; the root is `{first}`"
        );
        return Err(robot.error(second.at.clone(), title, vec![help]));
    }
    for element in robot.all("link") {
        let name = element.need("name")?.text();
        // What stands still needs no weight.
        if name.value != WORLD {
            imported.links.push(link(element, name)?);
        }
    }
    if let Some(root) = root
        && root.value != WORLD
    {
        let is_taken = |name: &str| imported.joints.iter().any(|joint| joint.name == name);
        let name = if is_taken(ROOT) { "root_of_file" } else { ROOT };
        let at = root.at;
        let said = |text: &str| Located::new(text.to_owned(), at.clone());
        let mut joint = Joint::new(said(name));
        joint.add("kind", said("Fixed"));
        joint.add("parent", said(&format!("{WORLD:?}")));
        joint.add("child", said(&format!("{:?}", root.value)));
        joint.add("origin", said("(xyz: (0, 0, 0))"));
        imported.joints.push(joint);
    }
    Ok(imported)
}

fn joint(element: Element, links: &[Located<String>]) -> Result<Joint, ReadError> {
    let name = element.need("name")?.text();
    if let Some(mimic) = element.one("mimic")? {
        let help = "make the joint `fixed`, or remove `mimic` so that it moves independently";
        return mimic.refuse(
            format!(
                "`mimic` is not supported: the joint `{}` follows another",
                name.value
            ),
            help,
        );
    }
    let kind = element.need("type")?;
    let moves = match kind.value.trim() {
        "revolute" | "continuous" => Some("Revolute"),
        "prismatic" => Some("Prismatic"),
        "fixed" => None,
        "floating" => {
            let help = "make the link the root, without this joint; then `overrides: {\"root\": (kind: Free)}` lets it float";
            return Err(kind.error(
                "joint type `floating` is not supported".to_owned(),
                vec![help.to_owned()],
            ));
        }
        "planar" => {
            let help = "use two prismatic joints and one revolute, with light links between";
            return Err(kind.error(
                "joint type `planar` is not supported".to_owned(),
                vec![help.to_owned()],
            ));
        }
        other => {
            let known = ["revolute", "continuous", "prismatic", "fixed"];
            let title = format!("there is no kind of joint `{other}`");
            return Err(kind.error(title, suggest("kinds", other, &known)));
        }
    };
    let mut joint = Joint::new(name);
    let kind_said = moves.unwrap_or("Fixed").to_owned();
    joint.add("kind", Located::new(kind_said, kind.at.clone()));
    for end in ["parent", "child"] {
        let element = match end {
            "parent" => element.one("parent")?,
            _ => element.one("child")?,
        }
        .map_or_else(
            || {
                element.refuse(
                    format!("the joint has no `{end}`"),
                    "add `<parent link=\"..\"/>` and `<child link=\"..\"/>`",
                )
            },
            Ok,
        )?;
        let link = element.need("link")?;
        if !links.iter().any(|known| known.value == link.value) {
            let known: Vec<&str> = links.iter().map(|link| &*link.value).collect();
            let title = format!("there is no link `{}`", link.value);
            return Err(link.error(title, suggest("links", link.value, &known)));
        }
        joint.add(
            end,
            Located::new(format!("{:?}", link.value), link.at.clone()),
        );
    }
    let (xyz, rpy) = pose(element)?;
    let at = element
        .one("origin")?
        .map_or(element.at(), |origin| origin.at());
    joint.add("origin", Located::new(origin(xyz, rpy), at));
    if let Some(moves) = moves {
        let is_endless = kind.value.trim() == "continuous";
        add_motion(&mut joint, element, moves, is_endless)?;
    }
    Ok(joint)
}

fn add_motion(
    joint: &mut Joint,
    element: Element,
    moves: &str,
    is_endless: bool,
) -> Result<(), ReadError> {
    let axis = element.one("axis")?;
    let xyz = axis.map_or(Ok(None), |axis| axis.need("xyz").map(Some))?;
    joint.add(
        "axis",
        match &xyz {
            None => Located::new("(1, 0, 0)".to_owned(), element.at()),
            Some(xyz) => Located::new(tuple(&xyz.array::<3>()?), xyz.at.clone()),
        },
    );
    let limit = element.one("limit")?;
    let given = |name: &str| limit.and_then(|limit| limit.get(name));
    let value = |attribute: &Option<Attribute>| match attribute {
        None => Ok(0.0),
        Some(attribute) => attribute.number(),
    };
    if !is_endless {
        let Some(limit) = limit else {
            let help = format!(
                "add `<limit lower=\"..\" upper=\"..\" effort=\"..\" velocity=\"..\"/>`, or make it continuous; it is {moves}"
            );
            return element.refuse("the joint has no `limit`", &help);
        };
        let range = [value(&given("lower"))?, value(&given("upper"))?];
        joint.add("range", Located::new(tuple(&range), limit.at()));
    }
    // What exporters write where nobody has filled it in.
    let positive = |name: &str| -> Result<Option<Located<f64>>, ReadError> {
        let Some(attribute) = given(name) else {
            return Ok(None);
        };
        let number = attribute.number()?;
        Ok((number != 0.0).then(|| Located::new(number, attribute.at.clone())))
    };
    let effort = positive("effort")?;
    if let Some(effort) = &effort {
        joint.add(
            "torque",
            Located::new(number(effort.value), effort.at.clone()),
        );
    }
    let strength = effort.map_or(WEAKEST, |effort| effort.value.abs());
    let dynamics = element.one("dynamics")?;
    let of_dynamics = |name: &str| dynamics.and_then(|dynamics| dynamics.get(name));
    let said = |attribute: &Attribute| -> Result<_, ReadError> {
        Ok(Located::new(
            number(attribute.number()?),
            attribute.at.clone(),
        ))
    };
    joint.add(
        "damping",
        match of_dynamics("damping") {
            Some(damping) => said(&damping)?,
            None => Located::new(number(DAMPING * strength), element.at()),
        },
    );
    joint.add(
        "armature",
        Located::new(number(ARMATURE * strength), element.at()),
    );
    if let Some(friction) = of_dynamics("friction") {
        joint.add("friction", said(&friction)?);
    }
    if let Some(speed) = positive("velocity")? {
        joint.add("max_speed", Located::new(number(speed.value), speed.at));
    }
    Ok(())
}

fn link(element: Element, name: Located<String>) -> Result<Link, ReadError> {
    let mut shapes = Vec::new();
    for collision in element.all("collision") {
        let (xyz, rpy) = pose(collision)?;
        let geometry = collision.one("geometry")?;
        let Some(shape) = geometry.and_then(|geometry| geometry.children().next()) else {
            return collision.refuse(
                "a `collision` without a shape",
                "`<geometry>` with `box`, `cylinder`, `sphere`, `capsule` or `mesh` in it",
            );
        };
        shapes.push(Located::new(
            self::shape(shape, xyz.into(), rpy)?,
            shape.at(),
        ));
    }
    let inertia = match element.one("inertial")? {
        None => Located::new(MASSLESS.to_owned(), element.at()),
        Some(inertial) => Located::new(self::inertial(inertial)?, inertial.at()),
    };
    Ok(Link {
        name,
        shapes,
        inertia: Some(inertia),
    })
}

fn inertial(element: Element) -> Result<String, ReadError> {
    let Some(mass) = element.one("mass")? else {
        return element.refuse(
            "an `inertial` without a `mass`",
            "add `<mass value=\"..\"/>`",
        );
    };
    let mass = mass.need("value")?;
    if mass.number()? == 0.0 {
        return Ok(MASSLESS.to_owned());
    }
    let Some(moments) = element.one("inertia")? else {
        return element.refuse(
            "an `inertial` without an `inertia`",
            "add `<inertia ixx=\"..\" iyy=\"..\" izz=\"..\" ixy=\"0\" ixz=\"0\" iyz=\"0\"/>`",
        );
    };
    let mut numbers = [0.0; 6];
    for (i, name) in ["ixx", "iyy", "izz", "ixy", "ixz", "iyz"]
        .into_iter()
        .enumerate()
    {
        numbers[i] = match moments.get(name) {
            None if i >= 3 => 0.0,
            _ => moments.need(name)?.number()?,
        };
    }
    let (xyz, rpy) = pose(element)?;
    Ok(inertia(mass.number()?, xyz.into(), turn(rpy), numbers))
}

/// Weighs what it says, which the link's `inertia` replaces.
const WEIGHT: &str = "density: 1000";

fn shape(element: Element, at: DVec3, rpy: [f64; 3]) -> Result<String, ReadError> {
    // Along z, about its middle.
    let ends = |length: f64| {
        let half = turn(rpy) * DVec3::Z * (0.5 * length);
        let (from, to) = ((at - half).to_array(), (at + half).to_array());
        format!("from: {}, to: {}", tuple(&from), tuple(&to))
    };
    let radius = || element.need("radius")?.number().map(number);
    let length = || element.need("length")?.number();
    let place = tuple(&at.to_array());
    match element.name() {
        "sphere" => Ok(format!(
            "Sphere(center: {place}, radius: {}, {WEIGHT})",
            radius()?
        )),
        "box" => {
            let half = element.need("size")?.array::<3>()?.map(|size| 0.5 * size);
            let (half, rpy) = (tuple(&half), tuple(&rpy));
            Ok(format!(
                "Box(center: {place}, half: {half}, rpy: {rpy}, {WEIGHT})"
            ))
        }
        "cylinder" => Ok(format!(
            "Cylinder({}, radius: {}, {WEIGHT})",
            ends(length()?),
            radius()?
        )),
        "capsule" => Ok(format!(
            "Capsule({}, radius: {}, {WEIGHT})",
            ends(length()?),
            radius()?
        )),
        "mesh" => {
            let file = mesh_file(element)?;
            let scale = element
                .get("scale")
                .map_or(Ok([1.0; 3]), |scale| scale.array::<3>())?;
            let (scale, rpy) = (tuple(&scale), tuple(&rpy));
            Ok(format!(
                "Mesh(file: {file:?}, scale: {scale}, at: {place}, rpy: {rpy}, {WEIGHT})"
            ))
        }
        other => {
            let title = format!("there is no shape `{other}`");
            let known = ["box", "cylinder", "sphere", "capsule", "mesh"];
            Err(element.error(element.at(), title, suggest("shapes", other, &known)))
        }
    }
}

/// `xyz` and `rpy` of the `origin` of an element.
fn pose(element: Element) -> Result<([f64; 3], [f64; 3]), ReadError> {
    let Some(origin) = element.one("origin")? else {
        return Ok(([0.0; 3], [0.0; 3]));
    };
    if let Some(quat) = origin.get("quat_xyzw") {
        return Err(quat.name_error(
            "quaternion orientations are not supported".to_owned(),
            vec!["use `rpy` instead".to_owned()],
        ));
    }
    let triple = |name: &str| {
        origin
            .get(name)
            .map_or(Ok([0.0; 3]), |triple| triple.array())
    };
    Ok((triple("xyz")?, triple("rpy")?))
}

/// The file of a mesh. A package is looked for in the folders above the file of the robot.
fn mesh_file(element: Element) -> Result<String, ReadError> {
    let name = element.need("filename")?;
    let Some(inside) = name.value.strip_prefix("package://") else {
        let plain = name.value.strip_prefix("file://").unwrap_or(name.value);
        return Ok(plain.to_owned());
    };
    let (package, rest) = inside.split_once('/').unwrap_or(("", inside));
    let file = element.file().unwrap_or(Path::new("")).canonicalize();
    let file = file.unwrap_or_default();
    for folder in file.ancestors().skip(1) {
        let is_package = folder.file_name().is_some_and(|name| name == package);
        for found in [folder.join(inside), folder.join(rest)] {
            let may_be = found.starts_with(folder.join(package))
                || is_package
                || folder.join("package.xml").is_file();
            if may_be && found.is_file() {
                return Ok(found.to_string_lossy().into_owned());
            }
        }
    }
    let title = format!("there is no file `{rest}` in a package `{package}`");
    let help =
        "packages are looked for in all folders above the file; a path relative to it does as well";
    Err(name.error(title, vec![help.to_owned()]))
}
