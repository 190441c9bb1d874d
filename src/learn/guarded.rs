//! Guarded updates: a learner with its state, which is saved and restored; an update that produces a number that is not finite is rolled
//! back.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use super::driver::{Asynchronous, AsynchronousLearner, AsynchronousRound, Driver, GuardedLearner};
use super::refusal::{GivenUp, MOST_REFUSED, Refusal};
use super::replay::Replay;
use super::replay::block::{Digest, Read};
use super::rollout::Rollout;
use super::{AdvantageEstimator, Learner};
use crate::metrics::{Metric, Row};
use crate::policy::Policy;
use crate::step::StepEnd;
use crate::worker_pool::WorkerPool;

/// Learning rates are multiplied with this after an update that was rolled back, and divided by it, up to their full size, after one that
/// was not.
const LR_SCALE: f32 = 0.5;

/// A learner in its initial state.
pub(super) fn begin<L: Learner>(learner: L) -> Driver {
    Driver::Rollouts(Box::new(Guarded::new(learner)))
}

/// The same, of a learner whose workers do not wait for one another.
pub(super) fn begin_asynchronous<L: Asynchronous>(learner: L) -> Driver {
    Driver::Workers(Box::new(Guarded::new(learner)))
}

struct Guarded<L: Learner> {
    learner: L,
    guarded: GuardedState<L::State>,
    memory: Replay,
}

#[derive(Serialize, Deserialize)]
struct GuardedState<S> {
    state: S,
    /// Factor of the learning rates, in (0, 1].
    lr_scale: f32,
    /// Updates rolled back: since the start, and in a row.
    refused: u64,
    refused_in_a_row: u32,
}

impl<L: Learner> Guarded<L> {
    fn new(learner: L) -> Self {
        Self {
            guarded: GuardedState {
                state: learner.begin(),
                lr_scale: 1.0,
                refused: 0,
                refused_in_a_row: 0,
            },
            memory: Replay::new(learner.remembers()),
            learner,
        }
    }

    fn try_update(&mut self, rollout: &Rollout, pool: &WorkerPool) -> Result<Row, Refusal> {
        // A pod ends an environment with such numbers, so this is a rollout of another origin.
        if !rollout.is_finite() {
            return Err(Refusal::Rollout);
        }
        if rollout.ends.iter().all(|end| *end == StepEnd::Broken) {
            return Err(Refusal::Broken);
        }
        self.memory.push(rollout);
        let GuardedState {
            state, lr_scale, ..
        } = &mut self.guarded;
        self.learner
            .update(state, rollout, &self.memory, *lr_scale, pool)
    }

    /// Commits the update, or goes back to the state before it.
    fn settle(
        &mut self,
        before: L::State,
        remembered: u64,
        updated: Result<Row, Refusal>,
        pool: &WorkerPool,
    ) -> Result<Option<Row>, GivenUp> {
        let guarded = &mut self.guarded;
        if pool.is_stopping() {
            guarded.state = before;
            self.memory.go_back(remembered);
            return Ok(None);
        }
        let updated = match updated {
            Ok(_) if !self.learner.is_sound(&guarded.state) => Err(Refusal::State),
            updated => updated,
        };
        let mut row = match updated {
            Ok(row) => {
                guarded.lr_scale = (guarded.lr_scale / LR_SCALE).min(1.0);
                guarded.refused_in_a_row = 0;
                row
            }
            Err(refusal) => {
                guarded.state = before;
                if guarded.refused_in_a_row + 1 >= MOST_REFUSED {
                    self.memory.go_back(remembered);
                    return Err(GivenUp(refusal));
                }
                guarded.lr_scale *= LR_SCALE;
                guarded.refused += 1;
                guarded.refused_in_a_row += 1;
                Row::default()
            }
        };
        row.set(Metric::Dropped, guarded.refused as f64);
        Ok(Some(row))
    }
}

impl<L: Learner> GuardedLearner for Guarded<L> {
    fn policy(&self) -> Arc<Policy> {
        Arc::new(self.learner.policy(&self.guarded.state))
    }

    fn update(&mut self, rollout: &Rollout, pool: &WorkerPool) -> Result<Option<Row>, GivenUp> {
        let (before, remembered) = (self.guarded.state.clone(), self.memory.pushed());
        let updated = self.try_update(rollout, pool);
        self.settle(before, remembered, updated, pool)
    }

    fn forget_values(&mut self, at: u64) {
        self.learner.forget_values(&mut self.guarded.state, at);
    }

    fn policy_gradient(
        &self,
        rollout: &Rollout,
        estimator: AdvantageEstimator,
    ) -> Option<Vec<f32>> {
        (self.learner).policy_gradient(&self.guarded.state, rollout, estimator)
    }

    fn save(&self) -> Vec<u8> {
        postcard::to_stdvec(&self.guarded).expect("plain data serialises to memory")
    }

    fn memory(&self) -> &Replay {
        &self.memory
    }

    fn restore(&mut self, bytes: &[u8], digest: &Digest, read: Read) -> Result<(), String> {
        let (guarded, rest): (GuardedState<L::State>, _) =
            postcard::take_from_bytes(bytes).map_err(|error| format!("the learner: {error}"))?;
        let is_sound = rest.is_empty()
            && guarded.lr_scale > 0.0
            && guarded.lr_scale <= 1.0
            && guarded.refused_in_a_row <= MOST_REFUSED
            && guarded.refused < u64::MAX / 2
            && self.learner.is_sound(&guarded.state);
        if !is_sound {
            return Err("the learner's state does not fit its settings".to_owned());
        }
        self.memory.restore(digest, read)?;
        self.guarded = guarded;
        Ok(())
    }
}

impl<L: Asynchronous> AsynchronousLearner for Guarded<L> {
    fn work(
        &mut self,
        work: &mut dyn FnMut(&dyn AsynchronousRound),
        pool: &WorkerPool,
    ) -> Result<Option<Row>, GivenUp> {
        let (before, remembered) = (self.guarded.state.clone(), self.memory.pushed());
        let GuardedState {
            state, lr_scale, ..
        } = &mut self.guarded;
        let round = self.learner.round(state, *lr_scale);
        work(&*round);
        let updated = round.finish();
        self.settle(before, remembered, updated, pool)
    }
}

#[cfg(test)]
mod tests;
