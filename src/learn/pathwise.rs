//! The pathwise gradient (reparameterisation trick, arXiv:1312.6114): an action as a function of the policy's outputs and of noise, so that
//! what a critic of actions says of it can be differentiated with respect to the outputs. Shared by SAC and REPPO.

use rand::RngExt;
use rand_distr::StandardNormal;

use crate::policy::squashed;
use crate::seed::Rng;

/// Actions of a squashed Gaussian policy for `B` observations, and the noise that they were drawn with.
#[derive(Default)]
pub(super) struct Draws {
    /// Standard normal, `[B, A]`.
    noise: Vec<f32>,
    /// `[B, A]`.
    pub(super) actions: Vec<f32>,
    /// `ln s` before squashing, `[B, A]`.
    pub(super) log_stds: Vec<f32>,
    /// `ln p(a)`, `[B]`.
    pub(super) log_probabilities: Vec<f32>,
}

impl Draws {
    /// The noise of the next draw: so many standard normal numbers.
    pub(super) fn draw_noise(&mut self, rng: &mut Rng, count: usize) {
        self.noise.clear();
        self.noise
            .extend((0..count).map(|_| rng.sample::<f32, _>(StandardNormal)));
    }

    /// Draws an action of `entries` entries for each row of the actor's outputs `[B, 2 A]`, with the noise that is there.
    pub(super) fn draw(&mut self, outputs: &[f32], entries: usize) {
        self.actions.clear();
        self.log_stds.clear();
        self.log_probabilities.clear();
        for (row, outputs) in outputs.chunks(2 * entries).enumerate() {
            let (means, outputs) = outputs.split_at(entries);
            let noise = &self.noise[row * entries..][..entries];
            let mut log_probability = 0.0;
            for ((mean, output), noise) in means.iter().zip(outputs).zip(noise) {
                let log_std = squashed::log_std(*output);
                let draw = squashed::draw(*mean, log_std, *noise);
                log_probability += draw.log_probability;
                self.actions.push(draw.action);
                self.log_stds.push(log_std);
            }
            self.log_probabilities.push(log_probability);
        }
    }

    /// Gradient of a loss with respect to the actor's outputs in a row, `[2 A]`, from its derivatives with respect to the entries of the
    /// action and to `ln p(a)`.
    pub(super) fn backward(
        &self,
        row: usize,
        to_action: impl Fn(usize) -> f32,
        to_log_probability: f32,
        to_outputs: &mut [f32],
    ) {
        let (to_means, to_log_stds) = to_outputs.split_at_mut(to_outputs.len() / 2);
        for entry in 0..to_means.len() {
            let place = row * to_means.len() + entry;
            let log_std = self.log_stds[place];
            let (to_mean, to_log_std) = squashed::gradient(
                self.actions[place],
                log_std,
                self.noise[place],
                to_action(entry),
                to_log_probability,
            );
            to_means[entry] = to_mean;
            to_log_stds[entry] = to_log_std * squashed::log_std_derivative(log_std);
        }
    }
}

/// Observations `[rows, O]` and actions `[rows, A]` side by side, `[rows, O + A]`: the input of a critic of actions.
pub(super) fn join(into: &mut Vec<f32>, rows: usize, observations: &[f32], actions: &[f32]) {
    into.clear();
    let (observed, acted) = (observations.len() / rows, actions.len() / rows);
    for (observation, action) in observations.chunks(observed).zip(actions.chunks(acted)) {
        into.extend_from_slice(observation);
        into.extend_from_slice(action);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn an_observation_and_an_action_lie_side_by_side() {
        let mut joined = vec![9.0];
        join(&mut joined, 2, &[1.0, 2.0, 3.0, 4.0], &[5.0, 6.0]);
        assert_eq!(joined, [1.0, 2.0, 5.0, 3.0, 4.0, 6.0]);
    }

    #[test]
    fn the_gradient_through_an_action_agrees_with_finite_differences() {
        let (mut draws, h) = (Draws::default(), 1e-2);
        draws.draw_noise(&mut Seed::new(1).stream("test").nth(0), 4);
        let outputs = [0.25, -0.5, -0.75, 0.5, 0.5, 0.0, -0.25, 0.25];
        // Of the second row: 2 a_0 - a_1 - 3 ln p.
        let mut loss = |outputs: &[f32]| {
            draws.draw(outputs, 2);
            2.0 * draws.actions[2] - draws.actions[3] - 3.0 * draws.log_probabilities[1]
        };
        let differences = [4, 5, 6, 7].map(|i| {
            let mut at = |step: f32| {
                let mut outputs = outputs;
                outputs[i] += step;
                loss(&outputs)
            };
            (at(h) - at(-h)) / (2.0 * h)
        });
        draws.draw(&outputs, 2);
        let mut gradient = [0.0; 4];
        draws.backward(1, |entry| [2.0, -1.0][entry], -3.0, &mut gradient);
        for (exact, difference) in gradient.iter().zip(differences) {
            assert!((exact - difference).abs() < 2e-3, "{exact} {difference}");
        }
    }
}
