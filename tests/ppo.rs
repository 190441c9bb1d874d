//! Promise: PPO's update is what its formulas say, and no number that is not finite is ever learnt from.
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
    let scene = Scene::open_with("pendulum", Some("ppo"), &set).expect("it is shipped");
    scene.learner(Some("ppo")).expect("it is there").1.clone()
}

/// Four environments whose observations wander, acted in by `policy`; the action is the reward.
fn rollout(policy: &Policy) -> Rollout {
    let mut rollout = Rollout::new(4, 8, &spaces(), 1);
    let distribution = policy.distribution();
    let mut noise = Noise::new(Seed::new(5).stream("test").nth(0));
    for i in 0..rollout.samples() {
        let observation = [(i as f32 * 0.7).sin(), (i as f32 * 0.3).cos()];
        rollout.observations[2 * i..][..2].copy_from_slice(&observation);
        let mut scratch = Scratch::default();
        let mean = policy.outputs(1, &observation, &mut scratch)[0];
        let mut action = [0.0];
        rollout.outputs[i] = mean;
        rollout.log_probabilities[i] = distribution.sample(&[mean], &mut noise, &mut action);
        rollout.actions[i] = action[0];
        rollout.rewards[i] = action[0];
    }
    rollout
}

fn update(set: &[&str], change: impl Fn(&mut Rollout)) -> (Row, Policy, Policy) {
    let mut learner = settings(set).settings().start(&spaces(), Seed::new(1));
    let before = (*learner.policy()).clone();
    let mut rollout = rollout(&before);
    change(&mut rollout);
    let row = learner
        .update(&rollout, &WorkerPool::new(2))
        .unwrap()
        .unwrap();
    let after = (*learner.policy()).clone();
    (row, before, after)
}

#[test]
fn the_first_ratio_is_exactly_one() {
    // One pass in one minibatch: every ratio is taken before anything has moved.
    let (row, ..) = update(&["learner.epochs=1"], |_| {});
    assert_eq!(row.get(Metric::Kl), Some(0.0));
    assert_eq!(row.get(Metric::ClipFraction), Some(0.0));
}

#[test]
fn rewarded_actions_become_more_likely() {
    let (_, before, after) = update(&["learner.epochs=10", "learner.gamma=0"], |_| {});
    let seen = rollout(&before).observations;
    let mean = |policy: &Policy| {
        let mut scratch = Scratch::default();
        policy.outputs(32, &seen, &mut scratch).iter().sum::<f32>() / 32.0
    };
    assert!(
        mean(&after) > mean(&before),
        "{} became {}",
        mean(&before),
        mean(&after)
    );
}

#[test]
fn an_update_with_a_number_that_is_not_finite_is_rolled_back() {
    let spoil: [fn(&mut Rollout, f32); 3] = [
        |rollout, bad| rollout.rewards[5] = bad,
        |rollout, bad| rollout.observations[0] = bad,
        |rollout, bad| rollout.log_probabilities[3] = bad,
    ];
    for (spoil, bad) in spoil
        .iter()
        .flat_map(|s| [(s, f32::NAN), (s, f32::INFINITY)])
    {
        let (row, before, after) = update(&[], |rollout| spoil(rollout, bad));
        assert_eq!(before.network, after.network, "nothing is committed");
        assert_eq!(before.head, after.head);
        assert!(after.is_finite());
        assert!(row.get(Metric::Dropped) > Some(0.0));
    }
}

#[test]
fn an_actor_that_has_moved_far_enough_stops() {
    let far = |rollout: &mut Rollout| {
        for log_probability in &mut rollout.log_probabilities {
            *log_probability -= 1.0;
        }
    };
    for recompute in ["false", "true"] {
        let recompute = format!("learner.recompute_advantages={recompute}");
        let (row, before, after) = update(&["learner.stop_at_kl=Some(0.001)", &recompute], far);
        assert_eq!(before.network, after.network, "it stops before its step");
        assert_eq!(before.head, after.head);
        assert_eq!(row.get(Metric::Dropped), Some(0.0), "nothing is refused");
        assert!(
            row.get(Metric::CriticLoss) > Some(0.0),
            "the critic goes on"
        );
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
        let rollout = rollout(&learner.policy());
        for _ in 0..3 {
            learner.update(&rollout, &WorkerPool::new(threads)).unwrap();
        }
        learner.save()
    };
    assert_eq!(learn(1), learn(2));
    assert_eq!(learn(1), learn(5));
}
