//! The surroundings of a robot as written.

use serde::{Deserialize, de::IgnoredAny};

use super::Triple;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct World {
    #[serde(default)]
    pub(crate) ground: Option<Ground>,
    #[serde(default)]
    pub(crate) terrain: Vec<Terrain>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ground {
    #[serde(default)]
    pub(crate) z: f32,
    #[serde(default)]
    pub(crate) friction: Option<f32>,
    #[serde(default)]
    pub(crate) restitution: Option<f32>,
}

/// Declares the kinds of terrain: each has fields of its own, and those that all of them have.
macro_rules! terrain {
    ($($(#[$about:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty,)* })*) => {
        /// A left-out angle is 0.
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) enum Terrain {
            $($(#[$about])* $name {
                $($(#[$attribute])* $field: $type,)*
                #[serde(default)]
                friction: Option<f32>,
                #[serde(default)]
                restitution: Option<f32>,
            },)*
        }

        impl Terrain {
            /// How it touches: friction and restitution, as far as they are written.
            pub(crate) fn touch(&self) -> [Option<f32>; 2] {
                match *self {
                    $(Terrain::$name { friction, restitution, .. })|* => [friction, restitution],
                }
            }
        }
    };
}

terrain! {
    Box {
        center: Triple,
        half: Triple,
        #[serde(default)]
        rpy: Triple,
    }
    Stairs {
        foot: Triple,
        #[serde(default)]
        yaw: f32,
        count: u32,
        rise: f32,
        run: f32,
        width: f32,
    }
    Heights {
        center: Triple,
        #[serde(default)]
        yaw: f32,
        size: [f32; 2],
        cells: [u32; 2],
        z: String,
    }
    Grid {
        center: Triple,
        #[serde(default)]
        yaw: f32,
        size: [f32; 2],
        /// As on a map: the first row has the greatest y.
        rows: Vec<Vec<f32>>,
        #[serde(default)]
        height: Option<f32>,
    }
    /// Has given way to a grid before this is read, unless it names no file.
    Picture {
        #[serde(rename = "file")]
        _file: IgnoredAny,
        #[serde(default, rename = "center")]
        _center: Option<IgnoredAny>,
        #[serde(default, rename = "yaw")]
        _yaw: Option<IgnoredAny>,
        #[serde(default, rename = "size")]
        _size: Option<IgnoredAny>,
        #[serde(default, rename = "height")]
        _height: Option<IgnoredAny>,
    }
}
