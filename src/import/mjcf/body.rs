//! Bodies: links, the joints that hold them, and what they weigh.
//!
//! A body may have several joints, each at a place of its own; a link has one, at its origin. So a link of next to no mass stands
//! between two joints, and what is in a body is written from where its last joint is.

use bevy::math::{DQuat, DVec3};

use super::super::{
    inertia::{MASSLESS, inertia, rpy},
    robot::{ImportedRobot, Joint, Link, Located, number, origin, tuple},
    xml::Element,
};
use super::{
    Model, check_attributes,
    compiler::{MassFrom, POSE},
    defaults::MAIN,
    geom::{self, Weighs, geom},
    mesh, motor,
};
use crate::ron_tree::ReadError;

const JOINT: [&str; 13] = [
    "name",
    "class",
    "type",
    "pos",
    "axis",
    "range",
    "limited",
    "stiffness",
    "springref",
    "damping",
    "armature",
    "frictionloss",
    "ref",
];
const JOINT_PASSED_OVER: [&str; 7] = [
    "group",
    "user",
    "margin",
    "solreflimit",
    "solimplimit",
    "solreffriction",
    "solimpfriction",
];
/// Nested more deeply, a file is refused.
const MAX_DEPTH: usize = 128;

/// What a body hangs on.
#[derive(Clone)]
struct Parent<'a> {
    link: String,
    /// Where the link's origin is in the body's frame.
    shift: DVec3,
    class: &'a str,
    depth: usize,
}

/// The bodies of a file, read one after the other.
pub(super) struct Bodies<'a, 'm> {
    model: &'m Model<'a>,
    robot: ImportedRobot,
    /// Whether the scene says what is around the robot.
    has_world: bool,
    /// Whether any geom touches.
    touches: bool,
    /// A geom that weighs something and touches nothing.
    ghost: Option<Element<'a>>,
}

impl<'a, 'm> Bodies<'a, 'm> {
    pub(super) fn new(model: &'m Model<'a>, has_world: bool) -> Self {
        Bodies {
            model,
            has_world,
            robot: ImportedRobot::default(),
            touches: false,
            ghost: None,
        }
    }

    /// What stands in the world.
    pub(super) fn world(&mut self, world: Element<'a>) -> Result<(), ReadError> {
        for default in self.model.defaults.elements() {
            check_default(default)?;
        }
        let parent = Parent {
            link: "world".to_owned(),
            shift: DVec3::ZERO,
            class: self.model.defaults.class_in(world, MAIN)?,
            depth: 0,
        };
        for child in world.children() {
            match child.name() {
                "body" => self.body(child, &parent)?,
                "geom" if self.has_world || !geom::touches(self.model, child, parent.class)? => {}
                "geom" => {
                    return child.refuse(
                        "geoms in the worldbody are not imported",
                        "describe them in the scene's `world`, like `world: (ground: (z: 0))`; then they are ignored",
                    );
                }
                _ => check_child(child)?,
            }
        }
        Ok(())
    }

    pub(super) fn robot(self) -> Result<ImportedRobot, ReadError> {
        if let Some(ghost) = self.ghost
            && self.touches
        {
            return ghost.refuse(
                "this geom has mass but no collisions, while other geoms collide",
                "give its body an `inertial`, or the geom mass=\"0\"",
            );
        }
        Ok(self.robot)
    }

    fn body(&mut self, element: Element<'a>, parent: &Parent<'a>) -> Result<(), ReadError> {
        if parent.depth > MAX_DEPTH {
            return element.refuse(
                "bodies are nested too deeply",
                &format!("at most {MAX_DEPTH}"),
            );
        }
        let used = [&["name", "childclass"][..], &POSE].concat();
        check_attributes(element, &used, &["user", "sleep"])?;
        let model = self.model;
        let class = model.defaults.class_in(element, parent.class)?;
        let name = match element.get("name") {
            Some(name) => name.text(),
            None => Located::new(format!("body_{}", element.id()), element.at()),
        };
        let (xyz, turn) = model.pose(element, MAIN)?;
        let shift = self.joints(element, &name, (xyz - parent.shift, turn), parent, class)?;
        let mut link = Link {
            name: name.clone(),
            shapes: Vec::new(),
            inertia: None,
        };
        let inertial = element.one("inertial")?;
        let inertial = inertial.filter(|_| model.compiler.mass_from != MassFrom::Geoms);
        if inertial.is_none() && model.compiler.mass_from == MassFrom::Inertial {
            return element.refuse(
                "the body has no `inertial`",
                "add it, or inertiafromgeom=\"auto\"",
            );
        }
        let weighs = if inertial.is_some() {
            Weighs::Nothing
        } else {
            Weighs::Itself
        };
        for child in element.children() {
            match child.name() {
                "geom" => self.geom(child, class, shift, weighs, &mut link)?,
                "body" | "joint" | "freejoint" | "inertial" => {}
                _ => check_child(child)?,
            }
        }
        link.inertia = match inertial {
            Some(inertial) => Some(Located::new(self.inertial(inertial, shift)?, inertial.at())),
            None if link.shapes.is_empty() => Some(Located::new(MASSLESS.to_owned(), element.at())),
            None => None,
        };
        self.robot.links.push(link);
        let here = Parent {
            link: name.value,
            shift,
            class,
            depth: parent.depth + 1,
        };
        element
            .all("body")
            .try_for_each(|child| self.body(child, &here))
    }

