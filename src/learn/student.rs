//! A learner with what it has learnt so far: saved, read back, and kept from learning what is no number.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use super::replay::Replay;
use super::replay::block::{Digest, Read};
use super::rollout::Rollout;
use super::{Credit, Learner, Workshop};
use crate::metrics::{Metric, Row};
use crate::policy::Policy;
use crate::step::StepEnd;
use crate::worker_pool::WorkerPool;

/// Updates that may be refused one after the other before a run is given up.
pub const MOST_REFUSED: u32 = 10;
/// What a refused update multiplies the learning rates with, and a good one divides them by until they are whole again.
const LR_SCALE: f32 = 0.5;

/// A learner and its state, whatever learner it is.
pub trait Student: Send + Sync {
    /// The newest policy.
    fn policy(&self) -> Arc<Policy>;

    /// Learns from one rollout and reports how it went. An update with a number that is not finite is dropped: the state is the one
    /// before it, and the learning rates are halved; the rollout is remembered if its own numbers were finite. None when the pool was
    /// asked to stop meanwhile: it stays as it was.
    ///
    /// # Errors
    /// [`MOST_REFUSED`] updates were dropped one after the other; it stays as it was.
    fn update(&mut self, rollout: &Rollout, pool: &WorkerPool) -> Result<Option<Row>, Hopeless>;

    /// For a learner whose workers act and learn without waiting for one another: `work` is given what they share and lets
    /// them take their turns, instead of [`Student::update`]. None for every other learner; the rest is as there.
    fn work(
        &mut self,
        work: &mut dyn FnMut(&dyn Workshop),
        pool: &WorkerPool,
    ) -> Option<Result<Option<Row>, Hopeless>>;

    /// See [`Learner::forget_values`]. What it remembers stays.
    fn forget_values(&mut self, at: u64);

    /// See [`Learner::gradient`].
    fn gradient(&self, rollout: &Rollout, credit: Credit) -> Option<Vec<f32>>;

    /// Everything that the next update depends on, but for the memory.
    fn save(&self) -> Vec<u8>;

    /// What it remembers of the rollouts.
    fn memory(&self) -> &Replay;

    /// Becomes what was saved, of a student of the same settings and spaces, with a memory as `digest` says; `read` reads what that
    /// holds.
    ///
    /// # Errors
    /// These bytes are none of its states, or the memory is not there; it stays as it was.
    fn restore(&mut self, bytes: &[u8], digest: &Digest, read: Read) -> Result<(), String>;
}

/// Why an update was not learnt from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The world said something that is no number.
    #[error("the rollout holds a number that is not finite")]
    Rollout,
    /// Nothing in it can be learnt from.
    #[error("every environment broke in every step")]
    Broken,
    /// Loss or gradient of this network.
    #[error("the {0}'s gradient is not finite")]
    Gradient(&'static str),
    /// The step was finite, where it led is not.
    #[error("a weight or statistic is not finite")]
    State,
}

/// A run that cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{MOST_REFUSED} updates one after the other were not learnt from, the last one because {0}; \
     the state before them is kept. Look at the crash records if environments broke, else lower the learning rate or \
     scale rewards and observations"
)]
pub struct Hopeless(pub Refusal);

/// `learner` at its beginning.
pub(super) fn begin<L: Learner>(learner: L) -> Box<dyn Student> {
    let learnt = Learnt {
        state: learner.begin(),
        lr_scale: 1.0,
        refused: 0,
        refused_in_a_row: 0,
    };
    let memory = Replay::new(learner.remembers());
    Box::new(Course {
        learner,
        learnt,
        memory,
    })
}

struct Course<L: Learner> {
    learner: L,
    learnt: Learnt<L::State>,
    memory: Replay,
}

#[derive(Serialize, Deserialize)]
struct Learnt<S> {
    state: S,
    /// What learning rates are multiplied with, in (0, 1].
    lr_scale: f32,
    /// Updates not learnt from, since the start and since the last good one.
    refused: u64,
    refused_in_a_row: u32,
}

impl<L: Learner> Course<L> {
    fn try_update(&mut self, rollout: &Rollout, pool: &WorkerPool) -> Result<Row, Refusal> {
        // An environment that says such a thing is ended by its pod; what gets here is somebody else's rollout.
        if !rollout.is_finite() {
            return Err(Refusal::Rollout);
        }
        if rollout.ends.iter().all(|end| *end == StepEnd::Broken) {
            return Err(Refusal::Broken);
        }
        self.memory.push(rollout);
        let Learnt {
            state, lr_scale, ..
        } = &mut self.learnt;
        self.learner
            .update(state, rollout, &self.memory, *lr_scale, pool)
    }

