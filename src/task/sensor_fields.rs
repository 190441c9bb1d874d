//! The fields of a sensor as written: its own, and the options that all of them have.

/// What every term of the observation may say besides what its sensor asks for, as written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(super) scale: f32,
    pub(super) noise: f32,
    pub(super) clip: Option<[f32; 2]>,
    pub(super) delay: u32,
    pub(super) history: u32,
}

/// Declares the fields of a sensor as written: its own, and the options that all of them have.
macro_rules! sensor_fields {
    ($($field:ident: $type:ty),* $(,)?) => {
        /// As written; a list that is left out means all.
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct Written {
            $($field: $type,)*
            #[serde(default = "crate::task::sensor_fields::one")]
            scale: f32,
            #[serde(default)]
            noise: f32,
            #[serde(default)]
            clip: Option<[f32; 2]>,
            #[serde(default)]
            delay: u32,
            #[serde(default = "crate::task::sensor_fields::present_alone")]
            history: u32,
        }

        impl Written {
            /// What does not depend on the kind of sensor.
            pub(crate) fn options(&self) -> crate::task::sensor_fields::Options {
                crate::task::sensor_fields::Options {
                    scale: self.scale,
                    noise: self.noise,
                    clip: self.clip,
                    delay: self.delay,
                    history: self.history,
                }
            }
        }
    };
}

pub(super) use sensor_fields;

pub(super) fn one() -> f32 {
    1.0
}

pub(super) fn present_alone() -> u32 {
    1
}
