//! How episodes go: whether they break, end at once, are solved without learning, or pay more when they end early.

use super::ends_at_start::ENDS_AT_START;
use super::overlap::OVERLAPS_AT_START;
use crate::doctor::check::{Check, Rollouts, Run};
use crate::doctor::evidence::{
    ENOUGH_EPISODES, EpisodeEnd, EpisodeSummary, Evidence, PolicyEvidence, mean,
};
use crate::doctor::finding::{BREAKS, Finding, FindingKind, percent, short};
use crate::doctor::scripted_policy::ScriptedPolicy;
use crate::scene::{Location, Scene, Severity};
use crate::step::curriculum::Solved;

pub(super) const CHECK: Check = Check {
    kinds: &[BREAKS, FALLS_AT_START, SOLVED_BY_NOTHING, PAYS_TO_END],
    run: Run::Rollouts(run),
};

const FALLS_AT_START: FindingKind = FindingKind::new(
    "falls-at-start",
    "under every scripted policy, nine in ten episodes terminate within 0.1 s",
);

const SOLVED_BY_NOTHING: FindingKind = FindingKind::new(
    "solved-by-nothing",
    "the scripted policy `idle`, `random` or `waving` meets `solved`",
);

const PAYS_TO_END: FindingKind = FindingKind::new(
    "pays-to-end",
    "the mean reward of every scripted policy is negative, and an end condition that is no success stops it",
);

/// An episode that terminates before this time has hardly begun (s).
const AT_ONCE_S: f32 = 0.1;
/// When this share of the episodes of every policy ends at once, there is nothing to learn from.
const AT_ONCE_SHARE: f64 = 0.9;

fn run(rollouts: &Rollouts, findings: &mut Vec<Finding>) {
    let (scene, evidence) = (rollouts.scene, rollouts.evidence);
    // Solids that overlap at the start may break the first step, and are reported already.
    if !has(findings, OVERLAPS_AT_START) {
        breaks(scene, evidence, findings);
    }
    if !has(findings, ENDS_AT_START) {
        falls_at_start(scene, evidence, findings);
    }
    if !end_at_once(findings) {
        solved_by_nothing(scene, evidence, findings);
        pays_to_end(scene, evidence, findings);
    }
}

fn has(findings: &[Finding], kind: FindingKind) -> bool {
    findings.iter().any(|finding| finding.kind == kind)
}

/// Whether episodes were found to end at once; they then show nothing else.
pub(super) fn end_at_once(findings: &[Finding]) -> bool {
    has(findings, ENDS_AT_START) || has(findings, FALLS_AT_START)
}

fn breaks(scene: &Scene, evidence: &Evidence, findings: &mut Vec<Finding>) {
    let broken = |evidence: &PolicyEvidence| {
        let reasons = evidence
            .episodes
            .iter()
            .filter_map(|episode| match &episode.end {
                EpisodeEnd::Broken(reason) => Some(reason.clone()),
                _ => None,
            });
        let reasons: Vec<String> = reasons.collect();
        let share = reasons.len() as f64 / evidence.episodes.len().max(1) as f64;
        Some((share, reasons.into_iter().next()?, evidence.policy))
    };
    let broken = || evidence.by_policy.iter().filter_map(broken);
    let ordinary = broken().find(|(_, _, policy)| *policy != ScriptedPolicy::Waving);
    let Some((share, reason, policy)) = ordinary.or_else(|| broken().next()) else {
        return;
    };
    // A learner begins with noise that is independent in every step, and may never hold an action for so long.
    let severity = match policy {
        ScriptedPolicy::Waving => Severity::Warning,
        _ => Severity::Serious,
    };
    let place = place_of_break(scene, &reason);
    let title = format!("the simulation breaks under {}", policy.actions());
    let found = format!(
        "in {} of the episodes: {}",
        percent(share),
        shortened(&reason)
    );
    let is_formula = reason.contains("reward") || reason.contains("condition");
    findings.push(Finding::new(BREAKS, severity, place, title, found).help(if is_formula {
        "use a formula that is finite everywhere: no division by 0, no root or logarithm of a negative number"
    } else {
        "try weaker motors, more damping and armature, or a higher physics_hz; or a larger max_joint_speed, if such speeds are ordinary here"
    }));
}

/// A reason with its numbers rounded.
fn shortened(reason: &str) -> String {
    let short = |word: &str| match word.trim_end_matches(',').parse::<f64>() {
        Ok(number) => word.replace(word.trim_end_matches(','), &short(number)),
        Err(_) => word.to_owned(),
    };
    reason.split(' ').map(short).collect::<Vec<_>>().join(" ")
}

fn place_of_break(scene: &Scene, reason: &str) -> Location {
    let task = scene.task();
    let formula = (task.reward.iter()).position(|reward| reward.of.formula().is_some());
    let condition = (task.end.iter()).position(|end| end.formula().is_some());
    if reason.contains("reward") {
        return formula.map_or(Location::Task("reward"), Location::Reward);
    }
    if reason.contains("of an end") {
        return condition.map_or(Location::Task("end"), Location::End);
    }
    Location::Task(if reason.contains("of success") {
        "success"
    } else if reason.contains("max_joint_speed") {
        "max_joint_speed"
    } else {
        "physics_hz"
    })
}

