//! What differs from episode to episode, so that a policy that has learnt is at home in more than one world.

use serde::Serialize;

/// One thing that every episode draws anew. A scale is a factor on what the file says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Randomize {
    /// Mass and moments of inertia of links, a factor for each.
    Mass {
        /// Which links.
        links: Vec<usize>,
        /// The factor.
        scale: Distribution,
    },
    /// Friction of surfaces: a factor for each link, or one for everything that touches.
    Friction {
        /// Which links; `None`: everything, ground and terrain included.
        links: Option<Vec<usize>>,
        /// The factor.
        scale: Distribution,
    },
    /// Damping of joints, a factor for each.
    Damping {
        /// Which joints.
        joints: Vec<usize>,
        /// The factor.
        scale: Distribution,
    },
    /// What motors give of what they should, a factor for each.
    MotorStrength {
        /// Which motors.
        motors: Vec<usize>,
        /// The factor.
        scale: Distribution,
    },
    /// Gravity.
    Gravity {
        /// The factor.
        scale: Distribution,
    },
    /// The noise of all sensors.
    SensorNoise {
        /// The factor on every `noise` of the observation.
        scale: Distribution,
    },
    /// Something pushes a link now and then, at its centre of mass, in any horizontal direction.
    Push {
        /// Which link.
        link: usize,
        /// How hard (N), 0 or more.
        force: Distribution,
        /// From one push to the next (s), uniform in between; above 0, the lower first.
        every_s: [f32; 2],
        /// How long a push takes (s), above 0.
        lasts_s: f32,
    },
}

/// What a number is drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub enum Distribution {
    /// Anywhere in between, the lower first.
    Uniform(f32, f32),
    /// The normal distribution with this mean and standard deviation, drawn again beyond three of these.
    Normal(f32, f32),
    /// The logarithm anywhere in between those of the two, the lower first and above 0.
    LogUniform(f32, f32),
}

impl Distribution {
    /// The least number that it gives.
    pub fn least(&self) -> f32 {
        match *self {
            Self::Uniform(low, _) | Self::LogUniform(low, _) => low,
            Self::Normal(mean, deviation) => mean - 3.0 * deviation,
        }
    }
}
