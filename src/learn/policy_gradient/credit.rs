//! What an action is credited with: three estimates of how much better it was than others, which all give the same gradient
//! on average, or nearly, and differ in how noisy it is.

use super::descent::{Chunk, Descent};
use super::{Batch, Core, Networks};
use crate::learn::returns::rewards_to_go;
use crate::learn::rollout::Rollout;
use crate::nn::scale;
use crate::team::Team;

/// What an action is credited with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Credit {
    /// All rewards that came after it, to the end of its episode.
    RewardsToGo,
    /// The same, less what the critic expected of the state.
    LessBaseline,
    /// The generalized advantage, which believes the critic about what comes later (arXiv:1506.02438, eq. 16).
    Generalized {
        /// How far it looks before it does, 0 to 1.
        lambda: f32,
    },
}

impl Core {
    /// Gradient of `E[A ln p(action)]` with respect to the actor's parameters, estimated from a rollout whose actions are credited
    /// in this way; rewards are scaled as learning would scale them, advantages not standardised, and the entropy bonus is
    /// in it. 0 where no sample can be learnt from.
    pub(super) fn gradient(&self, state: &Networks, rollout: &Rollout, credit: Credit) -> Vec<f32> {
        let alone = Team::new(1);
        let mut batch = self.look(state, rollout, 1.0);
        state.normalizer.apply(&mut batch.inputs);
        self.credit(state, &mut batch, credit, &alone);
        let mut chunk = Chunk::default();
        let rows = &batch.samples;
        chunk.begin(&batch, rows, state.actor.parameters());
        if !rows.is_empty() {
            let share = 1.0 / rows.len() as f32;
            (state.actor).differentiate(&batch, rows, share, &mut chunk);
        }
        // That was the way down the loss, which is -A ln p(action).
        scale(&mut chunk.gradient, -1.0);
        chunk.gradient
    }

    fn credit(&self, state: &Networks, batch: &mut Batch, credit: Credit, team: &Team) {
        match credit {
            Credit::RewardsToGo => {
                self.sum_to_go(batch);
                batch.advantages = batch.targets.clone();
            }
            Credit::LessBaseline => {
                self.sum_to_go(batch);
                self.surprise(state, batch, team);
            }
            Credit::Generalized { lambda } => self.estimate(state, batch, lambda, team),
        }
    }

    /// Adds the rewards to go, as what the critic should have said. Samples whose episode does not end in the rollout are not
    /// learnt from.
    pub(in crate::learn) fn sum_to_go(&self, batch: &mut Batch) {
        let rollout = batch.rollout;
        let rewards = batch.rewards.chunks(rollout.horizon);
        let to_go: Vec<Option<f32>> = rewards
            .zip(rollout.ends.chunks(rollout.horizon))
            .flat_map(|(rewards, ends)| rewards_to_go(rewards, ends, self.recipe.gamma))
            .collect();
        batch.samples.retain(|&i| to_go[i as usize].is_some());
        batch.targets = to_go.iter().map(|sum| sum.unwrap_or(0.0)).collect();
    }

    /// Adds the values of all states, 0 without a critic, and by how much what came was more.
    pub(in crate::learn) fn surprise(&self, state: &Networks, batch: &mut Batch, team: &Team) {
        self.value(state, batch, team);
        let surprises = batch.targets.iter().zip(&batch.values);
        batch.advantages = surprises.map(|(sum, value)| sum - value).collect();
    }
}
