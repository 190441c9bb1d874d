//! One worker of a learner whose workers do not wait for one another: a pod of its own, and what became of it in a round.

use crate::learn::AsynchronousRound;
use crate::pod::contained::ContainedPod;
use crate::pod::{Decider, FinishedEpisode, PodError};

/// A worker in a round.
pub(super) struct Worker<'a> {
    pod: &'a mut ContainedPod,
    /// Control steps that its environments took.
    pub(super) steps: u64,
    pub(super) finished: Vec<FinishedEpisode>,
    pub(super) error: Option<PodError>,
}

impl<'a> Worker<'a> {
    pub(super) fn new(pod: &'a mut ContainedPod) -> Self {
        Self {
            pod,
            steps: 0,
            finished: Vec::new(),
            error: None,
        }
    }

    /// Takes its turns, each of so many control steps of every environment.
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
