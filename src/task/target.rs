//! What a term says about where the goal is to be met, for who looks at a task from outside.

/// The point that a term is about, and how near the goal it counts as there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// Which point is to come to the goal.
    pub point: usize,
    /// When it is there.
    pub within: Within,
    /// Whether the term grows with the distance, so that it is a cost of being away.
    pub grows_with_distance: bool,
}

/// How near is near enough.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Within {
    /// Exactly this distance (m).
    Distance(f32),
    /// About this distance (m): the term is smooth.
    About(f32),
    /// Nobody says.
    Unsaid,
}

impl Target {
    /// A target at exactly this distance (m).
    pub(super) fn at(point: usize, distance: f32) -> Self {
        Self {
            point,
            within: Within::Distance(distance),
            grows_with_distance: false,
        }
    }

    /// Whether a term with this weight wants the point at the goal; to flee from a goal is another matter.
    pub fn is_wanted(&self, weight: f32) -> bool {
        if self.grows_with_distance {
            weight < 0.0
        } else {
            weight > 0.0
        }
    }

    /// The distance at which the point counts as there, where the term is exact (m).
    pub fn exact(&self) -> Option<f32> {
        match self.within {
            Within::Distance(distance) => Some(distance),
            Within::About(_) | Within::Unsaid => None,
        }
    }

    /// The distance at which the point is near enough (m), `otherwise` where the term does not say.
    pub fn near(&self, otherwise: f32) -> f32 {
        match self.within {
            Within::Distance(distance) | Within::About(distance) => distance,
            Within::Unsaid => otherwise,
        }
    }
}
