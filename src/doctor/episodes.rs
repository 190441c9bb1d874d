//! How episodes go: whether they last, whether they are won by nothing, whether it pays to end them.

use super::actor::Actor;
use super::evidence::{Evidence, Fate, Life, Played, mean};
use super::finding::{Finding, Kind, percent, short};
use super::thresholds::{AT_ONCE_S, AT_ONCE_SHARE, EPISODES, SATURATED};
use crate::scene::{Place, Scene, Severity};
use crate::task::Solved;

/// Looks at what the episodes of all actors were like.
pub(super) fn judge(scene: &Scene, evidence: &Evidence, findings: &mut Vec<Finding>) {
    // What is thrown apart in the first step may break, and then that is why.
    if !(findings.iter()).any(|finding| finding.kind == Kind::OverlapsAtStart) {
        breaks(scene, evidence, findings);
    }
    if falls_at_start(scene, evidence, findings) {
        // What lasts a moment shows nothing else.
        return;
    }
    solved_by_nothing(scene, evidence, findings);
    pays_to_end(scene, evidence, findings);
    saturates(scene, evidence, findings);
}

/// The physics engine gave up where nobody has acted yet.
pub(super) fn panicked(panic: &str) -> Finding {
    Finding {
        kind: Kind::Breaks,
        severity: Severity::Serious,
        place: Place::Task("physics_hz"),
        title: "the simulation breaks when nobody has acted yet".to_owned(),
        found: format!("the physics engine panicked: {panic}"),
        help: vec!["masses, sizes and positions of ordinary size".to_owned()],
    }
}

fn breaks(scene: &Scene, evidence: &Evidence, findings: &mut Vec<Finding>) {
    let broken = |played: &Played| {
        let reasons = played.lives.iter().filter_map(|life| match &life.fate {
            Fate::Broken(reason) => Some(reason.clone()),
            _ => None,
        });
        let reasons: Vec<String> = reasons.collect();
        let share = reasons.len() as f64 / played.lives.len().max(1) as f64;
        Some((share, reasons.into_iter().next()?, played.actor))
    };
    let broken = || evidence.by.iter().filter_map(broken);
    let ordinary = broken().find(|(_, _, actor)| *actor != Actor::Waving);
    let Some((share, reason, actor)) = ordinary.or_else(|| broken().next()) else {
        return;
    };
    let is_formula = reason.contains("reward") || reason.contains("condition");
    findings.push(Finding {
        kind: Kind::Breaks,
        // A learner begins with noise from step to step; what takes a wave to break, it may never meet.
        severity: match actor {
            Actor::Waving => Severity::Warning,
            _ => Severity::Serious,
        },
        place: place_of_break(scene, &reason),
        title: format!("the simulation breaks when somebody {}", actor.does()),
        found: format!("in {} of the episodes: {}", percent(share), shortened(&reason)),
        help: vec![if is_formula {
            "a formula that is a number everywhere: not divided by 0, no root or logarithm of what is negative".to_owned()
        } else {
            "weaker motors, more damping and armature, a higher physics_hz; or a larger max_joint_speed, if such speeds are ordinary here"
                .to_owned()
        }],
    });
}

/// The same with numbers that are no longer than they are exact.
fn shortened(reason: &str) -> String {
    let short = |word: &str| match word.trim_end_matches(',').parse::<f64>() {
        Ok(number) => word.replace(word.trim_end_matches(','), &short(number)),
        Err(_) => word.to_owned(),
    };
    reason.split(' ').map(short).collect::<Vec<_>>().join(" ")
}

fn place_of_break(scene: &Scene, reason: &str) -> Place {
    let task = scene.task();
    let formula = (task.reward.iter()).position(|reward| reward.of.formula().is_some());
    let condition = (task.end.iter()).position(|end| end.formula().is_some());
    if reason.contains("reward") {
        return formula.map_or(Place::Task("reward"), Place::Reward);
    }
    if reason.contains("of an end") {
        return condition.map_or(Place::Task("end"), Place::End);
    }
    Place::Task(if reason.contains("of success") {
        "success"
    } else if reason.contains("max_joint_speed") {
        "max_joint_speed"
    } else {
        "physics_hz"
    })
}

/// Whether nearly every episode is over at once, whatever is done.
fn falls_at_start(scene: &Scene, evidence: &Evidence, findings: &mut Vec<Finding>) -> bool {
    if findings
        .iter()
        .any(|finding| finding.kind == Kind::EndsAtStart)
    {
        return true;
    }
    let task = scene.task();
    let at_once = (AT_ONCE_S * task.control_hz).max(2.0) as u32;
    let is_short = |life: &Life| life.length <= at_once && matches!(life.fate, Fate::End(_));
    let share = |played: &Played| {
        let short = played.sound().filter(|life| is_short(life)).count();
        short as f64 / played.sound().count().max(1) as f64
    };
    let least = evidence.by.iter().map(share).fold(1.0, f64::min);
    let lives = || evidence.by.iter().flat_map(Played::sound);
    if at_once >= task.episode_steps || least < AT_ONCE_SHARE || lives().count() < EPISODES {
        return false;
    }
    let mut ended = vec![0; task.end.len()];
    for life in lives() {
        if let Fate::End(end) = life.fate {
            ended[end] += 1;
        }
    }
    let most = (0..ended.len()).rev().max_by_key(|&end| ended[end]);
    let length = mean(lives().map(|life| f64::from(life.length)));
    findings.push(Finding {
        kind: Kind::FallsAtStart,
        severity: Severity::Serious,
        place: most.map_or(Place::Task("end"), Place::End),
        title: "episodes are over at once, whatever is done".to_owned(),
        found: format!(
            "they last {} steps on average",
            short(length.unwrap_or(0.0))
        ),
        help: vec![
            "a home that stands, less noise at the start, or an end that waits longer".to_owned(),
        ],
    });
    true
}

