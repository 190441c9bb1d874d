//! How the world of one episode differs from the scene's: heavier, smoother, weaker, pushed about.

use bevy::ecs::prelude::Component;

/// What an episode has drawn. Factors are on what the scene says; what is not in a list is as the scene says. It follows from the
/// episode.
#[derive(Component, Clone, Debug, PartialEq)]
pub struct Variation {
    /// Of links' mass and moments of inertia: which link, and the factor.
    pub masses: Vec<(usize, f32)>,
    /// Of the friction of links' surfaces.
    pub frictions: Vec<(usize, f32)>,
    /// Of the friction of everything that touches.
    pub friction: f32,
    /// Of joints' damping.
    pub dampings: Vec<(usize, f32)>,
    /// Of what motors give; 1 for those that are not in it.
    pub strengths: Vec<(usize, f32)>,
    /// Of gravity.
    pub gravity: f32,
    /// Of the noise of sensors.
    pub noise: f32,
    /// Pushes, in the order in which they come.
    pub pushes: Vec<Push>,
}

/// Something that pushes a link for a while.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Push {
    /// Which link, at its centre of mass.
    pub link: usize,
    /// In the world (N).
    pub force: [f32; 3],
    /// The control steps in which it does, from 0; the last one excluded.
    pub steps: [u32; 2],
}

impl Default for Variation {
    fn default() -> Self {
        Self {
            masses: Vec::new(),
            frictions: Vec::new(),
            friction: 1.0,
            dampings: Vec::new(),
            strengths: Vec::new(),
            gravity: 1.0,
            noise: 1.0,
            pushes: Vec::new(),
        }
    }
}

impl Variation {
    /// What pushes in a control step.
    pub fn pushes_in(&self, step: u32) -> impl Iterator<Item = &Push> {
        let pushes = self.pushes.iter();
        pushes.filter(move |push| (push.steps[0]..push.steps[1]).contains(&step))
    }
}
