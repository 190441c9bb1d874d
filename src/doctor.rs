//! The doctor: finds what is probably wrong with a valid scene before time is spent on training it.
//!
//! [`check_static`] takes no rollout and is fast enough to run before every training. [`check()`] also rolls out scripted policies
//! ([`ScriptedPolicy`]) for a few thousand steps and examines their statistics. No finding depends on a clock: a scene gets the
//! same findings every time.
//!
//! Each file in `doctor/checks` declares one check: the kinds of findings that it reports, its thresholds, texts and code. A check
//! is known everywhere once `checks.rs` lists it.

mod check;
mod checks;
mod evidence;
mod finding;
mod rollouts;
mod scratch_world;
mod scripted_policy;

pub use check::Preset;
pub use evidence::{EpisodeEnd, EpisodeSummary, Evidence, PolicyEvidence, RunningStatistics};
pub use finding::{Finding, FindingKind};
pub use scripted_policy::ScriptedPolicy;

use std::sync::Arc;

use crate::panics::catch_panic;
use crate::pod::PodError;
use crate::pod::scene::spaces;
use crate::scene::Scene;
use check::{Rollouts, Run};
use checks::CHECKS;
use scratch_world::ScratchWorld;

/// The findings of a scene, and the measurements behind them.
pub struct Checkup {
    /// Ordered by severity, the most serious first, then by position in the file.
    pub findings: Vec<Finding>,
    /// Statistics of the rollouts.
    pub evidence: Evidence,
}

impl Checkup {
    /// The names of the entries of the observation that never changed.
    pub fn constant_entries(&self, scene: &Scene) -> Vec<String> {
        let names = spaces(scene).observation.into_iter();
        names
            .zip(&self.evidence.observation)
            .filter(|(_, statistics)| statistics.is_constant())
            .map(|(name, _)| name)
            .collect()
    }
}

/// Every kind of finding, in the order of the reference.
pub fn finding_kinds() -> impl Iterator<Item = FindingKind> {
    CHECKS.iter().flat_map(|check| check.kinds).copied()
}

/// The findings that need no rollout.
pub fn check_static(scene: &Scene, preset: Preset) -> Vec<Finding> {
    let run = || {
        let mut world = ScratchWorld::new(scene);
        let mut findings = Vec::new();
        for check in CHECKS {
            if let Run::Static(run) = check.run {
                run(&mut world, preset, &mut findings);
            }
        }
        findings
    };
    let mut findings = catch_panic(run).unwrap_or_else(|panic| vec![Finding::of_panic(&panic)]);
    finding::sort(scene, &mut findings);
    findings
}

/// All findings.
///
/// # Errors
/// The environment does not fit together.
pub fn check(scene: &Arc<Scene>, preset: Preset) -> Result<Checkup, PodError> {
    let mut findings = check_static(scene, preset);
    let evidence = catch_panic(|| rollouts::collect(scene)).unwrap_or_else(|panic| {
        findings.push(Finding::of_panic(&panic));
        Ok(Evidence::empty(scene))
    })?;
    for check in CHECKS {
        if let Run::Simulation(run) = check.run
            && let Err(panic) = catch_panic(|| run(&mut ScratchWorld::new(scene), &mut findings))
        {
            findings.push(Finding::of_panic(&panic));
        }
    }
    let rollouts = Rollouts {
        scene,
        preset,
        evidence: &evidence,
    };
    for check in CHECKS {
        if let Run::Rollouts(run) = check.run {
            run(&rollouts, &mut findings);
        }
    }
    finding::sort(scene, &mut findings);
    Ok(Checkup { findings, evidence })
}
