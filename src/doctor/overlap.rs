//! Whether something begins inside of something else, from where the physics throws it out.

use super::finding::{Finding, Kind, percent, short};
use super::poser::{self, Poser};
use super::thresholds::{OVERLAP_SERIOUS, OVERLAP_SHARE, STARTS};
use crate::scene::{Place, Severity};
use crate::sim::overlaps::{Overlap, Solid};
use crate::task::draw;

/// Looks at the starts of episodes.
pub(super) fn look(poser: &mut Poser, findings: &mut Vec<Finding>) {
    let (robot, task) = (poser.scene.robot(), poser.scene.task());
    let starts = poser::starts().map(|mut rng| draw::start(robot, &task.start, &mut rng));
    let overlaps: Vec<Overlap> = starts
        .filter_map(|start| {
            poser.place(&start);
            poser.overlap()
        })
        .collect();
    let share = overlaps.len() as f64 / STARTS as f64;
    let deepest = (overlaps.iter()).max_by(|a, b| a.depth.total_cmp(&b.depth));
    let Some(Overlap { link, of, depth }) = deepest.filter(|_| share >= OVERLAP_SHARE) else {
        return;
    };
    let name = |link: usize| format!("`{}`", robot.links[link].name);
    let solid = match *of {
        Solid::Link(other) => name(other),
        Solid::Ground => "the ground".to_owned(),
        Solid::Terrain => "the terrain".to_owned(),
    };
    findings.push(Finding {
        kind: Kind::OverlapsAtStart,
        severity: if share > OVERLAP_SERIOUS {
            Severity::Serious
        } else {
            Severity::Warning
        },
        place: Place::Link(*link),
        title: format!("{} starts inside of {solid}", name(*link)),
        found: format!(
            "in {} of the starts, up to {} m deep",
            percent(share),
            short(*depth)
        ),
        help: vec![
            "another place for one of them, or less noise at the start: the physics throws apart what overlaps"
                .to_owned(),
        ],
    });
}
