//! How the numbers of a file are meant: degrees or radians, the order of angles, what is limited; and places made of them.

use bevy::math::{DMat3, DQuat, DVec3};

use super::super::{
    robot::Located,
    xml::{Attribute, Element},
};
use super::{Model, check_attributes};
use crate::ron_tree::ReadError;

/// Names of the attributes that place something.
pub(super) const POSE: [&str; 6] = ["pos", "quat", "axisangle", "euler", "xyaxes", "zaxis"];

/// Where the mass of a body comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MassFrom {
    Inertial,
    Geoms,
    /// The inertial where there is one.
    Either,
}

#[derive(Debug)]
pub(super) struct Compiler {
    degrees: bool,
    /// Axes of `euler`: of the turned frame in small letters, of the frame that stands in capitals.
    eulerseq: String,
    /// Whether a range alone limits.
    autolimits: bool,
    pub(super) mass_from: MassFrom,
    /// Where meshes are, relative to the file.
    pub(super) meshdir: String,
}

impl Compiler {
    pub(super) fn read(root: Element) -> Result<Self, ReadError> {
        let mut compiler = Compiler {
            degrees: true,
            eulerseq: "xyz".to_owned(),
            autolimits: true,
            mass_from: MassFrom::Either,
            meshdir: String::new(),
        };
        let yes_or_no = [("true", true), ("false", false)];
        for element in root.all("compiler") {
            let used = [
                "angle",
                "eulerseq",
                "autolimits",
                "inertiafromgeom",
                "meshdir",
                "assetdir",
                "coordinate",
            ];
            let passed_over = [
                "texturedir",
                "discardvisual",
                "strippath",
                "convexhull",
                "usethread",
                "fusestatic",
                "alignfree",
                "saveinertial",
                "fitaabb",
            ];
            check_attributes(element, &used, &passed_over)?;
            for attribute in element.attributes() {
                match attribute.name {
                    "angle" => {
                        compiler.degrees =
                            attribute.one_of(&[("degree", true), ("radian", false)])?;
                    }
                    "autolimits" => compiler.autolimits = attribute.one_of(&yes_or_no)?,
                    "coordinate" => attribute.one_of(&[("local", ())])?,
                    "inertiafromgeom" => {
                        compiler.mass_from = attribute.one_of(&[
                            ("auto", MassFrom::Either),
                            ("true", MassFrom::Geoms),
                            ("false", MassFrom::Inertial),
                        ])?;
                    }
                    "eulerseq" => {
                        let are_axes = attribute.value.chars().all(|c| "xyzXYZ".contains(c));
                        if attribute.value.len() != 3 || !are_axes {
                            let help = "three of x, y, z; upper case for fixed axes";
                            return Err(attribute
                                .error("invalid `eulerseq`".to_owned(), vec![help.to_owned()]));
                        }
                        attribute.value.clone_into(&mut compiler.eulerseq);
                    }
                    "meshdir" | "assetdir" => attribute.value.clone_into(&mut compiler.meshdir),
                    _ => {}
                }
            }
        }
        Ok(compiler)
    }

    /// An angle in radians.
    pub(super) fn angle(&self, written: f64) -> f64 {
        if self.degrees {
            written.to_radians()
        } else {
            written
        }
    }
}

