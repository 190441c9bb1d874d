//! What a check declares: its kinds of findings, and the function that reports them.

use super::evidence::Evidence;
use super::finding::{Finding, FindingKind};
use super::scratch_world::ScratchWorld;
use crate::learn::LearnerSettings;
use crate::scene::Scene;

/// A preset's name and settings: the learner that a scene is to be trained with.
pub type Preset<'a> = (&'a str, &'a LearnerSettings);

/// One check of the doctor.
pub(super) struct Check {
    /// What it can report.
    pub(super) kinds: &'static [FindingKind],
    pub(super) run: Run,
}

/// When a check runs, and what it examines. Its findings are appended to those of the checks before it.
pub(super) enum Run {
    /// Before every training: the scene itself and poses of its robot.
    Static(fn(&mut ScratchWorld, Preset, &mut Vec<Finding>)),
    /// With rollouts: simulations of its own.
    Simulation(fn(&mut ScratchWorld, &mut Vec<Finding>)),
    /// After the rollouts of the scripted policies: their statistics.
    Rollouts(fn(&Rollouts, &mut Vec<Finding>)),
}

/// What the rollouts of a scene showed, and the preset that it is to be trained with.
pub(super) struct Rollouts<'a> {
    pub(super) scene: &'a Scene,
    pub(super) preset: Preset<'a>,
    pub(super) evidence: &'a Evidence,
}
