//! `sinew check`.

use clap::Args;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use super::Run;
use super::print::{Failure, note, or_dash, say, say_json};
use crate::doctor::{self, Checkup, Finding, PolicyEvidence, Preset};
use crate::pod::scene::spaces;
use crate::scene::{Location, Scene, Severity};

/// Report errors in a scene and, after about a second of simulation, what probably keeps it from being learnt
#[derive(Args)]
pub(super) struct Check {
    /// A RON file or the name of a shipped scene
    scene: String,
    /// Preset that the scene is to be trained with [default: the scene's first]
    #[arg(long, value_name = "NAME")]
    learner: Option<String>,
    /// Override a value of the scene or the preset, e.g. robot.joints.elbow.torque=20; repeatable
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Print one JSON object on standard output instead
    #[arg(long)]
    json: bool,
}

impl Run for Check {
    fn run(&self, _: Instant) -> Result<ExitCode, Failure> {
        let scene = Scene::open_with(&self.scene, self.learner.as_deref(), &self.set)?;
        let scene = Arc::new(scene);
        let preset = scene.learner(self.learner.as_deref())?;
        let checkup = doctor::check(&scene, preset)?;
        if self.json {
            say_json(&object(&scene, preset, &checkup));
        } else {
            report(&scene, &checkup);
        }
        let is_serious = |finding: &Finding| finding.severity == Severity::Serious;
        Ok(match checkup.findings.iter().any(is_serious) {
            true => ExitCode::FAILURE,
            false => ExitCode::SUCCESS,
        })
    }
}

/// Prints the warnings that need no rollout, before a training. They do not stop it.
pub(super) fn warn(scene: &Scene, preset: Preset) {
    for finding in doctor::check_static(scene, preset) {
        if finding.severity != Severity::Note {
            note(format_args!("{}", told(scene, &finding)));
        }
    }
}

fn told(scene: &Scene, finding: &Finding) -> String {
    finding.remark(scene).told(finding.severity)
}

fn report(scene: &Scene, checkup: &Checkup) {
    for finding in &checkup.findings {
        say(format_args!("{}\n", told(scene, finding)));
    }
    if checkup.evidence.steps() > 0 {
        actors(checkup);
        rewards(scene, checkup);
        observations(scene, checkup);
    }
    let count = |severity| {
        checkup
            .findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let counts = match (
        count(Severity::Serious),
        count(Severity::Warning),
        count(Severity::Note),
    ) {
        (0, 0, 0) => "fine".to_owned(),
        (serious, warnings, notes) => {
            let several = |count: usize, what: &str| match count {
                1 => format!("1 {what}"),
                _ => format!("{count} {what}s"),
            };
            let (warnings, notes) = (several(warnings, "warning"), several(notes, "note"));
            format!("{serious} serious, {warnings}, {notes}")
        }
    };
    say(format_args!(
        "{}: {counts}. {} links, {} joints, {} observations, {} steps per episode; simulated {} steps, {:.0} per second.",
        scene.name(),
        scene.robot().links.len(),
        scene.robot().joints.len(),
        checkup.evidence.observation.len(),
        scene.task().episode_steps,
        checkup.evidence.steps(),
        checkup.evidence.steps_per_s,
    ));
}

fn actors(checkup: &Checkup) {
    let heading = (
        "policy", "episodes", "return", "length", "success", "per step",
    );
    let (policy, episodes, total, length, success, step) = heading;
    say(format_args!(
        "{policy:10}{episodes:>10}{total:>12}{length:>10}{success:>10}{step:>12}"
    ));
    for evidence in &checkup.evidence.by_policy {
        let number = |x: Option<f64>| or_dash(x.map(|x| format!("{x:.3}")));
        let length = or_dash(evidence.length_mean().map(|x| format!("{x:.1}")));
        let success = or_dash(evidence.success().map(|s| format!("{:.0} %", 100.0 * s)));
        say(format_args!(
            "{:10}{:>10}{:>12}{length:>10}{success:>10}{:>12.4}",
            evidence.policy.name(),
            evidence.episodes.len(),
            number(evidence.return_mean()),
            evidence.reward.mean,
        ));
    }
    say(format_args!(""));
}

/// Each term's share, and its mean per step for each actor.
fn rewards(scene: &Scene, checkup: &Checkup) {
    let by = &checkup.evidence.by_policy;
    let actors: String = by
        .iter()
        .map(|evidence| format!("{:>12}", evidence.policy.name()))
        .collect();
    say(format_args!(
        "{:36}{:>9}{actors}",
        "reward term, mean per step", "share"
    ));
    let shares = checkup.evidence.shares();
    for (i, reward) in scene.task().reward.iter().enumerate() {
        let share = shares
            .as_ref()
            .map(|shares| format!("{:.1} %", 100.0 * shares[i]));
        let means: String = by
            .iter()
            .map(|evidence| format!("{:>12.4}", evidence.terms[i].mean))
            .collect();
        let written = scene.written(&Location::RewardOf(i));
        let written = format!("{} {written}", reward.weight);
        say(format_args!(
            "{:36}{:>9}{means}",
            cut(&written, 35),
            or_dash(share)
        ));
    }
    say(format_args!(""));
}

fn observations(scene: &Scene, checkup: &Checkup) {
    say(format_args!(
        "{:36}{:>12}{:>12}{:>12}{:>12}",
        "observation", "min", "mean", "max", "std"
    ));
    for (name, statistics) in spaces(scene)
        .observation
        .iter()
        .zip(&checkup.evidence.observation)
    {
        say(format_args!(
            "{:36}{:>12.4}{:>12.4}{:>12.4}{:>12.4}",
            cut(name, 35),
            statistics.min,
            statistics.mean,
            statistics.max,
            statistics.std()
        ));
    }
    say(format_args!(""));
}

/// The text, shortened to `most` characters.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 2).chain("..".chars()).collect()
}