    fn geom(
        &mut self,
        element: Element<'a>,
        class: &'a str,
        shift: DVec3,
        weighs: Weighs,
        link: &mut Link,
    ) -> Result<(), ReadError> {
        let is_for_show = !geom::touches(self.model, element, class)? && weighs == Weighs::Nothing;
        if is_for_show {
            return Ok(());
        }
        let geom = geom(self.model, element, class, -shift, weighs)?;
        self.touches |= geom.touches;
        if !geom.touches && !geom.has_mass {
            return Ok(());
        }
        if !geom.touches {
            self.ghost.get_or_insert(element);
        }
        link.shapes.push(geom.shape);
        Ok(())
    }

    /// The joints of a body, which is at a place in its parent; the answer is where the last one is in the body.
    fn joints(
        &mut self,
        body: Element<'a>,
        name: &Located<String>,
        (xyz, turn): (DVec3, DQuat),
        parent: &Parent<'a>,
        class: &'a str,
    ) -> Result<DVec3, ReadError> {
        let is_joint = |child: &Element| matches!(child.name(), "joint" | "freejoint");
        let joints: Vec<Element> = body.children().filter(is_joint).collect();
        let quoted =
            |text: &str, at: &Located<String>| Located::new(format!("{text:?}"), at.at.clone());
        let hold = |joint: &mut Joint, parent: &str, child: &str, xyz: DVec3, turn: DQuat| {
            joint.add("parent", quoted(parent, name));
            joint.add("child", quoted(child, name));
            joint.add(
                "origin",
                Located::new(origin(xyz.to_array(), rpy(turn)), name.at.clone()),
            );
        };
        if joints.is_empty() {
            let mut joint = Joint::new(Located::new(
                format!("{}_fixed", name.value),
                name.at.clone(),
            ));
            joint.add("kind", Located::new("Fixed".to_owned(), name.at.clone()));
            hold(&mut joint, &parent.link, &name.value, xyz, turn);
            self.robot.joints.push(joint);
            return Ok(DVec3::ZERO);
        }
        let (mut above, mut at) = (parent.link.clone(), DVec3::ZERO);
        for (i, element) in joints.iter().enumerate() {
            let is_last = i + 1 == joints.len();
            let (mut joint, place) = self.joint(*element, name, i, joints.len(), class)?;
            let child = if is_last {
                name.value.clone()
            } else {
                format!("{}_{}", name.value, joint.name)
            };
            match i {
                0 => hold(&mut joint, &above, &child, xyz + turn * place, turn),
                _ => hold(&mut joint, &above, &child, place - at, DQuat::IDENTITY),
            }
            self.robot.joints.push(joint);
            if !is_last {
                self.robot.links.push(Link {
                    name: Located::new(child.clone(), element.at()),
                    shapes: Vec::new(),
                    inertia: Some(Located::new(MASSLESS.to_owned(), element.at())),
                });
            }
            (above, at) = (child, place);
        }
        Ok(at)
    }

