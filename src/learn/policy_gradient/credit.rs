//! What an action is credited with: three estimates of how much better it was than others, which all give the same gradient
//! on average, or nearly, and differ in how noisy it is.

use super::descent::{Chunk, Descent};
use super::{Batch, Core, Networks};
use crate::learn::returns::rewards_to_go;
use crate::learn::rollout::Rollout;
use crate::nn::scale;
use crate::worker_pool::WorkerPool;

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
        let alone = WorkerPool::new(1);
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

    fn credit(&self, state: &Networks, batch: &mut Batch, credit: Credit, pool: &WorkerPool) {
        match credit {
            Credit::RewardsToGo => {
                self.sum_to_go(batch);
                batch.advantages = batch.targets.clone();
            }
            Credit::LessBaseline => {
                self.sum_to_go(batch);
                self.surprise(state, batch, pool);
            }
            Credit::Generalized { lambda } => self.estimate(state, batch, lambda, pool),
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
    pub(in crate::learn) fn surprise(
        &self,
        state: &Networks,
        batch: &mut Batch,
        pool: &WorkerPool,
    ) {
        self.value(state, batch, pool);
        let surprises = batch.targets.iter().zip(&batch.values);
        batch.advantages = surprises.map(|(sum, value)| sum - value).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::a2c::A2cSettings;
    use crate::learn::{OptimizerKind, Rate, Settings};
    use crate::nn::Activation;
    use crate::seed::Seed;
    use crate::step::{ActionSpace, Spaces, StepEnd};

    fn settings() -> A2cSettings {
        A2cSettings {
            steps: 100,
            envs: 1,
            horizon: 2,
            widths: vec![],
            activation: Activation::Tanh,
            gamma: 0.5,
            lambda: 0.5,
            standardize: true,
            optimizer: OptimizerKind::Adam,
            rate: Rate::Constant(1e-3),
            critic_rate: 1e-3,
            entropy: 0.0,
            max_gradient_norm: 1.0,
            log_std: 0.0,
            normalize_observations: false,
            scale_rewards: false,
        }
    }

    /// The gradients that are not 0: observations are, so preferences and values are 0 too, and only biases have a slope.
    fn gradient(credit: Credit, last: StepEnd) -> Vec<f32> {
        let choices = ["left", "right"].map(str::to_owned).to_vec();
        let spaces = Spaces {
            observation: vec!["nothing".to_owned()],
            action: ActionSpace::Discrete(choices),
        };
        let rollout = Rollout {
            actions: vec![0.0, 1.0],
            log_probabilities: vec![0.5_f32.ln(); 2],
            rewards: vec![2.0, 1.0],
            ends: vec![StepEnd::Running, last],
            ..Rollout::new(1, 2, &spaces, 2)
        };
        let student = settings().start(&spaces, Seed::new(1));
        let mut gradient = student.gradient(&rollout, credit).expect("it follows one");
        gradient.retain(|slope| *slope != 0.0);
        gradient
    }

    #[test]
    fn gradients_by_hand() {
        // The scores are (1/2, -1/2) and (-1/2, 1/2). Rewards to go with gamma = 1/2: 2.5 and 1, so (2.5 - 1) / 2 of two samples.
        let over = || StepEnd::Terminated;
        assert_eq!(gradient(Credit::RewardsToGo, over()), [0.375, -0.375]);
        // A critic that says 0 takes nothing away.
        assert_eq!(gradient(Credit::LessBaseline, over()), [0.375, -0.375]);
        // lambda = 0 believes it: 2 and 1.
        let believing = Credit::Generalized { lambda: 0.0 };
        assert_eq!(gradient(believing, over()), [0.25, -0.25]);
        let looking = Credit::Generalized { lambda: 1.0 };
        assert_eq!(gradient(looking, over()), [0.375, -0.375]);
    }

    #[test]
    fn without_an_end_there_are_no_rewards_to_go() {
        assert!(gradient(Credit::RewardsToGo, StepEnd::Running).is_empty());
    }
}