fn falls_at_start(scene: &Scene, evidence: &Evidence, findings: &mut Vec<Finding>) {
    let task = scene.task();
    let at_once = (AT_ONCE_S * task.control_hz).max(2.0) as u32;
    let is_short = |episode: &EpisodeSummary| {
        episode.length <= at_once && matches!(episode.end, EpisodeEnd::Condition(_))
    };
    let share = |evidence: &PolicyEvidence| {
        let short = evidence.unbroken().filter(|episode| is_short(episode));
        short.count() as f64 / evidence.unbroken().count().max(1) as f64
    };
    let least = evidence.by_policy.iter().map(share).fold(1.0, f64::min);
    let episodes = evidence.unbroken();
    if at_once >= task.episode_steps
        || least < AT_ONCE_SHARE
        || episodes.clone().count() < ENOUGH_EPISODES
    {
        return;
    }
    let mut ended = vec![0; task.end.len()];
    for episode in episodes.clone() {
        if let EpisodeEnd::Condition(end) = episode.end {
            ended[end] += 1;
        }
    }
    let most = (0..ended.len()).rev().max_by_key(|&end| ended[end]);
    let length = mean(episodes.map(|episode| f64::from(episode.length)));
    findings.push(
        Finding::new(
            FALLS_AT_START,
            Severity::Serious,
            most.map_or(Location::Task("end"), Location::End),
            "episodes end at once, whatever the actions",
            format!(
                "they last {} steps on average",
                short(length.unwrap_or(0.0))
            ),
        )
        .help("try a stable home pose, less noise at the start, or a more lenient end condition"),
    );
}

fn solved_by_nothing(scene: &Scene, evidence: &Evidence, findings: &mut Vec<Finding>) {
    let Some(solved) = scene.task().solved else {
        return;
    };
    let solves = |evidence: &&PolicyEvidence| {
        // Holding still may be what the task is about.
        evidence.policy != ScriptedPolicy::Holding
            && evidence.unbroken().count() >= ENOUGH_EPISODES
            && (evidence.return_mean())
                .is_some_and(|return_mean| solved.is_met_by(evidence.success(), return_mean))
    };
    let Some(evidence) = evidence.by_policy.iter().find(solves) else {
        return;
    };
    let found = match solved {
        Solved::Success(_) => format!(
            "{} of the episodes are successes",
            percent(evidence.success().unwrap_or(0.0))
        ),
        Solved::Return(_) => format!(
            "the mean return is {}",
            short(evidence.return_mean().unwrap_or(0.0))
        ),
    };
    let title = format!("the task is solved by {}", evidence.policy.actions());
    let place = Location::Task("solved");
    findings.push(
        Finding::new(SOLVED_BY_NOTHING, Severity::Serious, place, title, found)
            .help("try a harder task, or a stricter `solved` or `success`"),
    );
}

/// Where the reward is negative, the shortest episode has the largest return, unless its end is a success.
fn pays_to_end(scene: &Scene, evidence: &Evidence, findings: &mut Vec<Finding>) {
    let task = scene.task();
    let way_out = |episode: &EpisodeSummary| match episode.end {
        EpisodeEnd::Condition(end)
            if task.end[end].target().is_none() && episode.success != Some(true) =>
        {
            Some(end)
        }
        _ => None,
    };
    let rewards = evidence.by_policy.iter().map(|evidence| &evidence.reward);
    let Some(end) = evidence.unbroken().find_map(way_out) else {
        return;
    };
    if !rewards.clone().all(|reward| reward.mean < 0.0) {
        return;
    }
    let return_where = |is_meant: &dyn Fn(&EpisodeSummary) -> bool| {
        let meant = evidence.unbroken().filter(|episode| is_meant(episode));
        mean(meant.map(|episode| episode.total_reward))
    };
    let ended = return_where(&|episode| way_out(episode).is_some());
    let truncated = return_where(&|episode| episode.end == EpisodeEnd::TimeLimit);
    let per_step = mean(rewards.clone().map(|reward| reward.mean)).unwrap_or(0.0);
    let mut found = format!("the mean reward per step is {}", short(per_step));
    if let (Some(ended), Some(truncated)) = (ended, truncated) {
        // An end that costs more to reach than the whole episode does not pay.
        if ended < truncated {
            return;
        }
        found = format!(
            "{found}; the mean return {} with this end, {} at the time limit",
            short(ended),
            short(truncated)
        );
    }
    let best = rewards
        .map(|reward| reward.max)
        .fold(f64::NEG_INFINITY, f64::max);
    let severity = match best <= 0.0 {
        true => Severity::Serious,
        false => Severity::Warning,
    };
    let title = "it pays to end the episode early";
    findings.push(
        Finding::new(PAYS_TO_END, severity, Location::End(end), title, found).help(
            "add a positive reward for every step, such as `(weight: 1, of: Alive())`, or remove this end condition",
        ),
    );
}