    /// Keeps what was learnt, or goes back to the state before.
    fn settle(
        &mut self,
        before: L::State,
        remembered: u64,
        updated: Result<Row, Refusal>,
        pool: &WorkerPool,
    ) -> Result<Option<Row>, Hopeless> {
        let learnt = &mut self.learnt;
        if pool.is_stopping() {
            learnt.state = before;
            self.memory.go_back(remembered);
            return Ok(None);
        }
        let updated = match updated {
            Ok(_) if !self.learner.is_sound(&learnt.state) => Err(Refusal::State),
            updated => updated,
        };
        let mut row = match updated {
            Ok(row) => {
                learnt.lr_scale = (learnt.lr_scale / LR_SCALE).min(1.0);
                learnt.refused_in_a_row = 0;
                row
            }
            Err(refusal) => {
                learnt.state = before;
                if learnt.refused_in_a_row + 1 >= MOST_REFUSED {
                    self.memory.go_back(remembered);
                    return Err(Hopeless(refusal));
                }
                learnt.lr_scale *= LR_SCALE;
                learnt.refused += 1;
                learnt.refused_in_a_row += 1;
                Row::default()
            }
        };
        row.set(Metric::Dropped, learnt.refused as f64);
        Ok(Some(row))
    }
}

impl<L: Learner> Student for Course<L> {
    fn policy(&self) -> Arc<Policy> {
        Arc::new(self.learner.policy(&self.learnt.state))
    }

    fn update(&mut self, rollout: &Rollout, pool: &WorkerPool) -> Result<Option<Row>, Hopeless> {
        let (before, remembered) = (self.learnt.state.clone(), self.memory.pushed());
        let updated = self.try_update(rollout, pool);
        self.settle(before, remembered, updated, pool)
    }

    fn work(
        &mut self,
        work: &mut dyn FnMut(&dyn Workshop),
        pool: &WorkerPool,
    ) -> Option<Result<Option<Row>, Hopeless>> {
        if !self.learner.is_asynchronous() {
            return None;
        }
        let (before, remembered) = (self.learnt.state.clone(), self.memory.pushed());
        let Learnt {
            state, lr_scale, ..
        } = &mut self.learnt;
        let workshop = self.learner.workshop(state, *lr_scale)?;
        work(&*workshop);
        let updated = workshop.close();
        Some(self.settle(before, remembered, updated, pool))
    }

    fn forget_values(&mut self, at: u64) {
        self.learner.forget_values(&mut self.learnt.state, at);
    }

    fn gradient(&self, rollout: &Rollout, credit: Credit) -> Option<Vec<f32>> {
        self.learner.gradient(&self.learnt.state, rollout, credit)
    }

    fn save(&self) -> Vec<u8> {
        postcard::to_stdvec(&self.learnt).expect("plain data serialises to memory")
    }

    fn memory(&self) -> &Replay {
        &self.memory
    }

