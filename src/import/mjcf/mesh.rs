//! Meshes of a file, by their names.

use super::super::xml::{Attribute, Element};
use super::{
    check_attributes,
    defaults::{Defaults, MAIN},
};
use crate::ron_tree::{ReadError, suggest};

pub(super) const USED: [&str; 5] = ["name", "class", "file", "scale", "inertia"];
pub(super) const PASSED_OVER: [&str; 4] =
    ["content_type", "smoothnormal", "maxhullvert", "material"];

/// A mesh that geoms may name.
pub(super) struct Mesh<'a> {
    name: &'a str,
    /// Relative to the folder of meshes.
    pub(super) file: &'a str,
    pub(super) scale: [f64; 3],
    /// Whether its hull is what weighs.
    pub(super) is_convex: bool,
}

/// The meshes that a file names.
pub(super) fn read<'a>(
    root: Element<'a>,
    defaults: &Defaults<'a>,
) -> Result<Vec<Mesh<'a>>, ReadError> {
    let elements = root.all("asset").flat_map(|asset| asset.all("mesh"));
    elements.map(|element| mesh(element, defaults)).collect()
}

fn mesh<'a>(element: Element<'a>, defaults: &Defaults<'a>) -> Result<Mesh<'a>, ReadError> {
    check_attributes(element, &USED, &PASSED_OVER)?;
    let file = element.need("file")?.value;
    let own = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let own = own.rsplit_once('.').map_or(own, |(name, _)| name);
    let class = defaults.class_of(element, MAIN)?;
    let get = |name| match element.get(name) {
        Some(attribute) => Ok(Some(attribute)),
        None => defaults.get(element, class, name),
    };
    Ok(Mesh {
        name: element.get("name").map_or(own, |name| name.value),
        file,
        scale: get("scale")?.map_or(Ok([1.0; 3]), |scale| scale.array())?,
        is_convex: get("inertia")?.is_some_and(|inertia| inertia.value == "convex"),
    })
}

/// The mesh that a geom names.
pub(super) fn named<'m, 'a>(
    meshes: &'m [Mesh<'a>],
    name: &Attribute,
) -> Result<&'m Mesh<'a>, ReadError> {
    let found = meshes.iter().find(|mesh| mesh.name == name.value);
    found.ok_or_else(|| {
        let known: Vec<&str> = meshes.iter().map(|mesh| mesh.name).collect();
        let title = format!("there is no mesh `{}`", name.value);
        name.error(title, suggest("meshes", name.value, &known))
    })
}
