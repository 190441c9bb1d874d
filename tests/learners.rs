//! Promise: every learner makes rewarded actions more likely, of every kind of action that suits it, and says which kind does not.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its own data fails"
)]

use bevy::ecs::prelude::{IntoScheduleConfigs, Query};
use sinew::checkpoint::{RunFolder, RunSettings};
use sinew::learn::{LearnerKind, LearnerSettings};
use sinew::pod::{Action, Control, Environment, Episode, Observation, Pod, Reward};
use sinew::scene::Scene;
use sinew::step::{ActionSpace, Spaces, StepEnd};
use sinew::train::publish::Viewer;
use sinew::train::{Job, TrainError, TrainResult, Trainer};
use std::sync::Arc;

/// Episodes of four steps in which one and the same action is best: the third of four choices, or 0.5.
#[derive(Clone, Copy)]
enum Bandit {
    Choices,
    Number,
}

impl Environment for Bandit {
    fn spaces(&self) -> Spaces {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Spaces {
            observation: names(&["time"]),
            action: match self {
                Self::Choices => ActionSpace::Discrete(names(&["a", "b", "c", "d"])),
                Self::Number => ActionSpace::Continuous(names(&["x"])),
            },
        }
    }

    fn build(&self, pod: &mut Pod) {
        for slot in pod.slots() {
            pod.spawn(slot, ());
        }
        match self {
            Self::Choices => {
                pod.add_systems(pay_the_third.in_set(Control::Physics));
            }
            Self::Number => {
                pod.add_systems(pay_a_half.in_set(Control::Physics));
            }
        }
        pod.add_systems((judge.in_set(Control::Judge), begin.in_set(Control::Reset)));
    }
}

fn pay_the_third(mut bandits: Query<(&Action, &mut Reward)>) {
    for (Action(action), mut reward) in &mut bandits {
        reward.0 = f32::from(action[0] == 2.0);
    }
}

fn pay_a_half(mut bandits: Query<(&Action, &mut Reward)>) {
    for (Action(action), mut reward) in &mut bandits {
        reward.0 = 1.0 - (action[0].clamp(-1.0, 1.0) - 0.5).abs();
    }
}

fn judge(mut bandits: Query<(&mut Episode, &mut Observation, &mut StepEnd)>) {
    for (mut episode, mut observation, mut end) in &mut bandits {
        episode.steps += 1;
        observation.0 = vec![0.25 * episode.steps as f32];
        if episode.steps == 4 {
            *end = StepEnd::Terminated;
        }
    }
}

fn begin(mut bandits: Query<(&StepEnd, &mut Observation)>) {
    for (end, mut observation) in &mut bandits {
        if end.is_end() {
            observation.0 = vec![0.0];
        }
    }
}

/// The usual preset of every learner.
fn presets() -> impl Iterator<Item = &'static str> {
    LearnerKind::ALL.iter().map(|kind| kind.presets[0].0)
}

/// Whether the learner of a preset has such actions.
fn suits(name: &str, bandit: Bandit) -> bool {
    let settings = preset(name, &[]);
    settings.settings().suits(&bandit.spaces()).is_ok()
}

/// A preset, the small scene's or the shipped one, as short and as fast as these need it.
fn preset(name: &str, set: &[&str]) -> LearnerSettings {
    let all = ["learner.rate=Constant(0.003)", "learner.envs=8"];
    let sac = [
        "learner.rate=0.003",
        "learner.critic_rate=0.003",
        "learner.gamma=0",
    ];
    let all: &[&str] = if name == "sac" { &sac } else { &all };
    let set: Vec<String> = all.iter().chain(set).map(|&s| s.to_owned()).collect();
    let scene = Scene::open_with("tests/scenes/hinge.ron", Some(name), &set).unwrap();
    scene.learner(Some(name)).unwrap().1.clone()
}

fn train(bandit: Bandit, name: &str, steps: u64) -> Result<TrainResult, TrainError> {
    let set = format!("learner.steps={steps}");
    let scene = Arc::new(Scene::open("pendulum").unwrap());
    let job = Job {
        environment: Arc::new(bandit),
        solved: None,
        learner: preset(name, &[&set]),
        threads: 2,
        ..Job::new(&scene, None, 1)?
    };
    Ok(Trainer::new(job, Viewer::default().publisher())?.run())
}

/// What an episode pays at best.
const BEST: f64 = 4.0;

#[test]
fn the_best_choice_is_found() {
    let mut seen = 0;
    for name in presets().filter(|name| suits(name, Bandit::Choices)) {
        let result = train(Bandit::Choices, name, 40_000).unwrap();
        assert_eq!(result.return_mean, Some(BEST), "{name}");
        seen += 1;
    }
    assert!(seen >= 5, "{seen}");
}

#[test]
fn the_best_number_is_found() {
    for name in presets() {
        assert!(suits(name, Bandit::Number), "{name}");
        // Off-policy learners need fewer steps.
        let is_off_policy = preset(name, &[]).settings().warmup() > 0;
        let steps = if is_off_policy { 20_000 } else { 80_000 };
        let result = train(Bandit::Number, name, steps).unwrap();
        let found = result.return_mean.unwrap();
        // Untrained, the mean action is 0 and is rewarded with 2.
        assert!(found > 0.9 * BEST, "{name}: {found}");
    }
}

#[test]
fn a_learner_without_choices_says_so_and_which_have() {
    let unsuited = presets().filter(|name| !suits(name, Bandit::Choices));
    let unsuited = Vec::from_iter(unsuited);
    assert!(!unsuited.is_empty());
    for name in unsuited {
        let Err(TrainError::Unsuited(problem)) = train(Bandit::Choices, name, 1000) else {
            panic!("{name} has no choices");
        };
        assert!(problem.contains("PPO"), "{problem}");
    }
}

#[test]
fn a_baseline_lowers_the_variance_of_the_gradient() {
    let variance = |baseline: &str| {
        let folder = tempfile::tempdir().unwrap();
        let scene = Scene::open_with(
            "tests/scenes/hinge.ron",
            Some("reinforce"),
            &[
                "learner.steps=100000".to_owned(),
                "learner.standardize=false".to_owned(),
                format!("learner.baseline={baseline}"),
            ],
        );
        let scene = Arc::new(scene.unwrap());
        let settings = scene.learner(Some("reinforce")).unwrap().1.clone();
        let run = RunSettings {
            version: "test".into(),
            scene: "hinge".into(),
            learner: "reinforce".into(),
            seed: 1,
            steps: settings.settings().steps(),
            envs: settings.settings().envs(),
        };
        let opened = RunFolder::open(Some(folder.path()), run, None);
        let job = Job {
            folder: Some(opened.unwrap()),
            solved: None,
            threads: 2,
            ..Job::new(&scene, Some("reinforce"), 1).unwrap()
        };
        Trainer::new(job, Viewer::default().publisher())
            .unwrap()
            .run();
        let mut table = csv::Reader::from_path(folder.path().join("metrics.csv")).unwrap();
        let column = table
            .headers()
            .unwrap()
            .iter()
            .position(|name| name == "gradient_variance");
        let column = column.unwrap();
        let variances: Vec<f64> = (table.records())
            .filter_map(|row| row.unwrap()[column].parse().ok())
            .collect();
        // Once the baseline has been learnt.
        let late = &variances[variances.len() / 2..];
        late.iter().sum::<f64>() / late.len() as f64
    };
    let (plain, with_baseline) = (variance("None"), variance("Value(rate: 0.01, fits: 10)"));
    assert!(
        with_baseline < 0.5 * plain,
        "{plain} became {with_baseline}"
    );
}
