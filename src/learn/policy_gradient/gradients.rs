//! What one worker of an asynchronous learner does alone: gradients of the networks that acted, for those that have moved on since.

use super::descent::{Chunk, Descent};
use super::{Batch, Networks, Reports};

/// The gradients of actor and critic for all samples of a batch, by one thread.
pub(in crate::learn) struct Gradients {
    actor: Chunk,
    critic: Chunk,
}

/// What one worker would do: the gradients of the networks that acted.
pub(in crate::learn) fn turn_of_one(acted: &Networks, batch: &Batch) -> Gradients {
    let mut gradients = Gradients {
        actor: Chunk::default(),
        critic: Chunk::default(),
    };
    let rows = &batch.samples;
    let share = 1.0 / rows.len() as f32;
    let Gradients { actor, critic } = &mut gradients;
    actor.begin(batch, rows, acted.actor.parameters());
    acted.actor.differentiate(batch, rows, share, actor);
    if let Some(network) = &acted.critic {
        critic.begin(batch, rows, network.parameters());
        network.differentiate(batch, rows, share, critic);
    }
    gradients
}

impl Gradients {
    /// Takes a step with the networks as they are now, and says what became of it.
    pub(in crate::learn) fn step(mut self, state: &mut Networks, batch: &Batch) -> Reports {
        let mut reports = Reports::default();
        let Reports { actor, critic } = &mut reports;
        actor.step(&mut state.actor, batch, &mut self.actor, None);
        if let Some(network) = &mut state.critic {
            critic.step(network, batch, &mut self.critic, None);
        }
        reports
    }
}
