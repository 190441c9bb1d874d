//! A worker of an asynchronous learner: it acts in a pod of its own and learns from what it collects.

use super::Trainer;
use crate::learn::{AsynchronousRound, Driver};
use crate::metrics::Row;
use crate::pod::guarded::GuardedPod;
use crate::pod::{Decider, FinishedEpisode, PodError};

/// A worker during one round.
pub(super) struct AsyncWorker<'a> {
    pod: &'a mut GuardedPod,
    /// Control steps that its environments took.
    pub(super) steps: u64,
    pub(super) finished: Vec<FinishedEpisode>,
    pub(super) error: Option<PodError>,
}

impl<'a> AsyncWorker<'a> {
    pub(super) fn new(pod: &'a mut GuardedPod) -> Self {
        Self {
            pod,
            steps: 0,
            finished: Vec::new(),
            error: None,
        }
    }

    /// Takes its turns, each of `horizon` control steps of every environment.
    pub(super) fn work(
        &mut self,
        round: &dyn AsynchronousRound,
        horizon: usize,
        stop: &dyn Fn() -> bool,
    ) {
        self.pod.begin_round();
        for turn in 0..round.turns() {
            if stop() || self.error.is_some() {
                return;
            }
            round.take_turn(&mut |policy| {
                let decider = Decider::Sample(policy);
                if let Err(error) = self.pod.collect(&decider, horizon, stop) {
                    self.error = Some(error);
                    return None;
                }
                let rollout = self.pod.rollout().clone();
                self.steps += rollout.samples() as u64;
                for mut episode in self.pod.take_finished() {
                    // Counted from the beginning of the round.
                    episode.at += turn * horizon;
                    self.finished.push(episode);
                }
                (!stop()).then_some(rollout)
            });
        }
    }
}

impl Trainer {
    /// One round of a learner with asynchronous workers, each of which has a pod and both acts and learns. `None` if it was
    /// interrupted.
    pub(super) fn work(&mut self) -> Option<Row> {
        self.set_level();
        let Driver::Workers(learner) = &mut self.learner else {
            return None;
        };
        let (horizon, pool) = (self.job.learner.settings().horizon(), &self.pool);
        let mut workers: Vec<_> = (self.pods.iter_mut()).map(AsyncWorker::new).collect();
        let learnt = learner.work(
            &mut |round| {
                pool.for_each(&mut workers, |worker| {
                    worker.work(round, horizon, &|| pool.is_stopping());
                });
            },
            pool,
        );
        let mut finished = Vec::new();
        let mut steps = 0;
        let mut error = None;
        for worker in workers {
            steps += worker.steps;
            finished.extend(worker.finished);
            error = error.or(worker.error);
        }
        if let Some(error) = error {
            self.give_up(error.to_string());
            return None;
        }
        let row = match learnt {
            Ok(row) => row?,
            Err(given_up) => {
                self.give_up(given_up.to_string());
                return None;
            }
        };
        let before = self.progress.steps();
        self.count(steps, finished);
        self.prepare_version(before).then_some(row)
    }
}
