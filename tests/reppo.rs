//! Promise: REPPO's update is what its formulas say, and no number that is not finite is ever learnt from.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its own data fails"
)]

use sinew::learn::LearnerSettings;
use sinew::learn::rollout::Rollout;
use sinew::metrics::{Metric, Row};
use sinew::policy::{Noise, Policy, Scratch};
use sinew::scene::Scene;
use sinew::seed::Seed;
use sinew::step::{ActionSpace, Spaces, StepEnd};
use sinew::worker_pool::WorkerPool;

fn spaces() -> Spaces {
    Spaces {
        observation: vec!["x".into(), "v".into()],
        action: ActionSpace::Continuous(vec!["u".into()]),
    }
}

fn settings(set: &[&str]) -> LearnerSettings {
    let all = ["learner.envs=4", "learner.horizon=8", "learner.batch=32"];
    let set: Vec<String> = all.iter().chain(set).map(|&s| s.to_owned()).collect();
    let scene = Scene::open_with("pendulum", Some("reppo"), &set).expect("it is shipped");
    scene.learner(Some("reppo")).expect("it is there").1.clone()
}

/// Four environments whose observations wander, acted in by `policy`; an action near 0.5 is rewarded.
fn rollout(policy: &Policy, round: u64) -> Rollout {
    let mut rollout = Rollout::new(4, 8, &spaces(), 2);
    let distribution = policy.distribution();
    let mut noise = Noise::new(Seed::new(5).stream("test").nth(round));
    for i in 0..rollout.samples() {
        let observation = [(i as f32 * 0.7).sin(), (i as f32 * 0.3).cos()];
        rollout.observations[2 * i..][..2].copy_from_slice(&observation);
        let mut scratch = Scratch::default();
        let outputs = policy.outputs(1, &observation, &mut scratch);
        let mut action = [0.0];
        rollout.log_probabilities[i] = distribution.sample(outputs, &mut noise, &mut action);
        rollout.outputs[2 * i..][..2].copy_from_slice(outputs);
        rollout.actions[i] = action[0];
        rollout.rewards[i] = -(action[0] - 0.5).powi(2);
    }
    rollout
}

fn update(set: &[&str], change: impl Fn(&mut Rollout)) -> (Row, Policy, Policy) {
    let mut learner = settings(set).settings().start(&spaces(), Seed::new(1));
    let before = (*learner.policy()).clone();
    let mut rollout = rollout(&before, 0);
    change(&mut rollout);
    let row = learner
        .update(&rollout, &WorkerPool::new(2))
        .unwrap()
        .unwrap();
    let after = (*learner.policy()).clone();
    (row, before, after)
}

#[test]
fn the_policy_that_acted_has_not_moved() {
    // One pass in one minibatch: all is measured before anything has moved.
    let (row, ..) = update(&["learner.epochs=1"], |_| {});
    assert_eq!(row.get(Metric::Kl), Some(0.0));
    assert_eq!(row.get(Metric::ClipFraction), Some(0.0));
}

#[test]
fn rewarded_actions_become_more_likely() {
    let set = ["learner.gamma=0", "learner.target_entropy=-2"];
    let mut learner = settings(&set).settings().start(&spaces(), Seed::new(1));
    let miss = |policy: &Policy| -rollout(policy, 1000).rewards.iter().sum::<f32>() / 32.0;
    let before = miss(&learner.policy());
    for round in 0..30 {
        let rollout = rollout(&learner.policy(), round);
        learner.update(&rollout, &WorkerPool::new(1)).unwrap();
    }
    let after = miss(&learner.policy());
    assert!(after < 0.25 * before, "{before} became {after}");
}

#[test]
fn an_update_with_a_number_that_is_not_finite_is_rolled_back() {
    let spoil: [fn(&mut Rollout, f32); 4] = [
        |rollout, bad| rollout.rewards[5] = bad,
        |rollout, bad| rollout.observations[0] = bad,
        |rollout, bad| rollout.log_probabilities[3] = bad,
        |rollout, bad| rollout.outputs[3] = bad,
    ];
    for (spoil, bad) in spoil
        .iter()
        .flat_map(|s| [(s, f32::NAN), (s, f32::INFINITY)])
    {
        let (row, before, after) = update(&[], |rollout| spoil(rollout, bad));
        assert_eq!(before.network, after.network, "nothing is committed");
        assert!(after.is_finite());
        assert!(row.get(Metric::Dropped) > Some(0.0));
    }
}

#[test]
fn a_broken_step_is_masked() {
    let marked = |rollout: &mut Rollout| {
        rollout.ends[10] = StepEnd::Broken;
        rollout.ends[9] = StepEnd::TimeLimit {
            last: vec![0.5, 0.5],
        };
        rollout.rewards[10] = 0.0;
    };
    let (_, _, masked) = update(&[], marked);
    let (_, _, masked_and_wild) = update(&[], |rollout| {
        marked(rollout);
        rollout.actions[10] = 1e20;
        rollout.log_probabilities[10] = -1e20;
    });
    assert_eq!(
        masked.network, masked_and_wild.network,
        "what it did makes no difference"
    );
    let (_, _, unmasked) = update(&[], |_| {});
    assert_ne!(masked.network, unmasked.network);
}

#[test]
fn any_pool_learns_the_same_bits() {
    let learn = |threads| {
        let mut learner = settings(&["learner.batch=13"])
            .settings()
            .start(&spaces(), Seed::new(1));
        for round in 0..3 {
            let rollout = rollout(&learner.policy(), round);
            learner.update(&rollout, &WorkerPool::new(threads)).unwrap();
        }
        learner.save()
    };
    assert_eq!(learn(1), learn(2));
    assert_eq!(learn(1), learn(5));
}

#[test]
fn choices_are_refused_in_words() {
    let choices = Spaces {
        action: ActionSpace::Discrete(vec!["left".into(), "right".into()]),
        ..spaces()
    };
    let refused = settings(&[]).settings().suits(&choices).unwrap_err();
    assert!(refused.contains("choices"), "{refused}");
}
