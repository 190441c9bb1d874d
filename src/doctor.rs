//! The doctor: what is probably wrong with a scene that can be run, found before anybody waits for a training.
//!
//! [`look`] needs no rollout and is quick enough to be asked before every training. [`check`] also plays a few thousand steps
//! with actors that have learnt nothing ([`Actor`]), and says what they show. Nothing here reads a clock to find anything: a
//! scene is told the same whenever it asks.
//!
//! What is too much and too little is declared in [`thresholds`].

mod actor;
mod before;
mod energy;
mod episodes;
mod evidence;
mod finding;
mod observations;
mod overlap;
mod play;
mod poser;
mod reach;
mod rewards;
mod strength;
pub mod thresholds;

pub use actor::Actor;
pub use evidence::{Evidence, Fate, Life, Played, Spread};
pub use finding::{Finding, Kind};

use std::sync::Arc;

use crate::learn::LearnerSettings;
use crate::panics::catch_panic;
use crate::pod::PodError;
use crate::pod::scene::spaces;
use crate::scene::Scene;
use poser::Poser;

/// A preset and its name: with which learner a scene is to be trained.
pub type Preset<'a> = (&'a str, &'a LearnerSettings);

/// What the doctor has to say, and what it measured.
pub struct Checkup {
    /// The most serious first, and then in the order of the file.
    pub findings: Vec<Finding>,
    /// What the rollouts showed.
    pub evidence: Evidence,
}

impl Checkup {
    /// The names of the entries of the observation that never changed.
    pub fn constant_entries(&self, scene: &Scene) -> Vec<String> {
        let names = spaces(scene).observation.into_iter();
        let spreads = &self.evidence.observation;
        names
            .zip(spreads)
            .filter(|(_, spread)| observations::is_constant(spread))
            .map(|(name, _)| name)
            .collect()
    }
}

/// What can be said without a rollout.
pub fn look(scene: &Scene, preset: Preset) -> Vec<Finding> {
    let look = || {
        let mut poser = Poser::new(scene);
        let mut findings = Vec::new();
        reach::look(&mut poser, &mut findings);
        strength::look(&mut poser, &mut findings);
        overlap::look(&mut poser, &mut findings);
        before::look(&mut poser, preset, &mut findings);
        findings
    };
    let mut findings = catch_panic(look).unwrap_or_else(|panic| vec![episodes::panicked(&panic)]);
    finding::sort(scene, &mut findings);
    findings
}

/// All that can be said.
///
/// # Errors
/// The environment does not fit together.
pub fn check(scene: &Arc<Scene>, preset: Preset) -> Result<Checkup, PodError> {
    let mut findings = look(scene, preset);
    let played = catch_panic(|| play::play(scene)).unwrap_or_else(|panic| {
        findings.push(episodes::panicked(&panic));
        Ok(Evidence::nothing(scene))
    });
    let evidence = played?;
    if let Err(panic) = catch_panic(|| energy::judge(scene, &mut findings)) {
        findings.push(episodes::panicked(&panic));
    }
    episodes::judge(scene, &evidence, &mut findings);
    if evidence.steps() >= thresholds::STEPS {
        rewards::judge(scene, &evidence, &mut findings);
        observations::judge(scene, preset, &evidence, &mut findings);
    }
    finding::sort(scene, &mut findings);
    Ok(Checkup { findings, evidence })
}