    /// One joint as far as it does not depend on what it holds, and where it is in its body.
    fn joint(
        &self,
        element: Element<'a>,
        body: &Located<String>,
        number_of: usize,
        count: usize,
        class: &'a str,
    ) -> Result<(Joint, DVec3), ReadError> {
        let model = self.model;
        let name = match element.get("name") {
            Some(name) => name.text(),
            None => Located::new(format!("{}_joint_{number_of}", body.value), element.at()),
        };
        let mut joint = Joint::new(name);
        let class = model.defaults.class_of(element, class)?;
        let kind = match element.name() {
            "freejoint" => None,
            _ => model.get(element, class, "type")?,
        };
        let kind_name = match (element.name(), &kind) {
            ("freejoint", _) => "free",
            (_, None) => "hinge",
            (_, Some(kind)) => kind.one_of(&[
                ("hinge", "hinge"),
                ("slide", "slide"),
                ("free", "free"),
                ("ball", "ball"),
            ])?,
        };
        let kind_at = kind.map_or(element.at(), |kind| kind.at);
        let ron = match kind_name {
            "hinge" => "Revolute",
            "slide" => "Prismatic",
            "ball" => "Ball",
            _ => "Free",
        };
        joint.add("kind", Located::new(ron.to_owned(), kind_at));
        if kind_name == "free" && count > 1 {
            return element.refuse(
                "a body that floats has other joints too",
                "the free joint alone",
            );
        }
        if matches!(kind_name, "free" | "ball") {
            // A ball is refused with the other kinds that have several axes.
            return Ok((joint, DVec3::ZERO));
        }
        check_attributes(element, &JOINT, &JOINT_PASSED_OVER)?;
        let axis = model.get(element, class, "axis")?;
        joint.add(
            "axis",
            match axis {
                None => Located::new("(0, 0, 1)".to_owned(), element.at()),
                Some(axis) => Located::new(tuple(&axis.array::<3>()?), axis.at.clone()),
            },
        );
        let is_hinge = kind_name == "hinge";
        let angle = |written: f64| {
            if is_hinge {
                model.compiler.angle(written)
            } else {
                written
            }
        };
        // In the pose of the file a joint of the scene is at 0, there it is at `ref`.
        let zero = model.number(element, class, "ref")?;
        let zero = zero.map_or(0.0, |zero| angle(zero.value));
        if let Some(range) = model.range(element, class, "range", "limited")? {
            let ends = range.value.map(|end| angle(end) - zero);
            joint.add("range", Located::new(tuple(&ends), range.at));
        }
        for (field, attribute) in [("damping", "damping"), ("armature", "armature")] {
            let said = model.number(element, class, attribute)?;
            joint.add(
                field,
                match said {
                    None => Located::new("0".to_owned(), element.at()),
                    Some(said) => Located::new(number(said.value), said.at),
                },
            );
        }
        if let Some(friction) = model.number(element, class, "frictionloss")? {
            joint.add(
                "friction",
                Located::new(number(friction.value), friction.at),
            );
        }
        if let Some(stiffness) = model.number(element, class, "stiffness")?
            && stiffness.value != 0.0
        {
            let rest = model.number(element, class, "springref")?;
            let rest = rest.map_or(0.0, |rest| angle(rest.value)) - zero;
            let spring = format!(
                "(stiffness: {}, rest: {})",
                number(stiffness.value),
                number(rest)
            );
            joint.add("spring", Located::new(spring, stiffness.at));
        }
        let place = match model.get(element, class, "pos")? {
            None => DVec3::ZERO,
            Some(pos) => pos.array::<3>()?.into(),
        };
        Ok((joint, place))
    }

    fn inertial(&self, element: Element<'a>, shift: DVec3) -> Result<String, ReadError> {
        let used = [&["mass", "diaginertia", "fullinertia"][..], &POSE].concat();
        check_attributes(element, &used, &[])?;
        let mass = element.need("mass")?.number()?;
        if mass == 0.0 {
            return Ok(MASSLESS.to_owned());
        }
        let (xyz, turn) = self.model.pose(element, MAIN)?;
        let moments = match (element.get("diaginertia"), element.get("fullinertia")) {
            (Some(diagonal), None) => {
                let [xx, yy, zz] = diagonal.array()?;
                [xx, yy, zz, 0.0, 0.0, 0.0]
            }
            (None, Some(full)) => full.array()?,
            (Some(_), Some(full)) => {
                return Err(full.name_error(
                    "moments of inertia are given twice".to_owned(),
                    vec!["keep one of them".to_owned()],
                ));
            }
            (None, None) => {
                return element.refuse(
                    "an `inertial` without moments",
                    "add `diaginertia=\"xx yy zz\"`",
                );
            }
        };
        Ok(inertia(mass, xyz - shift, turn, moments))
    }
}

/// Refuses what would change how a robot moves.
fn check_child(child: Element) -> Result<(), ReadError> {
    match child.name() {
        "site" | "camera" | "light" => Ok(()),
        name => child.refuse(
            format!("`{name}` is not supported here"),
            "bodies, joints, geoms and inertials are read; sites, cameras and lights passed over",
        ),
    }
}

/// What a class says must be known as well.
fn check_default(element: Element) -> Result<(), ReadError> {
    match element.name() {
        "joint" => check_attributes(element, &JOINT, &JOINT_PASSED_OVER),
        "geom" => check_attributes(
            element,
            &[&geom::USED[..], &POSE].concat(),
            &geom::PASSED_OVER,
        ),
        "mesh" => check_attributes(element, &mesh::USED, &mesh::PASSED_OVER),
        "motor" => check_attributes(element, &motor::USED, &motor::PASSED_OVER),
        // What takes them is refused itself, or passed over.
        _ => Ok(()),
    }
}
