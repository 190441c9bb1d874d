//! Rewards that carry no signal, and terms that drown the others.

use crate::doctor::check::{Check, Rollouts, Run};
use crate::doctor::evidence::{ENOUGH_STEPS, EpisodeEnd, Evidence, RunningStatistics, shares};
use crate::doctor::finding::{Finding, FindingKind, percent, short};
use crate::doctor::scripted_policy::ScriptedPolicy;
use crate::scene::{Location, Scene, Severity};

pub(super) const CHECK: Check = Check {
    kinds: &[CONSTANT, NEVER_FIRES, DROWNS],
    run: Run::Rollouts(run),
};

const CONSTANT: FindingKind =
    FindingKind::new("reward-constant", "the reward was the same in every step");

const NEVER_FIRES: FindingKind =
    FindingKind::new("reward-never-fires", "a reward term was 0 in every step");

const DROWNS: FindingKind = FindingKind::new(
    "reward-drowns",
    "a cost of moving is 95 % of the absolute reward of random actions, or a term is always far larger than all others",
);

/// A term whose largest absolute value is a smaller fraction of the largest of all terms never fires.
const SILENT: f64 = 1e-6;
/// Share of the absolute reward above which a cost of moving leaves one thing to learn: to keep still.
const COSTLY: f64 = 0.95;
/// If the largest value of all other terms is a smaller fraction of a term's mean, they are lost in its noise.
const DROWNED: f64 = 0.02;

fn run(rollouts: &Rollouts, findings: &mut Vec<Finding>) {
    let (scene, evidence) = (rollouts.scene, rollouts.evidence);
    if evidence.steps() >= ENOUGH_STEPS && !constant(scene, evidence, findings) {
        let terms = evidence.terms();
        never_fires(scene, evidence, &terms, findings);
        drowns(scene, evidence, &terms, findings);
    }
}

/// Reports and returns whether the reward carries no signal. Where episodes terminate, a constant reward still measures their length.
fn constant(scene: &Scene, evidence: &Evidence, findings: &mut Vec<Finding>) -> bool {
    let rewards = evidence.by_policy.iter().map(|evidence| &evidence.reward);
    let min = rewards.clone().map(|reward| reward.min);
    let min = min.fold(f64::INFINITY, f64::min);
    let max = rewards.map(|reward| reward.max);
    let max = max.fold(f64::NEG_INFINITY, f64::max);
    let terminates =
        (evidence.unbroken()).any(|episode| matches!(episode.end, EpisodeEnd::Condition(_)));
    if max > min || !min.is_finite() || terminates && min != 0.0 {
        return false;
    }
    let place = match scene.task().reward.len() {
        1 => Location::Reward(0),
        _ => Location::Task("reward"),
    };
    let title = "the reward is the same whatever the actions";
    let found = format!("{} in each of {} steps", short(min), evidence.steps());
    findings.push(
        Finding::new(CONSTANT, Severity::Serious, place, title, found).help(
            "add a term that shows the way, such as `Distance(point: ..)`: a reward that is never met cannot be learnt",
        ),
    );
    true
}

fn never_fires(
    scene: &Scene,
    evidence: &Evidence,
    terms: &[RunningStatistics],
    findings: &mut Vec<Finding>,
) {
    let largest = terms.iter().map(RunningStatistics::absolute_max);
    let largest = largest.fold(0.0, f64::max);
    for (i, (term, reward)) in terms.iter().zip(&scene.task().reward).enumerate() {
        if reward.weight == 0.0 || term.absolute_max() > SILENT * largest {
            continue;
        }
        let place = Location::Reward(i);
        let title = "this reward term is never paid to an untrained policy";
        let found = format!("0 in each of {} steps", evidence.steps());
        findings.push(if reward.weight > 0.0 {
            Finding::new(NEVER_FIRES, Severity::Warning, place, title, found).help(
                "use a term with a signal from farther away, such as `Near` with a larger width",
            )
        } else {
            // A penalty that never applies is a good sign.
            Finding::new(NEVER_FIRES, Severity::Note, place, title, found)
        });
    }
}

/// Reports terms that drown the others: a cost of moving that outweighs the rest, or a term of the task that is on average far larger
/// than any other ever was. A cost that is small beside the task is as it should be.
fn drowns(
    scene: &Scene,
    evidence: &Evidence,
    terms: &[RunningStatistics],
    findings: &mut Vec<Finding>,
) {
    let rewards = &scene.task().reward;
    // Learners begin with random actions.
    let random =
        (evidence.by_policy.iter()).find(|evidence| evidence.policy == ScriptedPolicy::Random);
    let Some(shares) = random.and_then(|evidence| shares(&evidence.terms)) else {
        return;
    };
    let means: Vec<f64> = terms.iter().map(RunningStatistics::absolute_mean).collect();
    let others = |term: usize| {
        (0..rewards.len())
            .filter(move |&i| i != term && rewards[i].weight != 0.0 && !rewards[i].of.is_cost())
    };
    for (i, reward) in rewards.iter().enumerate() {
        if others(i).next().is_none() {
            continue;
        }
        let of_others: f64 = others(i).map(|other| means[other]).sum();
        let largest = others(i).map(|other| terms[other].absolute_max());
        let largest = largest.fold(0.0, f64::max);
        let (drowns, title) = if reward.of.is_cost() {
            (
                shares[i] > COSTLY,
                "the cost of moving outweighs the task's reward",
            )
        } else {
            let drowns = largest > 0.0 && largest < DROWNED * means[i];
            (drowns, "this reward term drowns the task's other terms")
        };
        if !drowns {
            continue;
        }
        let balanced = f64::from(reward.weight) * of_others / means[i];
        let found = format!(
            "{} of the absolute reward under random actions",
            percent(shares[i])
        );
        findings.push(
            Finding::new(DROWNS, Severity::Warning, Location::Reward(i), title, found).help(
                format!(
                    "a weight of {} would make it as large as the task's other terms",
                    short(balanced)
                ),
            ),
        );
    }
}
