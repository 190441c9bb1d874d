//! A worker of an asynchronous learner: it acts in a pod of its own and learns from what it collects.

use crate::learn::Workshop;
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
        workshop: &dyn Workshop,
        horizon: usize,
        stop: &dyn Fn() -> bool,
    ) {
        self.pod.begin_round();
        for turn in 0..workshop.turns() {
            if stop() || self.error.is_some() {
                return;
            }
            workshop.take_turn(&mut |policy| {
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
