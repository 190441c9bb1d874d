//! How a learner is driven: by one rollout of all environments after another, or by workers that do not wait for one another.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::refusal::{GivenUp, Refusal};
use super::replay::Replay;
use super::replay::block::{Digest, Read};
use super::rollout::Rollout;
use super::{AdvantageEstimator, Learner};
use crate::metrics::Row;
use crate::policy::Policy;
use crate::worker_pool::WorkerPool;

/// A learner with its state, by how it is driven.
pub enum Driver {
    /// All environments act at once, and then [`GuardedLearner::update`] learns from the rollout.
    Rollouts(Box<dyn GuardedLearner>),
    /// Every worker acts and learns on its own, in [`AsynchronousLearner::work`]. The bits of such a run depend on the machine's timing.
    Workers(Box<dyn AsynchronousLearner>),
}

impl Deref for Driver {
    type Target = dyn GuardedLearner;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Rollouts(learner) => &**learner,
            Self::Workers(learner) => &**learner,
        }
    }
}

impl DerefMut for Driver {
    fn deref_mut(&mut self) -> &mut Self::Target {
        match self {
            Self::Rollouts(learner) => &mut **learner,
            Self::Workers(learner) => &mut **learner,
        }
    }
}

/// A learner with its state, whichever learner it is.
pub trait GuardedLearner: Send + Sync {
    /// The newest policy.
    fn policy(&self) -> Arc<Policy>;

    /// Learns from one rollout and reports how it went. An update with a number that is not finite is rolled back, and the learning rates
    /// are halved; the rollout is stored if its own numbers were finite. None when the pool was asked to stop meanwhile: nothing changes.
    ///
    /// # Errors
    /// [`MOST_REFUSED`](super::MOST_REFUSED) updates in a row were rolled back; the state is that before them.
    fn update(&mut self, rollout: &Rollout, pool: &WorkerPool) -> Result<Option<Row>, GivenUp>;

    /// See [`Learner::forget_values`]. The replay memory stays.
    fn forget_values(&mut self, at: u64);

    /// See [`Learner::policy_gradient`].
    fn policy_gradient(&self, rollout: &Rollout, estimator: AdvantageEstimator)
    -> Option<Vec<f32>>;

    /// Everything that the next update depends on, except the replay memory.
    fn save(&self) -> Vec<u8>;

    /// The replay memory.
    fn memory(&self) -> &Replay;

    /// Takes over what a learner of the same settings and spaces has saved, with a replay memory as `digest` says, whose blocks `read`
    /// reads.
    ///
    /// # Errors
    /// The bytes are no state of this learner, or the memory cannot be read; nothing changes.
    fn restore(&mut self, bytes: &[u8], digest: &Digest, read: Read) -> Result<(), String>;
}

/// A learner whose workers act and learn without waiting for one another.
pub trait Asynchronous: Learner {
    /// Begins a round: the turns that all workers take between two reports.
    fn round<'a>(
        &'a self,
        state: &'a mut Self::State,
        lr_scale: f32,
    ) -> Box<dyn AsynchronousRound + 'a>;
}

/// A round of an asynchronous learner, which its workers share: the turns that they take between two reports.
pub trait AsynchronousRound: Sync {
    /// How often each worker acts and learns in the round.
    fn turns(&self) -> usize;

    /// One turn of a worker: copies the shared networks, lets `act` play with the copied policy, and applies the gradient to the shared
    /// networks as they are by then. Nothing is learnt where `act` was interrupted.
    fn take_turn(&self, act: &mut dyn FnMut(Arc<Policy>) -> Option<Rollout>);

    /// The report of the round, once every worker has taken its turns.
    ///
    /// # Errors
    /// A number was not finite; the state is not defined then.
    fn finish(self: Box<Self>) -> Result<Row, Refusal>;
}

/// An [`Asynchronous`] learner with its state.
pub trait AsynchronousLearner: GuardedLearner {
    /// One round: `work` lets every worker take its turns. Guarded as [`GuardedLearner::update`] is.
    ///
    /// # Errors
    /// As there.
    fn work(
        &mut self,
        work: &mut dyn FnMut(&dyn AsynchronousRound),
        pool: &WorkerPool,
    ) -> Result<Option<Row>, GivenUp>;
}