impl<'a> Model<'a> {
    /// An attribute of an element, or of the class that it is of.
    pub(super) fn get(
        &self,
        element: Element<'a>,
        class: &str,
        name: &str,
    ) -> Result<Option<Attribute<'a>>, ReadError> {
        match element.get(name) {
            Some(attribute) => Ok(Some(attribute)),
            None => self.defaults.get(element, class, name),
        }
    }

    /// A number, or what holds if there is none.
    pub(super) fn number(
        &self,
        element: Element<'a>,
        class: &str,
        name: &str,
    ) -> Result<Option<Located<f64>>, ReadError> {
        let Some(attribute) = self.get(element, class, name)? else {
            return Ok(None);
        };
        Ok(Some(Located::new(
            attribute.number()?,
            attribute.at.clone(),
        )))
    }

    /// The two numbers of a range, if it limits anything: `limited` says so, or the range does by being there.
    pub(super) fn range(
        &self,
        element: Element<'a>,
        class: &str,
        name: &str,
        limited: &str,
    ) -> Result<Option<Located<[f64; 2]>>, ReadError> {
        let range = self.get(element, class, name)?;
        let limited = self.get(element, class, limited)?;
        let switch = match &limited {
            None => None,
            Some(limited) => {
                limited.one_of(&[("true", Some(true)), ("false", Some(false)), ("auto", None)])?
            }
        };
        match (range, switch) {
            (_, Some(false)) | (None, None) => Ok(None),
            (Some(_), None) if !self.compiler.autolimits => Ok(None),
            (Some(range), _) => Ok(Some(Located::new(range.array()?, range.at.clone()))),
            (None, Some(true)) => element.refuse(
                format!("it is limited, but has no `{name}`"),
                &format!("add `{name}=\"low high\"`"),
            ),
        }
    }

    /// Where an element is, and how it is turned.
    pub(super) fn pose(
        &self,
        element: Element<'a>,
        class: &str,
    ) -> Result<(DVec3, DQuat), ReadError> {
        let xyz = match self.get(element, class, "pos")? {
            None => DVec3::ZERO,
            Some(pos) => pos.array::<3>()?.into(),
        };
        // What an element says itself goes before what its class says, in whatever form.
        let own: Vec<_> = POSE[1..]
            .iter()
            .filter_map(|name| element.get(name))
            .collect();
        if let [_, second, ..] = &own[..] {
            return Err(second.name_error(
                "orientation is given twice".to_owned(),
                vec!["keep one of them".to_owned()],
            ));
        }
        let mut turned = own.into_iter().next();
        for name in &POSE[1..] {
            if turned.is_none() {
                turned = self.defaults.get(element, class, name)?;
            }
        }
        let turn = turned.map_or(Ok(DQuat::IDENTITY), |attribute| self.turn(&attribute))?;
        Ok((xyz, turn))
    }

    fn turn(&self, attribute: &Attribute) -> Result<DQuat, ReadError> {
        let direction = |v: DVec3| {
            v.try_normalize().ok_or_else(|| {
                attribute.error(
                    "this is no direction".to_owned(),
                    vec!["a vector longer than 0".to_owned()],
                )
            })
        };
        match attribute.name {
            "quat" => {
                let [w, x, y, z] = attribute.array()?;
                let length = DQuat::from_xyzw(x, y, z, w).length();
                if length < 1e-9 {
                    return Err(attribute.error(
                        "a quaternion must not be zero".to_owned(),
                        vec!["w x y z, like 1 0 0 0".to_owned()],
                    ));
                }
                Ok(DQuat::from_xyzw(x, y, z, w).normalize())
            }
            "axisangle" => {
                let [x, y, z, angle] = attribute.array()?;
                let axis = direction(DVec3::new(x, y, z))?;
                Ok(DQuat::from_axis_angle(axis, self.compiler.angle(angle)))
            }
            "euler" => {
                let angles = attribute
                    .array::<3>()?
                    .map(|angle| self.compiler.angle(angle));
                let order = self.compiler.eulerseq.chars().zip(angles);
                Ok(order.fold(DQuat::IDENTITY, |turn, (axis, angle)| {
                    let about = match axis.to_ascii_lowercase() {
                        'x' => DQuat::from_rotation_x(angle),
                        'y' => DQuat::from_rotation_y(angle),
                        _ => DQuat::from_rotation_z(angle),
                    };
                    if axis.is_ascii_lowercase() {
                        turn * about
                    } else {
                        about * turn
                    }
                }))
            }
            "xyaxes" => {
                let [a, b, c, d, e, f] = attribute.array()?;
                let x = direction(DVec3::new(a, b, c))?;
                let y = DVec3::new(d, e, f);
                let y = direction(y - x * x.dot(y))?;
                Ok(DQuat::from_mat3(&DMat3::from_cols(x, y, x.cross(y))))
            }
            _ => {
                let z = direction(attribute.array::<3>()?.into())?;
                Ok(DQuat::from_rotation_arc(DVec3::Z, z))
            }
        }
    }
}
