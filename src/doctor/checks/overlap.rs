//! Solids that overlap where episodes start: the first physics steps throw them apart.

use crate::doctor::check::{Check, Run};
use crate::doctor::finding::{Finding, FindingKind, percent, short};
use crate::doctor::scratch_world::{self, STARTS, ScratchWorld};
use crate::scene::{Location, Severity};
use crate::sim::overlaps::{Overlap, Solid};
use crate::task::draw;

pub(super) const CHECK: Check = Check {
    kinds: &[OVERLAPS_AT_START],
    run: Run::Static(|world, _, findings| run(world, findings)),
};

pub(super) const OVERLAPS_AT_START: FindingKind = FindingKind::new(
    "overlaps-at-start",
    "a link or object starts inside another, the ground or the terrain, at least up to its middle",
);

/// Overlaps in a smaller share of the starts may be left to the physics.
const SHARE: f64 = 0.1;
/// Above this share hardly any episode starts as intended.
const SERIOUS_SHARE: f64 = 0.5;

fn run(world: &mut ScratchWorld, findings: &mut Vec<Finding>) {
    let (robot, task) = (world.scene.robot(), world.scene.task());
    let starts = scratch_world::starts().map(|mut rng| draw::start(robot, &task.start, &mut rng));
    let overlaps: Vec<Overlap> = starts
        .filter_map(|start| {
            world.set_state(&start);
            world.deepest_overlap()
        })
        .collect();
    let share = overlaps.len() as f64 / STARTS as f64;
    let deepest = (overlaps.iter()).max_by(|a, b| a.depth.total_cmp(&b.depth));
    let Some(Overlap { link, of, depth }) = deepest.filter(|_| share >= SHARE) else {
        return;
    };
    let name = |link: usize| format!("`{}`", robot.links[link].name);
    let solid = match *of {
        Solid::Link(other) => name(other),
        Solid::Ground => "the ground".to_owned(),
        Solid::Terrain => "the terrain".to_owned(),
    };
    let severity = match share > SERIOUS_SHARE {
        true => Severity::Serious,
        false => Severity::Warning,
    };
    let title = format!("{} starts inside {solid}", name(*link));
    let found = format!(
        "in {} of the starts, up to {} m deep",
        percent(share),
        short(*depth)
    );
    findings.push(
        Finding::new(OVERLAPS_AT_START, severity, Location::Link(*link), title, found).help(
            "move one of them, or reduce the noise at the start: the physics throws overlapping solids apart",
        ),
    );
}