fn solved_by_nothing(scene: &Scene, evidence: &Evidence, findings: &mut Vec<Finding>) {
    let Some(solved) = scene.task().solved else {
        return;
    };
    // To hold still may be what is to be learnt; to do nothing or anything is not.
    let ignorant = evidence
        .by
        .iter()
        .filter(|played| played.actor != Actor::Holding);
    let solves = |played: &&Played| {
        let enough = played.sound().count() >= EPISODES;
        let good = |return_mean| solved.is_met_by(played.success(), return_mean);
        enough && played.return_mean().is_some_and(good)
    };
    let Some(played) = ignorant.clone().find(solves) else {
        return;
    };
    let measured = match solved {
        Solved::Success(_) => format!(
            "{} of its episodes are successes",
            percent(played.success().unwrap_or(0.0))
        ),
        Solved::Return(_) => format!(
            "its mean return is {}",
            short(played.return_mean().unwrap_or(0.0))
        ),
    };
    findings.push(Finding {
        kind: Kind::SolvedByNothing,
        severity: Severity::Serious,
        place: Place::Task("solved"),
        title: format!("it is solved by somebody who {}", played.actor.does()),
        found: measured,
        help: vec!["a harder task, or more that is asked of `solved` or `success`".to_owned()],
    });
}

/// Where every step costs, the shortest episode is the best, unless it ends in success.
fn pays_to_end(scene: &Scene, evidence: &Evidence, findings: &mut Vec<Finding>) {
    let task = scene.task();
    let is_a_way_out = |life: &Life| match life.fate {
        Fate::End(end) => task.end[end].target().is_none() && life.success != Some(true),
        _ => false,
    };
    let lives = || evidence.by.iter().flat_map(Played::sound);
    let costs = evidence.by.iter().all(|played| played.reward.mean < 0.0);
    let Some(short_one) = lives().find(|life| is_a_way_out(life)) else {
        return;
    };
    if !costs {
        return;
    }
    let Fate::End(end) = short_one.fate else {
        return;
    };
    let best = (evidence.by.iter())
        .map(|played| played.reward.greatest)
        .fold(f64::NEG_INFINITY, f64::max);
    let per_step = mean(evidence.by.iter().map(|played| played.reward.mean)).unwrap_or(0.0);
    let ended = mean(
        lives()
            .filter(|life| is_a_way_out(life))
            .map(|life| life.total),
    );
    let lived = mean(
        lives()
            .filter(|life| life.fate == Fate::Time)
            .map(|life| life.total),
    );
    // An end that only a dear way leads to is no way out.
    if let (Some(ended), Some(lived)) = (ended, lived)
        && ended < lived
    {
        return;
    }
    let mut found = format!("a step pays {} on average", short(per_step));
    if let (Some(ended), Some(lived)) = (ended, lived) {
        found = format!(
            "{found}: {} in episodes that it ends, {} in whole ones",
            short(ended),
            short(lived)
        );
    }
    findings.push(Finding {
        kind: Kind::PaysToEnd,
        severity: if best <= 0.0 {
            Severity::Serious
        } else {
            Severity::Warning
        },
        place: Place::End(end),
        title: "it pays to end the episode early".to_owned(),
        found,
        help: vec![
            "a reward for every step that is lived, like `(weight: 1, of: Alive())`, or no such end".to_owned(),
        ],
    });
}

/// Motors that have nothing left when they hold still.
fn saturates(scene: &Scene, evidence: &Evidence, findings: &mut Vec<Finding>) {
    let is_known = |findings: &[Finding], place: &Place| {
        findings
            .iter()
            .any(|finding| finding.kind == Kind::MotorTooWeak && finding.place == *place)
    };
    let holding = evidence
        .by
        .iter()
        .filter(|played| played.actor == Actor::Holding);
    for played in holding {
        for (motor, saturated) in scene.robot().motors.iter().zip(&played.saturated) {
            let share = *saturated as f64 / played.settled.max(1) as f64;
            let place = Place::Joint {
                joint: motor.joint,
                field: "torque",
            };
            if share < SATURATED || is_known(findings, &place) {
                continue;
            }
            findings.push(Finding {
                kind: Kind::MotorSaturates,
                severity: Severity::Warning,
                place,
                title: format!(
                    "the motor of `{}` has nothing left when it holds its home",
                    scene.robot().joints[motor.joint].name
                ),
                found: format!("it gives all it has in {} of the steps", percent(share)),
                help: vec![
                    "more torque, or less of what pushes the joint away: springs, weight"
                        .to_owned(),
                ],
            });
        }
    }
}