    fn restore(&mut self, bytes: &[u8], digest: &Digest, read: Read) -> Result<(), String> {
        let (learnt, rest): (Learnt<L::State>, _) =
            postcard::take_from_bytes(bytes).map_err(|error| format!("the learner: {error}"))?;
        let is_sound = rest.is_empty()
            && learnt.lr_scale > 0.0
            && learnt.lr_scale <= 1.0
            && learnt.refused_in_a_row <= MOST_REFUSED
            && learnt.refused < u64::MAX / 2
            && self.learner.is_sound(&learnt.state);
        if !is_sound {
            return Err("the learner's state does not fit its settings".to_owned());
        }
        self.memory.restore(digest, read)?;
        self.learnt = learnt;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay::block::Block;
    use super::super::replay::example::{self, Rememberer, shape, spaces};
    use super::*;
    use crate::nn::{Activation, Layout, Mlp};
    use crate::policy::Head;
    use crate::policy::normalize::Normalizer;
    use crate::seed::Seed;

    /// Adds the rollout's first reward, times lr_scale, to its only weight.
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

    fn weight(student: &dyn Student) -> f32 {
        student.policy().network.parameters()[0]
    }

    #[test]
    fn what_is_not_finite_is_dropped_and_makes_cautious() {
        let (mut student, pool) = (begin(Adder), WorkerPool::new(1));
        let mut learn = |reward| {
            let row = student.update(&rollout(reward), &pool).expect("it goes on");
            let dropped = row.expect("nobody stops it").get(Metric::Dropped);
            (weight(&*student), dropped)
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
    fn a_rollout_in_which_all_broke_is_dropped() {
        let (mut student, pool) = (begin(Adder), WorkerPool::new(1));
        let mut broken = rollout(1.0);
        broken.ends[0] = StepEnd::Broken;
        student.update(&broken, &pool).expect("it goes on");
        assert_eq!(weight(&*student), 0.0);
    }

    #[test]
    fn a_run_that_gets_no_better_is_given_up_where_it_was_good() {
        let (mut student, pool) = (begin(Adder), WorkerPool::new(1));
        student.update(&rollout(2.0), &pool).expect("it goes on");
        for _ in 1..MOST_REFUSED {
            assert!(student.update(&rollout(f32::NAN), &pool).is_ok());
        }
        let given_up = student.update(&rollout(f32::NAN), &pool);
        assert_eq!(given_up, Err(Hopeless(Refusal::Rollout)));
        assert_eq!(weight(&*student), 2.0);
    }

    /// A student with a memory of 4 rows, and what it is after `rollouts` of 2 rows.
    fn rememberer(rollouts: usize) -> Box<dyn Student> {
        let mut student = Rememberer {
            spaces: spaces(),
            shape: shape(1, 2, 4),
            seed: Seed::new(1),
        }
        .student();
        for k in 0..rollouts {
            let rollout = example::rollout(1, 2, k as f32);
            let row = student.update(&rollout, &WorkerPool::new(1));
            assert!(row.expect("it goes on").is_some());
        }
        student
    }

    fn all_of(student: &dyn Student) -> (Vec<u8>, Digest) {
        (student.save(), student.memory().digest())
    }

    #[test]
    fn an_update_that_is_broken_off_leaves_nothing_behind() {
        let mut student = rememberer(3);
        let before = all_of(&*student);
        let stopped = WorkerPool::stoppable(1, Arc::new(true.into()));
        let rollout = example::rollout(1, 2, 3.0);
        assert_eq!(student.update(&rollout, &stopped), Ok(None));
        assert_eq!(all_of(&*student), before);
        student
            .update(&rollout, &WorkerPool::new(1))
            .expect("it goes on");
        assert_eq!(all_of(&*student), all_of(&*rememberer(4)));
    }

    #[test]
    fn what_holds_no_number_or_nothing_to_learn_from_is_not_remembered() {
        let (mut student, pool) = (rememberer(1), WorkerPool::new(1));
        let mut rollout = example::rollout(1, 2, 3.0);
        rollout.rewards[0] = f32::NAN;
        student.update(&rollout, &pool).expect("it goes on");
        rollout.rewards[0] = 0.0;
        rollout.ends.fill(StepEnd::Broken);
        student.update(&rollout, &pool).expect("it goes on");
        assert_eq!(student.memory().pushed(), 2);
        rollout.ends[0] = StepEnd::Running;
        student.update(&rollout, &pool).expect("it goes on");
        assert_eq!(student.memory().pushed(), 4);
    }

    #[test]
    fn a_memory_comes_back_with_the_rest_or_nothing_does() {
        let student = rememberer(3);
        let (saved, digest) = all_of(&*student);
        let memory = student.memory();
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
        let (mut student, pool) = (begin(Adder), WorkerPool::new(1));
        student.update(&rollout(2.0), &pool).expect("it goes on");
        student
            .update(&rollout(f32::NAN), &pool)
            .expect("it goes on");
        let saved = student.save();
        let mut other = begin(Adder);
        let restore = |student: &mut dyn Student, bytes: &[u8]| {
            student.restore(bytes, &Digest::default(), &|_| unreachable!("it has none"))
        };
        restore(&mut *other, &saved).expect("it is one of its own");
        assert_eq!(other.save(), saved);

        let weight_of = |weight: f32| [&weight.to_le_bytes(), &saved[4..]].concat();
        assert!(restore(&mut *other, &weight_of(f32::NAN)).is_err());
        assert!(restore(&mut *other, &saved[1..]).is_err());
        assert!(restore(&mut *other, &[&saved[..], &[0]].concat()).is_err());
        assert_eq!(other.save(), saved, "it stays as it was");
    }
}
