//! Geoms: what a body is made of.

use bevy::math::DVec3;

use super::super::{
    inertia::rpy,
    robot::{Located, number, tuple},
    xml::Element,
};
use super::{Model, check_attributes, compiler::POSE, mesh};
use crate::ron_tree::{ReadError, suggest};

pub(super) const USED: [&str; 13] = [
    "name",
    "class",
    "type",
    "contype",
    "conaffinity",
    "condim",
    "size",
    "mass",
    "density",
    "friction",
    "fromto",
    "mesh",
    "shellinertia",
];
pub(super) const PASSED_OVER: [&str; 14] = [
    "group",
    "priority",
    "material",
    "rgba",
    "solmix",
    "solref",
    "solimp",
    "margin",
    "gap",
    "user",
    "fluidshape",
    "fluidcoef",
    "hfield",
    "fitscale",
];

/// A geom, and what it does.
pub(super) struct Geom {
    /// As RON.
    pub(super) shape: Located<String>,
    /// Whether it touches anything.
    pub(super) touches: bool,
    pub(super) has_mass: bool,
}

/// How heavy a geom is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Weighs {
    /// As it says.
    Itself,
    /// What an `inertial` says of its body counts.
    Nothing,
}

/// Whether a geom touches anything.
pub(super) fn touches<'a>(
    model: &Model<'a>,
    element: Element<'a>,
    class: &'a str,
) -> Result<bool, ReadError> {
    let class = model.defaults.class_of(element, class)?;
    let mask = |name: &str| model.number(element, class, name);
    let of = |mask: Option<Located<f64>>| mask.is_none_or(|mask| mask.value != 0.0);
    Ok(of(mask("contype")?) || of(mask("conaffinity")?))
}

/// The geom, `shift` away from where its body has it.
pub(super) fn geom<'a>(
    model: &Model<'a>,
    element: Element<'a>,
    class: &'a str,
    shift: DVec3,
    weighs: Weighs,
) -> Result<Geom, ReadError> {
    let used = [&USED[..], &POSE].concat();
    check_attributes(element, &used, &PASSED_OVER)?;
    let touches = touches(model, element, class)?;
    let class = model.defaults.class_of(element, class)?;
    if let Some(shell) = model.get(element, class, "shellinertia")?
        && shell.one_of(&[("true", true), ("false", false)])?
    {
        return Err(shell.error(
            "shells are not supported: shapes are solid".to_owned(),
            vec!["an `inertial` for the body".to_owned()],
        ));
    }
    let (form, at) = form(model, element, class, shift, weighs)?;
    let mass = model.number(element, class, "mass")?;
    let density = model.number(element, class, "density")?;
    let has_mass = match (&mass, &density) {
        (Some(mass), _) => mass.value != 0.0,
        (None, Some(density)) => density.value != 0.0,
        (None, None) => true,
    };
    let weight = match (weighs, mass, density) {
        (Weighs::Nothing, ..) | (_, None, None) => "density: 1000".to_owned(),
        // It touches and weighs nothing: a milligram moves nothing.
        _ if !has_mass => "mass: 1e-6".to_owned(),
        (_, Some(mass), _) => format!("mass: {}", number(mass.value)),
        (_, None, Some(density)) => format!("density: {}", number(density.value)),
    };
    let condim = model.number(element, class, "condim")?;
    let friction = match model.get(element, class, "friction")? {
        _ if condim.is_some_and(|condim| condim.value == 1.0) => 0.0,
        None => 1.0,
        Some(friction) => friction.numbers(1, 3)?[0],
    };
    let shape = format!("{form}, {weight}, friction: {})", number(friction));
    Ok(Geom {
        shape: Located::new(shape, at),
        touches,
        has_mass,
    })
}

