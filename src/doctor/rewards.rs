//! What the terms of the reward say, and whether they are heard.

use super::actor::Actor;
use super::evidence::{Evidence, Fate, Played, Spread, shares};
use super::finding::{Finding, Kind, percent, short};
use super::thresholds::{COSTLY, DROWNED, SILENT};
use crate::scene::{Place, Scene, Severity};

/// Looks at the reward's terms, over all actors.
pub(super) fn judge(scene: &Scene, evidence: &Evidence, findings: &mut Vec<Finding>) {
    if !constant(scene, evidence, findings) {
        silent(scene, evidence, findings);
        drowning(scene, evidence, findings);
    }
}

/// Whether the reward says nothing at all. Where episodes end early it says at least how long they last.
fn constant(scene: &Scene, evidence: &Evidence, findings: &mut Vec<Finding>) -> bool {
    let rewards = || evidence.by.iter().map(|played| &played.reward);
    let least = rewards()
        .map(|reward| reward.least)
        .fold(f64::INFINITY, f64::min);
    let greatest = rewards()
        .map(|reward| reward.greatest)
        .fold(f64::NEG_INFINITY, f64::max);
    let mut lives = evidence.by.iter().flat_map(Played::sound);
    let ends = lives.any(|life| matches!(life.fate, Fate::End(_)));
    if greatest > least || !least.is_finite() || ends && least != 0.0 {
        return false;
    }
    let field = if scene.task().reward.len() == 1 {
        Place::Reward(0)
    } else {
        Place::Task("reward")
    };
    findings.push(Finding {
        kind: Kind::RewardConstant,
        severity: Severity::Serious,
        place: field,
        title: "the reward is the same whatever is done".to_owned(),
        found: format!("{} in each of {} steps", short(least), evidence.steps()),
        help: vec![
            "a term that says which way is better, like `Distance(point: ..)`: what is never met cannot be followed"
                .to_owned(),
        ],
    });
    true
}

fn silent(scene: &Scene, evidence: &Evidence, findings: &mut Vec<Finding>) {
    let rewards = &scene.task().reward;
    let terms: Vec<Spread> = (0..rewards.len()).map(|term| evidence.term(term)).collect();
    let largest = terms.iter().map(Spread::largest).fold(0.0, f64::max);
    for (i, (term, reward)) in terms.iter().zip(rewards).enumerate() {
        if reward.weight == 0.0 || term.largest() > SILENT * largest {
            continue;
        }
        // A penalty that is never due is a good sign.
        let pays = reward.weight > 0.0;
        findings.push(Finding {
            kind: Kind::RewardNeverFires,
            severity: if pays {
                Severity::Warning
            } else {
                Severity::Note
            },
            place: Place::Reward(i),
            title: "this reward term is never paid to somebody who has learnt nothing".to_owned(),
            found: format!("0 in each of {} steps", evidence.steps()),
            help: if pays {
                vec![
                    "a term that is already felt from afar, like `Near` with a larger width"
                        .to_owned(),
                ]
            } else {
                Vec::new()
            },
        });
    }
}

/// Terms that nothing else is heard beside: a cost of moving that is more than there is to earn, or a term of the task that is
/// always larger than all others ever were. A cost that is small beside the task is as it should be.
fn drowning(scene: &Scene, evidence: &Evidence, findings: &mut Vec<Finding>) {
    let rewards = &scene.task().reward;
    // Random actions are what a learner begins with.
    let random = evidence
        .by
        .iter()
        .find(|played| played.actor == Actor::Random);
    let Some(shares) = random.and_then(|played| shares(&played.terms)) else {
        return;
    };
    let terms: Vec<Spread> = (0..rewards.len()).map(|term| evidence.term(term)).collect();
    let sizes: Vec<f64> = terms.iter().map(Spread::mean_size).collect();
    let others = |term: usize| {
        (0..rewards.len())
            .filter(move |&i| i != term && rewards[i].weight != 0.0 && !rewards[i].of.is_cost())
    };
    for (i, reward) in rewards.iter().enumerate() {
        if others(i).next().is_none() {
            continue;
        }
        let of_others: f64 = others(i).map(|other| sizes[other]).sum();
        let loudest = others(i)
            .map(|other| terms[other].largest())
            .fold(0.0, f64::max);
        let (drowns, title) = if reward.of.is_cost() {
            (
                shares[i] > COSTLY,
                "moving costs more than there is to earn",
            )
        } else {
            let drowns = loudest > 0.0 && loudest < DROWNED * sizes[i];
            (drowns, "this reward term drowns what else the task pays")
        };
        if !drowns {
            continue;
        }
        let as_loud = f64::from(reward.weight) * of_others / sizes[i];
        findings.push(Finding {
            kind: Kind::RewardDrowns,
            severity: Severity::Warning,
            place: Place::Reward(i),
            title: title.to_owned(),
            found: format!(
                "{} of what terms give and take when somebody acts at random",
                percent(shares[i])
            ),
            help: vec![format!(
                "with a weight of {} it would be as large as the task's other terms",
                short(as_loud)
            )],
        });
    }
}