/// What `--json` prints.
#[derive(Serialize)]
struct CheckJson {
    scene: String,
    learner: String,
    findings: Vec<Value>,
    actors: Vec<Value>,
    rewards: Vec<Value>,
    observations: Vec<Value>,
    steps: u64,
    steps_per_s: f64,
}

fn object(scene: &Scene, (learner, _): Preset, checkup: &Checkup) -> CheckJson {
    let evidence = &checkup.evidence;
    let shares = evidence.shares();
    let by_actor = |value: &dyn Fn(&PolicyEvidence) -> Value| {
        let entries = evidence
            .by_policy
            .iter()
            .map(|evidence| (evidence.policy.name().to_owned(), value(evidence)));
        Value::Object(entries.collect::<Map<_, _>>())
    };
    let actor = |evidence: &PolicyEvidence| {
        json!({
            "actor": evidence.policy.name(),
            "steps": evidence.steps,
            "episodes": evidence.episodes.len(),
            "broken": evidence.episodes.len() - evidence.unbroken().count(),
            "return_mean": evidence.return_mean(),
            "length_mean": evidence.length_mean(),
            "success": evidence.success(),
            "reward_per_step": evidence.reward.mean,
        })
    };
    let reward = |i: usize| {
        json!({
            "weight": scene.task().reward[i].weight,
            "term": scene.written(&Location::RewardOf(i)),
            "share": shares.as_ref().map(|shares| shares[i]),
            "per_step": by_actor(&|evidence| json!(evidence.terms[i].mean)),
        })
    };
    let observation = |(name, statistics): (String, &doctor::RunningStatistics)| {
        json!({
            "name": name,
            "least": statistics.min,
            "mean": statistics.mean,
            "greatest": statistics.max,
            "deviation": statistics.std(),
        })
    };
    let names = spaces(scene).observation.into_iter();
    CheckJson {
        scene: scene.name().to_owned(),
        learner: learner.to_owned(),
        findings: checkup
            .findings
            .iter()
            .map(|finding| plain(scene, finding))
            .collect(),
        actors: evidence.by_policy.iter().map(actor).collect(),
        rewards: (0..scene.task().reward.len()).map(reward).collect(),
        observations: names.zip(&evidence.observation).map(observation).collect(),
        steps: evidence.steps(),
        steps_per_s: evidence.steps_per_s,
    }
}

fn plain(scene: &Scene, finding: &Finding) -> Value {
    let (line, column) = finding.remark(scene).position();
    let severity = match finding.severity {
        Severity::Serious => "serious",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    json!({
        "kind": finding.kind.name(),
        "severity": severity,
        "file": scene.origin(),
        "line": line,
        "column": column,
        "message": finding.title,
        "found": finding.found,
        "help": finding.help,
    })
}