/// A shape as far as its size goes, and what says so.
fn form<'a>(
    model: &Model<'a>,
    element: Element<'a>,
    class: &'a str,
    shift: DVec3,
    weighs: Weighs,
) -> Result<(String, std::ops::Range<usize>), ReadError> {
    let kind = model.get(element, class, "type")?;
    let kind_name = kind.as_ref().map_or("sphere", |kind| kind.value.trim());
    let refuse = |title: &str, help: &str| match &kind {
        Some(kind) => Err(kind.error(title.to_owned(), vec![help.to_owned()])),
        None => element.refuse(title, help),
    };
    let known = ["sphere", "capsule", "cylinder", "box", "mesh"];
    match kind_name {
        name if known.contains(&name) => {}
        "plane" => {
            return refuse(
                "a plane is no part of a robot",
                "the scene's `world: (ground: (z: 0))` is one",
            );
        }
        "hfield" => {
            return refuse(
                "height fields are not supported",
                "boxes and stairs are: the scene's `world: (terrain: [..])`",
            );
        }
        "ellipsoid" => return refuse("ellipsoids are not supported", "a sphere or a capsule"),
        name => {
            let title = format!("there is no geom of type `{name}`");
            let help = suggest("types", name, &known);
            return Err(kind.map_or_else(
                || element.error(element.at(), title.clone(), help.clone()),
                |kind| kind.error(title.clone(), help.clone()),
            ));
        }
    }
    let (xyz, turn) = model.pose(element, class)?;
    match (model.get(element, class, "mesh")?, kind_name) {
        (Some(name), "mesh") => {
            let mesh = mesh::named(&model.meshes, &name)?;
            if weighs == Weighs::Itself && !mesh.is_convex {
                let help = "give the body an `inertial`, or the mesh inertia=\"convex\": mass and inertia are then those of its convex hull";
                return Err(name.error(
                    "mesh inertia is not computed".to_owned(),
                    vec![help.to_owned()],
                ));
            }
            let file = match &*model.compiler.meshdir {
                "" => mesh.file.to_owned(),
                folder => format!("{folder}/{}", mesh.file),
            };
            let (scale, at) = (tuple(&mesh.scale), tuple(&(xyz + shift).to_array()));
            let form = format!(
                "Mesh(file: {file:?}, scale: {scale}, at: {at}, rpy: {}",
                tuple(&rpy(turn))
            );
            return Ok((form, name.at.clone()));
        }
        (None, "mesh") => {
            return element.refuse("the geom has no `mesh`", "add `mesh=\"..\"`");
        }
        (Some(name), _) => {
            let help = "give its `size`".to_owned();
            return Err(name.error(
                "fitting a primitive to a mesh is not supported".to_owned(),
                vec![help],
            ));
        }
        (None, _) => {}
    }
    let size = model.get(element, class, "size")?;
    let sizes = |count: usize| match &size {
        // MuJoCo takes more numbers than it uses.
        Some(size) => size.numbers(count, 3),
        None => element.refuse("the geom has no `size`", "add `size=\"..\"`"),
    };
    let fromto = model.get(element, class, "fromto")?;
    let at = size.as_ref().map_or(element.at(), |size| size.at.clone());
    let form = match (kind_name, fromto) {
        ("sphere", _) => {
            let radius = number(sizes(1)?[0]);
            format!(
                "Sphere(center: {}, radius: {radius}",
                tuple(&(xyz + shift).to_array())
            )
        }
        ("box", None) => {
            let (center, half) = (tuple(&(xyz + shift).to_array()), tuple(&sizes(3)?));
            format!(
                "Box(center: {center}, half: {half}, rpy: {}",
                tuple(&rpy(turn))
            )
        }
        ("box", Some(fromto)) => {
            let help = "use `pos`, an orientation and three half sizes".to_owned();
            return Err(
                fromto.name_error("`fromto` is not supported for boxes".to_owned(), vec![help])
            );
        }
        (kind, fromto) => {
            let name = if kind == "capsule" {
                "Capsule"
            } else {
                "Cylinder"
            };
            let (radius, from, to) = match fromto {
                Some(fromto) => {
                    let [a, b, c, d, e, f] = fromto.array()?;
                    (sizes(1)?[0], DVec3::new(a, b, c), DVec3::new(d, e, f))
                }
                None => {
                    let sizes = sizes(2)?;
                    let half = turn * DVec3::Z * sizes[1];
                    (sizes[0], xyz - half, xyz + half)
                }
            };
            let (from, to) = ((from + shift).to_array(), (to + shift).to_array());
            format!(
                "{name}(from: {}, to: {}, radius: {}",
                tuple(&from),
                tuple(&to),
                number(radius)
            )
        }
    };
    Ok((form, at))
}
