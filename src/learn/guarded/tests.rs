//! What is rolled back, and what is saved and restored.

use super::*;
use crate::learn::replay::block::Block;
use crate::learn::replay::example::{self, Rememberer, shape, spaces};
use crate::nn::{Activation, Layout, Mlp};
use crate::policy::Head;
use crate::policy::normalize::Normalizer;
use crate::seed::Seed;

/// Adds the rollout's first reward, times `lr_scale`, to its only weight.
struct Adder;

impl Learner for Adder {
    type State = f32;

    fn begin(&self) -> f32 {
        0.0
    }

    fn is_sound(&self, weight: &f32) -> bool {
        weight.is_finite()
    }

    fn policy(&self, weight: &f32) -> Policy {
        let layout = Layout::new(vec![1, 1], Activation::Tanh);
        Policy {
            spaces: spaces(),
            normalizer: Normalizer::identity(),
            network: Mlp::from_parameters(layout, vec![*weight, 0.0]),
            head: Head::Gaussian { log_std: vec![0.0] },
        }
    }

    fn update(
        &self,
        weight: &mut f32,
        rollout: &Rollout,
        _: &Replay,
        lr_scale: f32,
        _: &WorkerPool,
    ) -> Result<Row, Refusal> {
        *weight += lr_scale * rollout.rewards[0];
        if *weight == 13.0 {
            return Err(Refusal::Gradient("adder"));
        }
        Ok(Row::default())
    }
}

fn rollout(reward: f32) -> Rollout {
    let mut rollout = Rollout::new(1, 1, &spaces(), 1);
    rollout.rewards[0] = reward;
    rollout
}

fn weight(learner: &dyn GuardedLearner) -> f32 {
    learner.policy().network.parameters()[0]
}

#[test]
fn an_update_that_is_not_finite_is_rolled_back_and_halves_the_rate() {
    let (mut learner, pool) = (begin(Adder), WorkerPool::new(1));
    let mut learn = |reward| {
        let row = learner.update(&rollout(reward), &pool).expect("it goes on");
        let dropped = row.expect("nobody stops it").get(Metric::Dropped);
        (weight(&*learner), dropped)
    };
    assert_eq!(learn(1.0), (1.0, Some(0.0)));
    assert_eq!(learn(f32::NAN), (1.0, Some(1.0)));
    assert_eq!(learn(12.0), (7.0, Some(1.0)), "half as fast");
    assert_eq!(learn(6.0), (7.0, Some(2.0)), "its own refusal");
    assert_eq!(learn(4.0), (9.0, Some(2.0)), "half as fast again");
    assert_eq!(learn(1.0), (10.0, Some(2.0)));
    // Finite numbers that lead to one that is not.
    assert_eq!(learn(f32::MAX), (f32::MAX, Some(2.0)));
    assert_eq!(learn(f32::MAX), (f32::MAX, Some(3.0)));
}

#[test]
fn a_rollout_in_which_all_broke_is_refused() {
    let (mut learner, pool) = (begin(Adder), WorkerPool::new(1));
    let mut broken = rollout(1.0);
    broken.ends[0] = StepEnd::Broken;
    learner.update(&broken, &pool).expect("it goes on");
    assert_eq!(weight(&*learner), 0.0);
}

#[test]
fn a_run_is_given_up_in_its_last_good_state() {
    let (mut learner, pool) = (begin(Adder), WorkerPool::new(1));
    learner.update(&rollout(2.0), &pool).expect("it goes on");
    for _ in 1..MOST_REFUSED {
        assert!(learner.update(&rollout(f32::NAN), &pool).is_ok());
    }
    let given_up = learner.update(&rollout(f32::NAN), &pool);
    assert_eq!(given_up, Err(GivenUp(Refusal::Rollout)));
    assert_eq!(weight(&*learner), 2.0);
}

/// A learner with a memory of 4 rows, and what it is after `rollouts` of 2 rows.
fn rememberer(rollouts: usize) -> Driver {
    let mut learner = Rememberer {
        spaces: spaces(),
        shape: shape(1, 2, 4),
        seed: Seed::new(1),
    }
    .start();
    for k in 0..rollouts {
        let rollout = example::rollout(1, 2, k as f32);
        let row = learner.update(&rollout, &WorkerPool::new(1));
        assert!(row.expect("it goes on").is_some());
    }
    learner
}

fn all_of(learner: &dyn GuardedLearner) -> (Vec<u8>, Digest) {
    (learner.save(), learner.memory().digest())
}

#[test]
fn an_update_that_is_broken_off_leaves_nothing_behind() {
    let mut learner = rememberer(3);
    let before = all_of(&*learner);
    let stopped = WorkerPool::stoppable(1, Arc::new(true.into()));
    let rollout = example::rollout(1, 2, 3.0);
    assert_eq!(learner.update(&rollout, &stopped), Ok(None));
    assert_eq!(all_of(&*learner), before);
    learner
        .update(&rollout, &WorkerPool::new(1))
        .expect("it goes on");
    assert_eq!(all_of(&*learner), all_of(&*rememberer(4)));
}

#[test]
fn what_holds_no_number_or_nothing_to_learn_from_is_not_remembered() {
    let (mut learner, pool) = (rememberer(1), WorkerPool::new(1));
    let mut rollout = example::rollout(1, 2, 3.0);
    rollout.rewards[0] = f32::NAN;
    learner.update(&rollout, &pool).expect("it goes on");
    rollout.rewards[0] = 0.0;
    rollout.ends.fill(StepEnd::Broken);
    learner.update(&rollout, &pool).expect("it goes on");
    assert_eq!(learner.memory().pushed(), 2);
    rollout.ends[0] = StepEnd::Running;
    learner.update(&rollout, &pool).expect("it goes on");
    assert_eq!(learner.memory().pushed(), 4);
}

#[test]
fn a_memory_comes_back_with_the_rest_or_nothing_does() {
    let learner = rememberer(3);
    let (saved, digest) = all_of(&*learner);
    let memory = learner.memory();
    let read = |block: &Block| Ok(memory.bytes(block.rows.clone()));
    let mut other = rememberer(1);
    let before = all_of(&*other);
    let mut shorter = digest.clone();
    shorter.blocks.pop();
    assert!(other.restore(&saved, &shorter, &read).is_err());
    assert_eq!(all_of(&*other), before);
    other
        .restore(&saved, &digest, &read)
        .expect("it is its own");
    assert_eq!(all_of(&*other), (saved, digest));
}

#[test]
fn a_state_comes_back_and_one_that_is_none_is_refused() {
    let (mut learner, pool) = (begin(Adder), WorkerPool::new(1));
    learner.update(&rollout(2.0), &pool).expect("it goes on");
    learner
        .update(&rollout(f32::NAN), &pool)
        .expect("it goes on");
    let saved = learner.save();
    let mut other = begin(Adder);
    let restore = |learner: &mut dyn GuardedLearner, bytes: &[u8]| {
        learner.restore(bytes, &Digest::default(), &|_| unreachable!("it has none"))
    };
    restore(&mut *other, &saved).expect("it is one of its own");
    assert_eq!(other.save(), saved);

    let weight_of = |weight: f32| [&weight.to_le_bytes(), &saved[4..]].concat();
    assert!(restore(&mut *other, &weight_of(f32::NAN)).is_err());
    assert!(restore(&mut *other, &saved[1..]).is_err());
    assert!(restore(&mut *other, &[&saved[..], &[0]].concat()).is_err());
    assert_eq!(other.save(), saved, "it stays as it was");
}
